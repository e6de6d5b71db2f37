"""`serve`, its page, its JSON, its errors; and `batch --predict-serving`."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cluster_calc as cc
from cluster_calc.catalog.current import catalog
from cluster_calc.cli import main
from cluster_calc.errors import InputError, UndeterminedError
from cluster_calc.files.shipped import shipped
from cluster_calc.performance.serving.architecture import attention_layer
from cluster_calc.performance.serving.constants import book
from cluster_calc.performance.serving.prices import prices_of
from cluster_calc.performance.serving.rows import model_named

CASES = Path(__file__).parents[1] / "data" / "serving_cases.csv"
SIGNATURE = ["serve", "--model", "llama-3.3-70b", "--chip", "h200", "--tokens-per-day", "20e9", "--input-tokens", "2000",
             "--output-tokens", "500", "--tpot", "30 ms", "--ttft", "1 s"]  # fmt: skip
CONTRACT = {
    "chips": "chip", "replicas": "1", "batch": "1", "output_tokens_per_second": "token/s",
    "output_tokens_per_second_per_chip": "token/s/chip", "total_tokens_per_second_per_chip": "token/s/chip",
    "time_to_first_token": "ms", "time_per_output_token": "ms", "cost_per_million_input_tokens": "USD/Mtoken",
    "cost_per_million_output_tokens": "USD/Mtoken", "cost_per_million_tokens": "USD/Mtoken", "facility_power": "kW",
    "energy_per_token": "J/token",
}  # fmt: skip


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, [*arguments], catch_exceptions=False)


def test_the_page_answers_first_and_is_short() -> None:
    lines = run(*SIGNATURE).output.splitlines()
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 80
    assert " chips: " in lines[1]
    assert "replicas of" in lines[1]
    labels = {line.split("  ")[0] for line in lines}
    assert {
        "Targets",
        "Speed",
        "First token",
        "Each token",
        "Owned",
        "Rented",
        "API prices",
        "Power",
        "Bound by",
        "Or",
    } <= labels


def test_the_full_page_has_the_front_and_every_alternative() -> None:
    text = run(*SIGNATURE, "--full").output
    assert "Cost against speed" in text
    assert "The same demand another way" in text
    assert "Public prices a million tokens" in text


def test_the_json_is_the_contracts() -> None:
    found = json.loads(run(*SIGNATURE, "--format", "json", "--ranges", "--draws", "512").output)
    assert found["schema"] == "cluster-calc/serve/1"
    for name, unit in CONTRACT.items():
        entry = found["results"][name]
        assert entry["unit"] == unit, name
        assert entry["value"] > 0
    rates = found["results"]["output_tokens_per_second_per_chip"]
    assert rates["p10"] < rates["p50"] < rates["p90"]
    assert found["results"]["chips"]["p10"] is None  # a decision: sized once
    assert found["targets_met"] is True
    assert {"constraint", "limit", "holds"} <= set(found["feasibility"][0])
    assert found["front"] == sorted(found["front"], key=lambda point: point["time_per_output_token"])
    assert all(entry["source"]["id"] for entry in found["inputs"].values())


def test_a_target_below_the_floor_says_the_floor_and_what_sets_it() -> None:
    text = run(*SIGNATURE[:-4], "--tpot", "2 ms").output
    assert "time per output token (2 ms) fails" in text
    assert "The floor is" in " ".join(text.split())
    assert "set by" in " ".join(text.split())
    assert run(*SIGNATURE[:-4], "--tpot", "2 ms", "--require-feasible").exit_code == 3


def test_a_model_that_cannot_fit_says_the_least_chips() -> None:
    with pytest.raises(
        InputError, match=r"deepseek-v3 does not fit: 67\d GB of weights .* need at least \d+ of NVIDIA H100"
    ):
        cc.serve(model="deepseek-v3", chip="h100", chips=4)


def test_a_batch_that_cannot_fit_is_refused_as_a_batch() -> None:
    with pytest.raises(InputError, match=r"batch: 4096 sequences of 0\.82 GB of cache each do not fit beside 141 GB"):
        cc.serve(model="llama-3-70b", chip="b200", chips=8, batch=4096, tensor_parallel=8)


def test_an_attention_that_is_not_known_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="attention: 'gated delta' is not a kind that serving knows: MHA, GQA"):
        attention_layer(replace(model_named("llama-3-8b"), attention="gated delta"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": "lama-3-70b", "chip": "h200", "chips": 8}, "model 'lama-3-70b'. Did you mean llama-3-70b"),
        ({"model": "llama-3-70b", "chip": "h200", "chips": 8, "engine": "vlm"}, "engine: 'vlm' is not one of"),
        ({"model": "llama-3-70b", "chip": "h200", "chips": 8, "software": "fast"}, "software: 'fast' is not one of tuned"),
        ({"model": "llama-3-70b", "chip": "h200", "chips": 8, "precision": "fp7"}, "precision: 'fp7' is not a format"),
        ({"model": "llama-3-70b", "chip": "h200", "chips": 8, "percentile": "105"}, "percentile: '105' is not a percentile"),
        ({"model": "llama-3-70b", "chip": "h200", "chips": 8, "against": "llama-3-70b@nobody"}, "'nobody' sells no llama-3-70b"),
        ({"model": "llama-3-70b", "chip": "h200", "tokens_per_day": 1e9, "requests_per_second": 3}, "both given"),
        ({"model": "llama-3-70b", "chip": "h200", "chips": 8, "tpot": "30"}, "tpot: '30' has no unit"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_error(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        cc.serve(**given)
    assert message in str(caught.value)


def test_what_is_missing_is_said_with_an_example() -> None:
    with pytest.raises(UndeterminedError, match="no model: say which one with --model, for example"):
        cc.serve(chip="h200", tokens_per_day=1e9)
    with pytest.raises(UndeterminedError, match="nothing to size: give --tokens-per-day"):
        cc.serve(model="llama-3-8b", chip="h200")


def test_a_typed_layout_and_a_typed_speed_win() -> None:
    typed = cc.serve(
        model="llama-3.3-70b", chip="h200", tokens_per_day=1e9, tensor_parallel=8, batch=16, disaggregated=0
    )
    assert [typed.values[name] for name in ("tensor_parallel", "batch", "disaggregated")] == [8, 16, 0]
    rate = cc.serve(
        model="llama-3.3-70b", chip="h200", tokens_per_day=1e9, output_tokens_per_second_per_chip="500 token/s"
    )
    assert rate.values["output_tokens_per_second_per_chip"] == 500


def test_narrow_weights_are_never_taken_unasked() -> None:
    assert cc.serve(model="llama-3.3-70b", chip="b200", tokens_per_day=1e9).result.precision == "bf16"
    assert cc.serve(model="deepseek-v3", chip="b200", tokens_per_day=1e9).result.precision == "fp8"
    found = cc.serve(model="llama-3.3-70b", chip="h100", precision="fp4", tokens_per_day=1e9)
    assert any("has no fp4 arithmetic" in warning for warning in found.result.warnings)


def test_break_even_against_a_public_price() -> None:
    dear = cc.serve(
        model="llama-3.3-70b", chip="h200", precision="fp8", tokens_per_day=1e9, against="llama-3.3-70b@aws"
    ).break_even
    assert dear is not None
    assert dear[0].provider == "aws"
    assert dear[1] is not None
    assert 1e6 < dear[1] < 1e13
    cheap = cc.serve(model="llama-3-8b", chip="h100", tokens_per_day=1e9, against="llama-3-8b@novita").break_even
    assert cheap is not None
    assert cheap[1] is None or cheap[1] > dear[1] / 1e3


def test_other_verbs_know_the_serving_too() -> None:
    found = cc.estimate(task="serve", model="llama-3.3-70b", chip="h200", tokens_per_day=20e9)
    assert "fewest" in str(found.explain("batch"))
    table = cc.sweep({"tokens_per_day": [1e9, 1e10]}, task="serve", model="llama-3.3-70b", chip="h200")
    assert table["chips"].is_monotonic_increasing


def test_every_model_is_served_or_refused_by_name() -> None:
    for name in catalog().heads("models"):
        try:
            found = cc.serve(model=name, chip="b200", tokens_per_day=1e10)
        except InputError as error:
            assert "attention" in str(error) or "does not fit" in str(error), name  # noqa: PT017
            continue
        assert found.values["chips"] >= 1


def test_every_source_of_the_constants_is_in_the_catalog() -> None:
    known = catalog()

    def sources(table: Any) -> set[str]:
        own = {table["source"]} if isinstance(table.get("source"), str) else set()
        return own.union(*(sources(entry) for entry in table.values() if isinstance(entry, dict)))

    for key in sources(book()):
        assert known.source(key, "serving.toml").title
    assert (shipped("catalog") / "token_prices").is_dir()
    assert prices_of("gpt-oss-120b")


def test_batch_takes_the_table_of_cases_as_it_is(tmp_path: Path) -> None:
    with CASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    few = rows[::40]
    place, out = tmp_path / "in.csv", tmp_path / "out.csv"
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(few)
    done = run("batch", str(place), "--predict-serving", "-o", str(out))
    assert done.exit_code in (0, 2)
    with out.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["id"] for row in found] == [row["id"] for row in few]
    good = [row for row in found if not row.get("error")]
    assert len(good) > 0.9 * len(found)
    for row in good:
        if row["predicted_output_tps_per_chip"]:
            low, middle, high = (
                float(row[name]) for name in ("predicted_p10", "predicted_output_tps_per_chip", "predicted_p90")
            )
            assert low < middle < high
            assert float(row["predicted_total_tps_per_chip"]) >= middle
    assert all(row["predicted_output_tps_per_chip"] == "" for row in found if row.get("error"))


def test_batch_says_which_columns_a_table_lacks(tmp_path: Path) -> None:
    place = tmp_path / "in.csv"
    place.write_text("a,b\n1,2\n")
    done = CliRunner().invoke(main, ["batch", str(place), "--predict-serving"])
    assert done.exit_code == 2
    assert "needs the columns chip and architecture" in done.output


SERVED = {"model": "llama-3.3-70b", "tokens_per_day": 20e9, "tpot": "30 ms"}


def test_the_other_verbs_take_a_serving_demand_as_they_take_a_run(tmp_path: Path) -> None:
    both = cc.compare(chips=["h200", "b200"], **SERVED)
    alone = [cc.serve(chip=chip, **SERVED).values for chip in ("h200", "b200")]
    assert [option.result.values["run_cost"] for option in both.options] == [values["run_cost"] for values in alone]
    best = cc.optimise("cost", vary={"chip": ["h200", "b200"]}, **SERVED).options[0]
    assert best.objective == pytest.approx(min(float(values["run_cost"]) for values in alone))
    bought = cc.solve("tokens_per_day", chip="h200", model="llama-3.3-70b", task="serve", budget="2 MUSD")
    assert 1e9 < bought.value * 86400 < 1e12
    money = cc.finance(chip="h200", **SERVED)
    assert money.result.values["chips"] == alone[0]["chips"]


def test_draws_of_a_sweep_keep_the_fleet_that_was_decided() -> None:
    table = cc.sweep({"tokens_per_day": [20e9]}, chip="h200", draws=64, full=True, model="llama-3.3-70b", tpot="30 ms")
    assert table["chips"].nunique() == 1
    assert table["run_cost"].nunique() > 1


def test_a_memo_of_serving_states_its_need(tmp_path: Path) -> None:
    out = tmp_path / "memo.md"
    done = run(
        "memo",
        "--model",
        "llama-3.3-70b",
        "--set",
        "tokens_per_day=20e9",
        "--chip",
        "h200",
        "--compare",
        "b200",
        "-o",
        str(out),
    )
    assert done.exit_code == 0, done.output
    text = out.read_text(encoding="utf-8")
    assert "What does serving llama-3.3-70b, 20B tokens a day" in text
    assert "B200" in text


def test_the_front_is_a_chart_too() -> None:
    text = run(*SIGNATURE, "--format", "svg").output
    assert text.startswith("<svg ")
    assert "tokens a second for one user" in text
    assert "chosen" in text


def test_renting_by_term_stands_beside_owning() -> None:
    found = cc.serve(chip="h200", **SERVED)
    ways = {way.words: way for way in found.ways}
    assert ways["owned"].blended == pytest.approx(float(found.values["cost_per_million_tokens"]) * 1e6)
    assert ways["on-demand"].blended == pytest.approx(float(found.values["rented_cost_per_million_tokens"]) * 1e6)
    assert ways["3-year"].chip_hour < ways["on-demand"].chip_hour
    for way in ways.values():
        mix = (2000 * way.input + 500 * way.output) / 2500
        assert mix == pytest.approx(way.blended, rel=1e-9)
    rented = cc.compare(chips=["h200"], acquire=["own", "on-demand"], **SERVED)
    costs = {option.name: option.result.values.get("run_cost") for option in rented.options}
    assert all(cost is not None for cost in costs.values())


def test_a_saved_scenario_of_serving_gives_the_same_again(tmp_path: Path) -> None:
    place = tmp_path / "s.toml"
    first = run(
        "serve",
        "--model",
        "llama-3-8b",
        "--chip",
        "h100",
        "--chips",
        "16",
        "--save-scenario",
        str(place),
        "--format",
        "json",
    )
    again = cc.estimate(scenario=place)
    assert again.mode == "serve"
    assert again.values["tokens_per_day"] * 86400 == pytest.approx(
        json.loads(first.output)["results"]["tokens_per_day"]["value"] * 1
    )
    assert run("serve", "--scenario", str(place)).exit_code == 0


def test_a_chip_that_nobody_measured_has_a_wide_range_and_says_so() -> None:
    seen, unseen = (cc.serve(model="llama-3-8b", chip=chip, chips=4) for chip in ("h100", "tpuv6e"))
    low, high = (found.result.data["serving_speed_factor"] for found in (seen, unseen))
    assert high.low < low.low < low.high < high.high
    assert any("no measurement of serving" in warning for warning in unseen.result.warnings)
    text = str(unseen)
    assert "no measurement on this chip" in " ".join(text.split())


def test_renting_splits_input_and_output_where_the_chip_has_no_price_to_own() -> None:
    values = cc.serve(model="llama-3-8b", chip="tpuv6e", chips=4).values
    assert "cost_per_million_tokens" not in values
    assert values["rented_cost_per_million_output_tokens"] > 2 * values["rented_cost_per_million_input_tokens"]


def test_a_layout_that_no_engine_lists_has_its_batch_searched_too() -> None:
    typed = cc.serve(model="gpt-oss-120b", chip="h100", chips=8, tensor_parallel=3)
    assert typed.values["tensor_parallel"] == 3
    assert typed.values["batch"] > 16


def test_longer_than_the_context_is_told() -> None:
    found = cc.serve(model="llama-3-8b", chip="h100", chips=8, input_tokens=140_000)
    assert any("more than the 131,072" in warning for warning in found.result.warnings)
