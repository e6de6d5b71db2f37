"""Serving: prefill, decode, memory, replicas, the fleet and its cost."""
