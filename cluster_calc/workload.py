"""What the model behind the arithmetic adds to an estimate: what its FLOP count, its memory, its recomputation and precision.

Each addition is a set of formulas that joins the model when the inputs it needs are given, so that an estimate of bare
FLOP stays as small as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cluster_calc.catalog import Chip
from cluster_calc.conventions import ARCHITECTURE, CONVENTIONS, convention_of
from cluster_calc.datum import Datum, Source
from cluster_calc.errors import InputError, did_you_mean, quoted

# Giving one of these says how the model is spread over the chips; otherwise memory counts model states alone.
LAYOUT = frozenset({"tensor_parallel", "pipeline_parallel", "zero_stage", "micro_batch", "interleave", "data_parallel"})


# Arithmetic of attention to every token, forward and backward, per layer and unit of width.
EVERY_PAIR = 12.0
RECOMPUTE_FACTOR = {"none": 1.0, "full": 4.0 / 3.0}


@dataclass
class Additions:
    """Formula sets to add or to leave out, figures that stand for defaults, and what a reader should know."""

    added: list[str] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)
    preset: dict[str, Datum] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def _said(name: str, value: float, title: str, id_: str = "convention") -> Datum:
    return Datum(name, value, Source(id_, title=title), origin="default", kind="convention", confidence="high")


def additions(
    mode: str, sets: tuple[str, ...], given: Mapping[str, Datum], settings: Mapping[str, Any], item: Chip
) -> Additions:
    """Everything that the model's description adds."""
    found = Additions()
    _flop(found, sets, given, settings)
    _recomputation(found, mode, given, settings)
    _precision(found, mode, given, settings, item)
    _memory(found, mode, given, settings)
    return found


def _flop(found: Additions, sets: tuple[str, ...], given: Mapping[str, Datum], settings: Mapping[str, Any]) -> None:
    name = convention_of(settings)
    rule = CONVENTIONS[name]
    known = all(entry in given for entry in ARCHITECTURE)
    if "flop_convention" in settings:
        wants = rule.per_attended_token > 0 and name != "8N-hfu"
        lacking = [entry for entry in ARCHITECTURE if entry not in given] if wants and "model-size" in sets else []
        if rule.without_embedding and "vocabulary" not in given and "model-size" in sets:
            lacking.append("vocabulary")
        if lacking:
            options = ", ".join("--" + entry.replace("_", "-") for entry in lacking)
            raise InputError(
                f"flop_convention: {quoted(name)} counts attention or leaves out the embedding: give {options}"
            )
        if "flop_per_parameter_token" not in given:
            found.preset["flop_per_parameter_token"] = _said(
                "flop_per_parameter_token", rule.per_parameter, f"FLOP convention {name}: {rule.words}"
            )
    if not known:
        return
    if "flop_per_attended_token" not in given:
        counted = rule.per_attended_token if "flop_convention" in settings else 0.0
        found.preset["flop_per_attended_token"] = _said(
            "flop_per_attended_token", counted, f"FLOP convention {name}: {rule.words}"
        )
    sized = "parameters" in given or "active_parameters" in given or "parameter-count" in sets
    if not sized:
        return
    found.added.append(
        "counted-without-embedding" if rule.without_embedding and "vocabulary" in given else "counted-all"
    )
    if "model-size" in sets:
        found.dropped.add("model-size")
        found.added.append("flop-convention")
    else:
        found.added.append("flop-per-token")


def _recomputation(found: Additions, mode: str, given: Mapping[str, Datum], settings: Mapping[str, Any]) -> None:
    asked = settings.get("recompute")
    if asked is not None and asked not in ("none", "selective", "full"):
        raise InputError(
            f"recompute: {quoted(asked)} is not one of none, selective, full.{did_you_mean(str(asked), ('none', 'selective', 'full'))}"
        )
    if not (asked or "hfu" in given or "recompute_factor" in given) or mode == "cluster":
        return
    if convention_of(settings) == "8N-hfu":
        return  # The utilisation is an HFU already.
    if "hfu" in given and ("mfu" in given or mode == "observed"):
        raise InputError("hfu is given beside an MFU (or chips, time and compute, which imply one); leave one out")
    if "recompute_factor" not in given:
        if asked is None:
            raise InputError("hfu: what is recomputed is not known; say --recompute none, selective or full")
        if asked == "selective":
            if not {"flop-per-token", "flop-convention"} & set(found.added):
                raise InputError(
                    "recompute: selective recomputation repeats attention, whose share follows from --params, --layers, "
                    "--hidden-size and --sequence-length; give them, or --recompute-factor"
                )
            found.added.append("selective-factor")
            # As the convention counts attention; one that does not count it still has it repeated.
            counted = CONVENTIONS[convention_of(settings)].per_attended_token or EVERY_PAIR
            if "flop_per_attended_token" in given:
                counted = given["flop_per_attended_token"].value or EVERY_PAIR
            found.preset["recomputed_per_attended_token"] = _said(
                "recomputed_per_attended_token", counted, "attention, which selective recomputation repeats"
            )
        else:
            found.preset["recompute_factor"] = _said(
                "recompute_factor", RECOMPUTE_FACTOR[asked], f"{asked} recomputation: one more forward pass is 8 for 6 FLOP"
                if asked == "full" else "nothing is computed twice",
            )  # fmt: skip
    found.added.append("from-hfu" if "hfu" in given else "recomputation")


def _precision(
    found: Additions, mode: str, given: Mapping[str, Datum], settings: Mapping[str, Any], item: Chip
) -> None:
    counted = settings.get("mfu_precision")
    if not counted:
        return
    name, running = item.precision(counted), item.precision(settings.get("precision"))
    for wanted in (name, running):
        if wanted not in item.peaks:
            raise InputError(
                f"mfu_precision: {item.name} has no {quoted(wanted)} peak in the catalog; it has {', '.join(item.peaks)}"
            )
    if name == running or mode == "cluster":
        return
    found.preset["peak_throughput"] = item.peaks[name]
    found.preset["hardware_peak"] = item.peaks[running].with_(name="hardware_peak")
    found.added.append("mixed-precision")


def _memory(found: Additions, mode: str, given: Mapping[str, Datum], settings: Mapping[str, Any]) -> None:
    if "parameters" not in given or mode == "cluster":
        return
    found.added.append("model-state")
    spread = LAYOUT & set(given) or settings.get("predict_mfu")
    if not spread or not all(entry in given for entry in ARCHITECTURE):
        found.added.append("sharded-memory")
        return
    found.added.append("layout-memory")
    from cluster_calc.efficiencies import kept_bytes

    recompute = str(settings.get("recompute", "selective"))
    kept, scores = kept_bytes(recompute, fused_attention=True)
    title = f"{recompute} recomputation with fused attention (arXiv:2205.05198)"
    found.preset["activation_bytes"] = _said("activation_bytes", kept, title, "korthikanti-2022")
    found.preset["score_bytes"] = _said("score_bytes", scores, title, "korthikanti-2022")
    if "heads" not in given:
        found.preset["heads"] = _said("heads", 1.0, "not needed: fused attention keeps no scores")


# What a predicted MFU depends on, besides the chip and its precision.
PREDICTED_FROM = frozenset({
    "chips", "parameters", "active_parameters", "layers", "hidden_size", "heads", "vocabulary", "sequence_length", "global_batch",
    "scaleout_bandwidth", "network_latency", *LAYOUT,
})  # fmt: skip


def refuse_varied(settings: Mapping[str, Any], names: Iterable[str]) -> None:
    """A predicted MFU belongs to one job: it would stay while a sweep or a search moves what it depends on."""
    moved = sorted(PREDICTED_FROM & set(names)) if settings.get("predict_mfu") else []
    if moved:
        raise InputError(
            f"predict_mfu: the MFU is predicted for one job, and {moved[0]} would change it; give `batch FILE.csv "
            "--predict-mfu` a row for each job"
        )


def predicted_mfu(
    given: Mapping[str, Datum], settings: Mapping[str, Any], item: Chip, mode: str
) -> tuple[Datum, dict[str, Datum], list[str]]:
    """The MFU that the model, its batch and the chips should reach, the layout behind it, and where to doubt it."""
    from cluster_calc import efficiencies, performance, step_time
    from cluster_calc.report.numbers import shown

    if "mfu" in given or "hfu" in given or mode == "observed":
        raise InputError("predict_mfu: the MFU is already given, or implied by chips, time and compute; leave one out")
    needed = ("chips", "parameters", "layers", "hidden_size", "heads", "vocabulary", "sequence_length", "global_batch")
    lacking = ["--" + name.replace("_", "-") for name in needed if name not in given]
    if lacking:
        raise InputError(f"predict_mfu: needs {', '.join(lacking)}")

    def whole(name: str) -> int | None:
        return int(given[name].value) if name in given else None

    job = step_time.Job(
        chips=whole("chips") or 1, parameters=float(given["parameters"].value), layers=whole("layers") or 1,
        hidden_size=whole("hidden_size") or 1, heads=whole("heads") or 1, vocabulary=whole("vocabulary") or 1,
        sequence_length=whole("sequence_length") or 1, global_batch=whole("global_batch") or 1,
        micro_batch=whole("micro_batch"), tensor_parallel=whole("tensor_parallel"),
        pipeline_parallel=whole("pipeline_parallel"), data_parallel=whole("data_parallel"), interleave=whole("interleave"),
        recompute=settings.get("recompute"), zero_stage=whole("zero_stage") or 1,
        sharded_data_parallel=(whole("zero_stage") or 1) >= 2,
        active_parameters=float(given["active_parameters"].value) if "active_parameters" in given else None,
    )  # fmt: skip
    machine = performance.machine_of(
        item, settings.get("precision"),
        scaleout_bandwidth=given["scaleout_bandwidth"].value if "scaleout_bandwidth" in given else None,
        latency=given["network_latency"].value if "network_latency" in given else None,
    )  # fmt: skip
    counted = item.peaks.get(item.precision(settings["mfu_precision"])) if settings.get("mfu_precision") else None
    if counted is not None and counted.value:
        machine = replace(machine, counted_peak=float(counted.value))
    found = performance.predict(job, machine, efficiencies.constants_of(item.id))
    # The utilisation that gives the predicted time with the FLOP that this estimate counts.
    rule = CONVENTIONS[convention_of(settings)]
    without = job.vocabulary * job.hidden_size if rule.without_embedding else 0.0
    pairs = job.layers * job.hidden_size * job.sequence_length
    counts = rule.per_parameter * (job.active - without) + rule.per_attended_token * pairs
    value = found.mfu * counts / (6.0 * job.active + 12.0 * pairs)
    at = found.layout
    parts = ", ".join(
        f"{name} {100 * seconds / found.step_time:.0f} %"
        for name, seconds in found.parts.items()
        if seconds > 0.005 * found.step_time
    )
    note = (
        f"tensor {at.tensor_parallel:.0f} × pipeline {at.pipeline_parallel:.0f} × data {at.data_parallel:.0f}, micro-batch "
        f"{at.micro_batch:.0f}, interleave {at.interleave:.0f}, recomputation: {found.recomputation}; with attention counted "
        f"MFU {shown('mfu', found.mfu)} and HFU {shown('hfu', found.hfu)}; step of {found.step_time:.3g} s: {parts}"
    )
    doubts = [f"the predicted MFU is an extrapolation: {entry}" for entry in found.beyond]
    if not found.fits:
        doubts.append(f"no layout fits in memory: the smallest needs {shown('memory', found.memory_needed)} a chip")
    searched = Source("search", title="cluster_calc.performance.predict: the fastest layout that fits in memory")
    layout = {
        name: Datum(name, float(entry), searched, origin="default", kind="convention", confidence="medium")
        for name, entry in {**at._asdict(), "activation_bytes": found.kept}.items()
        if name != "data_parallel" and name not in given
    }
    low, high = performance.MEASURED_OVER_PREDICTED
    mfu = Datum(
        "mfu", value, searched, low * value, min(high * value, 0.99), origin="computed", kind="range",
        confidence="low" if found.beyond else "medium", note=note,
    )  # fmt: skip
    return mfu, layout, doubts
