"""What serving adds to an estimate: its mode and formula sets, and the figures of the model, the formats and the software."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Chip
from cluster_calc.errors import InputError, UndeterminedError, quoted
from cluster_calc.estimation.modes import SERVING_DEMAND as DEMAND
from cluster_calc.model.implicit import Implicit
from cluster_calc.performance.serving import constants
from cluster_calc.performance.serving.architecture import serving_shape
from cluster_calc.performance.serving.formats import cache_format, format_of, precision_figures
from cluster_calc.performance.serving.machine import machine_figures
from cluster_calc.performance.serving.models import served_model
from cluster_calc.performance.serving.planning import DECIDED, TARGETS, searches
from cluster_calc.performance.serving.replicas import CONVENTIONS
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.elementwise import numpy_later as np
from cluster_calc.quantities.nomenclature import QUANTITIES

EXAMPLE = "cluster-calc serve --model llama-3.3-70b --chip h200 --tokens-per-day 20e9"
# Defaults of a demand, and the figures that carry a range of their own.
_TRAFFIC = ("input_tokens", "output_tokens", "peak_to_mean", "load_limit", "spare_replica_share", "autoscaled_share",
            "arrival_variation", "cache_hit_share", "draft_acceptance", "draft_time_share")  # fmt: skip
# The weights are those of the checkpoint as it was published, never narrower unasked; 32 bit is served in 16.
HALF_OF = {"fp32": "bf16"}


@dataclass
class Part:
    """What a mode adds to an estimate."""

    preset: dict[str, Datum] = field(default_factory=dict)
    searches: tuple[Implicit, ...] = ()
    warnings: list[str] = field(default_factory=list)
    precision: str = ""


def sets_of(given: Mapping[str, Datum], settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The formula sets: chips from the demand, or the demand from the chips."""
    if "model" not in settings:
        raise UndeterminedError(f"no model: say which one with --model, for example `{EXAMPLE}`")
    if not any(name in given for name in ("chips", *DEMAND)):
        raise UndeterminedError(
            f"nothing to size: give --tokens-per-day or --requests-per-second, or --chips and the question is what they serve. For example `{EXAMPLE}`"
        )
    if all(name in given for name in DEMAND):
        raise InputError(
            "tokens_per_day and requests_per_second are both given; one follows from the other, so leave one out"
        )
    return (
        "hardware",
        "served-rented" if "acquire" in settings else "served",
        "held-time",
        "chip-time",
        *planned_sets(given, settings),
        "serving-use",
        "serving-cost",
    )


def planned_sets(given: Mapping[str, Datum], settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The sets that the search of layout and batch runs within."""
    free = "chips" in given and not any(name in given for name in DEMAND)
    targets = "serving-late-targets" if settings.get("percentile") else "serving-targets"
    return ("serving", "serving-capacity" if free else "serving-fleet", targets)


def part(given: Mapping[str, Datum], settings: Mapping[str, Any], item: Chip, book: Catalog) -> Part:
    """Every figure of a serving that is not the buyer's to give."""
    model = served_model(book, str(settings["model"]))
    shape = serving_shape(model.shape)
    engine = constants.checked_engine(str(settings.get("engine") or constants.book()["traffic"]["engine"]))
    known = constants.book()["engine"][engine]
    level = constants.checked_level(str(settings.get("software") or known.get("software", "tuned")))
    weights = format_of(str(settings.get("precision") or HALF_OF.get(model.native, model.native)), "precision")
    cache = (
        format_of(str(settings["kv_precision"]), "kv_precision")
        if settings.get("kv_precision")
        else cache_format(weights, known)
    )
    found = Part(precision=weights, searches=searches(planned_sets(given, settings)))
    _put(
        found,
        shape,
        model.figure.source,
        locator=f"shapes of {model.name}",
        as_of=model.figure.as_of,
        confidence="high",
    )
    formats = Source(
        "formats", title=f"{weights} weights, {cache} cache: bytes and the peak of {item.name} that computes them"
    )
    _put(found, precision_figures(item, weights, cache, shape["experts"] > 1), formats, confidence="high")
    links = {key: value for key, value in machine_figures(item).items() if key not in item.figures}
    _put(
        found,
        links,
        Source("links", title="links of this kind of system, where the chip's file names none"),
        confidence="medium",
    )
    _put(found, CONVENTIONS, Source("convention", title="by agreement"), confidence="high")
    _constants(found, level, engine, shape["experts"] > 1, book)
    _traffic(found, settings, level, measured(item), book)
    for target in TARGETS:
        if target not in given:
            entry = constants.book()["traffic"][target]
            found.preset[target] = Datum(
                target, float(entry["value"]), book.source(str(entry["source"]), "serving.toml", len(book.folders) - 1),
                origin="default", kind="choice", confidence="low", note=str(entry["note"]),
            )  # fmt: skip
    found.preset["time_allowed"] = Datum("time_allowed", YEAR, Source("convention", title="costs are counted over a year"),
                                         origin="default", kind="convention", confidence="high")  # fmt: skip
    lengths = [
        given[name].value if name in given else found.preset[name].value for name in ("input_tokens", "output_tokens")
    ]
    if np.max(lengths[0] + lengths[1]) > model.context:
        found.warnings.append(
            f"input_tokens and output_tokens come to {np.max(lengths[0] + lengths[1]):,.0f}, more than the {model.context:,.0f} that "
            f"{model.name} was made for"
        )
    found.warnings += doubts(shape, item, weights, level, engine)
    return found


def _put(found: Part, values: Mapping[str, float], source: Source, kind: str = "convention", **more: Any) -> None:
    for name, value in values.items():
        if name in QUANTITIES and value == value:  # a figure that is not known stays away
            found.preset[name] = Datum(name, float(value), source, origin="default", kind=kind, **more)


def _constants(found: Part, level: str, engine: str, moe: bool, book: Catalog) -> None:
    """The calibrated constants, each with its source; the engine's factors are in them."""
    table = constants.book()
    for head, entry in (("constants", table["constants"]), (f"software.{level}", table["software"][level])):
        for name, figure in entry.items():
            if isinstance(figure, dict):
                source = book.source(
                    str(figure.get("source") or entry["source"]), "serving.toml", len(book.folders) - 1
                )
                fitted = "fitted" if "start" in figure else "judgement"
                found.preset[name] = Datum(
                    name, float(figure["value"]), source, origin="default", kind="convention",
                    locator=f"serving.toml {head}, {fitted}", as_of=str(table["constants"]["as_of"]),
                    confidence="medium" if "start" in figure else "low", note=str(figure.get("note", "")),
                )  # fmt: skip
    factors = constants.engine_figures(engine, moe)
    source = book.source(
        str(table["engine"][engine].get("source", "inferencex")), "serving.toml", len(book.folders) - 1
    )
    found.preset["engine_time_factor"] = Datum("engine_time_factor", factors["engine_time_factor"], source, origin="default",
                                               kind="convention", confidence="medium", label=engine)  # fmt: skip
    routing = found.preset["moe_layer_time"]
    found.preset["moe_layer_time"] = routing.with_(value=routing.value * factors["moe_factor"])


def measured(item: Chip) -> bool:
    """Whether servings on this kind of chip are behind the constants."""
    return item.generation in constants.book()["traffic"]["measured_generations"]


def _traffic(found: Part, settings: Mapping[str, Any], level: str, seen: bool, book: Catalog) -> None:
    """Defaults of the demand, and the spread between predicted and measured speed as a range."""
    table = constants.book()
    for name in _TRAFFIC:
        entry = table["traffic"].get(name)
        if entry is None:
            continue
        found.preset[name] = Datum(
            name, float(entry["value"]), Source("judgement", title="a choice of the demand's"), entry.get("low"), entry.get("high"),
            origin="default", kind="choice", confidence="low", note=str(entry.get("note", "")),
        )  # fmt: skip
    # A chip that nobody measured has the widest interval there is.
    group = table["left_out"]["batch-open" if not seen else "plain" if level == "plain" else "closed-loop"]
    error = f"median error {100 * float(group['median']):.0f} % on {int(group['rows']):,} measured rows left out"
    # The group's P10 and P90 as the P5 and P95 of a lognormal range.
    low, high = float(group["low"]) ** WIDER, float(group["high"]) ** WIDER
    found.preset["serving_speed_factor"] = Datum(
        "serving_speed_factor", 1.0, book.source("inferencex", "serving.toml", len(book.folders) - 1), low, high,
        origin="default", kind="range", confidence="medium" if seen else "low",
        locator=error if seen else "no measurement on this chip; other chips' constants and a wide range",
    )  # fmt: skip
    if settings.get("percentile"):
        found.preset["late_share"] = Datum("late_share", late_share(str(settings["percentile"])), Source("command line"),
                                           origin="command line", kind="given", confidence="high")  # fmt: skip


# From a P10–P90 interval to a P5–P95 one of a normal: 1.645 / 1.282.
WIDER = 1.2835


def late_share(text: str) -> float:
    """The share of requests beyond a percentile.

    >>> round(late_share("P95"), 6)
    0.05
    """
    try:
        percent = float(text.strip().lower().removeprefix("p"))
    except ValueError:
        percent = 0.0
    if not 50 <= percent < 100:
        raise InputError(f"percentile: {quoted(text)} is not a percentile from 50 up to 100; write for example 95")
    return 1 - percent / 100


def doubts(shape: Mapping[str, float], item: Chip, weights: str, level: str, engine: str) -> list[str]:
    """Where the prediction leaves what it was calibrated on."""
    found = []
    table = constants.book()
    if not measured(item):
        found.append(
            f"no measurement of serving on {item.name} is behind the constants: they are those of NVIDIA's and AMD's chips"
        )
    computed = table["formats"][weights]["computed_in"]
    if not set(computed) & set(item.peaks) and weights not in ("bf16", "fp16"):
        found.append(f"{item.name} has no {weights} arithmetic: the weights are narrow, the products run in 16 bit")
    if engine == "other":
        found.append("engine: no measurement of that engine; taken as the fastest")
    return found


def refuse_unplanned(given: Mapping[str, Datum], values: Mapping[str, Any], model: str, item: Chip) -> None:
    """Raise InputError where no layout holds the model: the least chips that do."""
    if not any(name in values and np.all(np.isnan(values[name])) for name in DECIDED):
        return
    weights = (
        values["attention_parameters"] * values["attention_weight_bytes"]
        + values["shared_parameters"] * values["shared_weight_bytes"]
    )
    weights += (
        values["expert_parameters"] * values["expert_weight_bytes"]
        + values["embedding_parameters"] * values["embedding_weight_bytes"]
    )
    usable = values["memory"] * values["serving_memory_share"] - values["serving_memory_reserve"]
    one = values["cache_element_bytes"] * (
        values["cache_width"] * (values["input_tokens"] + values["output_tokens"])
        + values["window_cache_width"]
        * np.minimum(values["input_tokens"] + values["output_tokens"], values["cache_window"])
    )
    least = int(np.max(np.ceil((weights + one) / usable)))
    typed = ", ".join(f"{name} {given[name].value:g}" for name in (*DECIDED, "chips") if name in given)
    if "batch" in given and np.max(given["batch"].value) > 1 and least <= np.max(values.get("chips", least)):
        raise InputError(
            f"batch: {np.max(given['batch'].value):g} sequences of {float(np.max(one)) / 1e9:.2g} GB of cache each do not fit beside "
            f"{float(np.max(weights)) / 1e9:,.0f} GB of weights ({typed}); give a smaller --batch, or leave it to the search"
        )
    whole = 2 ** int(np.ceil(np.log2(least)))
    layouts = f", {whole} in layouts of powers of two" if whole > least else ""
    raise InputError(
        f"{model} does not fit: {float(np.max(weights)) / 1e9:,.0f} GB of weights and {float(np.max(one)) / 1e9:.2g} GB of cache for one "
        f"sequence need at least {least} of {item.name}{layouts} ({float(np.max(usable)) / 1e9:.0f} GB usable each)"
        + (f"; given: {typed}" if typed else "")
        + ". Give more chips, a narrower --precision or shorter --input-tokens"
    )
