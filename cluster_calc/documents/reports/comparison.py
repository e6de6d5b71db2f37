"""A comparison as text, JSON, CSV and Markdown."""

from __future__ import annotations

import json
import textwrap

from cluster_calc.estimation.idle import beside
from cluster_calc.files.csv import csv_rows
from cluster_calc.quantities.display import money, plain, shown
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.studies.as_json import _verdicts, as_dict, metrics, rows
from cluster_calc.studies.comparison import Comparison
from cluster_calc.studies.options import NPV, OWNED_ONLY, Option
from cluster_calc.studies.switching import Switch

LABELS = 26
COLUMN = 18
WIDTH = 80


def json_text(comparison: Comparison) -> str:
    """The JSON text."""
    return json.dumps(as_dict(comparison), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def csv_text(comparison: Comparison) -> str:
    """name, unit and a column per option; what is missing is empty."""
    return csv_rows(["name", "unit", *(option.name for option in comparison.options)], rows(comparison))


def _cells(comparison: Comparison) -> list[tuple[str, list[str]]]:
    found = []
    for name in metrics(comparison):
        label = QUANTITIES[name].label
        found.append((label, [cell_text(option, name) for option in comparison.options]))
    if comparison.horizon:
        whose = "" if any(option.way for option in comparison.options) else " of owning"
        label = f"net present value{whose}, {shown('horizon', comparison.horizon.value)}"
        found.append(
            (label, ["not found" if option.npv is None else money(option.npv) for option in comparison.options])
        )
    return found + _verdicts(comparison)


def cell_text(option: Option, name: str) -> str:
    if (option.rented and name in OWNED_ONLY) or (name == "rent_commitment" and not option.result.values.get(name)):
        return "none"
    return shown(name, option.result.values.get(name))


def _sentences(comparison: Comparison) -> list[str]:
    by = "net present value" if comparison.by == NPV else QUANTITIES[comparison.by].label
    order = [f"{place}. {name}" for place, name in enumerate(comparison.ranking, 1)]
    found = [f"By {by}: " + ", ".join(order)]
    for name, why in comparison.not_ranked.items():
        found.append(f"Not ranked: {name} ({why})")
    if comparison.ranking_by_rent:
        order = [f"{place}. {name}" for place, name in enumerate(comparison.ranking_by_rent, 1)]
        found.append("By rental cost, of those that can be rented: " + ", ".join(order))
    bases = {basis for basis in comparison.bases.values() if basis}
    if len(bases) > 1:
        said = "; ".join(f"{name}: {basis}" for name, basis in comparison.bases.items() if basis)
        found.append(f"Prices stand on different bases ({said}): what a basis lacks is added by factors")
    for name, why in comparison.left_out.items():
        found.append(f"Left out: {name} ({why})")
    if comparison.first_share:
        shares = ", ".join(f"{name} {plain(100 * share)}%" for name, share in comparison.first_share.items())
        found.append(f"First in this share of the draws, which all options share: {shares}")
    return found


def _basis(comparison: Comparison) -> str:
    """What kind of money the switches weigh, where options differ in how the chips are had."""
    if comparison.by == NPV or not comparison.switches or not any(option.way for option in comparison.options):
        return ""
    return "Undiscounted, at the prices of the start; --by npv weighs what is paid over the horizon"


def switch_text(switch: Switch) -> str:
    known = QUANTITIES[switch.name]
    side = "over" if switch.value > switch.base else "under"
    return (
        f"{switch.winner} comes first when {known.label} of {switch.whose} is {side} {shown(switch.name, switch.value)} "
        f"(now {shown(switch.name, switch.base)})"
    )


def text(comparison: Comparison, width: int = WIDTH) -> str:
    """The comparison as text; options that do not fit side by side follow below."""
    cells = _cells(comparison)
    across = max(1, (width - LABELS) // COLUMN)
    lines: list[str] = []
    for start in range(0, len(comparison.options), across):
        part = slice(start, start + across)
        heads = [option.name for option in comparison.options[part]]
        depth = max(len(textwrap.wrap(head, COLUMN - 2, break_on_hyphens=True)) for head in heads)
        wrapped = [textwrap.wrap(head, COLUMN - 2, break_on_hyphens=True) for head in heads]
        lines += [""] if lines else []
        for line in range(depth):
            lines.append(
                " " * LABELS + "".join((head[line] if line < len(head) else "").rjust(COLUMN) for head in wrapped)
            )
        for label, values in cells:
            names = textwrap.wrap(label, LABELS - 1)
            lines.append(names[0].ljust(LABELS) + "".join(value.rjust(COLUMN) for value in values[part]))
            lines += [f"  {rest}" for rest in names[1:]]
    lines.append("")
    for sentence in _sentences(comparison):
        lines += textwrap.wrap(sentence, width, subsequent_indent="  ")
    if comparison.switches:
        lines += ["", "What would change the first place"]
        for switch in comparison.switches:
            lines += textwrap.wrap(switch_text(switch), width, initial_indent="  - ", subsequent_indent="    ")
        lines += textwrap.wrap(_basis(comparison), width, initial_indent="  ", subsequent_indent="  ")
    lines += _minds(comparison, width)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _minds(comparison: Comparison, width: int) -> list[str]:
    found: dict[str, list[str]] = {}
    for option in comparison.options:
        for warning in beside(option.result.warnings, "finance"):
            found.setdefault(warning, []).append(option.name)
    if not found:
        return []
    lines = ["", "Warnings"]
    for warning, names in found.items():
        who = "" if len(names) == len(comparison.options) else f"{', '.join(names)}: "
        lines += textwrap.wrap(who + warning, width, initial_indent="  ! ", subsequent_indent="    ")
    return lines


def markdown(comparison: Comparison) -> str:
    """The comparison as Markdown."""
    from cluster_calc.documents.render.markdown import escape

    heads = ["", *(option.name for option in comparison.options)]
    lines = ["# Options side by side", "", "| " + " | ".join(map(escape, heads)) + " |"]
    lines.append("| :-- |" + " --: |" * len(comparison.options))
    for label, values in _cells(comparison):
        lines.append("| " + " | ".join(escape(cell) for cell in (label, *values)) + " |")
    lines += ["", *(f"- {escape(sentence)}" for sentence in _sentences(comparison))]
    lines += [f"- {escape(switch_text(switch))}" for switch in comparison.switches]
    lines += [f"- {escape(_basis(comparison))}"] if _basis(comparison) else []
    lines += [f"- {escape(line.removeprefix('  ! ').strip())}" for line in _minds(comparison, 10**6)[2:]]
    return "\n".join(lines) + "\n"
