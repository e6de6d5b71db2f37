"""The figures of a file: dimension, bounds, order, date, source; its conflicts and exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster_calc.catalog.checks import schema
from cluster_calc.catalog.checks.sheet import Sheet, check_date
from cluster_calc.catalog.items import OWN_UNITS, Item, item_of
from cluster_calc.catalog.reader import Raw, laid_over, spread
from cluster_calc.errors import InputError, quoted
from cluster_calc.quantities.datum import CONFIDENCES
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.reading import check_bounds
from cluster_calc.quantities.settings import BASES
from cluster_calc.quantities.units import to_base


def loaded(sheet: Sheet) -> Item | None:
    """The file as an item, its layers under it; every figure that cannot be read is a problem of its own."""
    merged = laid_over(spread(sheet.tables, sheet.layer), sheet.below)
    merged.pop("columns", None)
    try:
        return item_of(sheet.book, Raw(sheet.path, merged), sheet.kind)
    except InputError:
        pass  # something is wrong: each figure alone says what
    for title in (*schema.SECTIONS.get(sheet.kind, ("figures",)), *schema.SERIES_OF.get(sheet.kind, ())):
        part = merged.get(title)
        entries = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        bad = []
        for key, entry in list(entries):
            place = f"{title}.{key}" if isinstance(part, dict) else f"{title}[{key}]"
            try:
                _one(sheet, merged, title, key, entry)
            except InputError as error:
                bad.append(key)
                words = str(error).removeprefix(f"{sheet.path.name}: ")
                sheet.wrong(place, words, "every figure names its source" if "needs a source" in words else "")
        if isinstance(part, dict):
            merged[title] = {key: entry for key, entry in part.items() if key not in bad}
        elif isinstance(part, list):
            merged[title] = [entry for key, entry in enumerate(part) if key not in bad]
    try:
        return item_of(sheet.book, Raw(sheet.path, merged), sheet.kind)
    except InputError as error:
        sheet.wrong("", str(error))
        return None


def _one(sheet: Sheet, merged: Mapping[str, Any], title: str, key: Any, entry: Any) -> None:
    alone = {title: {key: entry} if isinstance(key, str) else [entry], "sources": merged.get("sources", {}), "id": "x"}
    item_of(sheet.book, Raw(sheet.path, alone), sheet.kind)


def _mine(sheet: Sheet, title: str) -> Any:
    """What this file itself says under a title, spread out; empty for what lies below."""
    return spread(sheet.tables, sheet.layer).get(title, {})


def check_figures(sheet: Sheet, item: Item) -> None:
    """The figures of the sections that this file itself has."""
    for title, section in item.sections.items():
        mine = _mine(sheet, title)
        for name, leaf in section.items():
            if name in mine:
                quantity = "peak_throughput" if title == "peak_throughput" else name
                _leaf(sheet, f"{title}.{name}", quantity, leaf)


def check_series(sheet: Sheet, item: Item) -> None:
    """The dated entries that this file itself has, and which of them stands."""
    for title, leaves in item.series.items():
        mine = sheet.tables.get(title, [])
        for number, leaf in enumerate(leaves[: len(mine)]):
            _leaf(sheet, f"{title}[{number}]", title, leaf)
            entry = mine[number]
            if entry.get("basis") is not None and entry["basis"] not in BASES:
                sheet.wrong(
                    f"{title}[{number}].basis", f"basis {quoted(entry['basis'])} is not one of {', '.join(BASES)}"
                )
            if title == "price" and not entry.get("basis"):
                sheet.wrong(f"{title}[{number}]", "a price without a basis", f"say what it holds: {', '.join(BASES)}")
            if entry.get("term") is not None and entry["term"] not in schema.TERMS:
                sheet.wrong(
                    f"{title}[{number}].term", f"term {quoted(entry['term'])} is not one of {', '.join(schema.TERMS)}"
                )
        chosen = [number for number, entry in enumerate(mine) if entry.get("default")]
        if chosen and sheet.kind == "chips":
            sheet.doubt(
                f"{title}[{chosen[0]}].default",
                f"a {title} of a chip stands by its date, not by default = true",
                "leave it out",
            )
        if chosen and mine[chosen[0]].get("sector") == "residential":
            sheet.wrong(
                f"{title}[{chosen[0]}].default",
                "the price of households stands for a data centre",
                "leave the default out, or add the price of industry or non-household",
            )
        if len(chosen) > 1:
            sheet.wrong(
                f"{title}[{chosen[1]}].default", f"{len(chosen)} entries of {title} are the default", "leave one"
            )
        if chosen and len(mine) > 1 and not mine[chosen[0]].get("reason"):
            sheet.doubt(
                f"{title}[{chosen[0]}].default", f"the chosen {title} has no reason", "say in reason why it stands"
            )


def _leaf(sheet: Sheet, place: str, name: str, leaf: Any) -> None:
    datum = leaf.datum
    if datum.value is None:
        sheet.wrong(place, f"{place} has no value", "leave the figure out: what is not known is absent")
        return
    if datum.as_of:
        check_date(sheet, place, datum.as_of, "as_of")
    else:
        sheet.wrong(place, f"{place} has no as_of date", 'write as_of = "2026-05", the day the figure was true')
    if datum.confidence not in CONFIDENCES:
        sheet.wrong(place, f"{place}: confidence {quoted(datum.confidence)}", f"one of {', '.join(CONFIDENCES)}")
    low, high = datum.low, datum.high
    if (low is not None and low > datum.value) or (high is not None and high < datum.value):
        ends = ", ".join(f"{leaf.in_unit(end):g}" for end in (low, datum.value, high) if end is not None)
        sheet.wrong(place, f"{place}: low, value, high are not in order: {ends}", "low ≤ value ≤ high")
    quantity = QUANTITIES.get(datum.name)
    if quantity is not None and leaf.unit == quantity.unit and datum.name not in OWN_UNITS.get(sheet.kind, {}):
        try:
            check_bounds(quantity, datum.value, f"{leaf.value:g} {leaf.unit}".removesuffix(" 1"))
        except InputError as error:
            sheet.wrong(place, f"{place}: {error}")
            return
    _bounds(sheet, place, name, leaf)
    for word in ("title", "publisher", "date"):
        if not getattr(datum.source, word) and datum.source.id != "judgement":
            sheet.wrong(place, f"{place}: source {quoted(datum.source.id)} has no {word}", "complete it in [sources]")
    if not datum.source.url and not datum.locator and datum.source.id != "judgement":
        sheet.wrong(place, f"{place}: neither its source nor the figure says where to look", "add url or locator")


def _bounds(sheet: Sheet, place: str, name: str, leaf: Any) -> None:
    field = schema.field_of(sheet.kind, name)
    if field is None:
        return
    for end, bound in (("low", field.low), ("high", field.high)):
        if bound is None:
            continue
        limit = to_base(bound, field.unit, bare=False) if isinstance(bound, str) else float(bound)
        outside = leaf.datum.value < limit * (1 - 1e-9) if end == "low" else leaf.datum.value > limit * (1 + 1e-9)
        if outside and not sheet.exempt("bounds", name):
            side = "below" if end == "low" else "above"
            sheet.doubt(
                place,
                f"{place}: {leaf.value:g} {leaf.unit} is {side} the plausible {bound}: {field.reason}",
                "correct it, or add [[exception]] with check, field and reason",
            )


def check_conflicts(sheet: Sheet, item: Item) -> None:
    """What contradicts the file's figures, and the exceptions it asks for."""
    for number, entry in enumerate(sheet.tables.get("conflict", ())):
        place = f"conflict[{number}]"
        for key in ("field", "value", "source", "chosen", "reason"):
            if key not in entry:
                sheet.wrong(
                    place, f"{place}: {key} is missing", "a conflict has field, value, source, chosen and reason"
                )
        try:
            own = sheet.tables.get("sources", {})
            if entry.get("source") and entry["source"] not in own:
                sheet.book.source(str(entry["source"]), place, sheet.layer)
        except InputError as error:
            sheet.wrong(f"{place}.source", str(error))
    for number, entry in enumerate(sheet.tables.get("exception", ())):
        if not all(entry.get(key) for key in schema.EXCEPTION):
            sheet.wrong(f"exception[{number}]", "an exception has check, field and reason")
