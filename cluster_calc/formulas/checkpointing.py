"""Goodput from its causes: checkpoints written, work lost, restarts (exponential failures; Daly, FGCS 22(3), 2006)."""

from __future__ import annotations

import numpy as np

from cluster_calc.number import Number


def checkpoint_goodput(checkpoint_interval: Number, checkpoint_write_time: Number) -> Number:
    """What blocking writes leave of the time: τ / (τ + δ).

    >>> checkpoint_goodput(checkpoint_interval=90.0, checkpoint_write_time=10.0)
    0.9
    """
    return checkpoint_interval / (checkpoint_interval + checkpoint_write_time)


def goodput(checkpoint_interval: Number, checkpoint_write_time: Number, restart_time: Number, mtbf: Number) -> Number:
    """Share of wall-clock time in which useful steps run: g = τ / (M e^(R/M) (e^((τ+δ)/M) − 1)).

    Failures are exponential and may strike during a write and during a restart, too.

    Llama 3's scale: writes of 10 s every 7.75 min, 3.0931 h between failures, 10 min to restart.

    >>> from cluster_calc.formulas.daly import checkpoint_interval
    >>> mtbf = 3.0931 * 3600
    >>> round(float(goodput(checkpoint_interval(10.0, mtbf), 10.0, 600.0, mtbf)), 4)
    0.908
    """
    return checkpoint_interval / (
        mtbf * np.exp(restart_time / mtbf) * np.expm1((checkpoint_interval + checkpoint_write_time) / mtbf)
    )


def recovery_goodput(goodput: Number, checkpoint_goodput: Number) -> Number:
    """What lost work and restarts leave of the rest: g / (τ / (τ + δ)).

    >>> recovery_goodput(goodput=0.81, checkpoint_goodput=0.9)
    0.9
    """
    return goodput / checkpoint_goodput


def ettr(checkpoint_interval: Number, checkpoint_write_time: Number, restart_time: Number, mtbf: Number) -> Number:
    """Effective training time ratio, linearised: (1 − (R + τ/2) / M) / (1 + δ/τ), not below 0 (arXiv:2410.21680).

    Good while R + τ/2 is far below M.

    >>> rate = 6.5e-3 / 86400 * 16384 / 8
    >>> round(float(ettr(300.0, 0.0, 300.0, 1 / rate)), 3)
    0.931
    """
    return np.maximum(1 - (restart_time + checkpoint_interval / 2) / mtbf, 0) / (
        1 + checkpoint_write_time / checkpoint_interval
    )
