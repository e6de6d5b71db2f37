"""A table in, a table out: column maps, and the published tables that are known."""
