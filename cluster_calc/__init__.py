"""Cost and feasibility of AI hardware clusters: every number with its formula, source and range.

>>> import cluster_calc as cc
>>> result = cc.estimate(training_compute="2e25 FLOP", chip="h100", time_allowed="90 days", mfu=0.4)
>>> int(result.values["chips"])
7222
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_calc.version import __version__

if TYPE_CHECKING:
    from cluster_calc.documents.sheet.page import sheet
    from cluster_calc.errors import ClusterCalcError, InputError
    from cluster_calc.estimation.difference import diff
    from cluster_calc.estimation.estimation import estimate
    from cluster_calc.estimation.result import Result
    from cluster_calc.investment.cash_flow import Finance, finance
    from cluster_calc.publications.evaluation import reproduce
    from cluster_calc.quantities.datum import Datum, Source
    from cluster_calc.studies.choosing import optimise
    from cluster_calc.studies.comparison import Comparison, compare
    from cluster_calc.studies.influence import sensitivity
    from cluster_calc.studies.inverse import Solution, solve
    from cluster_calc.studies.serving import Service, serve
    from cluster_calc.studies.simulation import Simulation, simulate
    from cluster_calc.studies.sweeping import sweep
    from cluster_calc.trends.projection import project

# Name → module: `import cluster_calc` stays free of numpy until a verb is used. No module is named like a verb: importing
# it would put the module in the verb's place.
_EXPORTS = {
    "ClusterCalcError": "errors",
    "Comparison": "studies.comparison",
    "Datum": "quantities.datum",
    "Finance": "investment.cash_flow",
    "InputError": "errors",
    "Result": "estimation.result",
    "Service": "studies.serving",
    "Simulation": "studies.simulation",
    "Solution": "studies.inverse",
    "Source": "quantities.datum",
    "compare": "studies.comparison",
    "diff": "estimation.difference",
    "estimate": "estimation.estimation",
    "finance": "investment.cash_flow",
    "optimise": "studies.choosing",
    "project": "trends.projection",
    "reproduce": "publications.evaluation",
    "sensitivity": "studies.influence",
    "serve": "studies.serving",
    "sheet": "documents.sheet.page",
    "simulate": "studies.simulation",
    "solve": "studies.inverse",
    "sweep": "studies.sweeping",
}

__all__ = [
    "ClusterCalcError",
    "Comparison",
    "Datum",
    "Finance",
    "InputError",
    "Result",
    "Service",
    "Simulation",
    "Solution",
    "Source",
    "__version__",
    "compare",
    "diff",
    "estimate",
    "finance",
    "optimise",
    "project",
    "reproduce",
    "sensitivity",
    "serve",
    "sheet",
    "simulate",
    "solve",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        from importlib import import_module

        value = getattr(import_module(f"cluster_calc.{_EXPORTS[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'cluster_calc' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_EXPORTS])
