"""The formulas as a graph: planned, evaluated, searched, and written as text or as a spreadsheet."""
