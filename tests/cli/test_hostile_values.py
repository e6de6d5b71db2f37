"""Whatever is typed: a value within the bounds, or one clear error; and what the model does with values keeps its shape."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cluster_calc import estimate
from cluster_calc.errors import ClusterCalcError, InputError
from cluster_calc.files.places import find_places
from cluster_calc.quantities.nomenclature import QUANTITIES, Quantity
from cluster_calc.quantities.reading import parse
from cluster_calc.quantities.units import to_base
from cluster_calc.scenario.layers import from_file
from cluster_calc.scenario.save import scenario_text
from cluster_calc.scenario.scenario import Scenario

names = st.sampled_from(sorted(QUANTITIES))
# Text that looks like a value more often than noise does.
digits = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.integers().map(str)
unit_texts = st.sampled_from(
    ["", " USD", " days", " %", " FLOP/s", " chip*hour", " cent/kWh", "k", "B", " $/kWh", " W", "..", " per h"]
)
values = st.text(max_size=40) | st.builds(
    lambda *parts: "".join(parts), digits, unit_texts, st.sampled_from(["", ".."]), digits, unit_texts
)
quick = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(names, values)
@quick
def test_a_value_is_within_bounds_or_an_error(name: str, text: str) -> None:
    known = QUANTITIES[name]
    number, said = 0.0, ""
    try:
        number = parse(known, text)[0]
    except InputError as error:
        said = str(error)
    if said:
        assert said.startswith(name)
        assert len(said) < 600
        return
    slack = 1e-9 * max(1.0, abs(number / known.factor))
    assert math.isfinite(number)
    assert known.low - slack <= number / known.factor <= known.high + slack


@given(names, st.floats(min_value=1e-6, max_value=1e12))
@quick
def test_a_number_with_the_json_unit_returns_itself(name: str, number: float) -> None:
    known: Quantity = QUANTITIES[name]
    assume(not known.is_date and known.unit != "1")
    read = to_base(f"{number!r} {known.unit}", known.unit, bare=False) / known.factor
    assert math.isclose(read, number, rel_tol=1e-12)


toml_values = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "source", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(
    entries=st.dictionaries(
        names | st.text("abc_<{\x1b", min_size=1, max_size=8) | st.sampled_from(["chip", "seed", "strict"]),
        toml_values,
        max_size=8,
    )
)
@quick
def test_a_scenario_file_is_read_or_every_fault_is_told(entries: dict[str, Any], tmp_path: Path) -> None:
    import tomlkit

    path = tmp_path / "a.toml"
    path.write_text(tomlkit.dumps(entries), encoding="utf-8", newline="")
    values, places = from_file(path, "file")
    faults = Scenario().add(values, "file", places)
    assert len(faults) <= len(entries)
    for fault in faults:
        assert fault.place is not None
        assert str(fault.place.where).endswith("a.toml")
        assert 0 <= fault.place.start <= fault.place.end <= len(fault.place.text)


@given(st.text(max_size=300))
@quick
def test_places_are_found_in_any_text(text: str) -> None:
    for name, place in find_places(text, "a.toml").items():
        assert name
        assert place.text == text.split("\n")[place.line - 1]


@given(st.floats(20, 27), st.floats(0.05, 0.8), st.floats(1.0, 3.0), st.floats(0.01, 0.5), st.integers(1, 100_000))
@settings(max_examples=30, deadline=None)
def test_the_model_keeps_its_shape(exponent: float, mfu: float, pue: float, price: float, chips: int) -> None:
    """Twice the compute takes twice the time and money; a dearer or wastefuller site never costs less; lines are sums."""
    asked: dict[str, Any] = {"chip": "h100", "chips": chips, "mfu": mfu, "pue": pue, "as_of": "2026-11-22"}
    try:
        once = estimate(training_compute=10**exponent, electricity_price=f"{price!r} USD/kWh", **asked).values
        twice = estimate(training_compute=2 * 10**exponent, electricity_price=f"{price!r} USD/kWh", **asked).values
        dearer = estimate(training_compute=10**exponent, electricity_price=f"{2 * price!r} USD/kWh", **asked).values
    except ClusterCalcError as error:
        raise AssertionError(f"a possible run was refused: {error}") from error
    for name in ("training_time", "accelerator_time", "facility_energy", "electricity_cost", "depreciation"):
        assert math.isclose(twice[name], 2 * once[name], rel_tol=1e-12), name
    assert math.isclose(dearer["electricity_cost"], 2 * once["electricity_cost"], rel_tol=1e-12)
    assert dearer["run_cost"] >= once["run_cost"]
    parts = ("depreciation", "electricity_cost", "operations_cost")
    assert math.isclose(once["run_cost"], sum(once[part] for part in parts), rel_tol=1e-12)


@given(
    st.dictionaries(
        st.sampled_from(["mfu", "pue", "goodput", "residual_value", "chips"]), st.floats(0.31, 0.99), max_size=4
    )
)
@settings(max_examples=20, deadline=None)
def test_a_saved_scenario_gives_the_same_result(given_values: dict[str, float]) -> None:
    values: dict[str, Any] = {**given_values, "training_compute": 2e25, "chip": "h100", "as_of": "2026-11-22"}
    if "pue" in values:
        values["pue"] += 1
    if "chips" in values:
        values["chips"] = round(values["chips"] * 1e4)
    first = estimate(**values)
    again = estimate(**tomllib.loads(scenario_text(first.scenario)))
    assert dict(again.values) == dict(first.values)
