"""A formula as text, from its own source."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any

from cluster_calc.model.implicit import Implicit
from cluster_calc.quantities.nomenclature import QUANTITIES

_TYPOGRAPHY = (("**", "^"), ("*", "×"), ("/", "÷"), ("-", "−"))


@cache
def expression(formula: Callable[..., Any]) -> ast.expr:
    """The return expression of a formula, its few bound names put in.

    >>> from cluster_calc.formulas import power
    >>> ast.unparse(expression(power.facility_energy))
    'facility_power * training_time'
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(formula))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    bound: dict[str, ast.expr] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            bound[statement.targets[0].id] = _replaced(statement.value, bound)
        elif isinstance(statement, ast.Return) and statement.value is not None:
            return _replaced(statement.value, bound)
    raise TypeError(f"{formula.__name__} has no return expression")


def _replaced(node: ast.expr, names: dict[str, ast.expr]) -> ast.expr:
    class Replace(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            return names.get(name.id, name)

    return Replace().visit(ast.parse(ast.unparse(node), mode="eval").body)  # type: ignore[no-any-return]


def formula_text(formula: Callable[..., Any], words: Callable[[str], str] | None = None) -> str:
    """A formula as people read it, from its own source; `words` puts numbers in the place of names.

    >>> from cluster_calc.formulas import capital
    >>> formula_text(capital.all_in_price)
    'chip_price × server_cost_factor ÷ (1 − network_share)'
    """
    if isinstance(formula, Implicit):
        return formula.text(words or str)
    names: dict[str, str] = {}
    constants = getattr(formula, "__globals__", {})

    class Mark(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            if words and isinstance(constants.get(name.id), float):
                return ast.Constant(constants[name.id])
            if name.id in QUANTITIES:
                names[f"q{len(names)}_"] = words(name.id) if words else name.id
                return ast.Name(f"q{len(names) - 1}_", ast.Load())
            return name

        def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
            return ast.Name(node.attr, ast.Load())  # np.ceil → ceil

    text = ast.unparse(Mark().visit(ast.parse(ast.unparse(expression(formula)), mode="eval").body))
    for sign, printed in _TYPOGRAPHY:
        text = text.replace(f" {sign} ", f" {printed} ")
    # Longest marks first, so that q1_ is not taken for the beginning of q12_.
    for mark in sorted(names, key=len, reverse=True):
        text = text.replace(mark, names[mark])
    return text
