"""What a report says, before it has a form: sections of rows, frozen, the same for every format."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from cluster_calc.datum import Datum
from cluster_calc.depreciation import RATE_OF
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.report.numbers import NOT_FOUND, money, plain, shown
from cluster_calc.report.numbers import is_scalar as _scalar
from cluster_calc.report.numbers import value_of as _value
from cluster_calc.result import Result

HEADLINE = (
    ("training_compute", ""), ("training_time", ""), ("chips", ""), ("accelerator_time", ""),
    ("run_cost", "amortised: depreciation and energy of this run"), ("capital_cost", "cash for the hardware; never added to run cost"),
    ("cost_per_chip_hour", ""), ("compute_per_dollar", ""), ("rental_cost", ""), ("facility_energy", ""),
    ("facility_power", ""), ("emissions", ""), ("shipment_share", ""),
)  # fmt: skip
RUN_LINES = ("depreciation", "electricity_cost", "operations_cost")
CAPITAL_LINES = ("accelerator_capital", "server_capital", "network_capital", "storage_capital", "spare_capital",
                 "installation_capital", "contingency_capital")  # fmt: skip
DEVELOPMENT_LINES = ("run_cost", "development_cost")
PROJECT_LINES = ("capital_cost", "facility_capital")
OPERATIONS = tuple(RATE_OF)
# Lines that are absent from the sum when they are 0: said under "Not included", not listed as a cost of 0.
SILENT = frozenset({"operations_cost", "server_capital", "installation_capital", "contingency_capital", *OPERATIONS})
BUILDING = "the building, cooling plant and grid connection"
AROUND = "storage, spares and installation"
EXCLUDED = (
    "experiments, failed runs, data and research staff (a project costs 1.2 to 4 times its final run)",
    "financing and taxes; idle time between runs",
)
SHARE_OF = {"installation_capital": "installation_share", "contingency_capital": "contingency_share"}
MOST = 8


class Row(NamedTuple):
    """A line: what, how much, and what to know about it."""

    label: str
    value: str
    note: str = ""
    name: str = ""


class Section(NamedTuple):
    """A titled list of rows, with the heads of its columns where it has any."""

    title: str
    rows: tuple[Row, ...]
    heads: tuple[str, ...] = ()


class Report(NamedTuple):
    """The whole report of an estimate."""

    question: str
    answer: str
    sections: tuple[Section, ...]
    warnings: tuple[str, ...]
    next_step: str


def report(result: Result) -> Report:
    """The report of a result; sections without data are absent."""
    from cluster_calc.report.counting import counting
    from cluster_calc.report.limits import limits
    from cluster_calc.report.ranges import ranges
    from cluster_calc.report.waterfall import waterfall

    sections = [
        _headline(result),
        ranges(result),
        _money(result),
        _books(result),
        _restated(result),
        waterfall(result),
        counting(result),
        limits(result),
        _assumptions(result),
        _excluded(result),
    ]
    return Report(
        question=question(result),
        answer=answer(result),
        sections=tuple(section for section in sections if section is not None and section.rows),
        warnings=result.warnings,
        next_step=_next_step(result),
    )


def question(result: Result) -> str:
    """The question restated, with every choice in it named."""
    peak = shown("peak_throughput", result.values.get("peak_throughput"))
    article = "an" if result.chip.unit[:1] in "AEIOaeio" else "a"
    chip = f"{result.chip.name} ({result.precision}, dense {peak} {article} {result.chip.unit})"
    given = result.data
    demand = f"{_value(result, 'training_compute')}" if "training_compute" in result.values else ""
    if "parameters" in given and "tokens" in given:
        demand = f"{_value(result, 'parameters')} parameters on {_value(result, 'tokens')} tokens"
    elif "accelerator_time" in given:
        demand = _value(result, "accelerator_time")
    if result.mode == "cluster":
        return f"What does a cluster of {_value(result, 'chips')} × {chip} take?"
    if result.mode == "capacity":
        return f"What can {_value(result, 'chips')} × {chip} train in {_value(result, 'training_time')}?"
    if result.mode == "observed":
        return f"What did {demand} in {_value(result, 'training_time')} on {_value(result, 'chips')} × {chip} take?"
    if result.mode == "fixed-chips":
        return f"What does {demand} on {_value(result, 'chips')} × {chip} take?"
    return f"What does {demand} within {_value(result, 'time_allowed')} on {chip} take?"


def answer(result: Result) -> str:
    """The answer in one sentence."""
    chips, cost, capital = (_value(result, name) for name in ("chips", "run_cost", "capital_cost"))
    chips += " chip" if chips == "1" else " chips"
    drawn = _value(result, "peak_facility_power")
    power = f"peak power {drawn}" if drawn == NOT_FOUND else f"{drawn} at full load"
    if result.mode == "cluster":
        hardware = f"; hardware {capital}" if capital == NOT_FOUND else f" for {capital}"
        return f"{chips}{hardware}, {power}."
    sized = f"{chips} for {_value(result, 'training_time')}"
    if result.mode == "capacity":
        sized = f"{_value(result, 'training_compute')}: {sized}"
    if result.mode == "observed":
        sized += f" at an implied MFU of {_value(result, 'implied_mfu')}"
    return f"{sized}; run cost {cost}, hardware {capital}, {power}."


def _headline(result: Result) -> Section:
    rows = []
    for name, note in HEADLINE:
        if name not in result.values and name not in result.missing:
            continue
        if name == "facility_power" and "peak_facility_power" in result.values:
            note = f"average; {_value(result, 'peak_facility_power')} at full load"
        elif name == "training_compute" and name not in result.data and "tokens" in result.values:
            note = f"FLOP convention {result.scenario.settings.get('flop_convention', '6N')}"
        elif name == "capital_cost" and "all_in_price" in result.values:
            note = f"{_value(result, 'all_in_price')} a chip, with server and network; not part of run cost"
        elif name == "shipment_share" and "annual_shipments" in result.data:
            note = f"of {_value(result, 'annual_shipments')}: {result.data['annual_shipments'].label or 'given'}"
        elif name == "rental_cost" and "rental_price" in result.data:
            rent = result.data["rental_price"]
            ratio = (
                f"; {plain(result.values['rental_ratio'])}× the run cost"
                if _scalar(result.values.get("rental_ratio"))
                else ""
            )
            note = f"at {_value(result, 'rental_price')}, {rent.label or 'given'}{ratio}"
        elif name == "training_time" and result.mode == "fixed-time":
            note = f"of {_value(result, 'time_allowed')} allowed"
        if name not in result.values:
            note = "needs " + " and ".join(result.lacking(name))
        elif result.varies(name):
            span = " · ".join(
                shown(name, (result.percentile(name, p) or 0.0) * QUANTITIES[name].factor) for p in (10, 50, 90)
            )
            note = f"P10 · P50 · P90: {span}" + (f"; {note}" if note and len(note) < 40 else "")
        rows.append(Row(QUANTITIES[name].label.capitalize(), _value(result, name), note, name))
    return Section("Headline", tuple(rows))


def _share(result: Result, name: str, total: str) -> str:
    part, whole = result.values.get(name), result.values.get(total)
    if not _scalar(part) or not _scalar(whole) or not whole or part is None:
        return ""
    return f"{plain(100 * part / whole)}%"


def _held(result: Result, name: str) -> str:
    """What the accelerators' price holds besides them, or that the rent of the site holds the power."""
    if name == "electricity_cost" and result.scenario.settings.get("colocation_power") == "included":
        return "; held by the rent of the site" if "colocation_price" in result.data else ""
    if name != "accelerator_capital" or result.values.get("server_cost_factor") != 1.0:
        return ""
    return ", with their servers" + (" and network" if result.values.get("network_share") == 0.0 else "")


def _apart(result: Result, name: str) -> str:
    """What of the depreciation is for idle hours, and what falls on chips that need no new cash."""
    if name != "depreciation":
        return ""
    parts = (("idle_charge", "for idle hours"), ("owned_depreciation", "on chips already owned"))
    return "".join(
        f"; {_value(result, part)} of it {words}" for part, words in parts if _nonzero(result.values.get(part, 0))
    )


def _new(result: Result) -> str:
    """The cash that is left to find where chips are owned already."""
    if not _nonzero(result.values.get("owned_depreciation", 0)):
        return ""
    return f"new cash {_value(result, 'new_capital')} for {_value(result, 'new_chips')} chips, the others are owned"


def bills(result: Result) -> list[tuple[tuple[str, ...], str, str]]:
    """Every sum of the estimate: the names of its lines, of the total, and the total's title."""
    found = []
    for lines, total, title in (
        (RUN_LINES, "run_cost", "Run cost"),
        (CAPITAL_LINES, "capital_cost", "Capital cost"),
        (DEVELOPMENT_LINES, "project_cost", "Final run and development"),
        (PROJECT_LINES, "project_capital", "Cash for hardware and building"),
    ):
        if total not in result.values and total not in result.missing:
            continue
        if total == "run_cost" and "staff_cost" in result.model.steps and "operations_cost" not in result.data:
            lines = (*lines[:-1], *OPERATIONS)
        # A total that was given is not the sum of what prices and rates would make of its lines.
        split = total not in result.data
        present = [name for name in lines if split and (name in result.values or name in result.missing)]
        # A line of 0 is not included, or held by the price's basis: said elsewhere, not listed as a cost of 0.
        listed = [
            name
            for name in present
            if not (name in SILENT and _scalar(result.values.get(name)) and result.values[name] == 0)
        ]
        found.append((tuple(listed), total, title))
    return found


def _money(result: Result) -> Section | None:
    rows = []
    for lines, total, title in bills(result):
        rows += [
            Row(
                QUANTITIES[name].label.capitalize(),
                _value(result, name),
                _share(result, name, total) + _held(result, name) + _apart(result, name),
                name,
            )
            for name in lines
        ]
        note = "incomplete"
        if total in result.values:
            note = "as given, not split" if total in result.data else ""
            if total == "capital_cost":
                note = "; ".join(filter(None, (_bill(result), _new(result))))
        rows.append(Row(f"= {title}", _value(result, total), note, total))
    return Section("Where the money goes", tuple(rows)) if rows else None


def _bill(result: Result) -> str:
    """Which way the hardware was priced, and how the bill differs from the two factors."""
    if "capital_cost" in result.data:
        return "as given, not split"
    if "bill_excess" not in result.values:
        if not {"server_cost_factor", "network_share"} <= set(result.values):
            return ""
        return (
            f"two factors: server × {_value(result, 'server_cost_factor')}, network {_value(result, 'network_share')}"
        )
    left = f", {_value(result, 'idle_chips')} chips over" if _nonzero(result.values["idle_chips"]) else ""
    return (
        f"bill of materials: {_value(result, 'servers')} servers{left}; two factors alone, at "
        f"the same prices, give {_value(result, 'two_factor_capital')}"
    )


def _nonzero(value: Any) -> bool:
    """Whether a number, or any of an array, is not 0."""
    return bool(value.any()) if hasattr(value, "any") else bool(value)


def _books(result: Result) -> Section | None:
    """Book value over time: when the run starts and ends, and by the hardware's age."""
    from cluster_calc.depreciation import book_curve, method_of

    curve = book_curve(result)
    if not curve or result.mode == "cluster":
        return None
    by_age = ", ".join(f"{plain(age)}: {money(value)}" for age, value in curve)
    rows = (
        Row(
            "When the run starts",
            _value(result, "book_value_at_start"),
            f"{_value(result, 'hardware_age')} old" if _nonzero(result.values["hardware_age"]) else "new",
            "book_value_at_start",
        ),
        Row("When it ends", _value(result, "book_value_at_end"), "", "book_value_at_end"),
        Row("By years of age", "", f"{by_age} ({method_of(result.scenario.settings)})"),
    )
    return Section("Book value of the hardware", rows)


def _later(result: Result) -> str:
    """When the same run is bought instead."""
    delay = result.values.get("purchase_delay")
    if _scalar(delay) and delay is not None and delay < 0:
        return f"{shown('purchase_delay', -delay)} earlier"
    return f"{_value(result, 'purchase_delay')} on"


def _restated(result: Result) -> Section | None:
    """Run cost and capital in other money and other years, each with the rate behind it."""
    rows = []
    code = str(result.scenario.settings.get("currency", "in the other currency"))
    unit = str(result.scenario.settings.get("currency", "local"))
    year = str(result.scenario.settings.get("price_year", "the year asked for"))
    for prefix, words, behind in (
        ("local", code, "exchange_rate"),
        ("restated", f"money of {year}", "price_level"),
        ("later", _later(result), "price_performance_trend"),
    ):
        for what in ("run_cost", "capital_cost"):
            name = f"{prefix}_{what}"
            if name not in result.values and name not in result.missing:
                continue
            datum = result.data.get("price_index" if prefix == "restated" else behind)
            source = f", {cite(datum)}" if datum is not None else ""
            base = result.data.get("base_price_index")
            if prefix == "restated" and base is not None and base.as_of:
                source = f" from {base.as_of}{source}"
            label = QUANTITIES[what].label.capitalize()
            rows.append(
                Row(
                    f"{label}, {words}",
                    _value(result, name),
                    f"at {_value(result, behind).replace('local', unit)}{source}",
                    name,
                )
            )
    return Section("In other money and other years", tuple(rows)) if rows else None


def swings(result: Result, target: str = "run_cost") -> list[tuple[str, float, float]]:
    """How far each ranged input alone moves a result, largest first: (name, at low, at high) relative to the base.

    Chips are held where they were sized: the input is uncertain, the order is not.
    """
    from cluster_calc.influence import ends
    from cluster_calc.shapes import Z95

    base = result.values.get(target)
    if not _scalar(base) or not base:
        return []
    return [
        (entry.name, entry.at_low / base - 1, entry.at_high / base - 1)
        for entry in ends(result, target, Z95)
        if entry.at_low is not None and entry.at_high is not None
    ]


# Sources that say only how a value was given.
TYPED = frozenset({"command line", "call", "environment", "file", "table"})


def cite(datum: Datum) -> str:
    """Who says so: source, place and date in a few words."""
    source = datum.source
    if source.id in TYPED or source.id.split(" ")[0] in ("file", "environment"):
        return source.title or {"call": "given"}.get(source.id, source.id)
    words = [source.publisher or source.title or source.id]
    if datum.kind == "estimate":
        words.insert(0, "analyst estimate:")
    if source.id == "judgement":
        words = ["judgement"]
    dated = f", {datum.as_of}" if datum.as_of else ""
    confidence = f" ({datum.confidence} confidence)" if datum.confidence else ""
    overlay = f" [{datum.origin}]" if datum.origin.startswith("catalog: ") else ""
    return " ".join(words) + dated + confidence + overlay


def _assumptions(result: Result) -> Section:
    moves = {
        name: (low, high)
        for name, low, high in swings(result, "run_cost" if "run_cost" in result.values else "cost_per_chip_hour")
    }
    carried = [name for name in moves if max(map(abs, moves[name])) > 1e-9][:MOST]
    always = [name for name in ("chip_price", "mfu", "goodput", "lifetime", "electricity_price", "pue", "network_share",
                                "server_cost_factor", "tdp", "annual_shipments") if name in result.sourced]  # fmt: skip
    names = list(dict.fromkeys([*carried, *always]))[: MOST + 2]
    rows = []
    for name in names:
        datum = result.sourced[name]
        if datum.value is None:
            continue
        label = f", {datum.label}" if datum.label and name != "annual_shipments" else ""
        move = ""
        if name in carried:
            low, high = (
                f"{'+' if part > 0 else '−' if part < 0 else '±'}{plain(abs(100 * part), 2)}%" for part in moves[name]
            )
            span = f"{shown(name, datum.low)} to {shown(name, datum.high)}"
            move = f"; {span} moves it {low} to {high}"
        rows.append(
            Row(
                QUANTITIES[name].label.split(" (")[0],
                _value(result, name),
                f"{cite(datum)}{', stale' if name in result.stale else ''}{label}{move}",
                name,
            )
        )
    moved = "run cost" if "run_cost" in result.values else "cost of a chip-hour"
    title = f"What moves the {moved}: assumption, source, date" if carried else "Assumptions: source, date"
    return Section(title, tuple(rows))


def excluded(result: Result) -> tuple[str, ...]:
    """What the estimate leaves out."""
    found = list(EXCLUDED)
    if _nonzero(result.values.get("development_cost", 0)):
        found[0] = "data and research staff"
    if _nonzero(result.values.get("idle_charge", 0)):
        found[-1] = found[-1].partition(";")[0]
    if "bill_excess" not in result.values:
        found.insert(0, f"{BUILDING}; {AROUND}" if "facility_capital" not in result.values else AROUND)
    elif "facility_capital" not in result.values:
        found.insert(0, BUILDING)
    absent = [name for name in SHARE_OF if name in result.model.steps and not _nonzero(result.values.get(name, 0))]
    groups = [(absent, SHARE_OF)]
    if not _nonzero(result.data["operations_cost"].value if _given(result, "operations_cost") else 0):
        groups.append(([name for name in OPERATIONS if not _nonzero(result.values.get(name, 0))], RATE_OF))
    for names, options in groups:
        if names:
            words = (
                f"{_line(name)} ({QUANTITIES[options[name]].option})" for name in names if not _given(result, name)
            )
            found.insert(0, ", ".join(words))
    return tuple(filter(None, found))


def _line(name: str) -> str:
    return name.removesuffix("_cost").removesuffix("_capital").replace("_", " ")


def _given(result: Result, name: str) -> bool:
    """Whether the line itself was said, by whoever asks or by the rent of a site that holds it."""
    return (
        name in result.data
        and result.data[name].origin not in ("", "catalog")
        and result.data[name].kind in ("given", "convention")
    )


def _excluded(result: Result) -> Section:
    return Section("Not included", tuple(Row(text, "") for text in excluded(result)))


def _next_step(result: Result) -> str:
    # Only an origin of the command line can be repeated on one.
    name = (
        "run_cost"
        if "run_cost" in result.values
        else "capital_cost"
        if "capital_cost" in result.values
        else "facility_power"
    )
    return command(result, f"explain {name}")


def command(result: Result, verb: str, more: Iterable[str] = ()) -> str:
    """The command line that gives this result again, whatever its inputs came from, and `more` words after it."""
    words = ["cluster-calc", *verb.split()]
    options = {"training_compute": "--flop", "parameters": "--params"}
    for key, raw in result.scenario.texts.items():
        if isinstance(raw, bool):
            words += [f"--{key.replace('_', '-')}"] if raw else []
            continue
        text = str(raw.get("value")) if isinstance(raw, dict) else str(raw)
        words += [options.get(key, f"--{key.replace('_', '-')}"), quote_shell(text)]
    return " ".join([*words, *map(quote_shell, more)])


def quote_shell(text: str) -> str:
    """The text as one shell word."""
    import shlex

    return shlex.quote(text)
