"""Results as text, tables, JSON and pages: views first, then their renderers."""
