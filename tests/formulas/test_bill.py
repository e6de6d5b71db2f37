"""The bill of materials and the lines of operating cost: they sum, they reconcile, they refuse what does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cluster_calc as cc
from cluster_calc.errors import InputError
from cluster_calc.estimation.lines import CAPITAL_LINES, OPERATIONS

RUN: dict[str, Any] = {"chip": "h100", "training_compute": 2e25}


@settings(max_examples=40, deadline=None)
@given(
    chips=st.integers(1, 100_000),
    network=st.floats(0, 0.5),
    storage=st.floats(0, 0.2),
    spare=st.floats(0, 0.2),
    rest=st.floats(0, 0.3),
)
def test_the_lines_sum_and_the_bill_reconciles(
    chips: int, network: float, storage: float, spare: float, rest: float
) -> None:
    result = cc.estimate(
        chip="h100", chips=chips, training_time="30 days", server="dgx-h100", network_share=network, storage_share=storage,
        reserve_share=spare, installation_share=rest, contingency_share=rest, maintenance_rate=0.04, staff_rate="3 MUSD/year",
    )  # fmt: skip
    values = result.values
    assert values["capital_cost"] == pytest.approx(sum(values[name] for name in CAPITAL_LINES), rel=1e-12)
    assert values["operations_cost"] == pytest.approx(sum(values[name] for name in OPERATIONS), rel=1e-12)
    assert values["run_cost"] == pytest.approx(
        values["depreciation"] + values["electricity_cost"] + values["operations_cost"], rel=1e-12
    )
    assert 0 <= values["idle_chips"] < 8
    assert values["servers"] * 8 == chips + values["idle_chips"]
    part_filled = values["idle_chips"] / 8 * values["server_price"] / (1 - network)
    beyond = sum(values[name] for name in CAPITAL_LINES[3:])
    assert values["bill_excess"] == pytest.approx(part_filled + beyond, rel=1e-9, abs=1e-6)


def test_without_extras_whole_servers_cost_what_two_factors_say() -> None:
    result = cc.estimate(chip="h100", chips=800, server="dgx-h100", storage_share=0, reserve_share=0)
    assert result.values["bill_excess"] == pytest.approx(0, abs=1e-3)
    quick = cc.estimate(chip="h100", chips=800, chip_price=f"{375000 / 8} USD", price_basis="server")
    assert result.values["capital_cost"] == pytest.approx(quick.values["capital_cost"])


def test_the_building_is_apart_from_the_hardware() -> None:
    result = cc.estimate(**RUN, server="default", construction_cost="11.7 USD/W")
    assert result.values["facility_capital"] == pytest.approx(11.7 * result.values["critical_load"])
    assert result.values["project_capital"] == pytest.approx(
        result.values["capital_cost"] + result.values["facility_capital"]
    )
    assert "facility_capital" not in cc.estimate(**RUN).values


def test_rates_count_for_the_time_of_the_run() -> None:
    year = cc.estimate(chip="h100", chips=100, training_time="1 year", maintenance_rate=0.05, software_price="4500 USD/year",
                       insurance_rate=0.01, storage_rate="1 MUSD/year", colocation_price="100 USD/kW/month")  # fmt: skip
    capital, power = year.values["capital_cost"], year.in_unit("critical_load")
    expected = {"maintenance_cost": 0.05 * capital, "software_cost": 450_000, "insurance_cost": 0.01 * capital,
                "storage_cost": 1e6, "colocation_cost": 1200 * power, "staff_cost": 0}  # fmt: skip
    for name, value in expected.items():
        assert year.values[name] == pytest.approx(value), name
    text = str(year)
    assert "staff (--staff-rate)" in text
    assert "Maintenance cost" in text
    assert "Staff cost" not in text


def test_an_amount_replaces_the_lines() -> None:
    result = cc.estimate(**RUN, maintenance_rate=0.05, operations_cost="1 MUSD")
    assert result.values["operations_cost"] == 1e6


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"server": "dgx-h10"}, "unknown server 'dgx-h10'.*dgx-h100"),
        ({"server": "nvidia-dgx-b200"}, "holds 'nvidia-b200-sxm', not 'nvidia-h100-sxm'"),
        ({"server": "default", "chip": "tpuv5p"}, "the catalog has none for Google TPU v5p"),
        ({"server": "default", "chip_price": "30000 USD"}, "give --server-price, or leave --server out"),
        ({"server": "default", "method": "epoch-2024"}, "a published method has prices of its own"),
    ],
)
def test_a_server_that_does_not_fit_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        cc.estimate(**RUN | given)


def test_a_server_without_a_price_says_how_to_give_one() -> None:
    result = cc.estimate(chip="mi300x", training_compute=1e24, server="amd-mi300x-ubb")
    assert "supply --server-price" in result.missing["capital_cost"]
    priced = cc.estimate(chip="mi300x", training_compute=1e24, server="amd-mi300x-ubb", server_price="300000 USD")
    assert priced.values["capital_cost"] > 0


def test_a_report_says_how_the_hardware_was_priced() -> None:
    words = {name: " ".join(str(cc.estimate(chip=chip, training_compute=1e24, **given)).split()) for name, chip, given in
             (("quick", "mi300x", {}), ("bill", "h100", {"server": "default"}), ("given", "mi300x", {"capital_cost": "10 MUSD", "mfu": 0.4}))}  # fmt: skip
    assert "two factors: server × 1, network 19%" in words["quick"]
    assert "bill of materials" in words["bill"]
    assert "two factors alone, at the same prices, give" in words["bill"]
    assert "Electricity cost $64.3k 9.48% = Run cost $679k = Capital cost $10M as given, not split" in words["given"]
