"""What filling and draining a pipeline costs (Megatron-LM, arXiv:2104.04473 section 2.2)."""

from __future__ import annotations

from cluster_calc.number import Number


def pipeline_bubble(pipeline_parallel: Number, microbatches: Number, interleave: Number) -> Number:
    """Idle time over the ideal time: (p − 1) / (v m). Of the total it is that over one more.

    >>> pipeline_bubble(pipeline_parallel=8, microbatches=64, interleave=1)
    0.109375
    """
    return (pipeline_parallel - 1) / (interleave * microbatches)
