"""The cost sheet: one HTML page to keep."""
