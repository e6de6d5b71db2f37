"""The tree of formulas, numbers and sources behind a value, printed from the code that computed it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from cluster_calc.datum import Datum
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.implicit import Implicit
from cluster_calc.nomenclature import QUANTITIES, quantity, resolve
from cluster_calc.report.numbers import NOT_FOUND, shown

if TYPE_CHECKING:
    from cluster_calc.result import Result

SCHEMA = "cluster-calc/explain/1"
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


@dataclass(frozen=True)
class Trace:
    """One value of a result and how it came about: a formula over other traces, or a Datum."""

    name: str
    label: str
    value: float | None
    unit: str
    display: str
    formula: str = ""
    numbers: str = ""
    about: str = ""
    defined_in: str = ""
    datum: Datum | None = None
    note: str = ""
    inputs: tuple[Trace, ...] = ()

    def walk(self) -> Iterator[Trace]:
        """This node and everything behind it, depth first."""
        yield self
        for entry in self.inputs:
            yield from entry.walk()

    def leaves(self) -> list[Trace]:
        """The inputs the value rests on, each once."""
        found = {node.name: node for node in self.walk() if not node.formula}
        return list(found.values())

    def as_dict(self) -> dict[str, Any]:
        """The tree as JSON."""
        from cluster_calc.report.data import source_of

        entry: dict[str, Any] = {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "display": self.display,
        }
        if self.formula:
            entry |= {
                "formula": self.formula,
                "numbers": self.numbers,
                "about": self.about,
                "defined_in": self.defined_in,
            }
            entry["inputs"] = [part.as_dict() for part in self.inputs]
            if self.datum is not None:
                entry["source"] = source_of(self.datum)
        elif self.datum is not None:
            entry |= {"origin": self.datum.origin, "kind": self.datum.kind, "source": source_of(self.datum)}
            known = QUANTITIES[self.name]
            if self.datum.has_range and self.datum.low is not None and self.datum.high is not None:
                entry |= {"low": self.datum.low / known.factor, "high": self.datum.high / known.factor}
        if self.note:
            entry["note"] = self.note
        return entry

    def __str__(self) -> str:
        return text(self)


def trace(result: Result, name: str) -> Trace:
    """The trace of a value of a result; a name that is no part of it raises with the nearest that is."""
    key = resolve(name)
    steps = {step.name: step for step in result.model.plan(result.data)}

    def value_of(entry: str) -> float | None:
        base = result.values.get(entry)
        return None if base is None or getattr(base, "shape", None) else float(base) / quantity(entry).factor

    def node(entry: str) -> Trace:
        known = QUANTITIES[entry]
        base = result.values.get(entry)
        common: dict[str, Any] = {
            "name": entry,
            "label": known.label,
            "value": value_of(entry),
            "unit": known.unit,
            "display": shown(entry, base, 4),
        }
        if entry in result.data:
            datum = result.data[entry]
            replaced = entry in result.model.formulas and datum.origin not in ("default", "catalog")
            return Trace(**common, datum=datum, note="given: replaces its formula" if replaced else datum.note)
        step = steps.get(entry) or result.model.steps.get(entry)
        if step is None:
            return Trace(**common, note=result.missing.get(entry, NOT_FOUND))
        found = result.found.get(entry)
        note = found.note if found is not None else ""
        return Trace(
            **common,
            datum=found,
            formula=formula_text(step.formula),
            numbers=formula_text(step.formula, lambda word: shown(word, result.values.get(word), 4)),
            about=(inspect.getdoc(step.formula) or "").split("\n")[0],
            defined_in=step.formula.__module__.removeprefix("cluster_calc."),
            inputs=tuple(node(part) for part in step.inputs),
            note=note if entry in result.values else result.missing.get(entry, NOT_FOUND),
        )

    if key not in result.values and key not in result.missing and key not in result.model.steps:
        known = [*result.data, *result.results]
        raise InputError(f"{quoted(name)} is no part of this estimate.{did_you_mean(key, known)}")
    return node(key)


def source_lines(datum: Datum) -> list[str]:
    """Where an input comes from, in full."""
    source = datum.source
    if source.id == source.title or not source.title:
        first = {"call": "given in the call", "command line": "given on the command line"}.get(
            source.id, f"given: {source.id}"
        )
    else:
        first = source.title + (f" — {source.publisher}" if source.publisher else "")
    lines = [first]
    if datum.locator:
        lines.append(datum.locator)
    if source.url:
        lines.append(source.url)
    facts = [datum.label, f"as of {datum.as_of}" if datum.as_of else "",
             f"{datum.confidence} confidence" if datum.confidence else "", "analyst estimate" if datum.kind == "estimate" else "",
             datum.origin if datum.origin not in ("catalog",) else "catalog"]  # fmt: skip
    if datum.has_range:
        facts.append(f"range {shown(datum.name, datum.low)} to {shown(datum.name, datum.high)}")
    lines.append(" · ".join(fact for fact in facts if fact))
    return lines


def text(tree: Trace, width: int = 80) -> str:
    """The tree as indented text; what was printed once is referred to."""
    lines: list[str] = []
    seen: set[str] = set()

    def put(indent: str, hanging: str, words: str) -> None:
        wrapped = textwrap.wrap(
            words,
            max(width, 40),
            initial_indent=indent,
            subsequent_indent=hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines.extend(wrapped)

    def visit(node: Trace, depth: int) -> None:
        indent = "  " * min(depth, 10)
        again = node.name in seen and bool(node.formula or node.datum)
        known = QUANTITIES[node.name].symbol
        put(
            indent,
            indent + "    ",
            f"{node.name} [{known}] = {node.display}{'  (see above)' if again else ''}",
        )
        if again:
            return
        seen.add(node.name)
        inner = indent + "  "
        if node.formula:
            put(inner, inner + "    ", f"{node.about}")
            put(inner, inner + "    ", f"= {node.formula}")
            put(inner, inner + "    ", f"= {node.numbers}")
            if node.note:
                put(inner, inner + "    ", f"! {node.note}")
            for line in source_lines(node.datum) if node.datum is not None else ():
                put(inner + "· ", inner + "    ", line)
            for part in node.inputs:
                visit(part, depth + 1)
            return
        if node.datum is not None:
            for line in source_lines(node.datum):
                put(inner + "· ", inner + "    ", line)
        if node.note:
            put(inner + "· ", inner + "    ", node.note)

    visit(tree, 0)
    return "\n".join(lines) + "\n"


def markdown(tree: Trace) -> str:
    """The tree as a Markdown list, each line literal text."""
    from cluster_calc.report.markdown import escape

    lines = [f"# {escape(tree.name)} = {escape(tree.display)}", ""]
    seen: set[str] = set()

    def visit(node: Trace, depth: int) -> None:
        indent = "  " * depth
        lines.append(f"{indent}- **{escape(node.name)}** = {escape(node.display)}")
        if node.name in seen:
            lines[-1] += " (see above)"
            return
        seen.add(node.name)
        if node.formula:
            lines.append(f"{indent}  - {escape(node.about)}")
            lines.append(f"{indent}  - `{node.formula}`")
            lines.append(f"{indent}  - `{node.numbers}`")
            for part in node.inputs:
                visit(part, depth + 1)
        elif node.datum is not None:
            lines.extend(f"{indent}  - {escape(line)}" for line in source_lines(node.datum))
        if node.note:
            lines.append(f"{indent}  - {escape(node.note)}")

    visit(tree, 0)
    return "\n".join(lines) + "\n"
