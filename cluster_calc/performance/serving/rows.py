"""A row of a table of measured servings as a case; what is blank is inferred, and the row's notes say how."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from cluster_calc.catalog.chips import Chip
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError, quoted
from cluster_calc.performance.serving.architecture import serving_shape
from cluster_calc.performance.serving.cases import Case, Pool
from cluster_calc.performance.serving.constants import book, engine_of
from cluster_calc.performance.serving.formats import cache_format, format_of, precision_figures
from cluster_calc.performance.serving.machine import figure_of, machine_figures
from cluster_calc.performance.serving.models import served_model
from cluster_calc.quantities.architecture import Architecture

BLANK = frozenset({"", "nan", "na", "n/a", "none", "null", "-", "unset", "todo", "unknown"})
_YEAR_MONTH = re.compile(r"20\d\d-\d\d")


class Row:
    """Cells by head, read as text, numbers and whole numbers; remembers what was inferred."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self.cells = cells
        self.notes: list[str] = []

    def text(self, head: str) -> str:
        """The cell, empty where it is blank."""
        cell = str(self.cells.get(head, "") or "").strip()
        return "" if cell.lower() in BLANK else cell

    def number(self, head: str) -> float | None:
        """The cell as a number, None where it is blank."""
        text = self.text(head)
        if not text:
            return None
        try:
            value = float(text.replace(",", ""))
        except ValueError:
            raise InputError(f"{head}: {quoted(text)} is not a number") from None
        if not 0 <= value < float("inf"):
            raise InputError(f"{head}: {quoted(text)} is not a number of at least 0")
        return value

    def degree(self, head: str) -> float:
        """A degree of parallelism: 1 where it is blank or 0."""
        return max(self.number(head) or 1.0, 1.0)

    def inferred(self, head: str, value: Any, why: str) -> Any:
        """A value that the row does not give, noted."""
        self.notes.append(f"{head} {value:g} ({why})" if isinstance(value, float) else f"{head} {value} ({why})")
        return value


def case_of(cells: Mapping[str, str], chip_of: Callable[[str], Chip], model_of: Callable[[str], Architecture]) -> Case:
    """The case of a row; raises InputError for what cannot be used."""
    row = Row(cells)
    item = chip_of(row.text("chip") or _missing("chip"))
    shape = serving_shape(model_of(row.text("architecture") or row.text("model") or _missing("architecture")))
    engine = engine_of(row.text("framework"))
    known = book()["engine"][engine]
    weights = _weights(row, item)
    scenario = _scenario(row)
    cache = _cache(row, weights, {**known, **scenario})
    layout, pools = _layouts(row)
    if scenario.get("one_stream") and layout is None and pools is None:
        # A workstation's engine cuts the layers over its cards.
        layout = {
            "tensor_parallel": 1.0,
            "attention_parallel": 1.0,
            "expert_parallel": 1.0,
            "pipeline_parallel": row.degree("chips"),
        }
    chips = row.number("chips") or (pools and sum(pool.chips for pool in pools)) or _chips_of(layout) or 1.0
    values = {
        **shape,
        **machine_figures(item),
        **precision_figures(item, weights, cache, shape["experts"] > 1),
        **_lengths(row, scenario),
    }
    return Case(
        values=values, level=_level(row, known), chips=float(chips), engine=engine, date=_date(row),
        streams=1.0 if scenario.get("one_stream") else row.number("concurrency"), layout=layout, pools=pools,
        speed=float(scenario.get("speed", 1.0)), most_step=(row.number("tpot_limit_ms") or float(scenario.get("tpot_limit_ms", "inf"))) / 1e3,
        alone=str(scenario.get("alone", "")), notes=tuple(row.notes),
    )  # fmt: skip


def chip_named(text: str) -> Chip:
    """The chip of that name; a name that several sizes share is the smallest's.

    >>> chip_named("nvidia-gh200").id
    'nvidia-gh200-96gb'
    """
    book = catalog()
    try:
        return book.chip(text)
    except InputError:
        sizes = [name for name in book.heads("chips") if name.startswith(f"{text}-")]
        if not sizes:
            raise
        return min((book.chip(name) for name in sizes), key=lambda item: figure_of(item, "memory") or float("inf"))


def model_named(text: str) -> Architecture:
    """The shapes of the model of that name.

    >>> model_named("llama-3-70b").layers
    80
    """
    return served_model(catalog(), text).shape


def _missing(head: str) -> str:
    raise InputError(f"{head} is blank: a serving needs a chip and a model")


def _weights(row: Row, item: Chip) -> str:
    text = row.text("weight_precision") or row.text("precision")
    if text:
        return format_of(text, "weight_precision")
    narrow = next((name for name in ("fp4", "fp8", "int8") if name in item.peaks), "bf16")
    return str(row.inferred("weight_precision", narrow, "the narrowest that the chip computes"))


def _cache(row: Row, weights: str, engine: Mapping[str, Any]) -> str:
    text = row.text("kv_precision")
    return format_of(text, "kv_precision") if text else cache_format(weights, engine)


def _scenario(row: Row) -> Mapping[str, Any]:
    text = row.text("scenario").lower()
    for entry in book()["scenario"].values():
        if any(word in text for word in entry["words"]):
            return dict(entry)
    return {}


def _lengths(row: Row, scenario: Mapping[str, Any]) -> dict[str, float]:
    known = _data_set(row)
    traffic = book()["traffic"]
    found = {}
    for head in ("input_tokens", "output_tokens"):
        given = row.number(head)
        if not given:
            place, why = (known, "its data set") if head in known else (traffic[head], "a default")
            given = row.inferred(head, float(place[head] if place is known else place["value"]), why)
        found[head] = float(given)
    return {**found, "cache_hit_share": row.number("prefix_cache_hit") or 0.0}


def _data_set(row: Row) -> Mapping[str, Any]:
    """The data set of a row that does not state its lengths: by the words of its scenario, then by those of its model."""
    place = f"{row.text('scenario')} {row.text('model')} {row.text('architecture')} {row.text('family')}".lower()
    for entry in book()["data_set"].values():
        if all(word in place for word in entry["words"]):
            return dict(entry)
    return {}


def _level(row: Row, engine: Mapping[str, Any]) -> str:
    place = f"{row.text('family')} {row.text('source')} {row.text('version')}".lower()
    if any(word in place for word in book()["traffic"]["plain_words"]):
        return "plain"
    return str(engine.get("software", "tuned"))


def _date(row: Row) -> str:
    found = _YEAR_MONTH.search(row.text("measured"))
    return found[0] if found else ""


def _layout(row: Row, prefix: str = "") -> dict[str, float] | None:
    names = {"tensor_parallel": "tp", "attention_parallel": "dp" if prefix else "attention_dp", "expert_parallel": "ep"}
    if row.number(f"{prefix}tp") is None and row.number(prefix + names["attention_parallel"]) is None:
        return None
    return {
        **{name: row.degree(prefix + head) for name, head in names.items()},
        "pipeline_parallel": 1.0 if prefix else row.degree("pp"),
    }


def _layouts(row: Row) -> tuple[dict[str, float] | None, tuple[Pool, Pool] | None]:
    pools = [_layout(row, prefix) for prefix in ("prefill_", "decode_")]
    if row.number("disaggregated") and pools[0] and pools[1]:
        first, second = (
            Pool(row.number(f"{side}_workers") or 1.0, layout)
            for side, layout in (("prefill", pools[0]), ("decode", pools[1]))
        )
        return None, (first, second)
    return _layout(row), None


def _chips_of(layout: Mapping[str, float] | None) -> float | None:
    if layout is None:
        return None
    return layout["tensor_parallel"] * layout["attention_parallel"] * layout["pipeline_parallel"]
