"""A formula of the model as a spreadsheet writes it: translated from its own source, so that no relation is written twice."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from cluster_calc.model.expression import expression
from cluster_calc.quantities.nomenclature import QUANTITIES

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">",
    ast.GtE: ">=", ast.Eq: "=",
}  # fmt: skip
# numpy's name → the spreadsheet's text; every argument is written in brackets where it could be read otherwise.
_CALLS = {
    "ceil": "-INT(-({0}))", "floor": "INT({0})", "maximum": "MAX({0},{1})", "minimum": "MIN({0},{1})", "exp": "EXP({0})",
    "expm1": "(EXP({0})-1)", "log": "LN({0})", "sqrt": "SQRT({0})", "clip": "MAX({1},MIN({0},{2}))", "where": "IF({0},{1},{2})",
    "min": "MIN({0},{1})", "max": "MAX({0},{1})",
}  # fmt: skip
# What a spreadsheet takes in one cell.
LONGEST = 8000


class UntranslatableError(Exception):
    """A formula that a spreadsheet cannot hold; its value then stands as a number."""


def translated(formula: Callable[..., Any]) -> str:
    """The formula's return expression with the names of its quantities; UntranslatableError where there is no such text.

    >>> from cluster_calc.formulas import capital
    >>> from cluster_calc.formulas.depreciation import charge
    >>> translated(capital.all_in_price)
    'chip_price*server_cost_factor/(1-network_share)'
    >>> translated(charge.replacement_cost)
    'replacements*capital_cost*(1-residual_value)'
    """
    try:
        text = written(expression(formula), getattr(formula, "__globals__", {}))
    except (TypeError, OSError, SyntaxError, RecursionError) as error:
        raise UntranslatableError(str(error)) from None
    if len(text) > LONGEST:
        raise UntranslatableError("longer than a cell")
    return text


def written(node: ast.expr, known: Mapping[str, Any] | None = None, bound: Mapping[str, str] | None = None) -> str:
    """A Python expression in a spreadsheet's words; `known` are the constants and functions it may name.

    >>> written(ast.parse("-(a ** 2) + b % 1", mode="eval").body, bound={"a": "A1", "b": "B1"})
    '-(A1^2)+MOD(B1,1)'
    """
    known, bound = known or {}, bound or {}

    def text(part: ast.expr) -> str:
        return written(part, known, bound)

    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return repr(node.value).upper()
    if isinstance(node, ast.Name):
        return _named(node.id, known, bound)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        # A spreadsheet's sign binds tighter than its power.
        return f"-{_wrapped(node.operand, text, 4, True)}"
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Mod):
            return f"MOD({text(node.left)},{text(node.right)})"
        sign = _SIGNS.get(type(node.op))
        if sign is None:
            raise UntranslatableError(ast.unparse(node))
        rank = _rank(node)
        return f"{_wrapped(node.left, text, rank, sign == '^')}{sign}{_wrapped(node.right, text, rank, sign in '-/^')}"
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _SIGNS:
        return f"{text(node.left)}{_SIGNS[type(node.ops[0])]}{text(node.comparators[0])}"
    if isinstance(node, ast.IfExp):
        return f"IF({text(node.test)},{text(node.body)},{text(node.orelse)})"
    if isinstance(node, ast.Call) and not node.keywords:
        return _called(node, known, bound)
    raise UntranslatableError(ast.unparse(node))


def _named(name: str, known: Mapping[str, Any], bound: Mapping[str, str]) -> str:
    if name in bound:
        return bound[name]
    value = known.get(name)
    if isinstance(value, (int, float)):
        return repr(value).upper()
    if name in QUANTITIES:
        return name
    raise UntranslatableError(name)


def _called(node: ast.Call, known: Mapping[str, Any], bound: Mapping[str, str]) -> str:
    given = [written(part, known, bound) for part in node.args]
    if isinstance(node.func, ast.Attribute) or (isinstance(node.func, ast.Name) and node.func.id in _CALLS):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        if name not in _CALLS:
            raise UntranslatableError(name)
        return _CALLS[name].format(*given)
    # A helper of our own: its expression with the arguments put in.
    helper = known.get(node.func.id) if isinstance(node.func, ast.Name) else None
    if helper is None or not hasattr(helper, "__code__"):
        raise UntranslatableError(ast.unparse(node))
    names = helper.__code__.co_varnames[: helper.__code__.co_argcount]
    inside = {name: f"({text})" for name, text in zip(names, given, strict=True)}
    return f"({written(expression(helper), helper.__globals__, inside)})"


def _rank(node: ast.expr) -> int:
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, (ast.Add, ast.Sub)):
            return 1
        return 4 if isinstance(node.op, ast.Pow) else 5 if isinstance(node.op, ast.Mod) else 2
    if isinstance(node, ast.UnaryOp):
        return 3
    return 0 if isinstance(node, ast.Compare) else 5


def _wrapped(node: ast.expr, text: Callable[[ast.expr], str], rank: int, strictly: bool = False) -> str:
    """The part in brackets where the sign beside it binds tighter; `strictly` also where it binds the same."""
    inside = _rank(node)
    bare = inside > rank or (inside == rank and not strictly)
    return text(node) if bare else f"({text(node)})"
