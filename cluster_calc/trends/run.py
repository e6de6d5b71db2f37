"""A trend made ready to be evaluated on any dates: its series, what the cost model makes of them, and its draws."""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from cluster_calc.draws.sampling import copula, quantiles
from cluster_calc.errors import InputError, quoted
from cluster_calc.model.graph import Model
from cluster_calc.model.sets import model_of
from cluster_calc.quantities.dates import DAY
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.trends.growth import supply_compute
from cluster_calc.trends.series import SERIES
from cluster_calc.trends.trends import Trend, own_units

BLOCK = 512
# Series → the quantity of the cost model that it is.
_AS_QUANTITY = {
    "compute": "training_compute", "shipments": "annual_shipments", "tokens": "tokens", "throughput": "peak_throughput",
    "chip_price": "chip_price", "chip_power": "chip_power",
}  # fmt: skip
# What a projection shows besides its series, where it can be computed: name → JSON unit.
_RESULTS = ("active_parameters", "tokens", "chips", "shipment_share", "peak_facility_power", "capital_cost", "run_cost")
_SHARES = {
    "cost_share_of_gdp": ("cost", "gdp"), "cost_share_of_profit": ("cost", "profit"), "capital_share_of_gdp": ("capital_cost", "gdp"),
    "power_share_of_supply": ("peak_facility_power", "power_supply"), "tokens_share_of_text": ("tokens", "text"),
    "compute_share_of_supply": ("compute", "supply"),
}  # fmt: skip
# What is drawn of a series.
_PARTS = ("value", "growth", "residual", "system")
_UNITS = {name: unit for name, (unit, _, _) in SERIES.items()} | {"supply": "FLOP"} | dict.fromkeys(_SHARES, "1")


class Run:
    """A trend made ready to be evaluated on any dates: its model, its constants, what is uncertain."""

    def __init__(self, trend: Trend) -> None:
        self.trend = trend
        self.constants: dict[str, Any] = dict(trend.constants)
        self.model: Model
        if trend.chip:
            self._from_chip()
        else:
            sets: tuple[str, ...] = ("hardware", "compute", "sizing", "timing")
            if trend.scaling_law:
                from cluster_calc.estimation.parts.scaling_law import law_of, sets_for

                law = law_of(trend.scaling_law)
                sets = (*sets, *sets_for(law, compute=True, size=False, data="tokens" in trend.series))
                for name, datum in law.figures.items():
                    self.constants.setdefault(name, datum)
                self._default("reference_parameters", "reference_tokens", "flop_per_parameter_token")
            if "shipments" in trend.series:
                self._default("shipment_period")
            self.model = model_of(*sets)
        self.is_uncertain = any(entry.has_range for entry in trend.series.values()) or any(
            datum.has_range for datum in trend.constants.values()
        )

    def _default(self, *names: str) -> None:
        from cluster_calc.catalog.current import catalog

        for name in names:
            found = catalog().assumption(name)
            if found is not None:
                self.constants.setdefault(name, found.with_(low=None, high=None))

    def _from_chip(self) -> None:
        """The model and the inputs of an estimate with that chip: what it would take each year."""
        from cluster_calc.estimation.estimation import run
        from cluster_calc.scenario.scenario import Scenario

        settings: dict[str, Any] = {"chip": self.trend.chip}
        if self.trend.scaling_law:
            settings["scaling_law"] = self.trend.scaling_law
        data = dict(self.trend.constants)
        demand = _stand_in("training_compute", 1e25)
        result = run(Scenario(settings=settings, data={**data, "training_compute": demand}))
        self.model = result.model
        self.constants = {
            name: datum for name, datum in result.data.items() if name != "training_compute" and datum.value is not None
        }

    def levels(self, dates: Any, z: Mapping[str, Any] | None) -> dict[str, Any]:
        """Every series and result on the dates; draws come as columns (draws × 1)."""
        from cluster_calc.quantities.shapes import value_at

        zero: dict[str, Any] = dict(z or {})
        found: dict[str, Any] = {
            name: entry.levels(dates, {part: zero[key] for part in _PARTS if (key := f"{name}.{part}") in zero})
            for name, entry in self.trend.series.items()
        }
        if "cost" not in found and {"compute", "price"} <= set(found):
            found["cost"] = found["compute"] * found["price"]
        elif "compute" not in found and {"cost", "price"} <= set(found):
            found["compute"] = found["cost"] / found["price"]
        self._relate(found)
        given: dict[str, Any] = {}
        for name, datum in self.constants.items():
            given[name] = value_at(datum, zero[name]) if name in zero and datum.has_range else datum.value
        for series, name in _AS_QUANTITY.items():
            if series in found:
                given[name] = found[series]
        values = self.model.evaluate(given)
        if "cost" not in found and "run_cost" in values:
            found["cost"] = values["run_cost"]
        life, peak = given.get("lifetime"), given.get("peak_throughput")
        if life is not None and peak is not None and "shipments" in found and "time_allowed" in given:
            sustained = peak * given.get("mfu", 1.0) * given.get("goodput", 1.0)
            found["supply"] = supply_compute(found["shipments"], life, 1.0, sustained, given["time_allowed"])
        for name in _RESULTS:
            if name in values and name not in found and not (name == "run_cost" and found.get("cost") is values[name]):
                found[name] = values[name]
        for name, (above, below) in _SHARES.items():
            if above in found and below in found:
                found[name] = found[above] / found[below]
        self._relate(found)
        if missing := [entry for name, entry in self.trend.relations.items() if name not in found]:
            raise InputError(
                f"relation {quoted(missing[0].text)}: it needs {', '.join(missing[0].needs)}; there are {', '.join(found)}"
            )
        shape = np.broadcast_shapes(np.shape(dates), *(np.shape(value) for value in found.values()))
        return {name: np.broadcast_to(value, shape) for name, value in found.items()}

    def _relate(self, found: dict[str, Any]) -> None:
        """Add the trend's own relations whose parts are known by now."""
        for name, entry in self.trend.relations.items():
            if name not in found and all(part in found for part in entry.needs):
                found[name] = entry.value(found)

    def units(self, values: Mapping[str, Any]) -> dict[str, str]:
        """The JSON unit of each column."""
        known = _UNITS | own_units(self.trend)
        return {name: known[name] if name in known else QUANTITIES[name].unit for name in values}

    @property
    def ranged(self) -> tuple[str, ...]:
        """What is drawn: the level and the growth of series, and constants that have a range."""
        names = []
        for name, entry in self.trend.series.items():
            names += [f"{name}.value"] * entry.start.has_range + [f"{name}.growth"] * entry.path.has_range
        return (
            *names,
            *(name for name, datum in self.constants.items() if datum.has_range and name in self.trend.constants),
        )

    @property
    def has_scatter(self) -> bool:
        """Whether some series is a line that single systems scatter around."""
        return any(entry.scatter for entry in self.trend.series.values())

    def streams(self, draws: int, seed: int, *, system: bool = False) -> dict[str, Any]:
        """One stream of draws per uncertain input, tied by rank where the trend says so; `system` adds the scatter."""
        found = {name: normals_of(name, seed, draws) for name in self.ranged}
        if self.trend.correlations:
            tied, root = copula(self.trend.correlations)
            for name in tied:
                if name not in found:
                    raise InputError(
                        f"correlate: {name} has no range here; what is drawn is {', '.join(found) or 'nothing'}"
                    )
            independent = [found[name] for name in tied]
            for row, name in enumerate(tied):
                found[name] = sum(root[row][place] * independent[place] for place in range(row + 1))
        for name, entry in self.trend.series.items():
            if entry.degrees:
                found[f"{name}.residual"] = residual_factors(f"{name}.residual", entry.degrees, seed, draws)
            if system and entry.scatter:
                found[f"{name}.system"] = normals_of(f"{name}.system", seed, draws)
        return found

    def blocks(
        self, dates: Any, draws: int, seed: int, *, system: bool = False
    ) -> Iterator[tuple[slice, dict[str, Any]]]:
        """The levels, draws in blocks."""
        streams = self.streams(draws, seed, system=system)
        for start in range(0, draws, BLOCK):
            place = slice(start, min(start + BLOCK, draws))
            yield place, self.levels(dates, {name: stream[place, None] for name, stream in streams.items()})

    def samples(
        self, dates: Any, names: Iterable[str], draws: int, seed: int, *, system: bool = False
    ) -> dict[str, Any]:
        """The draws of some columns: draws × years."""
        found = {name: np.empty((draws, len(dates))) for name in names}
        for place, values in self.blocks(dates, draws, seed, system=system):
            for name, sample in found.items():
                sample[place] = values[name]
        return found


def _stand_in(name: str, value: float) -> Any:
    """A datum that stands in for what the years will give."""
    from cluster_calc.quantities.datum import Datum, Source

    return Datum(name, value, Source("trend", title="given by the trend"), origin="file", kind="given")


def normals_of(name: str, seed: int, draws: int) -> Any:
    """Standard normal draws of one input: its evenly spaced quantiles in an order of its own (a Latin hypercube)."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())]).permutation(quantiles(draws))


def residual_factors(name: str, degrees: int, seed: int, draws: int) -> Any:
    """Draws of √(ν / χ²_ν): the factor by which the residuals' true deviation may differ from the one that was found."""
    from cluster_calc.trends.fitting import scipy_stats

    shares = (np.arange(draws) + 0.5) / draws
    factors = np.sqrt(degrees / scipy_stats().chi2.ppf(shares, degrees))
    return np.random.default_rng([seed, zlib.crc32(name.encode())]).permutation(factors)


def new_year(year: int) -> float:
    """1 January of a year, as seconds since 1970."""
    return (datetime.date(year, 1, 1) - datetime.date(1970, 1, 1)).days * DAY
