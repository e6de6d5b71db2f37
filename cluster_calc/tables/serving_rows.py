"""`batch --predict-serving`: what the relations say of every row of a table of servings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cluster_calc.errors import InputError
from cluster_calc.files.csv import Table
from cluster_calc.performance.serving.cases import Case, Predicted, predicted
from cluster_calc.performance.serving.constants import book
from cluster_calc.performance.serving.rows import case_of, chip_named, model_named
from cluster_calc.tables.table import NOTE

OUTPUTS = (
    "predicted_output_tps_per_chip", "predicted_total_tps_per_chip", "predicted_ttft_ms", "predicted_tpot_ms",
    "predicted_p10", "predicted_p90",
)  # fmt: skip
NEEDED = ("chip", "architecture")


def predict_rows(table: Table) -> Table:
    """The table with what is predicted of each row; rows of which nothing can be said are in `errors` by their number."""
    lacking = [
        name for name in NEEDED if name not in table.heads and not (name == "architecture" and "model" in table.heads)
    ]
    if lacking:
        raise InputError(
            f"--predict-serving needs the columns chip and architecture (or model); the table lacks {' and '.join(lacking)}"
        )
    cases: dict[int, Case] = {}
    errors: dict[int, str] = {}
    for number, cells in enumerate(table.rows, 1):
        row = dict(zip(table.heads, cells, strict=False))
        try:
            cases[number] = case_of(row, chip_named, model_named)
        except InputError as error:
            errors[number] = str(error)
    found = dict(zip(cases, predicted(list(cases.values())), strict=True))
    for number, entry in found.items():
        # A row with its layout ran as it stands, whatever the memory's reckoning says.
        if not entry.fits and cases[number].layout is None and cases[number].pools is None:
            errors[number] = "no layout within the row's chips holds the model and one sequence"
    results = [
        outputs(cases[number], found[number]) if number in found and number not in errors else {}
        for number in range(1, len(table.rows) + 1)
    ]
    return replace(table, results=tuple(results), errors=errors, outputs=OUTPUTS)


def outputs(case: Case, found: Predicted) -> Mapping[str, Any]:
    """The columns of one row."""
    low, high = interval(case)
    numbers = (
        found.output_rate, found.total_rate, 1e3 * found.first_token, 1e3 * found.step, low * found.output_rate,
        high * found.output_rate,
    )  # fmt: skip
    made: dict[str, Any] = {
        name: value if math.isfinite(value) else None for name, value in zip(OUTPUTS, numbers, strict=True)
    }
    notes = list(case.notes)
    if case.layout is None and case.pools is None:
        at = found.layout
        notes.append(f"layout found: tensor {at['tensor_parallel']:g}, attention-data {at['attention_parallel']:g}")
    elif not found.fits:
        notes.append("by the reckoning its weights leave no room for a sequence; predicted with one")
    if case.streams is None:
        notes.append(f"batch {found.batch:g} (as the memory and the engine allow)")
    return {**made, NOTE: "; ".join([f"{case.level} software", *notes])}


def interval(case: Case) -> tuple[float, float]:
    """Measured over predicted, P10 and P90, by what is known of the row."""
    group = "plain" if case.level == "plain" else "closed-loop" if case.streams is not None else "batch-open"
    entry = book()["left_out"][group]
    return float(entry["low"]), float(entry["high"])
