"""What a setting brings to an estimate: formula sets, figures, given values, warnings."""
