"""What is given and counts nowhere is named: every quantity of the nomenclature, typed alone onto four kinds of question.

COMMANDS is the readable part: what was typed → what moves, or what the line says.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import cluster_calc as cc
from cluster_calc.errors import InputError
from cluster_calc.estimation.idle import READ_BY, SWITCHES
from cluster_calc.estimation.result import Result
from cluster_calc.model.sets import ALL_SETS
from cluster_calc.quantities.nomenclature import QUANTITIES, Quantity

RUN: dict[str, Any] = {"params": 70e9, "tokens": 1e12, "chip": "h100", "chips": 1024}
BASES: dict[str, dict[str, Any]] = {
    "fixed-chips": RUN,
    "fixed-time": {"params": 70e9, "tokens": 1e12, "chip": "h100", "time_allowed": "30 days"},
    "observed": RUN | {"training_time": "30 days"},
    "cluster": {"chip": "h100", "chips": 1024},
    "capacity": {"chip": "h100", "chips": 1024, "training_time": "30 days"},
}

# Typed onto a run → the line that names it, or the results that it moves.
NAMED = [
    ({"server_price": "240000 USD/server"}, "server_price is not used: it counts with --server"),
    ({"listed_rental_price": "4 USD/hour"}, "listed_rental_price is not used: it counts with --commitment-factor"),
    ({"tensor_parallel": 8}, "--layers and --hidden-size and --sequence-length"),
    ({"layers": 80}, "layers is not used: it counts with --hidden-size and --sequence-length"),
    ({"microbatches": 64}, "microbatches is not used: it counts with --pipeline-parallel"),
    ({"deposit_share": 0.2}, "deposit_share is not used: it counts with `finance`"),
    ({"deposit_lead": "6 month"}, "deposit_lead is not used: it counts with --deposit-share"),
    ({"rental_price_spot": "2 USD/hour"}, "rental_price_spot is not used: it counts with `finance`"),
    ({"hardware_peak": "1979 TFLOP/s"}, "hardware_peak is not used: it counts with --mfu-precision"),
    ({"storage_share": 0.05}, "storage_share is not used: it counts with --server"),
    ({"checkpoint_bytes": 14}, "checkpoint_bytes is not used: it counts with --storage-bandwidth"),
    ({"memory_bandwidth": "3 TB/s"}, "--predict-mfu"),
    ({"declining_rate": 0.3}, "declining_rate is not used: it counts with --depreciation declining-balance"),
]
MOVED = [
    (RUN | {"listed_rental_price": "4 USD/hour", "commitment_factor": 0.44}, {"rental_price": 1.76}),
    (RUN | {"mfu": 0.4, "billed_chip_hours": "1.5e6 chip*hour"}, {"implied_goodput": 4.2e23 / (989.4e12 * 0.4 * 0.9) / 3600 / 1.5e6}),
    (RUN | {"pipeline_parallel": 8, "microbatches": 64}, {"pipeline_bubble": 7 / 64}),
    (RUN | {"pipeline_parallel": 8, "global_batch": 4096, "micro_batch": 2, "tensor_parallel": 4},
     {"data_parallel": 32, "microbatches": 64, "pipeline_bubble": 7 / 64}),
    (RUN | {"tdp": "350 W"}, {"chip_power": 350 * 1275 / 700, "peak_facility_power": 1024 * 350 * 1275 / 700 * 1.25 / 1e3}),
    (RUN | {"tdp": "1000 W"}, {"chip_power": 1000 * 1275 / 700}),
    (RUN | {"tdp": "350 W", "system_power": "775 W"}, {"chip_power": 775, "server_power_factor": 775 / 350}),
    ({"chip": "mi300x", "chips": 8, "tdp": "500 W"}, {"tdp": 500}),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "words"), NAMED, ids=lambda entry: entry if isinstance(entry, str) else "")
def test_what_counts_nowhere_says_with_what_it_would(typed: dict[str, Any], words: str) -> None:
    (name,) = typed
    lines = [line for line in cc.estimate(**RUN | typed).warnings if line.startswith(f"{name} is not used")]
    assert len(lines) == 1
    assert words in lines[0]


@pytest.mark.parametrize(("given", "values"), MOVED, ids=lambda entry: str(entry)[-60:])
def test_what_counts_moves_what_it_should(given: dict[str, Any], values: dict[str, float]) -> None:
    result = cc.estimate(**given)
    assert {name: result.in_unit(name) for name in values} == pytest.approx(values, rel=1e-3)
    assert not [line for line in result.warnings if "is not used" in line]


def test_a_range_of_the_tdp_is_a_range_of_the_power_and_the_tdp_is_solved_for() -> None:
    drawn = cc.estimate(**RUN, tdp="400..700 W")
    assert drawn.varies("peak_facility_power")
    found = cc.solve("tdp", chip="h100", chips=1000, peak_facility_power="1 MW")
    assert found.value == pytest.approx(1e6 / 1000 / 1.25 * 700 / 1275)


def test_finance_does_not_name_what_finance_reads() -> None:
    said = " ".join(cc.finance(**RUN, horizon="3 years", deposit_share=0.2, price_index=122).warnings)
    assert "horizon is not used" not in said
    assert "deposit_share is not used" not in said
    assert "price_index is not used" in said


@pytest.mark.parametrize(
    ("given", "absent"),
    [({"flop": 1e24, "chip": "h100", "rental_cost": "4 MUSD"}, "rental_price"),
     ({"flop": 1e24, "chip": "tpu-v5e", "capital_cost": "10 MUSD", "facility_power": "1.5 MW"}, "chip_price"),
     ({"flop": 1e24, "chip": "tpu-v5e", "capital_cost": "10 MUSD", "facility_power": "1.5 MW"}, "tdp"),
     ({"params": 70e9, "tokens": 1e12, "chip": "h100", "accelerator_time": "1e6 chip*hour"}, "compute_per_dollar")],
)  # fmt: skip
def test_what_is_given_or_follows_is_not_said_to_be_missing(given: dict[str, Any], absent: str) -> None:
    result = cc.estimate(**given)
    assert absent not in result.missing
    assert not [line for line in result.warnings if line.startswith(f"{absent} not found")]


# --- every quantity, alone --------------------------------------------------------------------------------------------


def typed(known: Quantity, plain: Result) -> str:
    """Another value than the one that stands, or the example of the nomenclature."""
    if known.is_date:
        return "2027-03-01"
    if plain.values.get(known.name):
        value = float(plain.in_unit(known.name))
        trials = [round(value * by) if known.whole else value * by for by in (1.3, 0.8, 2.0, 0.5, 0.99)]
        other = next((trial for trial in trials if known.low <= trial <= known.high and trial != value), value)
        return repr(other) if known.unit == "1" else f"{other!r} {known.unit}"
    quoted = re.match(r"'([^']*)'", known.example)
    return quoted.group(1) if quoted else known.example.split(" or ")[0]


def moves(name: str, result: Result, plain: Result) -> bool:
    others = {entry for entry in result.values if entry != name and entry in result.results}
    return any(
        entry not in plain.values or not np.allclose(result.values[entry], plain.values[entry], rtol=1e-12, atol=0.0)
        for entry in others
    ) or any(one != other for one, other in zip(result.feasibility, plain.feasibility, strict=True))


@pytest.mark.parametrize("base", BASES)
def test_every_typed_quantity_moves_a_figure_or_is_named(base: str) -> None:
    plain = cc.estimate(**BASES[base])
    silent, named = [], 0
    for name, known in QUANTITIES.items():
        if name in BASES[base] or (name == "parameters" and "params" in BASES[base]):
            continue
        try:
            result = cc.estimate(**BASES[base], **{name: typed(known, plain)})
        except InputError:
            continue
        if moves(name, result, plain):
            continue
        if any(name in line for line in result.warnings):
            named += 1
        else:
            silent.append(name)
    assert silent == []
    assert named > 100


def test_the_switches_are_of_sets_there_are_and_the_names_of_quantities_there_are() -> None:
    assert sorted(set(SWITCHES) - set(ALL_SETS)) == []
    assert [name for names in READ_BY.values() for name in names if name not in QUANTITIES] == []
