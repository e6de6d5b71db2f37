"""What was given, merged in layers, and saved."""
