"""One estimate: its mode, the figures found, the parts that settings bring, the result, its limits and its trace."""
