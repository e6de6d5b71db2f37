"""Charts as SVG: scales, axes, marks."""
