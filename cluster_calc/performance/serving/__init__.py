"""Serving a model: its shape as serving sees it, the constants, the search of layout and batch, and the estimate."""
