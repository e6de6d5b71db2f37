"""Where the FLOP go: peak → MFU → goodput → delivered, in FLOP/s, chip time and dollars.

The steps multiply: what is left after each is the next one's whole, so the three shares of the chip time sum to it.
"""

from __future__ import annotations

from cluster_calc.number import Number


def step_throughput(cluster_throughput: Number, mfu: Number) -> Number:
    """Model FLOP/s while training steps run: n · P · u.

    >>> step_throughput(cluster_throughput=1e16, mfu=0.4)
    4000000000000000.0
    """
    return cluster_throughput * mfu


def delivered_throughput(step_throughput: Number, goodput: Number) -> Number:
    """Model FLOP/s averaged over the wall clock: n · P · u · g.

    >>> delivered_throughput(step_throughput=4e15, goodput=0.5)
    2000000000000000.0
    """
    return step_throughput * goodput


def mfu_loss(chip_hours: Number, mfu: Number) -> Number:
    """Chip time that peak arithmetic would not have needed: A_h · (1 − u).

    >>> mfu_loss(chip_hours=100.0, mfu=0.4)
    60.0
    """
    return chip_hours * (1 - mfu)


def goodput_loss(chip_hours: Number, mfu: Number, goodput: Number) -> Number:
    """What interruptions take of the rest: A_h · u · (1 − g).

    >>> goodput_loss(chip_hours=100.0, mfu=0.4, goodput=0.75)
    10.0
    """
    return chip_hours * mfu * (1 - goodput)


def delivered_chip_hours(chip_hours: Number, mfu: Number, goodput: Number) -> Number:
    """What is left: the chip time of the run's arithmetic at full peak, A_h · u · g = C / P.

    >>> delivered_chip_hours(chip_hours=100.0, mfu=0.4, goodput=0.75)
    30.0
    """
    return chip_hours * mfu * goodput


def mfu_loss_cost(mfu_loss: Number, cost_per_chip_hour: Number) -> Number:
    """The same in dollars of run cost.

    >>> mfu_loss_cost(mfu_loss=60.0, cost_per_chip_hour=2.0)
    120.0
    """
    return mfu_loss * cost_per_chip_hour


def goodput_loss_cost(goodput_loss: Number, cost_per_chip_hour: Number) -> Number:
    """The same in dollars of run cost.

    >>> goodput_loss_cost(goodput_loss=10.0, cost_per_chip_hour=2.0)
    20.0
    """
    return goodput_loss * cost_per_chip_hour


def delivered_cost(delivered_chip_hours: Number, cost_per_chip_hour: Number) -> Number:
    """The same in dollars of run cost.

    >>> delivered_cost(delivered_chip_hours=30.0, cost_per_chip_hour=2.0)
    60.0
    """
    return delivered_chip_hours * cost_per_chip_hour
