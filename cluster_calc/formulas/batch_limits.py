"""The batch against the critical one (McCandlish et al. 2018, arXiv:1812.06162)."""

from __future__ import annotations

from cluster_calc.number import Number


def batch_tokens(global_batch: Number, sequence_length: Number) -> Number:
    """Tokens of one optimizer step: B · s.

    >>> batch_tokens(global_batch=15360, sequence_length=4096)
    62914560
    """
    return global_batch * sequence_length


def critical_batch(critical_batch_scale: Number, loss: Number, critical_batch_exponent: Number) -> Number:
    """Batch at which twice the steps buy half the data: B_c = B* / L^(1/α) (Kaplan et al. 2020; their tokenizer's loss).

    >>> round(critical_batch(critical_batch_scale=2e8, loss=2.0, critical_batch_exponent=0.21) / 1e6, 1)
    7.4
    """
    return critical_batch_scale / loss ** (1 / critical_batch_exponent)


def data_overhead(batch_tokens: Number, critical_batch: Number) -> Number:
    """Data a run at that batch needs over the least: E / E_min = 1 + B / B_c.

    >>> data_overhead(batch_tokens=4.0, critical_batch=1.0)
    5.0
    """
    return 1 + batch_tokens / critical_batch


def batch_margin(batch_tokens: Number, critical_batch: Number) -> Number:
    """1 − B / B_c.

    >>> batch_margin(batch_tokens=1.0, critical_batch=4.0)
    0.75
    """
    return 1 - batch_tokens / critical_batch
