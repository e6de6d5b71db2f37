"""Reading and writing whole files: TOML with places, CSV, the shipped folders."""
