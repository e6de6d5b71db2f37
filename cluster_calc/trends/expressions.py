"""Expressions over named columns, as people type them: `flops / price`, `log10(compute) > 20 and domain == 'Language'`.

Python's own grammar, of which only arithmetic, comparisons, and/or/not, names, numbers and a few functions are taken:
nothing that can be called or reached otherwise. A name with other signs stands in backticks: `` `Training compute (FLOP)` ``.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cluster_calc.errors import InputError, did_you_mean, quoted

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.Mod: operator.mod,
}  # fmt: skip
_SIGNS: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: np.logical_not,
}  # fmt: skip
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
# Signs an expression may have: more is no question about a table, and deep nesting is the parser's to fall over.
MOST_SIGNS = 1000
_TICKED = re.compile(r"`([^`]*)`")


def _contains(column: Any, part: Any) -> Any:
    """Whether each text holds a part, in whatever case."""
    return np.array([str(part).lower() in str(cell).lower() for cell in np.atleast_1d(column)])


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "log10": np.log10, "log2": np.log2, "log": np.log, "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs,
    "minimum": np.minimum, "maximum": np.maximum, "contains": _contains,
}  # fmt: skip


def plain_name(text: str) -> str:
    """A head as a name without signs: `Training compute (FLOP)` is `training_compute_flop`.

    >>> plain_name("Training compute (FLOP)"), plain_name("2021 GDP")
    ('training_compute_flop', '_2021_gdp')
    """
    name = re.sub(r"[^0-9a-z]+", "_", text.lower()).strip("_")
    return f"_{name}" if name[:1].isdigit() else name


def parsed(text: str, names: Mapping[str, str], where: str) -> tuple[ast.expr, list[str]]:
    """The tree of an expression, its names turned into the columns they mean, and these columns.

    `names`: what a column may be called → the column. A text that is a name as a whole is that column.
    """
    if len(text) > MOST_SIGNS:
        raise InputError(f"{where}: {quoted(text)} has {len(text):,} signs; an expression has at most {MOST_SIGNS:,}")
    if text.strip() in names:
        return ast.Name(names[text.strip()], ast.Load()), [names[text.strip()]]
    ticked: dict[str, str] = {}

    def stand_in(match: re.Match[str]) -> str:
        ticked[f"tick_{len(ticked)}_"] = match[1]
        return f"tick_{len(ticked) - 1}_"

    plain = _TICKED.sub(stand_in, text.strip()).replace("^", "**").replace("×", "*")
    try:
        tree = ast.parse(plain, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        hint = "; a name with spaces or signs stands in backticks" if not ticked else ""
        raise InputError(
            f"{where}: {quoted(text)} is no column and no expression of columns{hint}.{did_you_mean(text.strip(), names)}"
        ) from None
    used: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in _FUNCTIONS:
            called = ticked.get(node.id, node.id)
            column = names.get(called, names.get(plain_name(called)))
            if column is None:
                raise InputError(f"{where}: there is no column {quoted(called)}.{did_you_mean(called, names)}")
            node.id = column
            used.append(column)
    return tree, list(dict.fromkeys(used))


def evaluated(tree: ast.expr, values: Callable[[str], Any], where: str) -> Any:
    """The value of a tree; `values` gives each column.

    >>> tree, _ = parsed("a / b > 2 and contains(c, 'x')", {"a": "a", "b": "b", "c": "c"}, "where")
    >>> evaluated(tree, {"a": np.array([6.0, 1.0]), "b": 2.0, "c": ["ax", "x"]}.__getitem__, "where").tolist()
    [True, False]
    """

    def at(node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return values(node.id)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return float(node.value)  # a whole number of Python would be raised to any power, digit by digit
        if isinstance(node, ast.BinOp) and (sign := _ARITHMETIC.get(type(node.op))):
            left, right = at(node.left), at(node.right)
            if _is_text(left) or _is_text(right):
                raise TypeError("text is compared, never reckoned with")
            return sign(left, right)
        if isinstance(node, ast.UnaryOp) and (turn := _SIGNS.get(type(node.op))):
            return turn(at(node.operand))
        if isinstance(node, ast.BoolOp):
            join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            found = at(node.values[0])
            for part in node.values[1:]:
                found = join(found, at(part))
            return found
        if isinstance(node, ast.Compare):
            return _compared(at(node.left), node, at)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _FUNCTIONS
            and not node.keywords
        ):
            return _FUNCTIONS[node.func.id](*map(at, node.args))
        raise InputError(f"{where}: {quoted(ast.unparse(node))} cannot stand in an expression of columns")

    try:
        with np.errstate(all="ignore"):
            return at(tree)
    except InputError:
        raise
    except (TypeError, ArithmeticError, ValueError, RecursionError):
        raise InputError(f"{where}: {quoted(ast.unparse(tree))} mixes text and numbers, or has no value") from None


def _is_text(value: Any) -> bool:
    return not hasattr(value, "units") and np.asarray(value).dtype.kind in "USO"


def _compared(left: Any, node: ast.Compare, at: Callable[[ast.expr], Any]) -> Any:
    found: Any = True
    for sign, right_node in zip(node.ops, node.comparators, strict=True):
        if isinstance(sign, (ast.In, ast.NotIn)) and isinstance(right_node, (ast.Tuple, ast.List)):
            wanted = [at(entry) for entry in right_node.elts]
            one = np.isin(left, wanted)
            one = ~one if isinstance(sign, ast.NotIn) else one
            right: Any = left
        elif compare := _COMPARISONS.get(type(sign)):
            right = at(right_node)
            one = compare(np.asarray(left), right)
        else:
            raise TypeError("no such comparison")
        found = np.logical_and(found, one)
        left = right
    return found
