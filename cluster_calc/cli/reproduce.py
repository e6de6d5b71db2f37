"""`cluster-calc reproduce`."""

from __future__ import annotations

import json
from typing import Any

import click

from cluster_calc.cli import options as shared
from cluster_calc.errors import InputError, quoted

FORMATS = ("table", "json", "csv", "markdown")


@click.command(
    "reproduce",
    cls=shared.Command,
    epilog="""\b
Examples:
  cluster-calc reproduce --publication cset-2022
  cluster-calc reproduce ea-depreciation-450k --explain
  cluster-calc reproduce cset-nif-oct-2022 --set budget="10e9 USD" --format json""",
)
@click.argument("key", metavar="[ID]", required=False)
@click.option("--publication", metavar="ID", help="only the claims of one publication")
@click.option("--kind", metavar="NAME", help="only the claims of one kind")
@click.option("--set", "sets", multiple=True, metavar="INPUT=VALUE", help="recompute claim ID with an input changed")
@click.option("--explain", is_flag=True, help="inputs, formulas and numbers behind each claim")
@shared.output_options(*FORMATS)
def command(
    key: str | None, publication: str | None, kind: str | None, sets: tuple[str, ...], explain: bool, **options: Any
) -> None:
    """Published claims beside this program's own values.

    Each value is computed from the claim's inputs, never read from the stored answer. The exit code is 0 when no
    value moved from what was recorded at the last review, and 1 when one did.
    """
    from cluster_calc.documents.reports import claims as views
    from cluster_calc.publications.evaluation import check_unmoved, reproduced

    form = shared.format_of(options, FORMATS)
    rows = reproduced(key, publication=publication, kind=kind, overrides=_pairs(sets))
    if form == "json":
        text = (
            json.dumps({"claims": [row.as_dict() for row in rows]}, indent=2, ensure_ascii=False, allow_nan=False)
            + "\n"
        )
    elif form == "csv":
        text = views.csv_text(rows)
    elif form == "markdown":
        text = views.markdown(rows)
    elif explain or (key is not None and sets):
        text = "\n".join(views.explanation(row) for row in rows)
    else:
        text = views.table(rows, shared.terminal_width())
    shared.write(text, options.get("output"))
    check_unmoved(rows)


def _pairs(sets: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in sets:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise InputError(f"--set {quoted(pair)} is not INPUT=VALUE; write for example --set price='0.10 USD/kWh'")
        if name.strip() in found:
            raise InputError(f"{quoted(name.strip())} is given twice")
        found[name.strip()] = value.strip()
    return found
