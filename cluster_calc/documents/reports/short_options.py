"""The short answers that hold several options or years: compare, optimise, finance, project."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cluster_calc.documents.render.view import Row, Short
from cluster_calc.documents.reports.short import moving, sources
from cluster_calc.quantities.display import money, plain, shown
from cluster_calc.quantities.nomenclature import QUANTITIES

if TYPE_CHECKING:
    from cluster_calc.investment.cash_flow import Finance
    from cluster_calc.studies.choosing import Choice
    from cluster_calc.studies.choosing import Option as Chosen
    from cluster_calc.studies.comparison import Comparison
    from cluster_calc.trends.projection import Projection

COLUMNS = ("chips", "training_time", "run_cost", "rental_cost", "capital_cost", "peak_facility_power")
HEADS = ("", "chips", "time", "run cost", "rent", "hardware", "peak")
_NONE = "–"
# Years a projection shows beside each other.
_YEARS = 5


def of_comparison(found: Comparison) -> Short:
    """Shorten a comparison: who comes first and by how much, the options in its order, what would change it."""
    from cluster_calc.documents.reports.comparison import cell_text, switch_text
    from cluster_calc.studies.options import NPV

    names = [*found.ranking, *(option.name for option in found.options if option.name not in found.ranking)]
    options = {option.name: option for option in found.options}
    value = "net present value" if found.by == NPV else _words(found.by)
    own = (found.by, value) if found.by not in (*COLUMNS, NPV) else None
    names_of = ([own[0]] if own else []) + list(COLUMNS)
    table = [("", *([own[1]] if own else []), *HEADS[1:], *(["NPV"] if found.horizon else []))]
    for name in names:
        option = options[name]
        npv = [money(option.npv) if option.npv is not None else "not found"] if found.horizon else []
        table.append((name, *(cell_text(option, key) for key in names_of), *npv))
    first = found.ranking[0] if found.ranking else ""
    answer = f"{found.superlative} {value}: {first}{_lead(found)}." if first else f"No option has a {value}."
    if found.not_ranked or found.left_out:
        without = ", ".join((*found.not_ranked, *found.left_out))
        answer += f" Not ranked: {without}."
    best = options[first].result if first else None
    moved, moves = moving(best) if best else ("", ())
    told = tuple(dict.fromkeys([*(switch_text(switch) for switch in found.switches[:1])]))
    warnings = tuple(dict.fromkeys(text for option in found.options for text in option.result.warnings))
    return Short(
        " ".join((answer, *(f"{text}." for text in told))), (), tuple(table), moves,
        tuple(sources(best, moves)) if best else (), f"{moved.removesuffix(' most')} of {first} most" if moved else "", warnings,
        "the same with --section 'first place' (what would change the order)" if found.switches else "",
    )  # fmt: skip


def _lead(found: Comparison) -> str:
    """How far the first is from the second, in percent of the second."""
    from cluster_calc.studies.options import NPV

    if len(found.ranking) < 2:
        return ""
    pair = []
    for name in found.ranking[:2]:
        option = next(option for option in found.options if option.name == name)
        pair.append(option.npv if found.by == NPV else option.result.values.get(found.by))
    if any(not isinstance(value, float | int) for value in pair) or not pair[1]:
        return f", before {found.ranking[1]}"
    apart = abs(float(pair[0]) - float(pair[1])) / abs(float(pair[1]))  # type: ignore[arg-type]
    side = "more" if float(pair[0]) > float(pair[1]) else "less"  # type: ignore[arg-type]
    return f", {plain(100 * apart, 2)}% {side} than {found.ranking[1]}"


def of_choice(found: Choice) -> Short:
    """Shorten a search: the best option, the next ones, and what nearly met the limits."""
    from cluster_calc.documents.reports.studies import option_name

    label = _words(found.objective)
    if found.options:
        best = found.options[0]
        answer = (
            f"Least {label} within all limits: {option_name(best)}, {shown(found.objective, best.objective)} with "
            f"{shown('chips', best.values['chips'])} chips for {shown('training_time', best.values['training_time'])}"
            f"{_peak(best)}."
        )
    else:
        answer = "Nothing meets all limits; what comes nearest is below."
    if found.left_out:
        answer += f" {len(found.left_out)} left out for want of a figure."
    rows = [*_chosen(found, found.options[:6]), *_chosen(found, found.misses[:3], "misses: ")]
    table = (("", label, "chips", "time", "peak", "beyond its limit"), *rows) if rows else ()
    defaults = dict.fromkeys(name for option in found.options[:6] for name in option.defaults)
    by_default = [f"{_words(name)} by default for some of the options" for name in defaults]
    return Short(answer, (), table, warnings=(*by_default, *found.warnings))


def _peak(option: Chosen) -> str:
    key = "peak_facility_power"
    return f", {shown(key, option.values[key])} at full load" if key in option.values else ""


def _chosen(found: Choice, options: Iterable[Chosen], before: str = "") -> Iterable[tuple[str, ...]]:
    from cluster_calc.documents.reports.studies import option_name
    from cluster_calc.estimation.limits import CONSTRAINTS

    for option in options:
        broken = [CONSTRAINTS[name][0].replace("_", " ") for name, margin in option.margins.items() if margin < -1e-12]
        cells = [shown(key, option.values[key]) if key in option.values else _NONE
                 for key in ("chips", "training_time", "peak_facility_power")]  # fmt: skip
        head = f"{before}{option_name(option)}"
        yield (head, shown(found.objective, option.objective), *cells, ", ".join(broken) or _NONE)


def of_finance(found: Finance) -> Short:
    """Shorten a plan: the cheapest way, each way's value, and where the next costs the same."""
    from cluster_calc.documents.reports.finance import option_rows
    from cluster_calc.investment.as_json import _cheapest

    values = dict(sorted(found.values_by_option.items(), key=lambda entry: -entry[1]))
    best = _cheapest(found)
    others = [name for name in values if name != best]
    next_best = f", {money(abs(values[best] - values[others[0]]))} better than {others[0]}" if others else ""
    result = found.result
    answer = (
        f"Cheapest over {shown('horizon', found.inputs['horizon'].value)}: {best}, {money(values[best])} net present value"
        f"{next_best}; {shown('chips', result.values['chips'])} × {result.chip.name}, "
        f"{shown('capital_cost', result.values.get('capital_cost'))} in cash to own."
    )
    rows = [(*row, level.split(", ")[0] or _NONE) for *row, level in option_rows(found)]
    table = (("", "NPV", "a useful hour", "as owning at"), *rows)
    moved, moves = moving(result)
    return Short(
        answer, _plan(found), table, moves, tuple(sources(result, moves)), moved, tuple(found.warnings),
        "the same with --section assumptions",
    )  # fmt: skip


def _plan(found: Finance) -> tuple[Row, ...]:
    """What the plan rests on: rate, use, and the cash of the first year."""
    rows = [
        Row(_words(name).capitalize(), shown(name, found.inputs[name].value))
        for name in ("discount_rate", "used_share")
    ]
    if found.payback_months is not None:
        rows.append(
            Row("Paid back after", f"{plain(found.payback_months)} months", "against rent on demand, not discounted")
        )
    return tuple(rows)


def of_projection(made: Projection) -> Short:
    """Shorten a projection: when each condition is met, and the columns at a few years."""
    from cluster_calc.documents.reports.projections import PERCENTILES, SYSTEM, rows_of

    last = len(made.years) - 1
    count = min(_YEARS, len(made.years))
    places = sorted({round(place * last / max(count - 1, 1)) for place in range(count)})
    rows = [
        (name, *(texts[place] for place in places))
        for name, texts in rows_of(made)
        if name not in (*PERCENTILES, *SYSTEM)
    ]
    table = (("", *(str(made.years[place]) for place in places)), *rows)
    met = [f"{entry.condition}: {entry.date or 'never on the base line'}{_span(entry)}" for entry in made.crossings]
    answer = "; ".join([made.trend.name, *met]) + "."
    return Short(answer, (), table, warnings=tuple(made.warnings))


def _span(crossing: object) -> str:
    """The 5th to the 95th percentile of the draws, in years."""
    cut = getattr(crossing, "percentiles", None)
    if cut is None:
        return ""
    low, high = (("never" if cut[percent] is None else f"{int(cut[percent])}") for percent in (5, 95))
    return f" (P5 {low}, P95 {high})" if low != high else ""


def _words(name: str) -> str:
    return QUANTITIES[name].label.split(" (")[0]
