"""Random scenarios with the settings on: what every reader of the model is held against."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner
from hypothesis import strategies as st

from cluster_calc.cli import main

DAY = "2026-11-15"
Options = dict[str, str]

_CHIPS = ("h100", "a100-80gb", "b200", "h200", "mi300x", "gb200")


def _number(low: float, high: float, unit: str = "") -> st.SearchStrategy[str]:
    return st.floats(low, high).map(lambda value: f"{value:.4g} {unit}".strip())


def _of(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[Options]:
    return st.fixed_dictionaries({name: values})


BY_COMPUTE = _of("flop", st.floats(22.5, 26).map(lambda power: f"{10**power:.4g}"))
BY_MODEL = st.tuples(st.floats(9.5, 11.8), st.floats(11.5, 13.3)).map(
    lambda powers: {"params": f"{10 ** powers[0]:.4g}", "tokens": f"{10 ** powers[1]:.4g}"}
)
IN_TIME = st.one_of(st.just({}), _of("days", _number(10, 200)))
ON_CHIPS = _of("chips", st.integers(64, 60_000).map(str))

# Each is on in some of the scenarios. A group of options that belong together stands in one entry.
SETTINGS: tuple[st.SearchStrategy[Options], ...] = (
    _of("mfu", _number(0.2, 0.6)),
    _of("goodput", _number(0.6, 1)),
    _of("pue", _number(1.05, 1.6)),
    _of("electricity-price", _number(3, 20, "cent/kWh")),
    _of("lifetime", _number(2.2, 7, "years")),
    _of("residual-value", _number(0, 0.3)),
    _of("used-share", _number(0.3, 1)),
    _of("power-utilisation", _number(0.5, 1)),
    _of("site", st.sampled_from(("iowa", "virginia", "oregon"))),
    _of("depreciation", st.sampled_from(("straight-line", "declining-balance", "double-declining", "price-performance"))),
    _of("server", st.just("default")),
    _of("staff-rate", _number(0.5, 20, "MUSD/year")),
    _of("maintenance-rate", _number(0.01, 0.1)),
    _of("colocation-price", _number(100, 300, "USD/kW/month")),
    _of("currency", st.just("EUR")),
    st.fixed_dictionaries({"chip-price": _number(8_000, 60_000, "USD"), "price-basis": st.sampled_from(("chip", "server", "all-in"))}),
    _of("rental-price", _number(1, 9, "USD/hour")),
)  # fmt: skip
FAILURES = _of("failure-rate", _number(0.0005, 0.01, "failure/server/day"))
LIMITS: tuple[st.SearchStrategy[Options], ...] = (
    _of("budget", _number(1, 900, "MUSD")),
    _of("capital-budget", _number(1, 3000, "MUSD")),
    _of("power-limit", _number(0.5, 200, "MW")),
    _of("supply-limit", _number(0.0001, 0.3)),
    st.fixed_dictionaries({"start": st.just("2027-01-15"), "deadline": st.sampled_from(("2027-03-01", "2028-06-01"))}),
)


@st.composite
def scenarios(
    draw: st.DrawFn, *, demand: Any = BY_COMPUTE | BY_MODEL, size: Any = IN_TIME | ON_CHIPS, limits: bool = False
) -> Options:
    """The options of one estimate: a demand, a size, a chip, and any of the settings; failures in every second one."""
    found: Options = {**draw(demand), **draw(size), "chip": draw(st.sampled_from(_CHIPS)), "as-of": DAY}
    for group in draw(st.lists(st.sampled_from((*SETTINGS, *(LIMITS if limits else ()))), unique=True, max_size=6)):
        found.update(draw(group))
    if draw(st.booleans()):
        found.update(draw(FAILURES))
        found.pop("goodput", None)
    if "server" in found:
        for name in ("chip-price", "price-basis"):
            found.pop(name, None)
    return found


def without(options: Options, *names: str) -> Options:
    """The options but for some."""
    return {name: value for name, value in options.items() if name not in names}


def arguments(options: Options) -> list[str]:
    """Options as words of a command line."""
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def run(*words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command, in this process."""
    outcome = CliRunner().invoke(main, list(words))
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    return outcome.exit_code, outcome.stdout, outcome.stderr


def read_json(command: str, options: Options, *words: str) -> Any:
    """The JSON of a command, or None where the input cannot be used (exit 2)."""
    code, out, err = run(command, *words, *arguments(options), "--format", "json")
    assert code in (0, 2), (code, err)
    return json.loads(out) if code == 0 else None


def figures(document: Any) -> dict[str, float]:
    """The results of an estimate that have a value."""
    return {name: entry["value"] for name, entry in document["results"].items() if entry["value"] is not None}
