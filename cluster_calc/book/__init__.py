"""What `catalog.py` is made of: reading files into sourced figures, and the commands that list, check and extend them."""
