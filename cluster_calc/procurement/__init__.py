"""What a memo computes: file, quotes, options, dates, risks, fleet, tax, gaps."""
