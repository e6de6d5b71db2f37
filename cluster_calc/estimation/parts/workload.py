"""What the model behind the arithmetic adds to an estimate: what its FLOP count, its memory, its recomputation and precision.

Each addition is a set of formulas that joins the model when the inputs it needs are given, so that an estimate of bare
FLOP stays as small as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cluster_calc.catalog.chips import Chip
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.performance.conventions import ARCHITECTURE, CONVENTIONS, convention_of
from cluster_calc.quantities.datum import Datum, Source

# Giving one of these says how the model is spread over the chips; otherwise memory counts model states alone.
LAYOUT = frozenset(
    {
        "tensor_parallel",
        "pipeline_parallel",
        "zero_stage",
        "micro_batch",
        "interleave",
        "data_parallel",
        "context_parallel",
    }
)


# What a training log says of its speed; any of it implies the MFU.
SPEEDS = frozenset({"throughput_per_chip", "tokens_per_second", "tokens_per_second_per_chip", "step_time", "steps"})
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
    # Whether the layout of least memory is sought.
    spread: bool = False


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
    _layout(found, mode, given, settings)
    if {"listed_rental_price", "commitment_factor"} <= given.keys() and "acquire" not in settings and mode != "cluster":
        found.added.append("listed-rent")
    if "billed_chip_hours" in given and mode != "cluster":
        found.added.append("billed")
    _log(found, mode, given, settings)
    return found


def fed_by_steps(given: dict[str, Datum]) -> dict[str, Datum]:
    """What was given, with the tokens that steps of a known batch train on where no tokens were."""
    if "steps" not in given or "tokens" in given or not {"global_batch", "sequence_length"} <= set(given):
        return given
    count = given["steps"].value * given["global_batch"].value * given["sequence_length"].value
    source = Source("steps", title="steps, times the sequences and tokens of each")
    found = {name: datum for name, datum in given.items() if name != "steps"}
    return {**found, "tokens": Datum("tokens", count, source, origin=given["steps"].origin, kind="given")}


def _log(found: Additions, mode: str, given: Mapping[str, Datum], settings: Mapping[str, Any]) -> None:
    """What a training log says: speeds where one is given or predicted, steps where the batch is known."""
    if mode == "cluster" or not (SPEEDS & set(given) or settings.get("predict_mfu")):
        return
    found.added.append("log-speed")
    if {"global_batch", "sequence_length"} <= set(given):
        found.added.append("log-steps")


def _layout(found: Additions, mode: str, given: Mapping[str, Datum], settings: Mapping[str, Any]) -> None:
    """How the replicas and microbatches follow from the chips and the batch, and the bubble of a pipeline."""
    if settings.get("predict_mfu"):
        return  # The layout is found with the MFU.
    spread = mode != "cluster" and not {"layout-memory", "expert-memory"} & set(found.added)
    filled = "pipeline_parallel" in given and (
        "microbatches" in given or ("global_batch" in given and mode != "cluster")
    )
    if spread and ("data_parallel" in given or (filled and "global_batch" in given)):
        found.added.append("layout")
    if filled:
        found.added += ["pipeline", *(["microbatches"] if "global_batch" in given and mode != "cluster" else [])]


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
    if not all(entry in given for entry in ARCHITECTURE):
        found.added.append("sharded-memory")
        return
    states = "expert-memory" if "expert_parameters" in given else "layout-memory"
    found.added += [states, "logits" if "vocabulary" in given else "without-logits"]
    found.spread = not LAYOUT & set(given) and not settings.get("predict_mfu")
    found.preset["score_bytes"] = _said("score_bytes", 0.0, "fused attention keeps no scores", "korthikanti-2022")
    if "heads" not in given:
        found.preset["heads"] = _said("heads", 1.0, "not needed: fused attention keeps no scores")
    if not found.spread or "recompute" in settings or "activation_bytes" in given:
        _kept(found, str(settings.get("recompute", "selective")))


def _kept(found: Additions, recompute: str) -> None:
    """Bytes kept of a layer, and of the one that is being recomputed."""
    from cluster_calc.performance.efficiencies import kept_bytes

    title = f"{recompute} recomputation with fused attention (arXiv:2205.05198)"
    again = kept_bytes("none")[0] if recompute == "full" else 0.0
    for name, value in (("activation_bytes", kept_bytes(recompute)[0]), ("recomputed_bytes", again)):
        found.preset[name] = _said(name, value, title, "korthikanti-2022")
