"""The goodput's loss by cause, in chip time and dollars: the two sum to the loss of goodput."""

from __future__ import annotations

from cluster_calc.quantities.number import Number


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


def calendar_time(training_time: Number, scheduling_goodput: Number) -> Number:
    """Time on the calendar, waiting and maintenance included: T_c = T / g_s.

    >>> calendar_time(training_time=90.0, scheduling_goodput=0.9)
    100.0
    """
    return training_time / scheduling_goodput


def calendar_throughput(delivered_throughput: Number, scheduling_goodput: Number) -> Number:
    """Model FLOP/s averaged over the calendar: n · P · u · g · g_s.

    >>> calendar_throughput(delivered_throughput=2e15, scheduling_goodput=0.5)
    1000000000000000.0
    """
    return delivered_throughput * scheduling_goodput


def held_chip_hours(chip_hours: Number, scheduling_goodput: Number, held_spare_share: Number) -> Number:
    """Chip time held, spares included: A_h (1 + f_sp) / g_s.

    >>> held_chip_hours(chip_hours=90.0, scheduling_goodput=0.9, held_spare_share=0.1)
    110.00000000000001
    """
    return chip_hours * (1 + held_spare_share) / scheduling_goodput


def spare_loss(chip_hours: Number, scheduling_goodput: Number, held_spare_share: Number) -> Number:
    """Chip time of the spares: A_h f_sp / g_s.

    >>> round(spare_loss(chip_hours=90.0, scheduling_goodput=0.9, held_spare_share=0.1), 9)
    10.0
    """
    return chip_hours * held_spare_share / scheduling_goodput


def scheduling_loss(chip_hours: Number, scheduling_goodput: Number) -> Number:
    """Chip time that waits or is maintained: A_h (1 / g_s − 1).

    >>> round(scheduling_loss(chip_hours=90.0, scheduling_goodput=0.9), 9)
    10.0
    """
    return chip_hours * (1 / scheduling_goodput - 1)


def spare_loss_cost(spare_loss: Number, cost_per_chip_hour: Number) -> Number:
    """The same at the run's cost per chip-hour; not part of run cost.

    >>> spare_loss_cost(spare_loss=10.0, cost_per_chip_hour=2.0)
    20.0
    """
    return spare_loss * cost_per_chip_hour


def scheduling_loss_cost(scheduling_loss: Number, cost_per_chip_hour: Number) -> Number:
    """The same at the run's cost per chip-hour; not part of run cost.

    >>> scheduling_loss_cost(scheduling_loss=10.0, cost_per_chip_hour=2.0)
    20.0
    """
    return scheduling_loss * cost_per_chip_hour


def held_cost(held_chip_hours: Number, cost_per_chip_hour: Number) -> Number:
    """All chip time held, at the run's cost per chip-hour: run cost, waiting and spares.

    >>> held_cost(held_chip_hours=110.0, cost_per_chip_hour=2.0)
    220.0
    """
    return held_chip_hours * cost_per_chip_hour


def held_throughput(cluster_throughput: Number, held_spare_share: Number) -> Number:
    """Peak of all chips held, spares included: n · P · (1 + f_sp).

    >>> held_throughput(cluster_throughput=1e16, held_spare_share=0.5)
    1.5e+16
    """
    return cluster_throughput * (1 + held_spare_share)
