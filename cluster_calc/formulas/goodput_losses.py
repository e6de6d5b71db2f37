"""The goodput's loss by cause, in chip time and dollars: the two sum to the loss of goodput."""

from __future__ import annotations

from cluster_calc.number import Number


def checkpoint_loss(chip_hours: Number, mfu: Number, checkpoint_goodput: Number) -> Number:
    """What writing checkpoints takes: A_h · u · (1 − g_c).

    >>> round(checkpoint_loss(chip_hours=100.0, mfu=0.5, checkpoint_goodput=0.9), 9)
    5.0
    """
    return chip_hours * mfu * (1 - checkpoint_goodput)


def recovery_loss(chip_hours: Number, mfu: Number, checkpoint_goodput: Number, recovery_goodput: Number) -> Number:
    """What lost work and restarts take of the rest: A_h · u · g_c · (1 − g_r).

    >>> round(recovery_loss(chip_hours=100.0, mfu=0.5, checkpoint_goodput=0.9, recovery_goodput=0.8), 9)
    9.0
    """
    return chip_hours * mfu * checkpoint_goodput * (1 - recovery_goodput)


def checkpoint_loss_cost(checkpoint_loss: Number, cost_per_chip_hour: Number) -> Number:
    """The same in dollars of run cost.

    >>> checkpoint_loss_cost(checkpoint_loss=5.0, cost_per_chip_hour=2.0)
    10.0
    """
    return checkpoint_loss * cost_per_chip_hour


def recovery_loss_cost(recovery_loss: Number, cost_per_chip_hour: Number) -> Number:
    """The same in dollars of run cost.

    >>> recovery_loss_cost(recovery_loss=9.0, cost_per_chip_hour=2.0)
    18.0
    """
    return recovery_loss * cost_per_chip_hour


def checkpointed_throughput(step_throughput: Number, checkpoint_goodput: Number) -> Number:
    """Model FLOP/s once checkpoints are written: n · P · u · g_c.

    >>> checkpointed_throughput(step_throughput=4e15, checkpoint_goodput=0.5)
    2000000000000000.0
    """
    return step_throughput * checkpoint_goodput
