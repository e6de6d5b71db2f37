"""Every reader agrees, whatever is set: one model, and the same answer by each way to ask it."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from cluster_calc.quantities.nomenclature import QUANTITIES
from tests.agreement import scenarios as sc

MONEY_AND_TIME = (
    "training_time", "chips", "accelerator_time", "run_cost", "capital_cost", "cost_per_chip_hour", "rental_cost",
    "facility_energy", "emissions",
)  # fmt: skip
# What a reader moves: two values inside the bounds of every scenario, the options it stands in the place of, and the
# scenarios in which it is an input.
MOVED: dict[str, tuple[tuple[str, str], tuple[str, ...], dict[str, Any]]] = {
    "training_compute": (("3e22", "4e24"), ("flop",), {"demand": sc.BY_COMPUTE}),
    "mfu": (("0.25", "0.55"), ("mfu",), {}),
    "electricity_price": (("4 cent/kWh", "15 cent/kWh"), ("electricity-price",), {}),
    "lifetime": (("3 years", "6 years"), ("lifetime",), {}),
    "pue": (("1.1", "1.5"), ("pue",), {}),
    "chip_price": (("10000 USD", "50000 USD"), ("chip-price", "server"), {}),
    "time_allowed": (("20 days", "150 days"), ("days",), {"size": st.just({})}),
    "goodput": (("0.7", "0.95"), ("goodput", "failure-rate"), {}),
    "chips": (("2048", "30000"), ("chips",), {"size": sc.ON_CHIPS}),
}


def _moved(name: str) -> Any:
    """Scenarios in which a reader may move the input."""
    _, replaced, how = MOVED[name]
    return sc.scenarios(**how).map(lambda options: sc.without(options, *replaced))


def _typed(options: sc.Options, name: str, value: str) -> sc.Options:
    return {**options, name.replace("_", "-"): value}


def _close(ours: float, theirs: float, what: str, rel: float = 1e-9) -> None:
    assert ours == pytest.approx(theirs, rel=rel, abs=1e-12), what


def sweep_rows_are_estimates(options: sc.Options, name: str) -> None:
    """Each row of a sweep is the estimate of its inputs."""
    values = MOVED[name][0]
    alone = [sc.read_json("estimate", _typed(options, name, value)) for value in values]
    assume(all(alone))
    results = [entry for entry in MONEY_AND_TIME if entry in sc.figures(alone[0])]
    code, out, err = sc.run(
        "sweep",
        "--vary",
        f"{name}={','.join(values)}",
        *sc.arguments(options),
        "--results",
        ",".join(results),
        "-o",
        "-",
    )
    assert code == 0, err
    for row, document in zip(csv.DictReader(io.StringIO(out)), alone, strict=True):
        for entry in results:
            _close(float(row[entry]), sc.figures(document)[entry], f"{entry} with {name}={row[name]}")


def batch_rows_are_estimates(options: sc.Options) -> None:
    """Each row of a table is the estimate of its cells."""
    alone = sc.read_json("estimate", options)
    assume(alone is not None)
    names = {"flop": "training_compute", "params": "parameters", "days": "time_allowed"}
    settings_of_the_call = {name: value for name, value in options.items() if name in ("as-of", "currency")}
    row = {
        names.get(name, name.replace("-", "_")): f"{value} days" if name == "days" else value
        for name, value in options.items() if name not in settings_of_the_call
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, row)
            writer.writeheader()
            writer.writerow(row)
        code, out, err = sc.run("batch", str(path), *sc.arguments(settings_of_the_call), "-o", "-")
    assert code == 0, err
    (found,) = csv.DictReader(io.StringIO(out))
    for entry in MONEY_AND_TIME:
        if entry in sc.figures(alone):
            _close(float(found[entry]), sc.figures(alone)[entry], entry)


def solving_comes_back(options: sc.Options, name: str, goal: str) -> None:
    """What solve finds, typed into an estimate, gives what was asked and what solve prints beside it."""
    start = sc.read_json("estimate", _typed(options, name, MOVED[name][0][0]))
    assume(start is not None and goal in sc.figures(start))
    wanted = sc.figures(start)[goal]
    target = f"{goal}={wanted!r} {QUANTITIES[goal].unit}"
    code, out, err = sc.run("solve", name, "--target", target, *sc.arguments(options), "--format", "json")
    if code == 2:  # an input that the goal does not depend on
        if "is also given as" in err:  # the goal is an input here
            return
        assert "not depend on" in err or "does not move it" in err, err
        other = sc.read_json("estimate", _typed(options, name, MOVED[name][0][1]))
        _close(sc.figures(other)[goal], wanted, f"{goal} is said not to depend on {name}")
        return
    found = json.loads(out)
    unit = "" if found["unit"] == "1" else f" {found['unit']}"
    again = sc.read_json("estimate", _typed(options, name, f"{found['value']!r}{unit}"))
    _close(sc.figures(again)[goal], found["reached"], f"{goal} by {name}, as solve says")
    # Whole chips in whole servers step: the nearest number that meets the goal may miss its last digits.
    _close(sc.figures(again)[goal], wanted, f"{goal} by {name}", rel=1e-3 if QUANTITIES[name].whole else 1e-6)


def comparing_is_estimating(options: sc.Options) -> None:
    """An option of a comparison has the figures and the verdict of its own estimate; its value is that of finance."""
    plain = {name: value for name, value in options.items() if name != "chip"}
    both = [sc.read_json("estimate", {**plain, "chip": chip}) for chip in ("h100", "b200")]
    assume(all(both))
    code, out, err = sc.run("compare", "--chip", "h100", "--chip", "b200", *sc.arguments(plain), "--format", "json")
    assert code == 0, err
    for option, alone in zip(json.loads(out)["options"], both, strict=True):
        for entry in MONEY_AND_TIME:
            if entry in sc.figures(alone):
                _close(sc.figures(option)[entry], sc.figures(alone)[entry], entry)
        assert [row["holds"] for row in option["feasibility"]] == [row["holds"] for row in alone["feasibility"]]
        assert option["feasible"] == alone.get("feasible", option["feasible"])
        gate, _, _ = sc.run("estimate", *sc.arguments({**plain, "chip": option["chip"]["id"]}), "--require-feasible")
        assert (gate == 3) == (option["feasible"] is False)


def value_is_that_of_finance(options: sc.Options) -> None:
    """The net present value of an option of a comparison is that of its own plan."""
    given_too = {**options, "horizon": "4 years", "discount-rate": "0.08"}
    plans = [sc.read_json("finance", {**given_too, "chip": chip}) for chip in ("h100", "b200")]
    assume(all(plans))
    plain = {name: value for name, value in given_too.items() if name != "chip"}
    code, out, err = sc.run(
        "compare", "--chip", "h100", "--chip", "b200", "--by", "npv", *sc.arguments(plain), "--format", "json"
    )
    assert code == 0, err
    for option, plan in zip(json.loads(out)["options"], plans, strict=True):
        _close(option["npv"], plan["own"]["npv"], "npv")


def saved_scenarios_give_the_same(options: sc.Options) -> None:
    """A saved scenario gives the same results as what it was saved from."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "saved.toml")
        first = sc.read_json("estimate", options, "--save-scenario", path)
        assume(first is not None)
        again = sc.read_json("estimate", {"scenario": path})
    assert again["results"] == first["results"]
    assert again["feasibility"] == first["feasibility"]


def explained_values_recompute(options: sc.Options, goal: str) -> None:
    """Each node of an explanation is its formula of the nodes below it."""
    document = sc.read_json("estimate", options)
    assume(document is not None and goal in sc.figures(document))
    tree = sc.read_json("explain", options, goal)

    def check(node: dict[str, Any]) -> None:
        known = {**sc.figures(document), **{name: entry["value"] for name, entry in document["inputs"].items()}}
        if node["name"] in known and known[node["name"]] is not None:
            _close(float(node["value"]), float(known[node["name"]]), node["name"])
        for below in node.get("inputs", ()):
            check(below)

    check(tree)


def parts_make_their_sums(options: sc.Options) -> None:
    """The lines of an estimate add up to what stands below them."""
    document = sc.read_json("estimate", options)
    assume(document is not None)
    found = sc.figures(document)
    if {"run_cost", "depreciation", "electricity_cost", "operations_cost"} <= set(found):
        _close(
            found["run_cost"], found["depreciation"] + found["electricity_cost"] + found["operations_cost"], "run_cost"
        )
    if {"chip_hours", "run_cost", "cost_per_chip_hour"} <= set(found):
        _close(found["cost_per_chip_hour"], found["run_cost"] / found["chip_hours"], "cost_per_chip_hour")
    if {"accelerator_time", "training_time", "chips"} <= set(found):
        _close(found["accelerator_time"], found["training_time"] * found["chips"], "accelerator_time")
    assert all(np.isfinite(value) for value in found.values())


CASES: dict[Any, dict[str, Any]] = {
    batch_rows_are_estimates: {"options": sc.scenarios()},
    comparing_is_estimating: {"options": sc.scenarios(limits=True)},
    value_is_that_of_finance: {"options": sc.scenarios()},
    saved_scenarios_give_the_same: {"options": sc.scenarios(limits=True)},
    explained_values_recompute: {
        "options": sc.scenarios(), "goal": st.sampled_from(("run_cost", "capital_cost", "facility_energy", "rental_cost")),
    },
    parts_make_their_sums: {"options": sc.scenarios(limits=True)},
}  # fmt: skip
GOALS = st.sampled_from(("run_cost", "capital_cost", "training_time", "facility_energy"))
CHECKS = [pytest.param(check, strategies, id=check.__name__) for check, strategies in CASES.items()]
CHECKS += [
    pytest.param(check, {"options": _moved(name), "name": st.just(name), **more}, id=f"{check.__name__}-{name}")
    for name in MOVED
    for check, more in ((sweep_rows_are_estimates, {}), (solving_comes_back, {"goal": GOALS}))
]


def _run(check: Any, strategies: dict[str, Any], examples: int, *, derandomize: bool) -> None:
    settings(
        max_examples=examples, deadline=None, derandomize=derandomize, suppress_health_check=list(HealthCheck),
        database=None, phases=[Phase.generate],
    )(given(**strategies)(check))()  # fmt: skip


@pytest.mark.parametrize(("check", "strategies"), CHECKS)
def test_a_tenth_every_day(check: Any, strategies: dict[str, Any]) -> None:
    _run(check, strategies, 6, derandomize=True)


@pytest.mark.thorough
@pytest.mark.parametrize(("check", "strategies"), CHECKS)
def test_in_full(check: Any, strategies: dict[str, Any]) -> None:
    _run(check, strategies, 60, derandomize=False)
