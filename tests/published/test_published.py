"""Published figures, computed from published inputs: each with its citation, tolerance and error.

`pytest tests/published -rP` prints the error of every figure. All inputs are given; nothing is filled from defaults.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import cluster_calc as cc

RUNS = tomllib.loads((Path(__file__).parent / "runs.toml").read_text(encoding="utf-8"))["run"]
# What the price of everything already holds, and a load at the printed watts.
BARE_PRICE = {"server_cost_factor": 1, "network_share": 0, "residual_value": 0, "used_share": 1}
BARE_POWER = {"server_power_factor": 1, "power_utilisation": 1}
# Leaves that are true by agreement: six FLOP, the Julian year, one year of shipments, no idle hours charged.
CONVENTIONS = {"flop_per_parameter_token", "days_per_year", "shipment_period", "used_share"}
ERRORS: list[str] = []


def check(result: cc.Result, source: str, name: str, published: float, tolerance: float) -> None:
    """One figure against what was printed; every leaf behind it was given here."""
    computed = float(result.in_unit(name))
    error = computed / published - 1
    ERRORS.append(f"{name:18} {computed:>16,.6g} {published:>16,.6g} {error:>+9.3%} (±{tolerance:.3%})  {source}")
    print(ERRORS[-1])
    leaves = result.explain(name).leaves()
    filled = {leaf.name for leaf in leaves if leaf.datum is not None and leaf.datum.origin != "call"} - CONVENTIONS
    assert not filled or (filled == {"goodput"} and result.mode == "observed"), f"filled from defaults: {filled}"
    assert abs(error) <= tolerance, ERRORS[-1]


@pytest.fixture(scope="module", autouse=True)
def error_table() -> Any:
    yield
    print("\n" + "\n".join(sorted(ERRORS)))


@pytest.mark.parametrize("run", RUNS, ids=[run["id"] for run in RUNS])
def test_a_published_run(run: dict[str, Any], record_property: Any) -> None:
    result = cc.estimate(chip=run["chip"], **run["given"])
    for figure in run["published"]:
        check(result, run["source"], figure["name"], figure["value"], figure["tolerance"])
        record_property(f"{run['id']} {figure['name']}", ERRORS[-1])


def test_there_are_twenty_runs_of_every_kind() -> None:
    assert len(RUNS) >= 20
    assert {"tpuv2", "tpuv3", "tpuv4", "a100-80gb", "h100"} <= {run["chip"] for run in RUNS}
    assert any("p100" in run["chip"] for run in RUNS)
    assert any("v100" in run["chip"] for run in RUNS)
    names = {figure["name"] for run in RUNS for figure in run["published"]}
    assert {"training_time", "implied_mfu", "facility_energy", "emissions", "rental_cost"} <= names
    assert max(figure["tolerance"] for run in RUNS for figure in run["published"]) <= 0.02


# LLaMA-65B: 2,048 A100-80GB, 1.4T tokens, "approximately 21 days" (Touvron et al. 2023)

LLAMA = "arXiv:2302.13971 §2.4, Table 2, Table 15"
LLAMA_RUN = {"parameters": 65.2e9, "tokens": 1.4e12, "chips": 2048, "peak_throughput": "312 TFLOP/s", "goodput": 1}


def test_llama_65b_implied_mfu() -> None:
    result = cc.estimate(chip="a100-80gb", **LLAMA_RUN, training_time="21 days")
    assert result.mode == "observed"
    check(result, LLAMA, "implied_mfu", 6 * 65.2e9 * 1.4e12 / (2048 * 312e12 * 21 * 86400), 1e-12)
    assert result.values["implied_mfu"] == pytest.approx(0.4724, abs=5e-5)


def test_llama_65b_chip_hours() -> None:
    # 380 tokens/s/GPU (§2.4), as a utilisation of the dense peak
    mfu = 380 * 6 * 65.2e9 / 312e12
    result = cc.estimate(chip="a100-80gb", **LLAMA_RUN, mfu=mfu)
    check(result, LLAMA, "chip_hours", 1_022_362, 0.002)
    check(result, LLAMA, "training_time", 21, 0.011)


def test_llama_65b_energy_and_carbon() -> None:
    result = cc.estimate(
        chip="a100-80gb", chips=2048, chip_hours="1022362 chip*hour", tdp="400 W", pue=1.1, carbon_intensity="385 g/kWh", **BARE_POWER
    )  # fmt: skip
    check(result, LLAMA, "facility_energy", 449_000, 0.003)
    check(result, LLAMA, "emissions", 173_000, 0.002)


EA_FORUM = "EA Forum 2023, 'A rough estimate of the cost of training LLaMA'"
EA_RUN = {**LLAMA_RUN, "chip_price": "15000 USD", "lifetime": "4 years", **BARE_PRICE}


@pytest.mark.parametrize(("days", "dollars"), [(365.25, 441_560), (365, 441_863)])
def test_llama_65b_depreciation(days: float, dollars: float) -> None:
    result = cc.estimate(chip="a100-80gb", **EA_RUN, training_time="21 days", days_per_year=days)
    check(result, EA_FORUM, "depreciation", dollars, 2e-6)
    check(result, EA_FORUM, "capital_cost", 30_720_000, 1e-12)


def test_llama_65b_electricity() -> None:
    result = cc.estimate(chip="a100-80gb", chips=2048, facility_energy="400 MWh", electricity_price="16.8 cent/kWh")
    check(result, EA_FORUM, "electricity_cost", 67_200, 1e-12)


# GPT-3 on TPU v3 at full peak: CSET describes a four-chip board of 420 TFLOP/s at 8 USD an hour (Lohn & Musser 2022)

CSET = "Lohn & Musser, AI and Compute, CSET, January 2022"
BOARD = {"peak_throughput": "420 TFLOP/s", "mfu": 1, "goodput": 1, "rental_price": "8 USD/hour", "chips": 1}


def test_a_petaflops_day_on_a_tpu_board() -> None:
    result = cc.estimate(chip="tpuv3", training_compute="1 PFLOP/s*day", **BOARD)
    check(result, CSET, "chip_hours", 57.14, 1e-4)
    check(result, CSET, "rental_cost", 457.14, 1e-4)
    check(result, CSET, "petaflops_days", 1, 1e-12)


@pytest.mark.parametrize(("days", "dollars"), [(3600, 1.646e6), (3640, 1.664e6)])
def test_gpt3_on_tpu_boards(days: int, dollars: float) -> None:
    result = cc.estimate(chip="tpuv3", petaflops_days=f"{days} PFLOP/s*day", **BOARD)
    check(result, CSET, "rental_cost", dollars, 3e-4)
    check(result, CSET, "petaflops_days", days, 1e-12)


@pytest.mark.parametrize(
    ("parameters", "petaflops_days", "a100_years"), [(17.5e12, 453_204, 7_618), (100e12, 4_934_331, 83_000)]
)
def test_cset_models_too_large(parameters: float, petaflops_days: float, a100_years: float) -> None:
    # Kaplan et al. 2020 as CSET applies it: N = 1.3e9 · (petaFLOP/s-days)^0.73
    demand = (parameters / 1.3e9) ** (1 / 0.73)
    assert demand == pytest.approx(petaflops_days, rel=2e-6)
    result = cc.estimate(
        chip="a100-80gb", training_compute=f"{demand!r} PFLOP/s*day", peak_throughput="163 TFLOP/s", mfu=1, goodput=1,
        time_allowed="365 days",
    )  # fmt: skip
    check(result, CSET, "petaflops_days", petaflops_days, 2e-6)
    check(result, CSET, "chips", a100_years, 1e-9 if a100_years < 1e4 else 0.001)


def test_cset_share_of_shipments() -> None:
    result = cc.estimate(chip="a100-80gb", chips=83_000, annual_shipments=35e6)
    check(result, CSET, "shipment_share", 0.0024, 0.02)
    assert round(100 * float(result.in_unit("shipment_share")), 2) == 0.24


# Round figures of the press


def test_ten_thousand_h100() -> None:
    result = cc.estimate(chip="h100", chips=10_000, chip_price="25000 USD", price_basis="all-in")
    assert result.in_unit("capital_cost") == pytest.approx(250e6, rel=1e-12)
    bare = cc.estimate(chip="h100", chips=10_000, chip_price="25000 USD", **BARE_PRICE)
    check(bare, "10,000 H100 at 25,000 USD each", "capital_cost", 250e6, 1e-12)


def test_deepseek_v3() -> None:
    result = cc.estimate(chip="nvidia-h800-sxm", chips=2048, chip_hours="2.788e6 chip*hour", rental_price="2 USD/hour")
    check(result, "arXiv:2412.19437 Table 1", "rental_cost", 5_576_000, 1e-12)
