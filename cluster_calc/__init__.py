"""Cost and feasibility of AI hardware clusters: every number with its formula, source and range.

>>> import cluster_calc as cc
>>> result = cc.estimate(training_compute="2e25 FLOP", chip="h100", time_allowed="90 days", mfu=0.4)
>>> int(result.values["chips"])
7222
"""

from __future__ import annotations

from typing import Any

from cluster_calc.version import __version__

# Name → module, and what it is called there if otherwise: `import cluster_calc` stays free of numpy until a verb is used. No
# module is named like a verb: importing it would put the module in the verb's place. `__init__.pyi` gives their types.
_EXPORTS = {
    "Catalog": "catalog.book",
    "Chip": "catalog.chips",
    "Choice": "studies.choosing",
    "ClusterCalcError": "errors",
    "Comparison": "studies.comparison",
    "Datum": "quantities.datum",
    "Difference": "estimation.difference",
    "Finance": "investment.cash_flow",
    "InputError": "errors",
    "Memo": "documents.memo.view",
    "Projection": "trends.projection",
    "Quantity": "quantities.nomenclature",
    "Result": "estimation.result",
    "Sensitivity": "studies.influence",
    "Service": "studies.serving",
    "Simulation": "studies.simulation",
    "Solution": "studies.inverse",
    "Source": "quantities.datum",
    "Trace": "estimation.trace",
    "batch": "tables.evaluate",
    "compare": "studies.comparison",
    "diff": "estimation.difference",
    "estimate": "estimation.estimation",
    "explain": "estimation.estimation",
    "finance": "investment.cash_flow",
    "load_catalog": "catalog.current:catalog",
    "memo": "documents.memo.memo",
    "optimise": "studies.choosing",
    "project": "trends.projection",
    "reproduce": "publications.evaluation",
    "sensitivity": "studies.influence",
    "serve": "studies.serving",
    "sheet": "documents.sheet.page",
    "simulate": "studies.simulation",
    "solve": "studies.inverse",
    "sweep": "studies.sweeping",
    "QUANTITIES": "quantities.nomenclature",
}

__all__ = ["__version__", *_EXPORTS]


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        from importlib import import_module

        module, _, there = _EXPORTS[name].partition(":")
        value = getattr(import_module(f"cluster_calc.{module}"), there or name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'cluster_calc' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_EXPORTS])
