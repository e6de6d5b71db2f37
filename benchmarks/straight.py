"""The same arithmetic without the graph: the formulas of a plan pasted into one straight numpy function.

What a patient programmer would write by hand, and what the graph is measured against. Made from the formulas' own source, so
that it is the same arithmetic on the day a formula changes.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cluster_calc.model.implicit import Step


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


def pasted(steps: Iterable[Step]) -> Callable[..., dict[str, Any]]:
    """One function of the inputs by name that computes every step in order and returns them all."""
    steps = list(steps)
    lines: list[ast.stmt] = []
    surroundings: dict[str, Any] = {}
    for number, step in enumerate(steps):
        function = ast.parse(textwrap.dedent(inspect.getsource(step.formula))).body[0]
        assert isinstance(function, ast.FunctionDef)
        inner = {node.id: f"_{number}_{node.id}" for node in ast.walk(function)
                 if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}  # fmt: skip
        for name, value in step.formula.__globals__.items():
            if not name.startswith("__"):
                surroundings.setdefault(name, value)
        for statement in function.body:
            renamed = _Renamed(inner).visit(statement)
            if isinstance(renamed, ast.Return):
                assert renamed.value is not None
                lines.append(ast.Assign([ast.Name(step.name, ast.Store())], renamed.value))
            elif not isinstance(renamed, ast.Expr):
                lines.append(renamed)
    given = sorted({name for step in steps for name in step.inputs} - {step.name for step in steps})
    result = ", ".join(f"{step.name!r}: {step.name}" for step in steps)
    module = ast.parse(f"def run({', '.join(given)}, **_):\n    return {{{result}}}\n")
    run = module.body[0]
    assert isinstance(run, ast.FunctionDef)
    run.body[:0] = lines
    exec(compile(ast.fix_missing_locations(module), "pasted formulas", "exec"), surroundings)
    made: Callable[..., dict[str, Any]] = surroundings["run"]
    return made
