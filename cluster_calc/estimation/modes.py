"""Which way round the model runs, from what is given, and the formula sets that make it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster_calc.errors import InputError, UndeterminedError, did_you_mean, quoted
from cluster_calc.quantities.datum import Datum

# Of a cluster without a run: any of these asks what it delivers.
THROUGHPUT = frozenset({"mfu", "goodput", "step_throughput", "delivered_throughput"})
EXAMPLE = "cluster-calc estimate --flop 2e25 --chip h100"


# Serving a model for its users instead of training it.
SERVE, TASKS = "serve", ("train", "serve")
SERVING_DEMAND = ("tokens_per_day", "requests_per_second")


def serves(given: Mapping[str, Datum], settings: Mapping[str, Any]) -> bool:
    """Whether the question is what it takes to serve a model."""
    task = settings.get("task", "")
    if task and task not in TASKS:
        raise InputError(f"task: {quoted(task)} is not one of {', '.join(TASKS)}.{did_you_mean(task, TASKS)}")
    return task == SERVE or (not task and any(name in given for name in SERVING_DEMAND))


def mode_of(given: Mapping[str, Datum], settings: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Which way round the model runs, from what is given, and the formula sets that make it.

    fixed-time: chips follow from the time; fixed-chips: the time follows from the chips; observed: chips, time and
    compute are given and the MFU follows; capacity: what chips can train in a time; cluster: chips alone; serve: a model
    for its users.
    """
    if serves(given, settings):
        from cluster_calc.estimation.parts import serving

        return SERVE, serving.sets_of(given, settings)
    keep_both = bool(settings.get("keep_both"))
    flop, time_held = "training_compute" in given, "training_time" in given
    sized = "parameters" in given or "active_parameters" in given
    fed = "tokens" in given
    chip_time = "accelerator_time" in given
    if flop and sized and fed and not keep_both:
        raise InputError(
            "training_compute, parameters and tokens are all given and say the same thing twice "
            f"({listed(given, 'training_compute', 'parameters', 'active_parameters', 'tokens')}); leave one out, or say "
            "--keep-both when the FLOP count stands and the others serve memory and data"
        )
    by_law = bool(settings.get("scaling_law")) and (sized or fed)
    if not flop and not chip_time and sized != fed and not by_law:
        have, lack, hint = (
            ("parameters", "tokens", "--tokens 1.4e12") if sized else ("tokens", "parameters", "--params 65e9")
        )
        raise UndeterminedError(
            f"{have} alone does not make a demand: {lack} is missing, for example {hint}, or --scaling-law besiroglu-2024"
        )
    if time_held and "time_allowed" in given:
        raise InputError(
            f"training_time and time_allowed are both given ({listed(given, 'training_time', 'time_allowed')}); give one"
        )
    chips = "chips" in given
    work = flop or (sized and fed) or chip_time or by_law
    sets: tuple[str, ...] = ("hardware",)
    if flop or (chip_time and not (sized and fed)):
        sets += ("dense",) if not fed or sized else ("parameter-count",)
        sets += ("data-size",) if sized and not fed else ()
    else:
        sets += ("dense", "model-size")
    demand = ("compute",) if flop or (sized and fed) or (by_law and not chip_time) else ("deliverable",)
    if not work and not chips:
        raise UndeterminedError(
            "nothing to estimate: give a demand (--flop, or --params with --tokens) or --chips.\n"
            f"For example: {EXAMPLE}"
        )
    if not work:
        if not time_held and "time_allowed" not in given:
            return "cluster", ("hardware", "cluster", *(("throughput",) if THROUGHPUT & given.keys() else ()))
        return "capacity", ("hardware", "run", "held-time", "chip-time", "deliverable")
    if chips and time_held:
        if chip_time:
            raise InputError(
                "chips, training_time and accelerator_time are all given "
                f"({listed(given, 'chips', 'training_time', 'accelerator_time')}); two of them fix the third"
            )
        if "mfu" in given:
            raise InputError(
                f"mfu is given beside chips, time and compute, which imply it: {_implied_text(given)}; leave one of the four out"
            )
        return "observed", (*sets, "run", "compute", "held-time", "observed")
    if chips:
        return "fixed-chips", (*sets, "run", *demand, "timing")
    return "fixed-time", (*sets, "run", *demand, "sizing", "timing")


def listed(given: Mapping[str, Datum], *names: str) -> str:
    from cluster_calc.quantities.display import shown

    return ", ".join(f"{name} {shown(name, given[name].value)}" for name in names if name in given)


def _implied_text(given: Mapping[str, Datum]) -> str:
    return listed(given, "mfu", "chips", "training_time", "training_compute", "parameters", "tokens")
