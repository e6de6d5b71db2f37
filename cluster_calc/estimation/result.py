"""What an estimate returns: values in base units, the data behind them, and the model that joins them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.chips import Chip
from cluster_calc.errors import InputError, quoted
from cluster_calc.estimation.verdict import Verdict, verdict
from cluster_calc.forms import as_html, as_json, as_rows, as_text, trace_of
from cluster_calc.model.graph import Model
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.nomenclature import QUANTITIES, quantity, resolve
from cluster_calc.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    import pint

    from cluster_calc.estimation.trace import Trace
    from cluster_calc.estimation.verdict import Constraint

SCHEMA = "cluster-calc/estimate/1"


@dataclass(frozen=True)
class Result:
    """One estimate: values in base units, the data behind them, and the model that joins them.

    `values` holds every input and result that has a value, `data` the Datum of every input, `missing` the reason for
    every result that has none, `stale` the reason for every input that is past its shelf life. `samples`
    holds the draws of what varies under ranges; their percentiles are smoothed over `width` of them.
    """

    chip: Chip
    precision: str
    mode: str
    model: Model
    values: Mapping[str, Any]
    data: Mapping[str, Datum]
    missing: Mapping[str, str]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    feasibility: tuple[Constraint, ...]
    scenario: Scenario = field(repr=False)
    # What implicit steps found, with source and note.
    found: Mapping[str, Datum] = field(default_factory=dict, repr=False)
    stale: Mapping[str, str] = field(default_factory=dict)
    samples: Mapping[str, Any] = field(default_factory=dict, repr=False)
    draws: int = 0
    seed: int | None = None
    batches: int = field(default=0, repr=False)
    width: float = field(default=0.0, repr=False)
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={self.in_unit(name)!s:.40}" for name in ("chips", "run_cost") if name in self.values)
        return f"<Result {self.mode} of {self.chip.id}: {told.translate({10: ' '})}>"

    def __getitem__(self, name: str) -> pint.Quantity[Any]:
        """A value as a pint quantity in its JSON unit."""
        from cluster_calc.quantities.units import registry

        known = quantity(name)
        if known.is_date:  # days since 1970-01-01
            return registry().Quantity(self.in_unit(known.name) / 86400.0, "day")
        return registry().Quantity(self.in_unit(known.name), "" if known.unit == "1" else known.unit)

    def in_unit(self, name: str) -> Any:
        """A value in its JSON unit; KeyError with the reason when it has none."""
        known = quantity(name)
        if known.name not in self.values:
            raise KeyError(f"{known.name}: {self.missing.get(known.name, 'not part of this estimate')}")
        return self.values[known.name] / known.factor

    @property
    def results(self) -> list[str]:
        """The names of everything computed, missing ones included, in the nomenclature's order."""
        computed = {step.name for step in self.model.plan(self.data)} | set(self.missing)
        return [name for name in QUANTITIES if name in computed and name not in self.data]

    @property
    def sourced(self) -> dict[str, Datum]:
        """The inputs, and what implicit steps read from a table with a source of its own."""
        read = {name: datum for name, datum in self.found.items() if datum.origin != "computed"}
        return {name: datum for name in QUANTITIES if (datum := self.data.get(name) or read.get(name)) is not None}

    def percentile(self, name: str, percent: float) -> float | None:
        """A percentile of a result in its JSON unit; None when it does not vary.

        >>> from cluster_calc import estimate
        >>> result = estimate(training_compute=2e25, chip="h100", mfu="uniform(0.3, 0.5)")
        >>> round(result.percentile("mfu", 90), 3)
        0.48
        """
        from cluster_calc.draws.statistics import STANDARD, percentiles

        key = resolve(name)
        if key not in self.samples:
            return None
        if not 0 <= percent <= 100:
            raise InputError(f"percentile {quoted(percent)} is outside 0 to 100")
        known = self._cache.setdefault(("percentiles", key), {})
        if percent not in known:
            wanted = STANDARD if percent in STANDARD else (percent,)
            # The draws of an input are evenly spread themselves: nothing is left to smooth.
            known |= percentiles(self.samples[key], wanted, 0.0 if key in self.data else self.width)
        value = float(known[percent]) / QUANTITIES[key].factor
        return value if math.isfinite(value) else None

    def varies(self, name: str) -> bool:
        """Whether the draws move it by more than the rounding of floats.

        >>> from cluster_calc import estimate
        >>> result = estimate(training_compute=2e25, chip="h100", mfu="0.3..0.5")
        >>> result.varies("run_cost"), result.varies("cost_per_chip_hour")
        (True, False)
        """
        return resolve(name) in self.samples

    def standard_error(self, name: str, percent: float) -> float | None:
        """The standard error of a percentile, in its JSON unit, from independent randomisations of the draws."""
        from cluster_calc.draws.statistics import standard_errors

        key = resolve(name)
        if key not in self.samples:
            return None
        known = self._cache.setdefault(("errors", key), {})
        if percent not in known:
            width = 0.0 if key in self.data else self.width
            known |= standard_errors(self.samples[key], self.batches, {10.0, 50.0, 90.0, percent}, width)
        error = known[percent] / QUANTITIES[key].factor
        return float(error) if math.isfinite(error) else None

    def mean(self, name: str) -> float | None:
        """The mean over the draws in its JSON unit; None when it does not vary."""
        from cluster_calc.draws.statistics import mean

        key = resolve(name)
        return mean(self.samples[key]) / QUANTITIES[key].factor if key in self.samples else None

    def base_percentile(self, name: str) -> float | None:
        """Where the base value sits among the draws, in percent: 46.0 reads "base = P46"."""
        from cluster_calc.draws.statistics import rank

        key = resolve(name)
        if key not in self.samples or getattr(self.values[key], "shape", None):
            return None
        return 100 * rank(self.samples[key], self.values[key])

    def contingency(self, name: str, confidence: float = 80.0) -> float | None:
        """What must be added to the base value so that it is enough at that confidence; None when it does not vary."""
        level = self.percentile(name, confidence)
        return None if level is None else level - float(self.in_unit(name))

    @property
    def catalog_date(self) -> str:
        """The day the shipped catalog was last reviewed."""
        from cluster_calc.catalog.book import CATALOG_DATE

        return CATALOG_DATE

    @property
    def data_release(self) -> dict[str, str]:
        """Number and date of the data release whose quotes count."""
        from cluster_calc.catalog.releases import current

        return dict(current()._asdict())

    def lacking(self, name: str) -> list[str]:
        """The options that would supply what a missing result needs.

        >>> from cluster_calc import estimate
        >>> estimate(training_compute=1e24, chip="tpuv5p").lacking("run_cost")
        ['--chip-price', '--tdp']
        """
        return [QUANTITIES[leaf].option for leaf in self.model.missing_behind(name, self.values)]

    @property
    def verdict(self) -> Verdict:
        """Whether it can be done, and what decides it."""
        return verdict(self.feasibility, self.mode)

    @property
    def feasible(self) -> bool | None:
        """Whether every limit that decides holds; None where none was checked or a figure is missing."""
        return self.verdict.feasible

    def explain(self, name: str) -> Trace:
        """The tree of formulas, numbers and sources behind a value."""
        found: Trace = trace_of(self, name)
        return found

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the contract."""
        return as_json(self)

    def frame(self) -> pd.DataFrame:
        """The results as a pandas table: name, value, unit, p10, p50, p90."""
        import pandas as pd

        return pd.DataFrame(as_rows(self), columns=["name", "value", "unit", "p10", "p50", "p90"]).set_index("name")

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)
