"""What a memo starts from: options as typed, scenario files, or what `estimate`, `compare` or `sheet` wrote, each as an entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.errors import InputError, quoted
from cluster_calc.investment.cash_flow import GROWTHS, INPUTS
from cluster_calc.procurement.file import MemoFile
from cluster_calc.procurement.quotes import TYPED, Priced, Target, laid, over
from cluster_calc.quantities.settings import FINANCE_WORDS
from cluster_calc.scenario.layers import gather
from cluster_calc.scenario.scenario import Scenario

# What a result's file may be given besides: it enters the finance of the memo, not the estimate.
BESIDES = frozenset(
    {*INPUTS, *GROWTHS, *FINANCE_WORDS, "rental_price_1_year", "rental_price_3_year", "rental_price_spot", "delivery_time",
     "installation_time"} - {"goodput", "used_share"}
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One option of a memo: its scenario, the catalog it is read with, its name, and what of it the memo file gave."""

    scenario: Scenario
    book: Catalog | None = None
    name: str = ""
    recorded: bool = False
    typed: Mapping[str, Any] | None = None


def entries(given: Mapping[str, Any], compare: Sequence[str] = (), files: Sequence[str] = (), base: str | None = None,
            origin: str = "command line") -> list[Entry]:  # fmt: skip
    """The options of a memo: of results' JSON, of scenario files, or of what is given and the chips of `compare`."""
    ambient = origin == "command line"
    recorded = [name for name in files if Path(name).suffix.lower() != ".toml"]
    if recorded:
        if len(files) > 1:
            raise InputError(
                f"{quoted(files[1])}: a memo starts from one file of results, or from scenario files (.toml)"
            )
        return _recorded(recorded[0], given, compare)
    if files and compare:
        raise InputError("--compare names chips for what is typed; with scenario files, each file is an option")
    if files:
        if "chip" in given and len(files) > 1:
            raise InputError("--chip would make every scenario file's option the same chip; leave it out")
        return [
            Entry(
                gather(given, origin=origin, file=name, ambient=ambient), name=Path(name).stem if len(files) > 1 else ""
            )
            for name in files
        ]
    asked = [given, *({**given, "chip": chip} for chip in compare)]
    return [Entry(gather(entry, origin=origin, file=base, ambient=ambient)) for entry in asked]


def _recorded(name: str, given: Mapping[str, Any], compare: Sequence[str]) -> list[Entry]:
    from cluster_calc.estimation.replay import entries_from, reopened
    from cluster_calc.files.atomic import read_text

    wrong = sorted(key for key in given if key not in BESIDES) + (["compare"] if compare else [])
    if wrong:
        raise InputError(
            f"{quoted(name)} already holds a result: leave out --{wrong[0].replace('_', '-')}, or the file"
        )
    found = []
    read = entries_from(read_text(name))
    # A comparison may set ways to have a chip side by side; the memo computes them all from owning.
    owned = [entry for entry in read if not isinstance(entry, dict) or entry.get("acquisition", "own") == "own"]
    if not owned:
        raise InputError(f"{quoted(name)} compares rented options alone; a memo starts from one that is owned")
    for entry in owned:
        scenario, book = reopened(entry)
        if faults := scenario.add(given, "command line"):
            raise InputError(str(faults[0]))
        called = str(entry.get("name") or "") if len(owned) > 1 else ""
        chip = entry["chip"]["id"]
        found.append(Entry(scenario, book, "" if called == chip else called, recorded=True))
    return found


def with_memo_file(found: Sequence[Entry], extra: MemoFile, today: str) -> tuple[list[Entry], tuple[Priced, ...]]:
    """The entries with what the memo file gives the estimate, its quotes included, and what became of each quote.

    What is typed stands before the file; everything else gives way to it. Ranges are drawn without being asked for.
    """
    ready = []
    for entry in found:
        merged = entry.scenario
        open_ = {
            name: value for name, value in extra.inputs.items()
            if entry.recorded or merged.origins.get(name) not in TYPED
        }  # fmt: skip
        merged = over(merged, open_, extra.where) if open_ else merged
        if "ranges" not in merged.settings:
            merged = replace(merged, settings={**merged.settings, "ranges": True})
        ready.append(replace(entry, scenario=merged, typed=entry.scenario.texts))
    cases = [Target(entry.scenario, entry.book, entry.recorded) for entry in ready]
    merged_all, quotes = laid(cases, extra, today)
    return [replace(entry, scenario=merged) for entry, merged in zip(ready, merged_all, strict=True)], quotes
