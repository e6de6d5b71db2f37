"""The estimates that pages are made of, and what tests of charts and pages share."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np

from cluster_calc.catalog.current import catalog
from cluster_calc.documents.charts import charts
from cluster_calc.documents.charts.charts import Drawing, Scale, Series, Span
from cluster_calc.documents.render.view import Card, Cell, Figure, Formula, Part, Sheet, Table, TableRow
from cluster_calc.documents.sheet.page import render

DAY = "2026-11-22"
KEPT = Path(__file__).parent / "kept"
NASTY = "</script></style></title><img src=x onerror=alert(1)>\"'&]]>\u2028{{7*7}}{% raw %}"


def overlaps(drawing: Drawing) -> list[tuple[str, str]]:
    """Pairs of labels that share room."""
    found = []
    for one, two in itertools.combinations(drawing.labels, 2):
        a, b = one.box, two.box
        if one.text and two.text and a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
            found.append((one.text, two.text))
    return found


def drawings() -> list[Drawing]:
    """One chart of each kind, with everything that it can show."""

    def text(value: float) -> str:
        return f"${value:g}M"

    xs = [1.0, 2.0, 4.0, 8.0]
    band = Series("buy", xs, [8.0, 4.0, 2.0, 1.0], [6.0, 3.0, 1.5, 0.7], [11.0, 5.5, 2.8, 1.4])
    flat = Series("rent", xs, [3.0] * 4, tone="b", dashed=True)
    whole = Span("Total", "$4M", 0, 4, "rest", total=True)
    steps = [Span("Hardware", "$3M", 0, 3), Span("Energy", "$1M", 3, 4, "b"), whole]
    across, chance = Scale("chips", str, log=True), Scale("Chance", lambda value: f"{value:.0%}")
    cost = Scale("Cost, log scale", text, log=True)
    lines = charts.line("Rent or buy", [band, flat], across, cost, [(2.7, "even"), (3.0, "base")])
    curve = charts.line("How sure", [Series("Run cost", xs, [0.0, 0.3, 0.8, 1.0])], across, chance)
    options = [Span("A", "$4M", 3, 6, at=4.0), Span("B", "not found", 0, 0)]
    return [
        charts.waterfall("Run cost", steps),
        charts.stacked("Capital cost", steps[:2], "$4M"),
        lines,
        charts.tornado("Swings", [Span("MFU", "+33% / −20%", 0.33, -0.2)], ("low end", "high end"), "base $4M"),
        charts.columns("Cash", [("0", steps[:2]), ("1", [Span("Energy", "", 0, 1, "b")])], text),
        charts.dots("Options", options, Scale("cost", text, holds=(0.0,))),
        charts.multiples("Sizes", [lines, curve]),
    ]


def golden() -> Sheet:
    """A small view with one of everything."""
    cells = (Cell("$3", "3 of 4", "depreciation", 3.0), Cell("Epoch AI", "", href="https://epoch.ai/?a=1&b=2"))
    table = Table("A caption", ("Line", "Amount", "Source"), (TableRow(Cell("a < b"), cells),), (False, True, False))
    figures = (Figure(None, table), *(Figure(drawing, table, "A note, R&D.") for drawing in drawings()))
    parts = (Part("money", "Where the money goes", "A sentence.", figures),)
    priced = Card("run_cost", "Run cost", "$4", 4.0, "$3 · $4 · $5", "amortised")
    cards = (priced, Card("chips", "Chips", "not found", None))
    formula = Formula("run_cost", "Run cost", "$4", "The run's cost.", "a + b", "$3 + $1", 4.0)
    return Sheet("A title", "Me", "2026-11-22", "What?", "That.", "Not feasible: power", False, cards, ("mind the gap",),
                 parts, table, ("staff",), (formula,), "cluster-calc sheet", (("Draws", "none"),), "0", '{"a":1}',
                 "result.json")  # fmt: skip


def without_style(page: str) -> str:
    """A page as it is kept: its look may change without its structure."""
    return re.sub(r"(?s)<style>.*?</style>|sha256-[^']*(?=&#39;|')", "", page)


def random_input(draw: np.random.Generator, chips: list[str]) -> dict[str, Any]:
    given: dict[str, Any] = {"chip": str(draw.choice(chips)), "as_of": DAY}
    kind = draw.integers(0, 5)
    if kind == 0:
        given |= {"training_compute": 10 ** draw.uniform(20, 29), "time_allowed": f"{10 ** draw.uniform(0, 2.5)} days"}
    elif kind == 1:
        given |= {"parameters": 10 ** draw.uniform(8, 13), "tokens": 10 ** draw.uniform(9, 14)}
    elif kind == 2:
        given |= {"chips": int(10 ** draw.uniform(0, 6))}
    elif kind == 3:
        given |= {"chips": int(10 ** draw.uniform(0, 6)), "training_time": f"{draw.uniform(1, 400)} days"}
    else:
        given |= {"training_compute": 10 ** draw.uniform(20, 27), "chips": int(10 ** draw.uniform(0, 6))}
    if draw.random() < 0.5:
        given |= {"ranges": True, "draws": int(draw.choice([1, 2, 500]))}
    if draw.random() < 0.4:
        given |= {"chip_price": f"{10 ** draw.uniform(2, 6)} USD", "tdp": f"{10 ** draw.uniform(1, 4)} W"}
    if draw.random() < 0.3:
        given |= {"budget": f"{10 ** draw.uniform(3, 10)} USD", "power_limit": f"{10 ** draw.uniform(1, 7)} kW"}
    return given


EXTREMES: list[dict[str, Any]] = [
    {"training_compute": 1e15}, {"training_compute": 1e32}, {"training_compute": 1e40, "time_allowed": "1 year"},
    {"chips": 1}, {"chips": 50_000_000}, {"chips": 1, "training_time": "1 second"}, {"training_compute": 1e3, "chips": 1},
    {"training_compute": 2e25, "mfu": 1, "goodput": 1}, {"training_compute": 2e25, "mfu": 1e-6},
    {"training_compute": 2e25, "electricity_price": "0 USD/kWh"}, {"training_compute": 2e25, "electricity_price": "100 USD/kWh"},
    {"training_compute": 2e25, "residual_value": 1}, {"training_compute": 2e25, "lifetime": "100 years"},
    {"training_compute": 2e25, "lifetime": "1 day"}, {"training_compute": 2e25, "rental_price": "0 USD/hour"},
    {"training_compute": 2e25, "rental_price": "1e9 USD/hour"}, {"training_compute": 2e25, "chip_price": "1e15 USD"},
    {"training_compute": 2e25, "chip_price": "0.01 USD"}, {"training_compute": 2e25, "network_share": 0.9},
    {"training_compute": 2e25, "network_share": "0..0.9"}, {"training_compute": 2e25, "mfu": "0.0001..0.9999"},
    {"training_compute": "1e10..1e35"}, {"training_compute": 2e25, "chip_price": "1..1e9 USD"},
    {"training_compute": 2e25, "ranges": True, "draws": 1}, {"training_compute": 2e25, "carbon_intensity": "0 g/kWh"},
    {"training_compute": 2e25, "annual_shipments": 1}, {"training_compute": 2e25, "annual_shipments": 1e9},
    {"training_compute": 2e25, "budget": "1 USD", "power_limit": "1 W", "supply_limit": 1e-12},
    {"training_compute": 2e25, "budget": "1e30 USD", "capital_budget": "1e30 USD", "power_limit": "1e20 W"},
    {"training_compute": 2e25, "pue": 10, "power_utilisation": 1}, {"training_compute": 2e25, "run_cost": "1 USD"},
    {"training_compute": 2e25, "operations_cost": "1e12 USD"}, {"training_compute": 2e25, "depreciation": "0 USD"},
    {"training_compute": 2e25, "facility_energy": "1 Wh"}, {"training_compute": 2e25, "chip": "tpuv5p"},
    {"training_compute": 2e25, "chip": "nvidia-rubin"}, {"chips": 3, "chip": "tpuv5p"},
    {"parameters": 1e17, "tokens": 1e18}, {"accelerator_time": "1 chip*hour"}, {"accelerator_time": "1e12 chip*day"},
]  # fmt: skip


def cases(seed: int, count: int) -> list[dict[str, Any]]:
    draw = np.random.default_rng(seed)
    chips = sorted(catalog().heads())
    return [random_input(draw, chips) for _ in range(count)]


if __name__ == "__main__":
    (KEPT / "golden.html").write_text(without_style(render(golden())), encoding="utf-8")
