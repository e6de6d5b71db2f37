"""Goodput from its causes: checkpoints written, work lost, restarts (exponential failures; Daly, FGCS 22(3), 2006)."""

from __future__ import annotations

from cluster_calc.formulas import returns
from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number

# Divisors of the series' second and third term.
SECOND = 3.0
THIRD = 9.0


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

    >>> pass
    >>> mtbf = 3.0931 * 3600
    >>> round(float(goodput(daly_interval(10.0, mtbf), 10.0, 600.0, mtbf)), 4)
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


@returns("checkpoint_interval")
def young_interval(checkpoint_write_time: Number, mtbf: Number) -> Number:
    """Compute time between checkpoints: τ = √(2 δ M); 5 % above the optimum at δ/M = 0.01, 25 % at 0.2.

    >>> round(float(young_interval(checkpoint_write_time=0.01, mtbf=1.0)), 6)
    0.141421
    """
    return np.sqrt(2 * checkpoint_write_time * mtbf)


@returns("checkpoint_interval")
def daly_interval(checkpoint_write_time: Number, mtbf: Number) -> Number:
    """Compute time between checkpoints: τ = √(2δM) [1 + ⅓ √(δ/2M) + ⅑ (δ/2M)] − δ for δ < 2M, else M.

    Within 2 % of the optimum for δ < M.

    >>> round(float(daly_interval(checkpoint_write_time=0.01, mtbf=1.0)), 6)
    0.134833
    """
    half = checkpoint_write_time / (2 * mtbf)
    series = 2 * mtbf * np.sqrt(half) * (1 + np.sqrt(half) / SECOND + half / THIRD) - checkpoint_write_time
    return np.where(half < 1, series, mtbf)


@returns("checkpoint_interval")
def optimal_interval(checkpoint_write_time: Number, mtbf: Number) -> Number:
    """The optimum τ = M (1 + W₀(−e^(−1 − δ/M))), with Lambert's W.

    Solved as u = 1 − e^(−u − δ/M), u = τ/M, by two steps of Newton's method from Daly's series: exact to 1e-8.

    >>> [round(float(optimal_interval(write, 1.0)), 4) for write in (0.001, 0.01, 0.2, 0.5, 1.0)]
    [0.0441, 0.1348, 0.5068, 0.6983, 0.8414]
    """
    write = checkpoint_write_time / mtbf
    daly = np.where(write < 2, np.sqrt(2 * write) * (1 + np.sqrt(write / 2) / SECOND + write / 2 / THIRD) - write, 1)
    better = 1 + daly + daly / np.expm1(-daly - write)
    return mtbf * (1 + better + better / np.expm1(-better - write))
