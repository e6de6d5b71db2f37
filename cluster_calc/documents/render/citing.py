"""How a figure's source and a command are cited in one line."""

from __future__ import annotations

from collections.abc import Iterable

from cluster_calc.estimation.result import Result
from cluster_calc.quantities.datum import TYPED, Datum


def cite(datum: Datum) -> str:
    """Who says so: source, place and date in a few words."""
    source = datum.source
    if source.id in TYPED or source.id.split(" ")[0] in ("file", "environment"):
        return source.title or {"call": "given"}.get(source.id, source.id)
    words = [source.publisher or source.title or source.id]
    if datum.kind == "estimate":
        words.insert(0, "analyst estimate:")
    if source.id == "judgement":
        words = ["judgement"]
    dated = f", {datum.as_of}" if datum.as_of else ""
    confidence = f" ({datum.confidence} confidence)" if datum.confidence else ""
    overlay = f" [{datum.origin}]" if datum.origin.startswith("catalog: ") else ""
    return " ".join(words) + dated + confidence + overlay


def command(result: Result, verb: str, more: Iterable[str] = ()) -> str:
    """The command line that gives this result again, whatever its inputs came from, and `more` words after it."""
    words = ["cluster-calc", *verb.split()]
    options = {"training_compute": "--flop", "parameters": "--params"}
    for key, raw in result.scenario.texts.items():
        if isinstance(raw, bool):
            words += [f"--{key.replace('_', '-')}"] if raw else []
            continue
        text = str(raw.get("value")) if isinstance(raw, dict) else str(raw)
        words += [options.get(key, f"--{key.replace('_', '-')}"), quote_shell(text)]
    return " ".join([*words, *map(quote_shell, more)])


def quote_shell(text: str) -> str:
    """The text as one shell word."""
    import shlex

    return shlex.quote(text)
