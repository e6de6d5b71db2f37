"""Growth: rates, fits, series, projections, crossings."""
