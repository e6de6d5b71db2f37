"""What a catalog file must hold: keys, figures, units, physics, sources."""
