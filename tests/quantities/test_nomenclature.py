"""The contract's names and units, and what every quantity must have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cluster_calc.errors import InputError
from cluster_calc.quantities import nomenclature
from cluster_calc.quantities.nomenclature import (
    ALIASES,
    CASH,
    INFINITY,
    QUANTITIES,
    SERVING,
    Quantity,
    quantity,
    resolve,
)
from cluster_calc.quantities.reading import parse
from cluster_calc.quantities.settings import SETTINGS

# The public contract: scripts are written against these names and units.
CONTRACT = {
    "training_compute": "FLOP", "parameters": "parameter", "active_parameters": "parameter", "tokens": "token", "chips": "chip",
    "peak_throughput": "FLOP/s/chip", "mfu": "1", "goodput": "1", "implied_mfu": "1", "time_allowed": "day",
    "training_time": "day", "accelerator_time": "chip*day", "chip_hours": "chip*hour", "chip_price": "USD/chip",
    "server_cost_factor": "1", "network_share": "1", "capital_cost": "USD", "lifetime": "year", "residual_value": "1",
    "depreciation": "USD", "tdp": "W/chip", "server_power_factor": "1", "power_utilisation": "1", "pue": "1",
    "facility_power": "kW", "peak_facility_power": "kW", "facility_energy": "kWh", "electricity_price": "USD/kWh",
    "electricity_cost": "USD", "operations_cost": "USD", "run_cost": "USD", "cost_per_chip_hour": "USD/chip/hour",
    "compute_per_dollar": "FLOP/USD", "rental_price": "USD/chip/hour", "rental_cost": "USD", "carbon_intensity": "g/kWh",
    "emissions": "kg", "annual_shipments": "chip/year", "shipment_share": "1", "days_per_year": "1",
}  # fmt: skip
# Limits of the contract, by their option.
LIMIT_OPTIONS = ("--budget", "--capital-budget", "--power-limit", "--supply-limit", "--start", "--deadline")
every_quantity = pytest.mark.parametrize("known", QUANTITIES.values(), ids=QUANTITIES)


@pytest.mark.parametrize(("name", "unit"), CONTRACT.items(), ids=CONTRACT)
def test_the_contract_names_exist_with_their_unit(name: str, unit: str) -> None:
    assert QUANTITIES[name].unit == unit


@pytest.mark.parametrize("option", LIMIT_OPTIONS)
def test_the_contract_limits_exist(option: str) -> None:
    assert option in {known.option for known in QUANTITIES.values()}


def test_the_contract_aliases() -> None:
    assert resolve("flop") == "training_compute"
    assert resolve("params") == "parameters"
    assert QUANTITIES["training_time"].option == "--training-time"


@every_quantity
def test_a_quantity_is_complete(known: Quantity) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", known.name)
    assert known.meaning.strip()
    assert known.symbol.strip()
    assert known.display
    assert known.group
    assert known.example, "an example stands in every error"
    assert known.label
    assert known.dimension
    assert known.factor > 0


@every_quantity
def test_the_example_parses_within_the_bounds(known: Quantity) -> None:
    for text in re.split(r" or ", known.example):
        value, low, high = parse(known, text.strip("'"))
        assert (low, high) == (None, None)
        if known.usual:
            assert known.usual[0] <= value / known.factor * (1 + 1e-9)
            assert value / known.factor <= known.usual[1] * (1 + 1e-9)


@every_quantity
def test_the_usual_range_lies_within_the_hard_bounds(known: Quantity) -> None:
    assert known.low < known.high
    if known.usual:
        assert known.low <= known.usual[0] <= known.usual[1] <= known.high


@every_quantity
def test_the_hard_bounds_are_enforced(known: Quantity) -> None:
    if known.is_date:
        return
    unit = "" if known.unit == "1" else f" {known.unit}"
    outside = [known.low - 1e-6 * max(1.0, abs(known.low))] if known.low > -INFINITY else []
    outside += [known.low] if known.low_open else []
    outside += [known.high * (1 + 1e-6)] if known.high < INFINITY else []
    for value in outside:
        with pytest.raises(InputError, match=f"^{known.name}: "):
            parse(known, f"{value!r}{unit}")
    if known.low > -INFINITY and not known.low_open:
        parse(known, f"{known.low!r}{unit}")
    if known.high < INFINITY:
        parse(known, f"{known.high!r}{unit}")


@every_quantity
def test_bare_numbers_are_for_counts_fractions_ratios_and_flop(known: Quantity) -> None:
    if known.is_date:
        return
    allowed = {"1", "FLOP", "parameter", "token", "chip", "chip/year", "FLOP/parameter/token"}
    assert known.bare == (known.unit in allowed) or known.unit not in CONTRACT.values()


def test_names_options_and_aliases_are_unique() -> None:
    assert len(QUANTITIES) == len(nomenclature._ALL)
    options = [known.option for known in QUANTITIES.values()] + [f"--{alias}" for alias in ALIASES]
    assert len(set(options)) == len(options)
    assert not set(ALIASES) & set(QUANTITIES)
    assert not {name.replace("_", "-") for name in SETTINGS} & {option[2:] for option in options}
    labels = [known.label for known in QUANTITIES.values()]
    assert len(set(labels)) == len(labels)


def test_every_option_reaches_the_command_line() -> None:
    from cluster_calc.cli.estimate import command

    given = {name for param in command.params for name in param.opts}
    assert {known.option for known in QUANTITIES.values() if known.group not in (SERVING, CASH)} <= given
    assert {"--flop", "--params", "--days", "--training-time", "--chip", "--precision", "--ranges", "--draws", "--seed",
            "--as-of", "--strict", "--scenario", "--save-scenario", "--format", "-o", "--set", "--keep-both", "--resize",
            "--require-feasible", "--fail-over"} <= given  # fmt: skip


def test_unknown_names_suggest() -> None:
    with pytest.raises(InputError, match="Did you mean electricity_price"):
        resolve("electricty_price")
    with pytest.raises(InputError, match="unknown quantity"):
        quantity("")


def test_every_quantity_is_used() -> None:
    """An option that nothing reads would be taken and change nothing."""
    package = Path(__file__).parents[2] / "cluster_calc"
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in package.rglob("*.py") if path.name != "nomenclature.py"
    )
    words = set(re.findall(r"\w+", code))
    assert not [name for name in QUANTITIES if name not in words]
