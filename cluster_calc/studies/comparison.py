"""The public verb `compare`: options side by side on the same demand and the same draws.

Every option is an estimate of its own. Draws are streams by quantity and seed, so that options share them and a
difference between options is never one of luck.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError, quoted
from cluster_calc.estimation.estimation import run
from cluster_calc.estimation.result import Result
from cluster_calc.forms import as_json, as_rows, as_text
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.nomenclature import quantity
from cluster_calc.scenario import layers as scenarios
from cluster_calc.scenario import scenario
from cluster_calc.studies.options import MORE_IS_BETTER, NPV, Option
from cluster_calc.studies.switching import Switch, single, sought, switches

SCHEMA = "cluster-calc/compare/1"


def _basis(result: Result) -> str:
    """The basis of an option's hardware price; empty where it has none, or one of one's own without a basis."""
    datum, quote = result.data.get("chip_price"), result.chip.price(str(result.scenario.settings.get("as_of", "")))
    if datum is None:
        return ""
    if quote is None or datum.label != quote.datum.label:
        return str(result.scenario.settings.get("price_basis", "given"))
    mark = "" if quote.side == "buyer" else ", maker's average: not comparable"
    return f"{quote.basis or 'given'}{mark}"


@dataclass(frozen=True)
class Comparison:
    """Options beside each other, ranked by one result; `switches` says what would change the first place."""

    options: tuple[Option, ...]
    by: str
    ranking: tuple[str, ...]
    not_ranked: Mapping[str, str]
    first_share: Mapping[str, float]
    switches: tuple[Switch, ...]
    horizon: Datum | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Comparison by {self.by}: {', '.join(self.ranking) or 'none ranked'}>"

    def __getitem__(self, name: str) -> Result:
        return next(option.result for option in self.options if option.name == name)

    @property
    def ranking_by_rent(self) -> tuple[str, ...]:
        """The options by what their hours cost rented, where some cannot be ranked because they can only be rented."""
        priced = [
            option for option in self.options if isinstance(option.result.values.get("rental_cost"), (int, float))
        ]
        if not any(option.name in self.not_ranked for option in priced) or len(priced) < 2:
            return ()
        return tuple(option.name for option in sorted(priced, key=lambda option: option.result.values["rental_cost"]))

    @property
    def bases(self) -> dict[str, str]:
        """What the price of each option stands on: what it holds, whose it is, and of how many quotes."""
        return {option.name: _basis(option.result) for option in self.options}

    @property
    def superlative(self) -> str:
        """Which end of the ranking's result comes first."""
        return "Highest" if self.by in (*MORE_IS_BETTER, NPV) else "Lowest"

    def as_dict(self) -> dict[str, Any]:
        """The comparison as JSON."""
        return as_json(self)

    def frame(self) -> Any:
        """The metrics as a pandas table, one column per option, in JSON units."""
        import pandas as pd

        table = as_rows(self)
        return pd.DataFrame(
            [row[1:] for row in table],
            index=[row[0] for row in table],
            columns=["unit", *(option.name for option in self.options)],
        )

    def __str__(self) -> str:
        return as_text(self)


def compare(
    *files: str | Path | Mapping[str, Any], chips: Iterable[str] = (), acquire: Iterable[str] = (), by: str = "",
    scenario: str | Path | Mapping[str, Any] | None = None, **given: Any,
) -> Comparison:  # fmt: skip
    """Scenarios (files or mappings), chips, or ways to have them (`acquire`: own, colocate, on-demand, 1-year, 3-year, spot), side by side.

    What is given beside them holds for every option and overrides the files; `scenario` is what the chips share, and
    an option itself beside a single one. Every way is set beside every file or chip. `by` is the result that ranks them: the run
    cost, or of clusters without a run the cost of a chip-hour.

    >>> both = compare(chips=["h100", "a100-40gb"], training_compute=2e25)
    >>> both.ranking[0]
    'nvidia-h100-sxm'
    """
    named, chips = {name: value for name, value in given.items() if value is not None}, tuple(chips)
    if scenario is not None and len(chips) < 2:
        files = (*files, scenario)
    return of(
        [
            (scenarios.gather(named, origin="call", file=file), "" if isinstance(file, Mapping) else Path(file).stem)
            for file in files
        ],
        chips,
        by,
        named,
        acquire=acquire,
        base=scenario,
    )


def of(
    listed: list[tuple[scenario.Scenario, str]],
    chips: Iterable[str] = (),
    by: str = "",
    given: Mapping[str, Any] | None = None,
    *,
    origin: str = "call",
    ambient: bool = False,
    acquire: Iterable[str] = (),
    base: str | Path | Mapping[str, Any] | None = None,
) -> Comparison:
    """A comparison of merged scenarios and of chips on what is given, each had in every way asked for."""
    wanted = by if by in ("", NPV) else quantity(by).name
    ways: tuple[str, ...] = ()
    if acquire:
        from cluster_calc.investment.acquisition import ways_of

        ways = ways_of([acquire] if isinstance(acquire, str) else acquire)
    cases = list(listed)
    for chip in chips:
        cases.append((scenarios.gather({**(given or {}), "chip": chip}, origin=origin, file=base, ambient=ambient), ""))
    if len(cases) * max(len(ways), 1) < 2:
        raise InputError(
            "compare needs two options or more, for example `cluster-calc compare --flop 2e25 --chip h100 --chip mi300x`"
        )
    options: list[Option] = []
    horizon: Datum | None = None
    left_out: dict[str, str] = {}
    for merged, name in cases:
        try:
            if ways:
                horizon = _every_way(
                    merged, name if len(cases) > 1 else "", ways, options, left_out, horizon, len(cases) > 1
                )
                continue
            result = run(merged)
        except InputError as error:
            raise InputError(f"{name}: {error}" if name else str(error)) from None
        npv, horizon = _owning(merged, result, horizon)
        held = merged if horizon is None else replace(merged, data={"horizon": horizon, **merged.data})
        options.append(Option(_unique(name or result.chip.id, options), result, npv, scenario=held))
    if not options:
        raise InputError("compare: no way to have the chips has its price: " + "; ".join(left_out.values()))
    return ranked(options, wanted, horizon, left_out)


def _every_way(
    merged: scenario.Scenario, name: str, ways: Sequence[str], options: list[Option], left_out: dict[str, str],
    horizon: Datum | None, named: bool,
) -> Datum:  # fmt: skip
    """The options of one scenario, one for every way to have its chips, and the horizon they all share."""
    from cluster_calc.investment.acquisition import acquired
    from cluster_calc.investment.cash_flow import horizon_of

    horizon = horizon or horizon_of(merged, run(merged), catalog())
    merged = replace(merged, data={**merged.data, "horizon": horizon})
    found, absent = acquired(merged, ways)
    chip = name or (found[0].result.chip.id if found else str(merged.settings.get("chip", "")))
    before = f"{chip}: " if named else ""
    left_out |= {f"{before}{way}": why for way, why in absent.items()}
    options += [
        Option(_unique(before + entry.words, options), entry.result, entry.npv, entry.way, merged) for entry in found
    ]
    return horizon


def ranked(
    options: Sequence[Option],
    by: str = "",
    horizon: Datum | None = None,
    left_out: Mapping[str, str] | None = None,
) -> Comparison:
    """Options with their order by one result, by what they cost where none is named, and what would change the first place."""
    if by == NPV:
        return _by_value(options, horizon, left_out or {})
    runs = any(option.result.mode != "cluster" for option in options)
    wanted = quantity(by).name if by else "run_cost" if runs else "cost_per_chip_hour"
    missing = {option.name: option.why_missing(wanted) for option in options if wanted not in option.result.values}
    found = [option for option in options if option.name not in missing]
    if not found:
        raise InputError(
            f"--by {quoted(by)}: no option has this result ({next(iter(missing.values()))}); --by npv ranks by net present value"
        )
    sign = -1.0 if wanted in MORE_IS_BETTER else 1.0
    found.sort(key=lambda option: sign * single(option, wanted))
    return Comparison(
        tuple(options), wanted, tuple(option.name for option in found), missing,
        _first_share(found, wanted, sign), tuple(switches(found, wanted, sign)), horizon,
        left_out or {},
    )  # fmt: skip


def _by_value(options: Sequence[Option], horizon: Datum | None, left_out: Mapping[str, str]) -> Comparison:
    """Options with their order by net present value, and what would change the first place."""
    from cluster_calc.studies.switching import Value

    missing = {
        option.name: option.result.missing.get("capital_cost", "it has no net present value")
        for option in options
        if option.npv is None
    }
    found = sorted((option for option in options if option.npv is not None), key=lambda option: -(option.npv or 0.0))
    if not found:
        raise InputError(f"--by {NPV}: no option has a net present value ({next(iter(missing.values()))})")
    return Comparison(
        tuple(options), NPV, tuple(option.name for option in found), missing, {}, tuple(sought(found, Value())), horizon,
        left_out,
    )  # fmt: skip


def _owning(merged: scenario.Scenario, result: Result, horizon: Datum | None) -> tuple[float | None, Datum | None]:
    """The net present value of owning, and its horizon: the first option's holds for all that give none of their own."""
    from cluster_calc.investment.cash_flow import NEEDED, plan

    if horizon is not None and "horizon" not in merged.data:
        merged = replace(merged, data={**merged.data, "horizon": horizon})
    if any(name not in result.values for name in NEEDED):
        # Nothing to own without a price or a power; `missing` says which.
        return None, horizon
    found = plan(merged, result=result)
    return found.npv, horizon or found.inputs["horizon"]


def _unique(name: str, options: list[Option]) -> str:
    taken = {option.name for option in options}
    count = sum(1 for known in taken if known == name or known.startswith(f"{name} ("))
    return f"{name} ({count + 1})" if name in taken else name


def _first_share(options: list[Option], by: str, sign: float) -> dict[str, float]:
    """In what share of the draws each option comes first; empty without ranges."""
    draws = max(option.result.draws for option in options)
    if not draws:
        return {}
    import numpy as np

    table = np.array(
        [sign * np.broadcast_to(option.result.samples.get(by, option.result.values[by]), draws) for option in options]
    )
    first = table.argmin(axis=0)
    return {option.name: float((first == place).mean()) for place, option in enumerate(options)}
