"""Sourced items in layers: chips, servers, sites, prices, shipments; their reader, and what is added to them."""
