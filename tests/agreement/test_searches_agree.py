"""Every reader of the graph says the same: a row of a sweep is an estimate, and a solution put back reaches its target.

COMMANDS is the readable part: command → figures → why. What follows checks the same on scenarios nobody chose.
"""

from __future__ import annotations

import csv
import io
import json
import shlex
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import cluster_calc as cc
from cluster_calc.cli import main
from cluster_calc.errors import InputError
from cluster_calc.quantities.nomenclature import QUANTITIES

FAILS = '--failure-rate "0.0065 failure/server/day"'


class Case(NamedTuple):
    """A command, the column or JSON path to read, what it must say, and why."""

    command: str
    column: str
    values: tuple[float | None, ...]
    why: str


COMMANDS = [
    Case(
        f"sweep --vary training_compute=1e24,2e25,1e26 --chip h100 {FAILS} --results training_time,run_cost,capital_cost,chips",
        "chips", (332, 7439, 59688), "each row's chips are searched for its own arithmetic, as `estimate` does",
    ),
    Case(
        f"sweep --vary training_compute=1e24,2e25,1e26 --chip h100 {FAILS} --results training_time",
        "training_time", (89.9961292534, 89.9936976555, 89.9986675), "sized, every row ends just within its 90 days",
    ),
    Case(
        f"sweep --vary training_compute=1e24,2e25,1e26 --chip h100 {FAILS} --results capital_cost",
        "capital_cost", (16_651_234.5679, 373_097_993.8272, 2_993_611_111.1111), "the hardware of the chips that each row needs",
    ),
    Case(
        'sweep --vary "failure_rate=0.0065,5,50 failure/server/day" --flop 2e25 --days 30 --chip h100 --results chips,run_cost',
        "run_cost", (30_067_878.35723699, None, None), "where no number of chips is enough the row is empty",
    ),
    Case(
        'sweep --vary "petaflops_days=1000:100000:3 PFLOP/s*day" --chip h100 --chips 1024 --results run_cost',
        "run_cost", (103_313.89267, 5_217_351.58008, 10_331_389.2675), "PFLOP/s-days are another name of the training compute",
    ),
    Case(
        'sweep --vary "chip_hours=1e6,2e6 chip*hour" --chip h100 --results chips',
        "chips", (463, 926), "chip-hours are another name of the accelerator time: 1e6 / 24 / 90 = 463",
    ),
    Case(
        'solve petaflops_days --chip h100 --chips 1024 --run-cost "103313.89267494148 USD"',
        "value", (1000.0,), "the sweep's first row, turned round",
    ),
    Case(
        'solve goodput --flop 2e25 --chip h100 --target "training_time=89.99318565852278 day"',
        "reached", (89.99318565852278,), "between whole chips the time goes through every value just under 90 days",
    ),
]  # fmt: skip


def ran(command: str) -> tuple[int, str]:
    name, *rest = shlex.split(command)
    ending = ["-o", "-"] if name == "sweep" else ["--format", "json"]
    outcome = CliRunner().invoke(main, [name, *rest, *ending])
    return outcome.exit_code, outcome.stdout if not outcome.exit_code else outcome.stderr


@pytest.mark.parametrize("case", COMMANDS, ids=lambda case: case.why)
def test_a_command_says_what_is_right(case: Case) -> None:
    code, said = ran(case.command)
    assert code == 0, said
    if case.command.startswith("sweep"):
        found = [row[case.column] for row in csv.DictReader(io.StringIO(said))]
        values = [float(cell) if cell else None for cell in found]
    else:
        values = [json.loads(said)[case.column]]
    assert values == [value if value is None else pytest.approx(value, rel=1e-9) for value in case.values]


# --- scenarios that nobody chose --------------------------------------------------------------------------------------

# Inputs that are moved, as many usual values of each as a sweep has rows.
MOVED = [
    "training_compute", "petaflops_days", "accelerator_time", "chip_hours", "mfu", "goodput", "time_allowed", "chip_price", "pue",
    "electricity_price", "lifetime", "failure_rate", "checkpoint_write_time", "restart_time", "used_share",
]  # fmt: skip
USUAL = {
    "petaflops_days": (1e2, 1e6), "training_compute": (1e22, 1e27), "accelerator_time": (1e3, 1e7), "chip_hours": (1e4, 1e8),
    "failure_rate": (1e-4, 0.02), "time_allowed": (10, 300), "restart_time": (60, 3600), "checkpoint_write_time": (1, 300),
}  # fmt: skip
DEMAND = {"training_compute", "petaflops_days", "accelerator_time", "chip_hours"}
# What is set besides: each changes which formulas run.
SETTINGS: dict[str, dict[str, Any]] = {
    "failures": {"failure_rate": "0.0065 failure/server/day"},
    "storage": {"mtbf": "3 hours", "storage_bandwidth": "2000 GB/s", "checkpoint_size": "5 TB"},
    "rule": {"checkpoint_rule": "young", "restart_time": "20 minutes"},
    "server": {"server": "default", "staff_rate": "3 MUSD/year", "maintenance_rate": 0.03},
    "declining": {"depreciation_method": "declining-balance"},
    "limits": {"budget": "30 MUSD", "power_limit": "20 MW", "deadline": "2027-06-01", "start": "2027-01-01"},
    "spares": {"scheduling_goodput": 0.95},
}
RESULTS = ("training_time", "chips", "run_cost", "capital_cost", "facility_energy", "cost_per_chip_hour", "goodput")
ANY = {
    "moved": st.sampled_from(MOVED), "places": st.lists(st.floats(0, 1), min_size=3, max_size=3, unique=True),
    "parts": st.sets(st.sampled_from(sorted(SETTINGS)), max_size=3), "chip": st.sampled_from(["h100", "b200", "tpuv5p"]),
    "sized": st.booleans(),
}  # fmt: skip


def of(name: str, place: float) -> str:
    """A usual value, so far between its ends on a log scale, as it is typed."""
    known = QUANTITIES[name]
    low, high = USUAL.get(name) or known.usual or (known.low, known.high)
    low = max(low, 1e-3 * high)
    value = low * (high / low) ** place
    return repr(value) if known.unit == "1" else f"{value!r} {known.unit}"


def scenario_of(moved: str, parts: set[str], chip: str, sized: bool) -> dict[str, Any]:
    """A run with these parts and without what is moved."""
    found: dict[str, Any] = {"chip": chip, "mfu": 0.4, **({} if sized else {"chips": 2048})}
    if moved not in DEMAND:
        found["training_compute"] = 3e24
    for part in sorted(parts):
        found |= SETTINGS[part]
    found.pop(moved, None)
    return found


def agrees(moved: str, places: list[float], parts: set[str], chip: str, sized: bool) -> None:
    scenario = scenario_of(moved, parts, chip, sized)
    texts = [of(moved, place) for place in places]
    alone: list[dict[str, float]] = []
    for text in texts:
        try:
            result = cc.estimate(**scenario, **{moved: text})
            alone.append(
                {name: result.in_unit(name) for name in RESULTS if name in {*result.results} & {*result.values}}
            )
        except InputError:
            alone.append({})
    if not any(alone):
        return
    names = [name for name in RESULTS if any(name in row for row in alone) and name not in (moved, *scenario)]
    table = cc.sweep({moved: texts}, **scenario, results=names)
    for row, expected in zip(table.to_dict("records"), alone, strict=True):
        for name in table.columns.drop(moved):
            value = expected.get(name)
            assert row[name] == pytest.approx(value, rel=1e-9) if value is not None else row[name] != row[name], name


@given(**ANY)
@settings(max_examples=60, deadline=None)
def test_a_row_is_the_estimate_of_its_inputs_whatever_is_set(**drawn: Any) -> None:
    agrees(**drawn)


@pytest.mark.thorough
@given(**ANY)
@settings(max_examples=600, deadline=None)
def test_a_row_is_the_estimate_of_its_inputs_in_many_scenarios(**drawn: Any) -> None:
    agrees(**drawn)


def goes_there_and_back(moved: str, places: list[float], parts: set[str], chip: str, sized: bool, goal: str) -> None:
    scenario = scenario_of(moved, parts - {"limits"}, chip, sized)
    try:
        here, there = (cc.estimate(**scenario, **{moved: of(moved, place)}) for place in places[:2])
    except InputError:
        return
    wanted = float(here.in_unit(goal)) if goal in here.values and goal not in scenario else None
    if wanted is None or abs(wanted / there.in_unit(goal) - 1) < 1e-3:
        return
    unit = QUANTITIES[goal].unit
    found = cc.solve(moved, **scenario, target=f"{goal}={wanted!r} {'' if unit == '1' else unit}")
    # What is reached meets the target, and is what an estimate of the answer says.
    reached = found.as_dict()["reached"]
    assert reached <= wanted * (1 + 1e-9)
    assert found.result.in_unit(goal) == pytest.approx(reached, rel=1e-9)
    text = f"{found.as_dict()['value']!r} {QUANTITIES[moved].unit}".removesuffix(" 1")
    assert cc.estimate(**scenario, **{moved: text}).in_unit(goal) == pytest.approx(reached, rel=1e-9)


GOALS = st.sampled_from(["run_cost", "capital_cost", "training_time", "facility_energy"])


@given(**ANY, goal=GOALS)
@settings(max_examples=60, deadline=None)
def test_a_solution_put_back_reaches_its_target(**drawn: Any) -> None:
    goes_there_and_back(**drawn)


@pytest.mark.thorough
@given(**ANY, goal=GOALS)
@settings(max_examples=600, deadline=None)
def test_a_solution_put_back_reaches_its_target_in_many_scenarios(**drawn: Any) -> None:
    goes_there_and_back(**drawn)
