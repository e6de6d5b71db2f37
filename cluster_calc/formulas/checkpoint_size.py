"""Time to write a checkpoint, from what it holds and how fast the storage takes it."""

from __future__ import annotations

from cluster_calc.number import Number


def checkpoint_size(parameters: Number, checkpoint_bytes: Number) -> Number:
    """Bytes of one checkpoint: N times the bytes kept per parameter.

    >>> checkpoint_size(parameters=405e9, checkpoint_bytes=14.0) / 1e12
    5.67
    """
    return parameters * checkpoint_bytes


def checkpoint_write_time(checkpoint_size: Number, storage_bandwidth: Number) -> Number:
    """Blocking time of one write: δ = S / B. Asynchronous writes block for less: give that time itself.

    >>> checkpoint_write_time(checkpoint_size=5.67e12, storage_bandwidth=2e12)
    2.835
    """
    return checkpoint_size / storage_bandwidth
