"""The procurement memo as parts, tables and charts, before it takes a form."""
