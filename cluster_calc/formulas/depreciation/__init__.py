"""How hardware loses value: one file for each method."""
