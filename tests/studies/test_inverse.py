"""Solving: what comes back reaches its target, from any side, whole where things are whole."""

from __future__ import annotations

import json
import re
import shlex
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cluster_calc as cc
from cluster_calc.cli import main
from cluster_calc.errors import InputError
from cluster_calc.quantities.nomenclature import QUANTITIES

RUN = {"chip": "h100", "training_compute": 2e25}


def text_of(name: str, value: float) -> str:
    unit = QUANTITIES[name].unit
    return repr(float(value)) if unit == "1" else f"{float(value)!r} {unit}"


INPUTS = [
    "mfu", "goodput", "chip_price", "electricity_price", "pue", "lifetime", "rental_price", "training_compute", "network_share",
    "residual_value",
]  # fmt: skip
GOALS = [
    "run_cost", "capital_cost", "training_time", "facility_energy", "rental_cost", "rental_ratio", "cost_per_chip_hour",
    "emissions", "compute_per_dollar", "facility_power",
]  # fmt: skip
SCENARIOS = {
    "name": st.sampled_from(INPUTS), "goal": st.sampled_from(GOALS), "place": st.floats(0.02, 0.98),
    "chip": st.sampled_from(["h100", "b200", "a100-80gb"]), "chips": st.integers(8, 60_000),
}  # fmt: skip


def between(name: str, place: float) -> float:
    """A usual value of a quantity in its JSON unit, so far between its ends on a log scale."""
    known = QUANTITIES[name]
    low, high = known.usual or (known.low, known.high)
    low = max(low, 1e-3 * high)
    return float(low * (high / low) ** place)


def back_to_its_start(name: str, goal: str, place: float, chip: str, chips: int, held: bool) -> None:
    start = between(name, place)
    scenario = {
        "chip": chip,
        "training_compute": 2e25,
        **({"chips": chips} if held else {}),
        name: text_of(name, start),
    }
    forward = cc.estimate(**scenario)
    changed = cc.estimate(**{**scenario, name: text_of(name, start * 0.999)})
    here, there = forward.in_unit(goal), changed.in_unit(goal)
    if abs(here / there - 1) < 1e-9:
        return
    # Where chips are sized, a result may step: then only what is reached is certain.
    del scenario[name]
    try:
        found = cc.solve(name, **scenario, **{goal: text_of(goal, here)})
    except InputError as error:
        assume("several of what is given" not in str(error))
        raise
    reached = found.as_dict()["reached"]
    stepped = not held and goal in ("capital_cost", "facility_power", "training_time") and name != "chip_price"
    if stepped:
        at_least = goal == "compute_per_dollar"
        assert reached >= here * (1 - 1e-9) if at_least else reached <= here * (1 + 1e-9)
    else:
        assert reached == pytest.approx(here, rel=1e-9)
        assert found.as_dict()["value"] == pytest.approx(start, rel=1e-6)
    assert found.result.in_unit(goal) == pytest.approx(reached, rel=1e-9)


@given(**SCENARIOS, held=st.booleans())
@settings(max_examples=120, deadline=None)
def test_solving_returns_to_its_start(**drawn: Any) -> None:
    back_to_its_start(**drawn)


@pytest.mark.thorough
@given(**SCENARIOS, held=st.booleans())
@settings(max_examples=1200, deadline=None)
def test_solving_returns_to_its_start_from_many_places(**drawn: Any) -> None:
    back_to_its_start(**drawn)


def asked(scenario: dict[str, Any], name: str, goal: str, place: float) -> str:
    """What the goal is where the input has that value: a target that can be reached; nothing where it does not move it."""
    here, there = (
        cc.estimate(**scenario, **{name: text_of(name, value)}).in_unit(goal)
        for value in (between(name, place), between(name, place) * 0.999)
    )
    assume(abs(here / there - 1) > 1e-9)
    return text_of(goal, here)


def alone(scenario: dict[str, Any], name: str, goal: str, wanted: str, value: float) -> None:
    """One element of many: put back it reaches the target, and where it is missing it is out of reach."""
    if np.isnan(value):
        with pytest.raises(InputError, match=r"out of reach|does not move it"):
            cc.solve(name, **scenario, target=f"{goal}={wanted}")
        return
    reached = cc.estimate(**scenario, **{name: text_of(name, value)}).in_unit(goal)
    assert reached == pytest.approx(float(wanted.split(" ")[0]), rel=1e-9)


def every_draw_reaches_it(name: str, goal: str, place: float, chip: str, chips: int, seed: int, each: bool) -> None:
    scenario = {"chip": chip, "training_compute": 2e25, "chips": chips}
    scenario.pop(name, None)
    wanted = asked(scenario, name, goal, place)
    try:
        found = cc.solve(name, **scenario, target=f"{goal}={wanted}", ranges=True, draws=300 if each else 64, seed=seed)
    except InputError as error:
        assume("several of what is given" not in str(error))
        raise
    drawn = {key: sample for key, sample in found.result.samples.items() if key in found.result.data}
    assert name not in drawn
    if found.samples is None:
        assert not drawn
        return
    missing = np.flatnonzero(np.isnan(found.samples))
    for draw in {0, 17, len(found.samples) - 1, *missing[:1].tolist()}:
        typed = {key: text_of(key, sample[draw] / QUANTITIES[key].factor) for key, sample in drawn.items()}
        if "chip_price" in typed:  # a typed price holds what is said; a drawn one what its quotes do
            typed["price_basis"] = found.result.chip.price().basis  # type: ignore[union-attr]
        alone({**scenario, **typed}, name, goal, wanted, found.samples[draw] / QUANTITIES[name].factor)


DRAWS = {**SCENARIOS, "seed": st.integers(0, 1000), "each": st.booleans()}


@given(**DRAWS)
@settings(max_examples=25, deadline=None)
def test_every_draw_is_a_solution_of_its_own(**drawn: Any) -> None:
    every_draw_reaches_it(**drawn)


@pytest.mark.thorough
@given(**DRAWS)
@settings(max_examples=250, deadline=None)
def test_every_draw_is_a_solution_of_its_own_from_many_places(**drawn: Any) -> None:
    every_draw_reaches_it(**drawn)


def every_point_reaches_it(
    name: str, goal: str, place: float, chip: str, chips: int, other: str, places: list[float]
) -> None:
    from cluster_calc.scenario.layers import gather
    from cluster_calc.studies.solved_grid import solve_over

    assume(other != name)
    scenario = {"training_compute": 2e25, "chips": chips}
    for key in (name, other):
        scenario.pop(key, None)
    values = [between(other, share) for share in places]
    # The target is that of the first point, so some of the others may be out of reach.
    first = {**scenario, "chip": chip, other: text_of(other, values[0])}
    wanted = asked(first, name, goal, place)
    table = solve_over(
        name, gather(scenario, origin="call"), {"chip": f"{chip},h200", other: [text_of(other, value) for value in values]},
        target=f"{goal}={wanted}",
    )  # fmt: skip
    assert len(table) == 2 * len(values)
    for row in table.to_dict("records"):
        typed = {**scenario, "chip": row["chip"], other: text_of(other, row[other])}
        alone(typed, name, goal, wanted, row[name])
        if row[name] == row[name]:
            assert row[goal] == pytest.approx(float(wanted.split(" ")[0]), rel=1e-9)


GRIDS = {**SCENARIOS, "other": st.sampled_from(INPUTS), "places": st.lists(st.floats(0, 1), min_size=1, max_size=3)}


@given(**GRIDS)
@settings(max_examples=25, deadline=None)
def test_every_point_of_a_sweep_is_a_solution_of_its_own(**drawn: Any) -> None:
    every_point_reaches_it(**drawn)


@pytest.mark.thorough
@given(**GRIDS)
@settings(max_examples=250, deadline=None)
def test_every_point_of_a_sweep_is_a_solution_of_its_own_from_many_places(**drawn: Any) -> None:
    every_point_reaches_it(**drawn)


@given(st.floats(1, 300), st.floats(0.1, 0.6))
@settings(max_examples=40, deadline=None)
def test_chips_come_back_whole_and_are_the_fewest(days: float, mfu: float) -> None:
    found = cc.solve("chips", **RUN, mfu=mfu, training_time=f"{days!r} days")
    assert found.value == round(found.value)
    assert found.result.in_unit("training_time") <= days * (1 + 1e-9)
    if found.value > 1:
        fewer = cc.estimate(**RUN, mfu=mfu, chips=found.value - 1)
        assert fewer.in_unit("training_time") > days * (1 - 1e-9)


def test_a_budget_buys_at_most_what_it_pays() -> None:
    found = cc.solve("chips", chip="h100", capital_cost="100 MUSD")
    assert found.result.in_unit("capital_cost") <= 100e6
    assert cc.estimate(chip="h100", chips=found.value + 1).in_unit("capital_cost") > 100e6


def run(*arguments: str) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(main, list(arguments))
    return outcome.exit_code, outcome.stdout, outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "target"),
    [
        (["training_compute", "--run-cost", "100 MUSD"], "run_cost"),
        (["chips", "--training-time", "30 days", "--flop", "2e25"], "training_time"),
        (["chips", "--days", "30", "--params", "70e9", "--tokens", "15e12"], "training_time"),
        (["mfu", "--training-time", "90 days", "--flop", "2e25", "--chips", "8192"], "training_time"),
        (["rental_price", "--rental-ratio", "1", "--flop", "2e25"], "rental_ratio"),
        (["electricity_price", "--run-cost", "25 MUSD", "--flop", "2e25"], "run_cost"),
        (["chip_price", "--run-cost", "20 MUSD", "--flop", "2e25"], "run_cost"),
        (["tokens", "--params", "70e9", "--run-cost", "10 MUSD"], "run_cost"),
        (["training_compute", "--budget", "100 MUSD"], "run_cost"),
        (["chips", "--power-limit", "20 MW"], "peak_facility_power"),
        (["start", "--deadline", "2027-06-01", "--flop", "2e25"], "deadline_margin"),
        (["deadline", "--deadline-margin", "0.1", "--start", "2027-01-15", "--flop", "2e25"], "deadline_margin"),
        (["time_allowed", "--facility-power", "5 MW", "--flop", "2e25"], "facility_power"),
        (["training_time", "--facility-power", "5 MW", "--flop", "2e25"], "facility_power"),
    ],
)  # fmt: skip
def test_everyday_questions(arguments: list[str], target: str) -> None:
    code, out, err = run("solve", *arguments, "--chip", "h100", "--format", "json")
    assert code == 0, err
    found = json.loads(out)
    assert (found["solved"], found["target"]) == (arguments[0], target)
    # The value is acceptable to --set, and reaches what was said.
    value = found["value"] if found["unit"] in ("1", "date") else f"{found['value']!r} {found['unit']}"
    given = list(arguments[1:])
    dropped = "--" + target.replace("_", "-")
    for option in (dropped, "--days") if target == "training_time" else (dropped,):
        if option in given:
            at = given.index(option)
            del given[at : at + 2]
    again, text, err = run(
        "estimate", *given, "--set", f"{found['solved']}={value}", "--chip", "h100", "--format", "json"
    )
    assert again == 0, err
    assert json.loads(text)["results"][target]["value"] == pytest.approx(found["reached"], rel=1e-9)
    table, shown, _ = run("solve", *arguments, "--chip", "h100")
    assert table == 0
    assert "Exactly" in shown


def test_the_day_it_must_start_is_the_last_that_will_do() -> None:
    given = {"chip": "h100", "training_compute": 2e25, "deadline": "2027-06-01"}
    found = cc.solve("start", **given)
    day = found.as_dict()["value"]
    after = np.datetime64(day) + 1
    assert cc.estimate(**given, start=day).feasible
    assert not cc.estimate(**given, start=str(after)).feasible


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mfu", "--run-cost", "1000 USD", "--flop", "2e25"], "out of reach: mfu from 1e-10% to 100% gives $9.57M"),
        (["chips", "--run-cost", "10 MUSD", "--flop", "2e25"], "it does not move it"),
        (["chips", "--run-cost", "1 MUSD", "--training-time", "9 days", "--flop", "2e25"], "run_cost, training_time"),
        (["mfu", "--mfu", "0.4", "--run-cost", "1 MUSD", "--flop", "2e25"], "leave it out"),
        (["pue", "--flop", "2e25"], "no target among what is given"),
        (["chipz", "--flop", "2e25"], "Did you mean"),
        (["mfu", "--target", "run_cst=5 USD", "--flop", "2e25"], "Did you mean"),
        (["mfu", "--target", "emissions", "--flop", "2e25"], "it has no value"),
        (["mfu", "--run-cost", "1..2 MUSD", "--flop", "2e25"], "one value, not the range"),
        (["mfu", "--run-cost", "1 MW", "--flop", "2e25"], "run_cost: '1 MW'"),
        (["chips"], "no target among what is given"),
        (
            ["chip", "--run-cost", "20 MUSD", "--flop", "2e25"],
            "chip is a setting and no quantity; `cluster-calc optimise`",
        ),
        (["seed", "--run-cost", "20 MUSD", "--flop", "2e25"], "seed is a setting and no quantity"),
    ],
)
def test_what_cannot_be_solved_gets_one_clear_message(arguments: list[str], said: str) -> None:
    code, out, err = run("solve", *arguments, "--chip", "h100")
    assert code == 2
    assert out == ""
    assert said in err
    assert len(err.splitlines()) <= 4


def test_target_decides_between_several() -> None:
    code, out, err = run("solve", "chips", "--target", "training_time=30 days", "--flop", "2e25", "--chip", "h100",
                         "--format", "json")  # fmt: skip
    assert code == 0, err
    assert json.loads(out)["value"] == 21664


def test_over_draws_every_draw_is_solved() -> None:
    found = cc.solve("training_compute", chip="h100", run_cost="100 MUSD", ranges=True, draws=2000)
    assert found.samples.shape == (2000,)
    cut = found.percentiles()
    assert cut[10] < cut[50] < cut[90]
    # More compute for the same money in a draw is exactly the compute per dollar of that draw.
    again = cc.estimate(chip="h100", training_compute=found.value, ranges=True, draws=2000, resize=True)
    np.testing.assert_allclose(found.samples, 1e8 * again.samples["compute_per_dollar"], rtol=1e-9)
    assert found.as_dict()["reachable"] == 1.0


def test_percentiles_over_draws_are_those_asked_for_and_whole_where_things_are() -> None:
    code, out, err = run("solve", "chips", "--days", "90", "--flop", "2e25", "--chip", "h100", "--ranges",
                         "--percentiles", "5,97.5", "--draws", "1000", "--format", "json")  # fmt: skip
    assert code == 0, err
    found = json.loads(out)
    cut = [found[name] for name in ("p5", "p10", "p50", "p90", "p97.5")]
    assert cut == sorted(cut)
    assert all(value == round(value) for value in cut)
    code, out, _ = run("solve", "chips", "--days", "90", "--flop", "2e25", "--chip", "h100", "--ranges",
                       "--percentiles", "5")  # fmt: skip
    assert "P5 · P10 · P50 · P90" in out


@pytest.mark.parametrize(("name", "other", "sign"), [("start", "deadline", -1), ("deadline", "start", 1)])
def test_dates_over_draws_are_found_in_no_time(name: str, other: str, sign: int) -> None:
    # Every day of ninety years for every draw once took minutes and gigabytes.
    given = {"chip": "h100", "training_compute": 2e25, "chips": 8192, other: "2027-06-01", "mfu": "0.1..0.9"}
    begun = time.process_time()
    found = cc.solve(name, **given, draws=16_384)
    assert time.process_time() - begun < 20
    duration = cc.estimate(**given, draws=16_384).samples["training_time"]
    there = cc.estimate(**{**given, "mfu": 0.4}).data[other].value
    assert np.isfinite(found.samples).all()
    # Each draw is off the other date by its own duration, be that of weeks or of years.
    np.testing.assert_allclose(found.samples - there, sign * duration, rtol=1e-6)
    assert duration.max() > 20 * duration.min()


def test_what_a_date_can_reach_leaves_out_starts_after_the_deadline() -> None:
    with pytest.raises(InputError, match=r"gives -[0-9,]+% to -[0-9,]+%"):
        cc.solve("start", chip="h100", training_compute=2e25, chips=1, deadline="2027-06-01")


def test_when_it_is_done_is_the_first_deadline_that_holds() -> None:
    given = {"chip": "h100", "training_compute": 2e25, "chips": 8192, "start": "2027-01-01"}
    found = cc.solve("deadline", **given)
    assert found.as_dict()["value"] == "2027-03-22"
    assert cc.estimate(**given, deadline="2027-03-22").feasible
    assert not cc.estimate(**given, deadline="2027-03-21").feasible


@pytest.mark.parametrize(
    ("name", "goal", "far"), [("operations_cost", "run_cost", 3e7), ("held_spare_share", "held_cost", 40.0)]
)
def test_without_a_hard_bound_it_is_sought_far_above_what_is_usual(name: str, goal: str, far: float) -> None:
    # Nothing bounds these from above, and zero is what is usual at least.
    given = {**RUN, "chips": 8000}
    reached = cc.estimate(**given, **{name: text_of(name, far)}).in_unit(goal)
    found = cc.solve(name, **given, target=f"{goal}={text_of(goal, reached)}")
    assert found.as_dict()["value"] == pytest.approx(far, rel=1e-6)
    assert found.as_dict()["reached"] == pytest.approx(reached, rel=1e-9)


def test_over_an_array_every_element_is_solved_or_nan() -> None:
    from cluster_calc.model.roots import bisected

    prices = np.array([0.03, 0.05, 5.0]) / 3.6e6
    result = cc.estimate(**RUN)
    fixed = {name: datum.value for name, datum in result.data.items() if datum.value is not None and name != "mfu"}
    mfu = bisected(result, "mfu", QUANTITIES["mfu"], "run_cost", 25e6, {**fixed, "electricity_price": prices})
    assert np.isnan(mfu[2])
    cost = result.model.evaluate({**fixed, "electricity_price": prices[:2], "mfu": mfu[:2]})["run_cost"]
    np.testing.assert_allclose(cost, 25e6, rtol=1e-9)


@pytest.mark.parametrize(("name", "given"), [
    ("time_allowed", {"run_cost": "22 MUSD", "training_compute": 2e25}),
    ("chips", {"run_cost": "22.9 MUSD", "training_compute": 2e25}),
])  # fmt: skip
def test_what_moves_only_the_last_digits_moves_nothing(name: str, given: dict[str, object]) -> None:
    cost = cc.estimate(training_compute=2e25, chip="h100").in_unit("run_cost")
    for wanted in (given["run_cost"], f"{float(cost)!r} USD"):
        with pytest.raises(InputError, match="does not move it"):
            cc.solve(name, chip="h100", **{**given, "run_cost": wanted})


def test_over_a_sweep_every_row_is_the_solution_alone() -> None:
    from cluster_calc.scenario.layers import gather
    from cluster_calc.studies.solved_grid import solve_over

    base = gather({"training_compute": 2e25}, origin="call")
    table = solve_over("chips", base, {"training_time": "20:60:5 days", "chip": "h100,b200", "mfu": [0.3, 0.4]})
    assert len(table) == 20
    for row in table.to_dict("records"):
        alone = cc.solve("chips", training_compute=2e25, chip=row["chip"], mfu=row["mfu"],
                         training_time=f"{row['training_time_asked']!r} days")  # fmt: skip
        assert (row["chips"], row["training_time"]) == (alone.value, alone.reached / 86400)


def test_over_a_sweep_dates_limits_and_what_is_out_of_reach() -> None:
    from cluster_calc.scenario.layers import gather
    from cluster_calc.studies.solved_grid import rows_of, solve_over

    start = solve_over("start", gather(RUN, origin="call"), {"deadline": "2027-06-01,2027-07-01"})
    assert start["start"].tolist() == ["2027-03-03", "2027-04-02"]
    chips = solve_over(
        "chips", gather({"chip": "h100", "training_time": "30 days"}, origin="call"), {"budget": "10,20 MUSD"}
    )
    assert chips["chips"].tolist() == [9058, 18116]
    mfu = solve_over("mfu", gather({**RUN, "training_time": "90 days"}, origin="call"), {"chips": "2000,8000"})
    assert rows_of(mfu)[0] == {"chips": 2000.0, "mfu": None, "training_time": None}
    assert mfu["training_time"][1] == pytest.approx(90, rel=1e-9)


@pytest.mark.parametrize(("arguments", "said"), [
    (["mfu", "--run-cost", "20 MUSD", "--vary", "mfu=0.3,0.4"], "is varied"),
    (["mfu", "--run-cost", "20 MUSD", "--vary", "pue=1.1,1.2", "--pue", "1.3"], "is varied and also given as"),
    (["mfu", "--run-cost", "20 MUSD", "--vary", "pue=1.1,1.2", "--ranges"], "at base values"),
    (["electricity_price", "--run-cost", "1 MUSD", "--vary", "pue=1.1,1.2"], "out of reach at every point"),
    (["mfu", "--run-cost", "20 MUSD", "--vary", "pue=1.1:1.2:1e7"], "at most 1,000,000"),
    (["mfu", "--run-cost", "20 MUSD", "--format", "csv"], "add --vary"),
])  # fmt: skip
def test_bad_sweeps_of_solutions_get_one_clear_message(arguments: list[str], said: str) -> None:
    outcome = CliRunner().invoke(main, ["solve", *arguments, "--flop", "2e25", "--chip", "h100"])
    assert outcome.exit_code == 2
    assert said in outcome.stderr
    assert outcome.stdout == ""


@pytest.mark.parametrize(("arguments", "code"), [
    (["solve", "chips", "--days", "30", "--power-limit", "1 MW", "--require-feasible"], 3),
    (["solve", "chips", "--days", "30", "--fail-over", "run_cost=1 MUSD"], 4),
    (["solve", "chips", "--days", "30", "--fail-over", "run_cost=1000 MUSD", "--require-feasible"], 0),
    (["sensitivity", "--fail-over", "run_cost=1 MUSD"], 4),
    (["optimise", "--vary", "chip=h100,h200", "--power-limit", "1 kW", "--require-feasible"], 3),
    (["optimise", "--vary", "chip=h100,h200", "--require-feasible"], 0),
])  # fmt: skip
def test_gates_decide_the_exit_code_after_the_answer(arguments: list[str], code: int) -> None:
    chip = [] if arguments[0] == "optimise" else ["--chip", "h100"]
    outcome = CliRunner().invoke(main, [*arguments, "--flop", "2e25", *chip])
    assert outcome.exit_code == code, outcome.output
    assert outcome.stdout


def test_every_everyday_question_of_the_documentation_is_one_command() -> None:
    page = (Path(__file__).parents[2] / "docs" / "ranges.md").read_text(encoding="utf-8")
    asked = re.findall(r"^\| .*\? \| `(solve [^`]+)`", page, re.MULTILINE)
    assert len(asked) == 6
    for command in asked:
        code, out, err = run(*shlex.split(command), "--as-of", "2026-11-22")
        assert code == 0, (command, err)
        assert "Exactly" in out


@pytest.mark.parametrize("option", ["run_cost", "budget", "capital_cost", "capital_budget", "later_run_cost"])
def test_the_day_on_which_it_becomes_affordable(option: str) -> None:
    amount = 100e6 if "capital" in option else 10e6
    found = cc.solve("purchase_delay", **RUN, **{option: f"{amount} USD"}, as_of="2026-11-22")
    goal = "later_capital_cost" if "capital" in option else "later_run_cost"
    later = cc.estimate(**RUN, purchase_delay=f"{found.as_dict()['value']!r} years", as_of="2026-11-22")
    assert found.target == goal
    assert later.in_unit(goal) == pytest.approx(amount, rel=1e-9)
    days = (np.datetime64(found.as_dict()["date"]) - np.datetime64("2026-11-22")).astype(int)
    assert 0 <= days - found.value / 86400 < 1


def test_what_a_later_purchase_may_cost_is_said_once() -> None:
    with pytest.raises(InputError, match="both aim at later_run_cost"):
        cc.solve("purchase_delay", **RUN, run_cost="10 MUSD", budget="9 MUSD")
    with pytest.raises(InputError, match="is out of reach: purchase_delay from"):
        cc.solve("purchase_delay", **RUN, run_cost="1 USD")
    with pytest.raises(InputError, match="by waiting is purchase_delay"):
        cc.solve("start", **RUN, budget="10 MUSD")
    from cluster_calc.scenario.layers import gather
    from cluster_calc.studies.solved_grid import solve_over

    table = solve_over("purchase_delay", gather(RUN, origin="call"), {"run_cost": "5, 10 MUSD"})
    assert table["later_run_cost"].tolist() == pytest.approx([5e6, 10e6], rel=1e-9)
