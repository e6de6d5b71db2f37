"""The catalog for people: lists, items, sources."""
