"""One fleet for several demands over years: training and serving side by side, waves that arrive and retire.

A file of `[[demand]]` and `[[wave]]` tables is played quarter by quarter. Services take their chips first, in the order of
the file; runs take what is left, and the hours that services leave idle at night where the file lets them. What does not
fit is named. Nothing is bought that the file does not buy.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import ClusterCalcError, InputError, did_you_mean, quoted
from cluster_calc.estimation.estimation import run
from cluster_calc.estimation.result import Result
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.dates import DAY, HOUR, YEAR, days_of
from cluster_calc.scenario.layers import gather

SCHEMA = "cluster-calc/fleet/1"
DEMAND_KEYS = frozenset({"name", "task", "chip", "from", "until", "growth"})
WAVE_KEYS = frozenset({"chip", "chips", "date", "retire", "chip_price"})
TOP_KEYS = frozenset({"demand", "wave", "night_share"})
MOST_QUARTERS = 80
# Below this share a demand counts as met: rounding, not want.
MET = 1e-6


@dataclass(frozen=True)
class Demand:
    """A run or a service: when it is, the chips it can use in order of preference, and what it takes on each."""

    name: str
    serves: bool
    first: float
    last: float
    growth: float
    takes: Mapping[str, Result]

    def level(self, day: float) -> float:
        """How much of a service is asked for on a day: its first day's demand is 1; 0 outside its time."""
        return self.growth ** ((day - self.first) * DAY / YEAR) if self.first <= day < self.last else 0.0


@dataclass(frozen=True)
class Wave:
    """Chips of one purchase: from when until when, and what they cost."""

    chip: str
    chips: float
    first: float
    last: float
    cost: float
    left: float


@dataclass
class Quarter:
    """What one quarter holds: chips by id, and what they do; money in USD, power in W."""

    first: float
    there: dict[str, float]
    serving: dict[str, float] = field(default_factory=dict)
    training: dict[str, float] = field(default_factory=dict)
    busy: dict[str, float] = field(default_factory=dict)
    power: float = 0.0
    capital: float = 0.0
    electricity: float = 0.0
    unmet: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Year and quarter of its first day."""
        date = datetime.date(1970, 1, 1) + datetime.timedelta(days=self.first)
        return f"{date.year} Q{(date.month + 2) // 3}"

    @property
    def use(self) -> float:
        """Share of the chips that work, in the mean."""
        there = sum(self.there.values())
        return sum(self.busy.values()) / there if there else 0.0

    @property
    def cash(self) -> float:
        """Cash out: hardware less what retired hardware brings, and electricity."""
        return self.capital + self.electricity


@dataclass(frozen=True)
class Fleet:
    """The quarters of a fleet, and the shares of runs that were not finished in their time."""

    quarters: tuple[Quarter, ...]
    unfinished: Mapping[str, float]

    @property
    def fits(self) -> bool:
        """Whether every demand is met in full."""
        return not self.unfinished and not any(quarter.unmet for quarter in self.quarters)


def fleet(path: str | Path, book: Catalog | None = None) -> Fleet:
    """Play the demands and waves of a TOML file, quarter by quarter."""
    tables = read_toml(Path(path))
    _known(tables, TOP_KEYS, "the file")
    book = book or catalog()
    twice = [str(entry.get("name")) for entry in _list(tables, "demand") if entry.get("name")]
    if again := next((name for name in twice if twice.count(name) > 1), None):
        raise InputError(f"two demands are named {quoted(again)}")
    demands = [_demand(entry, number, book) for number, entry in enumerate(_list(tables, "demand"), 1)]
    waves = [_wave(entry, number, book) for number, entry in enumerate(_list(tables, "wave"), 1)]
    first = min([*(entry.first for entry in demands), *(wave.first for wave in waves)])
    edges = _edges(first, max(entry.last for entry in demands))
    if len(edges) > MOST_QUARTERS:
        raise InputError(f"the demands reach over {len(edges) - 1} quarters; at most {MOST_QUARTERS} are played")
    return _played(demands, waves, edges, _number(tables, "night_share", "the file", 0.0, (0.0, 1.0)))


def _edges(first: float, last: float) -> list[float]:
    """The first days of the calendar quarters from one day to another, and the day after the last."""
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=first)
    date = datetime.date(date.year, 3 * ((date.month - 1) // 3) + 1, 1)
    found = [float(days_of(date.isoformat()))]
    while found[-1] < last:
        date = datetime.date(date.year + (date.month > 9), (date.month + 2) % 12 + 1, 1)
        found.append(float(days_of(date.isoformat())))
    return found


def _played(demands: Sequence[Demand], waves: Sequence[Wave], edges: Sequence[float], night: float) -> Fleet:
    left = {entry.name: 1.0 for entry in demands if not entry.serves}
    quarters = []
    for start, end in pairwise(edges):
        quarter = Quarter(start, _there(waves, start, end))
        quarter.capital = sum(wave.cost for wave in waves if start <= wave.first < end)
        quarter.capital -= sum(wave.left for wave in waves if start <= wave.last < end)
        free = dict(quarter.there)
        idle = dict.fromkeys(free, 0.0)
        for entry in demands:
            if entry.serves and entry.level(max(start, entry.first)) and entry.first < end:
                _serve(entry, quarter, free, idle)
        for entry in demands:
            if not entry.serves and entry.first < end and start < entry.last and left[entry.name] > MET:
                seconds = (min(end, entry.last) - max(start, entry.first)) * DAY
                left[entry.name] -= _train(
                    entry, quarter, free, idle, night, (seconds, (end - start) * DAY), left[entry.name]
                )
        _draw(demands, quarter, (end - start) * DAY)
        quarters.append(quarter)
    return Fleet(tuple(quarters), {name: share for name, share in left.items() if share > MET})


def _there(waves: Sequence[Wave], start: float, end: float) -> dict[str, float]:
    """Chips by id, in the mean of a quarter: a wave that arrives within it counts from its day."""
    found: dict[str, float] = {}
    for wave in waves:
        here = max(min(end, wave.last) - max(start, wave.first), 0.0) / (end - start)
        found[wave.chip] = found.get(wave.chip, 0.0) + wave.chips * here
    return found


def _serve(entry: Demand, quarter: Quarter, free: dict[str, float], idle: dict[str, float]) -> None:
    """Give a service its chips, the preferred first; what is not carried is named with the chips it lacks."""
    asked = whole = entry.level(max(quarter.first, entry.first))
    for chip, result in entry.takes.items():
        need = float(result.values["chips"]) * asked
        taken = min(need, free.get(chip, 0.0))
        if taken <= 0:
            continue
        busy = float(result.values["needed_chips"]) * float(result.values["load_limit"]) * asked * taken / need
        free[chip] -= taken
        idle[chip] += max(taken - busy, 0.0)
        _add(quarter.serving, chip, taken)
        _add(quarter.busy, chip, min(busy, taken))
        asked -= asked * taken / need
        if asked <= MET:
            return
    chip, result = next(iter(entry.takes.items()))
    lacking = float(result.values["chips"]) * asked
    quarter.unmet.append(f"{entry.name}: {asked / whole:.0%} not carried, {lacking:,.0f} {chip} short")


def _train(
    entry: Demand, quarter: Quarter, free: dict[str, float], idle: dict[str, float], night: float,
    seconds: tuple[float, float], left: float,
) -> float:  # fmt: skip
    """Let a run work on what is free, and on idle serving hours; the share of the run that gets done.

    `seconds` are those of its time in the quarter, and the quarter's.
    """
    done, (own, whole_quarter) = 0.0, seconds
    for chip, result in entry.takes.items():
        whole = float(result.values["accelerator_time"])
        for pool, reach in ((free, 1.0), (idle, night)):
            can = pool.get(chip, 0.0) * reach * own / whole
            share = min(can, left - done)
            if share <= 0:
                continue
            held = share * whole / whole_quarter
            pool[chip] -= held / reach
            _add(quarter.training, chip, held)
            _add(quarter.busy, chip, held)
            done += share
    return done


def _draw(demands: Sequence[Demand], quarter: Quarter, seconds: float) -> None:
    """Power at the meter and its cost: chips at work as their demand's, the others idle."""
    for chip, count in quarter.there.items():
        result = next((entry.takes[chip] for entry in demands if chip in entry.takes), None)
        if result is None or "chip_power" not in result.values or not count:
            continue
        full = float(result.values["chip_power"]) * float(result.values["pue"])
        factor = float(result.values["server_power_factor"])
        rest = (factor - 1 + float(result.values.get("idle_draw_share", IDLE))) / factor
        used = min(quarter.busy.get(chip, 0.0) / count, 1.0)
        power = count * full * (used * float(result.values["power_utilisation"]) + (1 - used) * min(rest, 1.0))
        quarter.power += power
        quarter.electricity += power * seconds * float(result.values["electricity_price"])


# What an idle chip draws of its TDP where no service's figure says it; as in catalog/serving.toml.
IDLE = 0.15


def _add(table: dict[str, float], key: str, value: float) -> None:
    table[key] = table.get(key, 0.0) + value


def _demand(entry: Mapping[str, Any], number: int, book: Catalog) -> Demand:
    name = str(entry.get("name") or f"demand {number}")
    where = f"demand {quoted(name)}"
    for key in ("chip", "from", "until"):
        if key not in entry:
            raise InputError(f"{where}: {key} is missing, for example {key} = {EXAMPLES[key]}")
    task = str(entry.get("task") or ("serve" if {"tokens_per_day", "requests_per_second"} & set(entry) else "train"))
    first, last = (_day(entry[key], f"{where}: {key}") for key in ("from", "until"))
    if last <= first:
        raise InputError(f"{where}: until is not after from")
    growth = _number(entry, "growth", where, 1.0, (0.01, 100.0))
    chips = entry["chip"] if isinstance(entry["chip"], list) else [entry["chip"]]
    given = {key: value for key, value in entry.items() if key not in DEMAND_KEYS} | {"task": task}
    if task == "train":
        given.setdefault("time_allowed", f"{last - first} days")
    takes: dict[str, Result] = {}
    for chip in chips:
        try:
            result = run(gather({**given, "chip": str(chip)}, origin="file"), book)
        except ClusterCalcError as error:
            raise InputError(f"{where} on {chip}: {error}") from None
        wanted = "needed_chips" if task == "serve" else "accelerator_time"
        if wanted not in result.values:
            raise InputError(f"{where} on {chip}: {result.missing.get(wanted, f'{wanted} does not follow')}")
        takes[result.chip.id] = result
    return Demand(name, task == "serve", first, last, growth, takes)


EXAMPLES = {"chip": '"h200"', "from": "2027-01-01", "until": "2029-01-01", "chips": "512", "date": "2027-01-01"}


def _wave(entry: Mapping[str, Any], number: int, book: Catalog) -> Wave:
    where = f"wave {number}"
    _known(entry, WAVE_KEYS, where)
    for key in ("chip", "chips", "date"):
        if key not in entry:
            raise InputError(f"{where}: {key} is missing, for example {key} = {EXAMPLES[key]}")
    first = _day(entry["date"], f"{where}: date")
    given = {key: entry[key] for key in ("chip", "chips", "chip_price") if key in entry}
    result = run(gather(given, origin="file"), book)
    if "capital_cost" not in result.values:
        raise InputError(f"{where}: {result.missing.get('capital_cost', 'its cost does not follow')}")
    life = float(result.values["lifetime"]) / DAY
    last = _day(entry["retire"], f"{where}: retire") if "retire" in entry else first + life
    if last <= first:
        raise InputError(f"{where}: retire is not after date")
    cost = float(result.values["capital_cost"])
    # Straight to the residual value over the life; what retires early is worth more.
    worth = 1 - (1 - float(result.values["residual_value"])) * min((last - first) / life, 1.0)
    return Wave(result.chip.id, float(result.values["chips"]), first, last, cost, cost * worth)


def _day(value: Any, where: str) -> float:
    text = value.isoformat()[:10] if hasattr(value, "isoformat") else str(value)
    try:
        return float(days_of(datetime.date.fromisoformat(text).isoformat()))
    except ValueError:
        raise InputError(f"{where}: {quoted(value)} is not a day; write it as 2027-01-01") from None


def _number(entry: Mapping[str, Any], key: str, where: str, default: float, bounds: tuple[float, float]) -> float:
    value = entry.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not bounds[0] <= value <= bounds[1]:
        raise InputError(f"{where}: {key}: {quoted(value)} is not a number from {bounds[0]:g} to {bounds[1]:g}")
    return float(value)


def _list(tables: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = tables.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(entry, dict) for entry in found):
        raise InputError(f"a fleet needs at least one [[{name}]] table")
    return found


def _known(entry: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    for key in entry:
        if key not in keys:
            raise InputError(f"{where}: unknown key {quoted(key)}.{did_you_mean(key, keys)}")


def as_dict(found: Fleet) -> dict[str, Any]:
    """The fleet as JSON: chips, MW, cash and use by quarter, and what does not fit."""
    return {
        "schema": SCHEMA,
        "fits": found.fits,
        "unfinished": dict(found.unfinished),
        "quarters": [
            {
                "quarter": entry.name, "chips": entry.there, "serving": entry.serving, "training": entry.training,
                "use": entry.use, "facility_power": {"value": entry.power / 1e3, "unit": "kW"},
                "capital": {"value": entry.capital, "unit": "USD"}, "electricity": {"value": entry.electricity, "unit": "USD"},
                "chip_hours": {chip: count * YEAR / 4 / HOUR for chip, count in entry.busy.items()}, "unmet": entry.unmet,
            }
            for entry in found.quarters
        ],
    }  # fmt: skip
