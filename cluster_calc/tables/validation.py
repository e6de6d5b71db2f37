"""Published runs computed again, row by row, beside what was published."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from cluster_calc.files.shipped import shipped

CLOSE = 0.02


@dataclass(frozen=True, slots=True)
class Check:
    """One published figure beside the computed one."""

    id: str
    model: str
    figure: str
    computed: float
    published: float
    unit: str
    rounding: float
    determined: bool
    reason: str
    source: str

    @property
    def ratio(self) -> float:
        """Computed ÷ published."""
        return self.computed / self.published

    @property
    def closes(self) -> bool:
        """Whether the two agree within 2 % or what the printed digits allow."""
        return abs(self.ratio - 1) <= max(CLOSE, self.rounding) * (1 + 1e-9)


def rounding_of(text: str) -> float:
    """Half of the last printed digit, relative to the number; a whole number's trailing zeros count as digits.

    >>> rounding_of("0.8"), rounding_of("5"), round(rounding_of("0.35"), 4)
    (0.0625, 0.1, 0.0143)
    """
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return 0.0
    exponent = number.as_tuple().exponent
    return float(Decimal(5).scaleb(int(exponent) - 1) / abs(number)) if number else 0.0


def shipped_rows() -> list[dict[str, str]]:
    """The rows of catalog/runs/validation.csv."""
    return read_rows(shipped("catalog") / "runs" / "validation.csv")


def read_rows(path: Path) -> list[dict[str, str]]:
    """A CSV file as one dictionary per row."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def checks(rows: Iterable[Mapping[str, str]]) -> list[Check]:
    """Every published time, chip-hour, energy, carbon and dollar figure beside the one computed from the row.

    Time comes from `match_flop`, the arithmetic that the row's utilisation counts. Where that is blank, 6 · parameters ·
    tokens stands in; such a row does not determine its result, and the ratio shows what the utilisation leaves open.
    """
    from cluster_calc.files.csv import read_table
    from cluster_calc.tables.column_map import recognised
    from cluster_calc.tables.evaluate import evaluate

    rows = list(rows)
    stand_ins = [_with_stand_in(row) for row in rows]
    heads = list(dict.fromkeys(head for row in stand_ins for head in row))
    table = read_table(_csv(heads, stand_ins))
    found: list[Check] = []
    results = evaluate(table, recognised(table.heads)).results
    for row, filled, result in zip(rows, stand_ins, results, strict=True):
        found += _row_checks(row, filled, result)
    return found


def _with_stand_in(row: Mapping[str, str]) -> dict[str, str]:
    filled = {head: cell or "" for head, cell in row.items()}
    parameters = filled.get("params_active") or filled.get("params")
    if not filled["match_flop"] and filled["util_frac"] and parameters and filled["tokens"]:
        filled["match_flop"] = repr(6 * float(parameters) * float(filled["tokens"]))
    return filled


def _csv(heads: list[str], rows: list[dict[str, str]]) -> str:
    import io

    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, heads, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _row_checks(row: Mapping[str, str], filled: Mapping[str, str], result: Mapping[str, float | None]) -> list[Check]:
    own = bool(row["match_flop"]) or not filled["match_flop"]
    counted = own or bool(row["gpu_hours_published"])
    found = []

    def add(figure: str, computed: float | None, printed: str, unit: str, by: str, own: bool) -> None:
        if computed is None or not printed:
            return
        slack = rounding_of(printed) + (rounding_of(row[by]) if by and row[by] else 0.0)
        found.append(
            Check(row["id"], row["model"], figure, computed, float(printed), unit, slack, own,
                  row.get("reason", ""), row["source"])
        )  # fmt: skip

    time = result.get("training_time")
    chips = float(row["chips"]) if row["chips"] else None
    hours = time * chips * 24 if time is not None and chips is not None else None
    if row["gpu_hours_published"] and hours is not None:
        add("chip-hours", hours, row["gpu_hours_published"], "chip-hours", "util_frac", own)
    else:
        add("time", time, row["wall_clock_days_published"], "days", "util_frac", own)
    energy = result.get("facility_energy")
    add("energy", None if energy is None else energy / 1000, row["energy_mwh_published"], "MWh", "", counted)
    mass = result.get("emissions")
    if mass is None and row["energy_mwh_published"] and row["ci_kg_per_kwh"]:
        # No hours or watts: the published energy stands for the computed one.
        after = float(row["pue_published"] or 1) if row["pue_applied"] == "carbon" else 1.0
        mass = float(row["energy_mwh_published"]) * 1000 * float(row["ci_kg_per_kwh"]) * after
    add("carbon", None if mass is None else mass / 1000, row["co2_t_published"], "t", "", counted)
    add("dollars", result.get("rental_cost"), row["cost_usd_published"], "USD", "", counted)
    return found
