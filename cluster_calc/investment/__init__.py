"""Owning and renting over years: flows, net present value, break-even, ways to have chips."""
