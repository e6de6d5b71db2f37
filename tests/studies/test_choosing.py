"""The optimum against trying everything."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

import cluster_calc as cc
from cluster_calc.cli import main

CHIPS = ["h100", "b200", "a100-80gb"]


def test_the_cheapest_is_the_least_of_all_estimates_that_hold() -> None:
    limits = {"time_allowed": "60 days", "power_limit": "20 MW", "budget": "30 MUSD"}
    found = cc.optimise("cost", vary={"chip": CHIPS, "precision": ["bf16", "fp16"]}, training_compute=2e25, **limits)
    tried = {}
    for chip in CHIPS:
        for precision in ("bf16", "fp16"):
            alone = cc.estimate(chip=chip, precision=precision, training_compute=2e25, **limits)
            if alone.feasible:
                tried[chip, precision] = alone.in_unit("run_cost")
    owned = {(option.names["chip"], option.names["precision"]): option for option in found.options
             if option.acquisition == "own"}  # fmt: skip
    assert set(owned) == set(tried)
    assert found.options[0].objective == pytest.approx(min(tried.values()), rel=1e-9)
    assert found.options[0].objective == min(option.objective for option in found.options)
    for option in found.options:
        assert option.feasible


def test_the_fastest_takes_every_chip_that_the_limit_allows() -> None:
    limits = {"training_compute": 2e25, "capital_budget": "300 MUSD", "power_limit": "15 MW"}
    best = cc.optimise("time", vary={"chip": CHIPS}, **limits).options[0]
    chips = best.values["chips"]
    assert cc.estimate(chip=best.names["chip"], chips=chips, **limits).feasible
    assert not cc.estimate(chip=best.names["chip"], chips=chips + 1, **limits).feasible
    counts = np.linspace(1000, 20000, 40).round()
    for chip in CHIPS:
        for count in counts:
            alone = cc.estimate(chip=chip, chips=float(count), **limits)
            if alone.feasible:
                assert alone.values["training_time"] >= best.objective * (1 - 1e-9)


@pytest.mark.parametrize("spare", [0, 3, 40, 500])
def test_a_window_of_a_few_chips_is_found(spare: int) -> None:
    # Between the chips that the time needs and those that a limit allows there may be less than a step of the grid.
    least = cc.estimate(chip="h100", training_compute=2e25, time_allowed="90 days")
    count, each = float(least.values["chips"]), float(least.in_unit("peak_facility_power") / least.values["chips"])
    given = {
        "training_compute": 2e25, "time_allowed": "90 days", "power_limit": f"{each * (count + spare + 0.5)!r} kW",
    }  # fmt: skip
    assert cc.optimise("cost", vary={"chip": ["h100"]}, **given).options[0].values["chips"] == count
    assert cc.optimise("time", vary={"chip": ["h100"]}, **given).options[0].values["chips"] == count + spare
    # Power for half a chip less than the time needs: nothing holds, and what is nearest fails by that.
    found = cc.optimise(vary={"chip": ["h100"]}, **{**given, "power_limit": f"{each * (count - 0.5)!r} kW"})
    assert not found.options
    assert found.misses[0].worst > -1.01 / count


def test_what_is_only_unusual_rules_nothing_out() -> None:
    # Above the best published MFU, and in a run that newer chips overtake: `estimate` advises, and so does this.
    for given in ({"time_allowed": "90 days", "mfu": 0.55}, {"time_allowed": "1500 days", "capital_budget": "22 MUSD"}):
        alone = cc.estimate(chip="h100", training_compute=2e25, **given)
        assert alone.feasible
        assert any("beyond what is usual" in text or "best published" in text for text in alone.warnings)
        found = cc.optimise("capital", vary={"chip": ["h100"]}, training_compute=2e25, **given)
        assert found.options[0].values["chips"] == alone.values["chips"]


def test_among_counts_that_fail_alike_the_nearest_in_all_is_named() -> None:
    miss = cc.optimise(vary={"chip": ["h100"]}, training_compute=2e25, budget="1 USD").misses[0]
    # Its time holds: only the money is short.
    assert [name for name, margin in miss.margins.items() if margin < -1e-12] == ["budget"]


def test_a_site_without_its_own_price_says_so() -> None:
    found = cc.optimise("cost", vary={"chip": "h100", "site": "all"}, training_compute=2e25)
    said = {option.names["site"]: option.defaults for option in found.options}
    without = [site for site, names in said.items() if "electricity_price" in names]
    own = [site for site, names in said.items() if "electricity_price" not in names]
    assert without
    assert own
    for site in (without[0], own[0]):
        alone = cc.estimate(chip="h100", training_compute=2e25, site=site)
        warned = any("no electricity price" in text for text in alone.warnings)
        assert warned == (site == without[0])
    code, out, _ = run("--vary", "chip=h100", "--vary", f"site={without[0]}", "--flop", "2e25", "--full")
    assert code == 0
    assert "electricity price by default" in " ".join(out.split())


def test_ranges_are_said_not_to_be_drawn() -> None:
    code, out, _ = run("--vary", "chip=h100", "--flop", "2e25", "--mfu", "0.3..0.5", "--ranges", "--full")
    assert code == 0
    assert "compared at base values: mfu, ranges would draw" in " ".join(out.split())


def test_a_near_miss_is_better_and_says_what_fails() -> None:
    free = cc.optimise("power", vary={"chip": CHIPS}, training_compute=2e25)
    limit = f"{free.options[0].values['capital_cost'] * 0.9!r} USD"
    tight = cc.optimise("power", vary={"chip": CHIPS}, training_compute=2e25, capital_budget=limit)
    for miss in tight.misses:
        assert not tight.options or miss.objective < tight.options[0].objective
        assert miss.worst < 0
        assert not miss.feasible


def test_no_chip_means_the_whole_catalog() -> None:
    found = cc.optimise(training_compute=1e24)
    assert len({option.names["chip"] for option in found.options}) > 10
    assert any("chip_price not found" in text for text in found.left_out)
    assert {option.acquisition for option in found.options} == {"own", "rent"}


def run(*arguments: str) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(main, ["optimise", *arguments])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_the_command_says_best_and_near_misses() -> None:
    given = ("--vary", "chip=h100,b200", "--flop", "2e25", "--days", "60", "--power-limit", "12 MW")
    code, out, err = run(*given, "--full")
    assert code == 0, err
    assert "Least run cost within all limits: b200" in out
    code, out, _ = run(*given, "--format", "json")
    found = json.loads(out)
    assert found["options"][0]["chip"] == "b200"
    assert found["options"][0]["margins"]["power"] > 0
    code, out, _ = run(*given, "--budget", "1 MUSD", "--full")
    assert "Nothing meets all limits" in out
    assert "short by" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--for", "pow", "--flop", "2e25"), "Did you mean power"),
        (("--for", "time", "--flop", "2e25"), "nothing limits the number of chips"),
        (("--vary", "mfu=0.3,0.4", "--flop", "2e25"), "chooses among names"),
        (("--vary", "chip=h1o0", "--flop", "2e25"), "Did you mean h100"),
        (("--vary", "chip=h100", "--chip", "b200", "--flop", "2e25"), "varied and also given"),
        (("--vary", "chip=h100"), "nothing to run"),
    ],
)
def test_bad_input_gets_one_clear_message(arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_all_stands_for_every_site() -> None:
    from cluster_calc.catalog.current import catalog

    found = cc.optimise("cost", vary={"chip": "b200", "site": "all"}, training_compute=2e25)
    tried = {option.names["site"] for option in (*found.options, *found.misses)}
    # Where prices are in another currency, or missing, the list says so.
    assert len(tried) + len(found.left_out) == len(catalog().heads("sites"))
    assert len(tried) > 40
    owned = [option.objective for option in found.options if option.acquisition == "own"]
    assert owned == sorted(owned)
