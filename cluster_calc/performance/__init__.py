"""How fast chips do the work: what training and serving share, and each of them."""
