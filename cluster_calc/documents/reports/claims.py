"""The published claims as a table, CSV, Markdown or an explanation of one."""

from __future__ import annotations

import csv
import inspect
import io
from collections.abc import Sequence

from cluster_calc.publications.claims import Publication, publications
from cluster_calc.publications.evaluation import Reproduction
from cluster_calc.quantities.display import plain

COLUMNS = ("id", "publication", "kind", "value", "date", "unit", "published", "published_text", "agrees", "basis", "criterion", "locator", "note")  # fmt: skip
BASIS_MEANING = {
    "stated": "the inputs are in the document",
    "inferred": "an outside number was needed",
    "overdetermined": "rests on the reconstructed CSET trend line",
    "fitted": "an input was chosen because it fits: not evidence",
    "missing": "the document does not hold the data",
}


def value_text(row: Reproduction) -> str:
    """The computed value as people read it."""
    if row.value is None:
        return "data missing"
    if row.date:
        return row.date
    if row.claim.unit == "decimal year":
        return f"{row.value:.2f}"
    return f"{_number(row.value, 4)} {row.claim.unit}".strip()


def published_text(row: Reproduction) -> str:
    """The published figure as it was printed, in words where it was words."""
    claim = row.claim
    if claim.published_text:
        return claim.published_text
    if claim.published is None:
        return "–"
    if claim.unit == "decimal year":
        return f"{claim.published:.0f}"
    return f"{_number(claim.published, 7)} {claim.unit}".strip()


def _number(value: float, figures: int) -> str:
    """Long numbers as a power of ten: a column of them can be compared."""
    if abs(value) < 1e7:
        return plain(value, figures)
    mantissa, exponent = f"{value:.{figures - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def verdict(row: Reproduction) -> str:
    """`agrees`, `differs` or `no data`, and the basis it rests on where that is not the document alone."""
    if row.value is None:
        return "no data"
    word = "agrees" if row.agrees else "differs"
    return word if row.claim.basis == "stated" else f"{word} ({row.claim.basis})"


def summary(rows: Sequence[Reproduction]) -> str:
    """How many agree, on what basis."""
    count = {
        basis: sum(row.agrees for row in rows if row.claim.basis == basis)
        for basis in ("stated", "inferred", "overdetermined", "fitted")
    }
    evident = count["stated"] + count["inferred"] + count["overdetermined"]
    missing = sum(row.claim.basis == "missing" for row in rows)
    differing = len(rows) - evident - count["fitted"] - missing
    return (
        f"{len(rows)} claims: {evident} agree ({count['stated']} stated, {count['inferred']} inferred, "
        f"{count['overdetermined']} on the reconstructed line), {count['fitted']} more match only with a fitted input, "
        f"{differing} differ, {missing} lack data"
    )


def table(rows: Sequence[Reproduction], width: int = 80) -> str:
    """Plain text: one line per claim, and under those that do not agree why."""
    import textwrap

    lines = []
    for publication in publications():
        own = [row for row in rows if row.claim.publication == publication.id]
        if own:
            lines += [f"{publication.name}: {publication.title}", ""]
        for row in own:
            lines.append(f"  {row.claim.id:<32} {value_text(row):>24}  {published_text(row):>24}  {verdict(row)}")
            if not row.agrees:
                reason = row.claim.note or (f"missing: {row.claim.missing}" if row.claim.missing else "")
                if row.claim.missing and row.claim.missing not in reason:
                    reason = f"missing: {row.claim.missing}. {row.claim.note}"
                lines += textwrap.wrap(reason, max(width, 60), initial_indent="      ", subsequent_indent="      ")
        if own:
            lines.append("")
    return "\n".join([*lines, summary(rows)]) + "\n"


def csv_text(rows: Sequence[Reproduction]) -> str:
    """CSV with full precision; what is missing is empty."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        entry = row.as_dict()
        writer.writerow({name: "" if entry.get(name) is None else entry[name] for name in COLUMNS})
    return stream.getvalue()


def markdown_rows(rows: Sequence[Reproduction]) -> list[str]:
    """The table of claims as lines of Markdown."""
    from cluster_calc.documents.render.markdown import escape

    lines = ["| claim | published | computed | verdict | what it rests on |", "|---|---:|---:|---|---|"]
    for row in rows:
        cells = (row.claim.id, published_text(row), value_text(row), verdict(row), BASIS_MEANING[row.claim.basis])
        lines.append("| " + " | ".join(escape(cell) for cell in cells) + " |")
    return lines


def markdown(rows: Sequence[Reproduction]) -> str:
    """One table per publication, then the reasons of those that differ."""
    from cluster_calc.documents.render.markdown import escape

    lines = [summary(rows) + ".", ""]
    for publication in publications():
        own = [row for row in rows if row.claim.publication == publication.id]
        if not own:
            continue
        lines += [f"## {escape(publication.name)}: {escape(publication.title)}", "", *markdown_rows(own), ""]
        lines += [*reasons(own), ""]
    return "\n".join(lines).rstrip() + "\n"


def reasons(rows: Sequence[Reproduction]) -> list[str]:
    """Why those that do not agree do not, as a Markdown list."""
    from cluster_calc.documents.render.markdown import escape

    found = []
    for row in rows:
        if not row.agrees:
            missing = f"Missing: {row.claim.missing}. " if row.claim.missing else ""
            found.append(f"- **{escape(row.claim.id)}**: {escape(missing + row.claim.note)}".rstrip())
    return found


def explanation(row: Reproduction) -> str:
    """One claim in full: source, inputs, each formula with its numbers, verdict."""
    claim = row.claim
    source = _publication(claim.publication)
    lines = [
        f"{claim.id}  ({claim.kind})",
        f"  {source.title} — {source.publisher}, {source.date}",
        f"  {source.url}".rstrip(),
        f"  at: {claim.locator}",
        "",
        "  inputs",
    ]
    for entry in row.inputs.values():
        mark = "  (changed)" if entry.text != claim.inputs[entry.name].text else ""
        lines.append(f"    {entry.name} = {entry.text}{mark}   [{entry.argument}]")
    lines += [f"    {entry.name} = {entry.text}   [held constant]" for entry in claim.constants.values()]
    if not row.inputs:
        lines.append("    none")
    if row.links:
        lines += ["", "  formulas (base units: s, J, FLOP, chip, USD)"]
    for link in row.links:
        about = (inspect.getdoc(link.step.formula) or "").split("\n")[0]
        arguments = ", ".join(f"{name}={plain(value, 8)}" for name, value in link.arguments.items())
        lines += [f"    {link.step.function}: {about}"]
        body = _body(link.step.formula)
        if body:
            lines.append(f"      = {body}")
        lines += [f"      ({arguments})", f"      → {link.step.result} = {plain(link.result, 8)}"]
    lines += [
        "",
        f"  computed   {value_text(row)}"
        + (f"   ({row.value!r} {claim.unit})".rstrip() if row.value is not None else ""),
        f"  published  {published_text(row)}",
        f"  criterion  {claim.criterion}",
        f"  verdict    {verdict(row)}; basis: {claim.basis}, {BASIS_MEANING[claim.basis]}",
    ]
    if claim.missing:
        lines.append(f"  missing    {claim.missing}")
    if claim.note:
        lines.append(f"  note       {claim.note}")
    if not row.agrees and not row.is_changed and row.value is not None:
        from cluster_calc.publications.beliefs import sentence

        lines.append(f"  to believe {sentence(claim) or 'no single input leads to the published figure'}")
    return "\n".join(line for line in lines if line.strip() or not line) + "\n"


def _body(formula: object) -> str:
    from cluster_calc.model.expression import formula_text

    try:
        return formula_text(formula)  # type: ignore[arg-type]
    except (TypeError, AssertionError):
        return ""


def _publication(key: str) -> Publication:
    return next(entry for entry in publications() if entry.id == key)
