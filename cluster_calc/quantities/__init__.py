"""The field's words and numbers: nomenclature, settings, units, dates, sourced data, ranges."""
