"""The four wiring tests, over every formula of every set: a new formula is covered the day it lands.

Names are known, dimensions hold on pint quantities, scalar = 0-d = array, inverses return to their start.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from collections.abc import Callable, Container, Iterator
from typing import Any

import numpy as np
import pytest

from cluster_calc.errors import InputError
from cluster_calc.estimation.modes import mode_of
from cluster_calc.formulas import capital, demand, power, time
from cluster_calc.model.graph import Model, ModelError
from cluster_calc.model.sets import ALL_SETS, model_of
from cluster_calc.quantities.computed import FORMULA_NAMES
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import INFINITY, QUANTITIES, Quantity
from cluster_calc.quantities.units import registry

Formula = Callable[..., Any]
FORMULAS: list[Formula] = list(dict.fromkeys(formula for found in ALL_SETS.values() for formula in found))
IDS = [f"{formula.__module__.rpartition('.')[2]}.{formula.__name__}" for formula in FORMULAS]
every_formula = pytest.mark.parametrize("formula", FORMULAS, ids=IDS)


def arguments(formula: Formula) -> list[Quantity]:
    return [QUANTITIES[name] for name in inspect.signature(formula).parameters]


def sample(known: Quantity, place: float = 0.5) -> float:
    """A value strictly inside the hard bounds, in the JSON unit."""
    if known.low > -INFINITY and known.high < INFINITY:
        return known.low + (known.high - known.low) * place
    return (known.low if known.low > -INFINITY else 0.0) + 1 + place


def pint_unit(known: Quantity) -> str:
    return "second" if known.is_date else "" if known.unit == "1" else known.unit


def check_dimension(formula: Formula) -> None:
    """Run a formula once on pint quantities: what it returns has the dimension its name declares."""
    ureg = registry()
    given = [ureg.Quantity(sample(known), pint_unit(known)) for known in arguments(formula)]
    value = formula(*given)
    found = getattr(value, "dimensionality", {})
    declared = ureg.Quantity(1.0, pint_unit(QUANTITIES[formula.__name__])).dimensionality
    assert dict(found) == dict(declared), f"{formula.__name__} returns {found}, its name declares {declared}"


# Names


@every_formula
def test_every_name_is_in_the_nomenclature(formula: Formula) -> None:
    assert formula.__name__ in QUANTITIES
    assert [name for name in inspect.signature(formula).parameters if name not in QUANTITIES] == []


@every_formula
def test_arguments_are_plain_names_without_defaults(formula: Formula) -> None:
    for parameter in inspect.signature(formula).parameters.values():
        assert parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        assert parameter.default is inspect.Parameter.empty


@every_formula
def test_every_formula_documents_itself_with_a_doctest(formula: Formula) -> None:
    assert ">>> " in (formula.__doc__ or "")


def test_the_options_know_the_name_of_every_formula() -> None:
    assert sorted(FORMULA_NAMES) == sorted({formula.__name__ for formula in FORMULAS})


# Dimensions


@every_formula
def test_dimensions_are_proved_on_pint_quantities(formula: Formula) -> None:
    check_dimension(formula)


def test_the_proof_of_dimensions_can_fail() -> None:
    def facility_energy(facility_power: Any, training_time: Any) -> Any:
        return facility_power / training_time

    def run_cost(depreciation: Any, facility_energy: Any) -> Any:
        return depreciation + facility_energy

    def chip_hours(chips: Any) -> Any:
        return chips

    from pint import DimensionalityError

    with pytest.raises(AssertionError, match="facility_energy returns"):
        check_dimension(facility_energy)
    with pytest.raises(DimensionalityError):
        check_dimension(run_cost)
    with pytest.raises(AssertionError, match="chip_hours returns"):
        check_dimension(chip_hours)


# Shapes


@every_formula
def test_scalar_zero_dimensional_and_array_runs_agree(formula: Formula) -> None:
    known = arguments(formula)
    places = (0.25, 0.5, 0.75)
    rows = [[sample(entry, place) * entry.factor for entry in known] for place in places]
    scalars = [float(formula(*row)) for row in rows]
    flat = [float(formula(*map(np.float64, row))) for row in rows]
    zero_d = [formula(*map(np.array, row)) for row in rows]
    array = formula(*(np.array(column) for column in zip(*rows, strict=True)))
    assert [np.shape(value) for value in zero_d] == [()] * len(rows)
    np.testing.assert_allclose([float(value) for value in zero_d], scalars, rtol=1e-13)
    np.testing.assert_allclose(flat, scalars, rtol=1e-13)
    assert array.shape == (len(rows),)
    np.testing.assert_allclose(array, scalars, rtol=1e-13)


@every_formula
def test_arrays_broadcast_and_the_arguments_are_left_alone(formula: Formula) -> None:
    known = arguments(formula)
    given = [np.full((2, 1), sample(entry) * entry.factor) for entry in known]
    given[0] = np.full((1, 3), sample(known[0]) * known[0].factor)
    before = [entry.copy() for entry in given]
    assert formula(*given).shape == ((2, 3) if len(known) > 1 else (1, 3))
    assert all(np.array_equal(a, b) for a, b in zip(before, given, strict=True))


# Straight lines


@every_formula
def test_bodies_are_straight_lines_without_literals(formula: Formula) -> None:
    series = formula.__name__ in {
        "checkpoint_interval",
        "spare_servers",
        "weight_memory",
    }  # a published series; bits in a byte
    check_straight_line(
        textwrap.dedent(inspect.getsource(formula)), (0.5, *range(20)) if series else (0, 0.5, 1, 2, 10)
    )


FORBIDDEN = (ast.If, ast.IfExp, ast.For, ast.While, ast.comprehension, ast.Try, ast.With, ast.Lambda, ast.BoolOp,
             ast.AugAssign, ast.NamedExpr, ast.Subscript)  # fmt: skip


def check_straight_line(source: str, literals: Container[object] = (0, 1, 2)) -> None:
    tree = ast.parse(source).body[0]
    assert isinstance(tree, ast.FunctionDef)
    assert all(ast.unparse(entry).startswith("returns('") for entry in tree.decorator_list)
    body = tree.body[1:] if ast.get_docstring(tree) else tree.body
    assert isinstance(body[-1], ast.Return)
    for statement in body[:-1]:
        assert isinstance(statement, ast.Assign), f"line {statement.lineno}: only assignments stand before the return"
    for node in itertools.chain.from_iterable(ast.walk(statement) for statement in body):
        assert not isinstance(node, FORBIDDEN), f"{type(node).__name__} in a formula"
        if isinstance(node, ast.Constant):
            assert node.value in literals, f"the literal {node.value!r}: a constant with a meaning is data"


@pytest.mark.parametrize(
    "body",
    [
        "if a > 1:\n        return 2\n    return 1",
        "return a if a > 1 else 2",
        "for b in a:\n        c = b\n    return c",
        "return sum([b for b in a])",
        "return a * 1.64",
        "print(a)\n    return a",
        "return a and 2",
    ],
)
def test_the_check_of_straight_lines_can_fail(body: str) -> None:
    with pytest.raises(AssertionError):
        check_straight_line(f"def f(a):\n    {body}\n")


# Composition

GIVEN = ("training_compute", "parameters", "active_parameters", "tokens", "chips", "training_time", "time_allowed",
         "accelerator_time", "mfu")  # fmt: skip
DATA = {name: Datum(name, 1.0, Source("test")) for name in GIVEN}


def subsets() -> Iterator[dict[str, Datum]]:
    for size in range(len(GIVEN) + 1):
        for names in itertools.combinations(GIVEN, size):
            yield {name: DATA[name] for name in names}


def test_every_mode_builds_a_model_that_computes_what_its_name_says() -> None:
    computes = {
        "fixed-time": {"chips", "training_time", "run_cost"},
        "fixed-chips": {"training_time", "run_cost"},
        "observed": {"implied_mfu", "mfu", "run_cost"},
        "capacity": {"accelerator_time", "training_compute", "run_cost"},
        "cluster": {"cost_per_chip_hour", "capital_cost", "facility_power"},
    }
    seen: dict[str, int] = {}
    for given in subsets():
        for keep_both in (False, True):
            try:
                mode, sets = mode_of(given, {"keep_both": keep_both})
            except InputError:
                continue
            model = model_of(*sets, "two-factors", "straight-line", "age")
            assert computes[mode] <= set(model.steps) | set(given), (mode, sorted(given))
            reached = {step.name for step in model.plan(set(model.leaves(given)) | set(given))} | set(given)
            assert computes[mode] <= reached, (mode, sorted(given))
            seen[mode] = seen.get(mode, 0) + 1
    assert set(seen) == set(computes)


def test_two_formulas_of_one_name_fail_when_the_model_is_built() -> None:
    with pytest.raises(ModelError, match="two formulas for 'training_time'"):
        Model(*ALL_SETS["timing"], *ALL_SETS["held-time"])


def test_the_same_formula_twice_is_one_formula() -> None:
    assert list(Model(*ALL_SETS["timing"], *ALL_SETS["timing"]).steps) == ["training_time"]


def test_a_name_outside_the_nomenclature_fails_when_the_model_is_built() -> None:
    def training_time(accelerator_time: Any, chipz: Any) -> Any:
        return accelerator_time / chipz

    def chipz(chips: Any) -> Any:
        return chips

    for formula in (training_time, chipz):
        with pytest.raises(ModelError, match="'chipz' is not in the nomenclature"):
            Model(formula)


def test_a_circle_fails_when_the_model_is_built() -> None:
    with pytest.raises(ModelError, match="circle"):
        Model(*ALL_SETS["compute"], *ALL_SETS["deliverable"])


# Inverses: (there, back, the argument of `there` that `back` returns)
INVERSES = [
    (demand.accelerator_time, demand.deliverable_compute, "training_compute"),
    (demand.deliverable_compute, demand.accelerator_time, "accelerator_time"),
    (demand.training_compute, demand.tokens, "tokens"),
    (demand.training_compute, demand.affordable_parameters, "active_parameters"),
    (demand.tokens, demand.training_compute, "training_compute"),
    (demand.tokens, demand.affordable_parameters, "active_parameters"),
    (demand.affordable_parameters, demand.training_compute, "training_compute"),
    (demand.affordable_parameters, demand.tokens, "tokens"),
    (time.training_time, time.accelerator_time, "accelerator_time"),
    (time.accelerator_time, time.training_time, "training_time"),
]


@pytest.mark.parametrize(
    ("there", "back", "name"), INVERSES, ids=[f"{a.__module__.rpartition('.')[2]}-{n}" for a, _, n in INVERSES]
)
def test_inverses_return_to_their_start(there: Formula, back: Formula, name: str) -> None:
    random = np.random.default_rng(20)
    for _ in range(50):
        given = {entry.name: 10 ** random.uniform(-1, 24) for entry in arguments(there)}
        result = there(**given)
        known = {**given, there.__name__: result}
        again = back(**{entry.name: known[entry.name] for entry in arguments(back)})
        assert again == pytest.approx(given[name], rel=1e-12)


def test_the_implied_mfu_inverts_the_run() -> None:
    given = {"training_compute": 3e24, "peak_throughput": 9.9e14, "goodput": 0.9}
    held = demand.accelerator_time(**given, mfu=0.41)
    implied = time.implied_mfu(**given, chips=512, training_time=time.training_time(held, 512))
    assert implied == pytest.approx(0.41, rel=1e-12)


def test_the_server_power_factor_inverts_the_chip_power() -> None:
    factor = power.server_power_factor(system_power=1275.0, tdp=700.0)
    assert power.chip_power(700.0, factor) == pytest.approx(1275.0, rel=1e-15)


def test_whole_chips_meet_their_target_and_one_fewer_would_not() -> None:
    for held in np.geomspace(1e3, 1e12, 100):
        chips = time.chips(held, 86400.0)
        assert chips == int(chips)
        assert time.training_time(held, chips) <= 86400.0 * (1 + 1e-15)
        assert chips == 1 or time.training_time(held, chips - 1) > 86400.0


def test_capital_cost_is_the_sum_of_its_parts() -> None:
    price = capital.all_in_price(30_000.0, 1.64, 0.19)
    whole = capital.capital_cost(1000.0, price)
    chips = capital.accelerator_capital(1000.0, 30_000.0)
    assert chips + capital.server_capital(chips, 1.64) + capital.network_capital(whole, 0.19) == pytest.approx(whole)
