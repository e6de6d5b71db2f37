"""`catalog show`: one item with every figure, its source, date, confidence, and what contradicts it."""

from __future__ import annotations

import textwrap
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.checks import schema
from cluster_calc.catalog.chips import standing
from cluster_calc.catalog.heads import KINDS, fold
from cluster_calc.catalog.items import Item, Leaf
from cluster_calc.documents.catalog.rows import UNITS, number
from cluster_calc.errors import InputError, did_you_mean, nearest, quoted
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.settings import PRECISIONS

# The plural under which a series stands in JSON, where it is not just an s.
PLURAL = {"price": "prices", "rental": "rentals", "electricity_price": "electricity_price", "pue": "pue"}


def find_any(book: Catalog, text: str, kind: str = "") -> tuple[str, str]:
    """Kind and id of the item with that id, alias or name, in one kind or in all; an id as written goes before a likeness."""
    if kind == "runs":
        return kind, _run(book, text)
    if kind:
        return kind, book.identify(text, kind)
    key, known = fold(text), dict[str, str]()
    found = []
    for name in KINDS:
        if name == "runs":  # its items are tables; what is shown are their rows
            continue
        for item, head in book.layered(name).items():
            names = (item, head.name, *head.aliases)
            known |= {fold(entry): entry for entry in (item, *head.aliases)}
            if key in map(fold, names):
                found.append((name, item))
                break
    exact = [entry for entry in found if entry[1] == text]
    found = exact if len(exact) == 1 else found
    if len(found) > 1:
        places = ", ".join(f"{item} ({name})" for name, item in found)
        raise InputError(f"{quoted(text)} names several items: {places}; say which with --kind")
    if found:
        return found[0]
    from cluster_calc.documents.catalog.rows import runs

    published = {fold(name): name for name in runs(book)}
    if key in published:
        return "runs", published[key]
    close = [({**known, **published})[name] for name in nearest(key, {**known, **published})]
    hint = f" Did you mean {' or '.join(close)}?" if close else " `cluster-calc catalog list` lists the chips."
    raise InputError(f"unknown item {quoted(text)}.{hint}")


def _run(book: Catalog, text: str) -> str:
    """The id of the published run with that name."""
    from cluster_calc.documents.catalog.rows import runs

    published = {fold(name): name for name in runs(book)}
    if fold(text) not in published:
        hint = did_you_mean(text, published.values()) or " `cluster-calc catalog list runs` lists them."
        raise InputError(f"unknown run {quoted(text)}.{hint}")
    return published[fold(text)]


def source_dict(leaf: Leaf) -> dict[str, Any]:
    """The source of a leaf as an object."""
    datum = leaf.datum
    fields = {
        "id": datum.source.id, "title": datum.source.title, "publisher": datum.source.publisher, "url": datum.source.url,
        "date": datum.source.date, "locator": datum.locator, "as_of": datum.as_of, "confidence": datum.confidence,
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value or key == "id"}


def leaf_dict(leaf: Leaf) -> dict[str, Any]:
    """A leaf as the contract's object."""
    found: dict[str, Any] = {"value": leaf.value, "unit": leaf.unit, "source": source_dict(leaf)}
    if leaf.datum.low is not None or leaf.datum.high is not None:
        found |= {"low": leaf.in_unit(leaf.datum.low), "high": leaf.in_unit(leaf.datum.high)}
    found |= {"as_of": leaf.datum.as_of, "confidence": leaf.datum.confidence, "origin": leaf.datum.origin}
    if leaf.datum.kind == "estimate":
        found["kind"] = "estimate"
    if leaf.datum.note:
        found["note"] = leaf.datum.note
    return found


def absent(unit: str) -> dict[str, Any]:
    """A figure that was not found."""
    return {"value": None, "unit": unit, "source": None}


def entry_dict(leaf: Leaf) -> dict[str, Any]:
    """An entry of a dated series."""
    return (
        leaf_dict(leaf) | dict(leaf.facts) | {"default": leaf.chosen} | ({"reason": leaf.reason} if leaf.reason else {})
    )


def as_dict(item: Item) -> dict[str, Any]:
    """An item as the contract's object: every figure a leaf, absent figures with value null."""
    found: dict[str, Any] = {"id": item.id, "name": item.name, "aliases": list(item.aliases), "item_kind": item.kind}
    found |= {key: value for key, value in item.facts.items() if key not in found}
    if item.kind == "chips":
        peaks = item.sections.get("peak_throughput", {})
        unit = QUANTITIES["peak_throughput"].unit
        found["peak_throughput"] = {
            name: leaf_dict(peaks[name]) if name in peaks else absent(unit) for name in PRECISIONS
        }
    figures = item.sections.get("figures", {})
    series = {*item.series, *schema.SERIES_OF.get(item.kind, ())}
    if item.kind == "chips":
        for name in schema.figures("chips"):
            if name not in figures and name not in ("peak_throughput", "chip_price", "rental_price"):
                found[name] = absent(QUANTITIES[name].unit)
    found |= {name: leaf_dict(leaf) for name, leaf in figures.items()}
    if item.kind == "chips":
        found["estimates"] = {name: leaf_dict(leaf) for name, leaf in item.sections.get("estimates", {}).items()}
    for name in sorted(series):
        entries = [entry_dict(leaf) for leaf in item.series.get(name, ())]
        if item.kind == "chips":
            stands, voting = item.quoted(name), _voting(item, name)
            found[f"default_{name}"] = entry_dict(stands) if stands is not None else None
            entries = [{**entry, "default": number in voting} for number, entry in enumerate(entries)]
        found[PLURAL.get(name, name)] = entries
    found["conflicts"] = [dict(entry) for entry in item.conflicts]
    found["origin"] = item.origin
    return found


def _voting(item: Item, series: str, as_of: str = "") -> frozenset[int]:
    """The quotes of a chip's series that vote, by number."""
    found = item.vote(series, as_of)
    votes = [vote.datum for vote in found.votes] if found is not None else []
    leaves = item.series.get(series, ())
    return frozenset(number for number, leaf in enumerate(leaves) if any(leaf.datum is datum for datum in votes))


def text(item: Item, width: int = 80, as_of: str = "") -> str:
    """An item for people: what stands on a day, then every quote, then what contradicts it, with numbered sources."""
    from cluster_calc.documents.catalog.cells import leaf_cell

    notes: dict[str, int] = {}

    def cite(leaf: Leaf) -> str:
        source = leaf.datum.source
        place = f", {leaf.datum.locator}" if leaf.datum.locator else ""
        words = f"{source.title or source.id}. {source.publisher}{place}" + (f". {source.url}" if source.url else "")
        number = notes.setdefault(words, len(notes) + 1)
        bits = [
            leaf.datum.as_of,
            leaf.datum.confidence,
            f"[{leaf.datum.origin}]" if leaf.datum.origin != "catalog" else "",
        ]
        return f"[{number}] " + " ".join(bit for bit in bits if bit)

    def line(label: str, leaf: Leaf, extra: str = "", room: int = 20) -> list[str]:
        head = f"  {label:<{room}} {leaf_cell(leaf).shown:>16}  "
        told = "; ".join(part for part in (extra, leaf.datum.note if leaf.datum.note != leaf.reason else "") if part)
        return textwrap.wrap(f"{cite(leaf)}{'  ' + told if told else ''}", width, initial_indent=head,
                             subsequent_indent=" " * min(len(head), width - 24), break_long_words=False)  # fmt: skip

    lines = [f"{item.name}  ({item.id})"]
    facts = [f"{key.replace('_', ' ')}: {value}" for key, value in item.facts.items() if key not in ("notes",)]
    lines += textwrap.wrap("; ".join([*facts, *(["also " + ", ".join(item.aliases)] if item.aliases else [])]), width)
    if item.facts.get("notes"):
        lines += textwrap.wrap(str(item.facts["notes"]), width)
    titles = {
        "peak_throughput": "Dense peaks",
        "figures": "Figures",
        "estimates": "Analyst estimates, used only when asked for",
    }
    for title, section in item.sections.items():
        if section:
            lines += ["", titles.get(title, title)]
            for name, leaf in section.items():
                lines += line(name, leaf)
    if item.kind == "chips":
        lacking = [name for name in ("memory", "memory_bandwidth", "tdp") if item.leaf(name) is None]
        lacking += [name for name in ("price", "rental") if not item.series.get(name)]
        if lacking:
            lines += ["", f"Not found: {', '.join(lacking)}"]
    for title, leaves in item.series.items():
        lines += ["", title.replace("_", " ").capitalize()]
        chip = item.kind == "chips"
        stands = item.quoted(title, as_of) if chip else standing(leaves, as_of)
        voting = _voting(item, title, as_of) if chip else {leaves.index(stands)} if stands in leaves else set()
        if chip and stands is not None:
            lines += line("=", stands, f"stands: {stands.reason}", 1)
        for place, leaf in enumerate(leaves):
            told = ", ".join(
                f"{value:g} chips" if name == "chips" else f"{value}" for name, value in leaf.facts.items()
            )
            if leaf is stands:
                told += ("; stands: " if told else "stands: ") + (leaf.reason or "the newest")
            lines += line("→" if place in voting else "", leaf, told, 1)
    if item.conflicts:
        lines += ["", "Where sources disagree"]
        for entry in item.conflicts:
            words = f"{entry.get('field')}: {entry.get('chosen')} here, {entry.get('value')} in {entry.get('source')}: {entry.get('reason')}"
            lines += textwrap.wrap(words, width, initial_indent="  - ", subsequent_indent="    ")
    lines += ["", "Sources"]
    for words, place in notes.items():
        lines += textwrap.wrap(
            words,
            width,
            initial_indent=f"  [{place}] ",
            subsequent_indent="      ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines) + "\n"


def run_dict(item: Item, row: dict[str, str]) -> dict[str, Any]:
    """A run as the contract's object: each figure a leaf with value, unit and source."""
    if not row:
        return as_dict(item)
    source = {"id": row.get("source", ""), "title": row.get("source", "")}
    found: dict[str, Any] = {"id": row["id"], "name": row.get("model", row["id"]), "aliases": []}
    for name, cell in row.items():
        if name == "id":
            continue
        if name in UNITS:
            found[name] = {"value": number(cell), "unit": UNITS[name], "source": source if cell else None}
        else:
            found[name] = cell or None
    return found


def run_text(run: dict[str, Any]) -> str:
    """A run for people."""
    lines = [f"{run['name']}  ({run['id']})"]
    for name, value in run.items():
        if name in ("id", "name", "aliases", "model"):
            continue
        if isinstance(value, dict):
            shown = (
                "not found"
                if value.get("value") is None
                else f"{value['value']:,.15g} {value['unit']}".removesuffix(" 1")
            )
        else:
            shown = str(value or "not found")
        lines.append(f"  {name:<16} {shown}")
    return "\n".join(lines) + "\n"
