"""Cost and feasibility of AI hardware clusters: every number with its formula, source and range.

>>> import cluster_calc as cc
>>> result = cc.estimate(training_compute="2e25 FLOP", chip="h100", time_allowed="90 days", mfu=0.4)
>>> int(result.values["chips"])
7222
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cluster_calc.cash_flow import Finance, finance
    from cluster_calc.choosing import optimise
    from cluster_calc.comparison import Comparison, compare
    from cluster_calc.datum import Datum, Source
    from cluster_calc.errors import ClusterCalcError, InputError
    from cluster_calc.estimation import estimate
    from cluster_calc.influence import sensitivity
    from cluster_calc.inverse import Solution, solve
    from cluster_calc.projection import project
    from cluster_calc.publications import reproduce
    from cluster_calc.report.page import sheet
    from cluster_calc.result import Result
    from cluster_calc.result_diff import diff
    from cluster_calc.serving.service import Service, serve
    from cluster_calc.simulation import Simulation, simulate
    from cluster_calc.sweeping import sweep

# Name → module: `import cluster_calc` stays free of numpy until a verb is used. No module is named like a verb: importing
# it would put the module in the verb's place.
_EXPORTS = {
    "ClusterCalcError": "errors",
    "Comparison": "comparison",
    "Datum": "datum",
    "Finance": "cash_flow",
    "InputError": "errors",
    "Result": "result",
    "Service": "serving.service",
    "Simulation": "simulation",
    "Solution": "inverse",
    "Source": "datum",
    "compare": "comparison",
    "diff": "result_diff",
    "estimate": "estimation",
    "finance": "cash_flow",
    "optimise": "choosing",
    "project": "projection",
    "reproduce": "publications",
    "sensitivity": "influence",
    "serve": "serving.service",
    "sheet": "report.page",
    "simulate": "simulation",
    "solve": "inverse",
    "sweep": "sweeping",
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
