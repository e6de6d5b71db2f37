"""A comparison as JSON and as rows."""

from __future__ import annotations

from typing import Any

from cluster_calc.estimation.verdict import FEASIBLE, NOT_CHECKED, NOT_FEASIBLE, OPEN, Verdict
from cluster_calc.investment.acquisition import OWN
from cluster_calc.quantities.display import in_unit
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.studies.comparison import SCHEMA, Comparison
from cluster_calc.studies.options import METRICS, NPV
from cluster_calc.version import __version__


def metrics(comparison: Comparison) -> list[str]:
    """The results that some option has or misses, the ranking one first among its peers."""
    names = [name for name in dict.fromkeys((*METRICS, comparison.by)) if name != NPV]
    return [
        name
        for name in names
        if any(name in option.result.values or name in option.result.missing for option in comparison.options)
        and not (name == "rental_cost" and any(option.rented for option in comparison.options))
    ]


def rows(comparison: Comparison) -> list[list[Any]]:
    """name, unit, and the value of every option in JSON units."""
    found = [
        [name, QUANTITIES[name].unit, *(in_unit(name, option.result.values.get(name)) for option in comparison.options)]
        for name in metrics(comparison)
    ]
    if comparison.horizon:
        found.append(["npv", "USD", *(option.npv for option in comparison.options)])
    # Without a limit there is no verdict, and a column of numbers stays one.
    if any(option.result.verdict.word != NOT_CHECKED for option in comparison.options):
        found += [[name, "", *cells] for name, cells in _verdicts(comparison)]
    return found


def as_dict(comparison: Comparison) -> dict[str, Any]:
    """The comparison as a JSON object: the results of each option as `estimate` has them, the ranking, the switches."""
    from cluster_calc.estimation.as_json import as_dict as estimate_dict

    first = comparison.options[0].result
    return {
        "schema": SCHEMA,
        "version": __version__,
        "catalog_date": first.catalog_date,
        "data_release": first.data_release,
        "by": comparison.by,
        "ranking": list(comparison.ranking),
        "not_ranked": dict(comparison.not_ranked),
        "ranking_by_rent": list(comparison.ranking_by_rent),
        "price_bases": comparison.bases,
        "left_out": dict(comparison.left_out),
        "horizon": None if comparison.horizon is None else in_unit("horizon", comparison.horizon.value),
        "share_first": dict(comparison.first_share) or None,
        "options": [
            {
                # Each option is an estimate as `estimate` writes it, so that a memo or a sheet can start from it.
                **estimate_dict(option.result),
                "name": option.name,
                "acquisition": option.way or OWN,
                "feasible": option.result.feasible,
                "npv": option.npv,
            }
            for option in comparison.options
        ],
        "switching": [
            {
                "name": switch.name, "of": switch.whose, "unit": QUANTITIES[switch.name].unit,
                "base": in_unit(switch.name, switch.base), "value": in_unit(switch.name, switch.value), "first": switch.winner,
            }
            for switch in comparison.switches
        ],
    }  # fmt: skip


def _verdicts(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """Whether each option is feasible, and, where some option is, what is beyond the usual and decides nothing."""
    verdicts = [option.result.verdict for option in comparison.options]
    found = [("feasible", [_verdict_text(verdict) for verdict in verdicts])]
    if any(verdict.unusual for verdict in verdicts):
        found.append(("unusual", [", ".join(verdict.unusual) or "none" for verdict in verdicts]))
    return found


def _verdict_text(verdict: Verdict) -> str:
    words = {
        FEASIBLE: "yes", NOT_FEASIBLE: f"no: {', '.join(verdict.broken)}", OPEN: f"open: {', '.join(verdict.open)}",
    }  # fmt: skip
    return words.get(verdict.word, verdict.word)
