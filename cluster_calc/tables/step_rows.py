"""What the cells of a table of training steps mean: names, units, precisions, releases, models; what is blank is noted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cluster_calc.catalog.current import catalog
from cluster_calc.catalog.model_figures import architecture, model_data, model_id
from cluster_calc.errors import InputError, UndeterminedError, quoted
from cluster_calc.performance.training.assumed_shapes import HEAD, VOCABULARY, mixture, sizes
from cluster_calc.performance.training.usual import batch_tokens
from cluster_calc.quantities.architecture import Architecture

BLANK = frozenset({"", "nan", "na", "n/a", "none", "null", "-", "unknown"})
# Columns where `none` says something.
WORDS = frozenset({"recompute", "sharding"})
# Other names of a column, with what its numbers count in.
OTHER_NAMES = {"parameters_b": ("parameters", 1e9), "active_b": ("active_parameters", 1e9), "vocabulary": ("vocab", 1),
               "hidden_size": ("hidden", 1), "sequence_length": ("sequence", 1)}  # fmt: skip
SHAPES = {"layers": "layers", "hidden": "hidden_size", "heads": "heads", "vocab": "vocabulary", "kv_heads": "kv_heads",
          "experts": "experts", "experts_active": "experts_active", "expert_ffn": "expert_ffn_size"}  # fmt: skip
SEQUENCE = 4096
_RELEASE = re.compile(r"(?:^|\D)(\d{2})\.(\d{2})(?:\D|$)")
_YEAR = re.compile(r"(20\d\d)(?:-(\d\d))?")


class StepRow:
    """The cells of a row by the predictor's names, and what had to be assumed."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self.cells = {
            name: text
            for name, cell in cells.items()
            if (text := str(cell or "").strip())
            and (text.lower() not in BLANK or (name in WORDS and text.lower() == "none"))
        }
        self.notes: list[str] = []

    def text(self, name: str) -> str:
        """A cell, empty where it is blank."""
        return self.cells.get(name, "")

    def number(self, name: str, least: float = 5e-324) -> float | None:
        """A cell as a number; None where it is blank."""
        scale, head = 1.0, name
        if name not in self.cells:
            head, scale = next(
                (
                    (other, size)
                    for other, (meant, size) in OTHER_NAMES.items()
                    if meant == name and other in self.cells
                ),
                (name, 1.0),
            )
        if head not in self.cells:
            return None
        try:
            value = float(self.cells[head]) * scale
        except ValueError:
            raise InputError(f"{head}: {quoted(self.cells[head])} is not a number") from None
        if not least <= value < float("inf"):
            raise InputError(f"{head}: {quoted(self.cells[head])} is not a number above 0")
        return value

    def whole(self, name: str) -> int | None:
        """A cell as a whole number above 0; None where it is blank."""
        value = self.number(name)
        if value is not None and (value != int(value) or value < 1):
            raise InputError(f"{name}: {quoted(self.text(name))} is not a whole number above 0")
        return None if value is None else int(value)

    def assume(self, name: str, value: Any, why: str) -> Any:
        """A value that the row does not give, noted."""
        self.notes.append(f"{name} {value:,}: {why}" if isinstance(value, (int, float)) else f"{name} {value}: {why}")
        return value


def precision_of(text: str) -> str | None:
    """The format of a recipe: `FP8-MX or block scaling`, `MXFP8`, `NVFP4`, `amp_bf16`.

    >>> precision_of("MXFP8"), precision_of("NVFP4"), precision_of("BF16"), precision_of("amp_bf16"), precision_of("")
    ('fp8', 'fp4', 'bf16', 'bf16', None)
    """
    lower = text.lower()
    return next(
        (name for name in ("fp4", "fp8", "int8", "bf16", "fp16", "tf32", "fp32") if name in lower), lower or None
    )


def block_scaled(text: str) -> bool:
    """Whether a recipe has a scale for every few values.

    >>> [block_scaled(text) for text in ("MXFP8", "FP8-MX or block scaling", "FP8-CS (tensor scaling)", "NVFP4", "FP8")]
    [True, True, False, True, False]
    """
    return any(word in text.lower() for word in ("mx", "block", "nvfp"))


def released(row: StepRow) -> float:
    """The date of the software as a decimal year, from a release such as 26.04.01 or from a year; 0 where none is given.

    >>> round(released(StepRow({"release": "25.11"})), 2), released(StepRow({}))
    (2025.88, 0.0)
    """
    found = _RELEASE.search(row.text("release"))
    if found:
        return 2000 + int(found[1]) + (int(found[2]) - 0.5) / 12
    year = _YEAR.search(row.text("release") or row.text("date") or row.text("measured"))
    return int(year[1]) + (int(year[2] or 6.5) - 0.5) / 12 if year else 0.0


def known_model(row: StepRow) -> str | None:
    """The model of the catalog that the row names, if it is one."""
    for head in ("architecture", "model"):
        text = re.sub(r"\(.*?\)", "", row.text(head)).strip()
        if text:
            try:
                return model_id(catalog(), text)
            except InputError:
                continue
    return None


def shapes_of(row: StepRow) -> tuple[dict[str, Any], Architecture | None]:
    """Sizes of the row's model and its shapes: the catalog's, with the row's own in their place, or what the sizes mean."""
    typed = {name: row.whole(head) for head, name in SHAPES.items()}
    figures: dict[str, Any] = {name: value for name, value in typed.items() if value is not None}
    total, active = row.number("parameters"), row.number("active_parameters")
    name = known_model(row)
    if name is not None:
        data = model_data(catalog(), name)
        own = {key: data[key].value for key in ("parameters", "active_parameters") if key in data}
        shapes = architecture(catalog(), name, None)
        same = all(getattr(shapes, key) == value for key, value in figures.items())
        if same and (total is None or abs(total / own["parameters"] - 1) < 0.02):
            if total is None:
                row.assume("parameters", own["parameters"], f"those of {name}")
            return {
                "parameters": total or own["parameters"],
                "active_parameters": active or own.get("active_parameters"),
                **_sizes_of(shapes),
            }, shapes
    if total is None:
        raise UndeterminedError(
            f"model {quoted(row.text('model') or row.text('architecture'))} is not known: give parameters"
        )
    return _from_sizes(row, figures, total, active)


def _sizes_of(shapes: Architecture) -> dict[str, Any]:
    return {name: getattr(shapes, name) for name in ("layers", "hidden_size", "heads", "vocabulary")}


def _from_sizes(
    row: StepRow, figures: dict[str, Any], total: float, active: float | None
) -> tuple[dict[str, Any], Architecture | None]:
    """Sizes completed by what is usual; a mixture of experts gets shapes, a dense model those that its sizes mean."""
    usual = sizes(active or total)
    for name in ("layers", "hidden_size"):
        if name not in figures:
            figures[name] = row.assume(name, usual[name], "usual for the size")
    if "heads" not in figures:
        figures["heads"] = row.assume("heads", max(figures["hidden_size"] // HEAD, 1), f"head size {HEAD}")
    if "vocabulary" not in figures:
        figures["vocabulary"] = row.assume("vocabulary", VOCABULARY, "usual")
    found = {"parameters": total, "active_parameters": active, **{name: figures[name] for name in usual}}
    if active is not None and active > total:
        raise InputError(f"active_parameters: {active:.4g} are more than the model's {total:.4g}")
    if active is None or active >= total * 0.999:
        return {**found, "active_parameters": None}, None
    if "experts" not in figures:
        row.assume("experts", "8 of them for a token", "usual")
    return found, mixture(total, active, **figures)


def batch_of(row: StepRow, active: float, total: float, sequence: int, chips: int, by_stages: bool = False) -> int:
    """The global batch of a row, or the published one for its size in whole sequences for every chip."""
    given = row.whole("global_batch")
    if given:
        return given
    replicas, each = row.whole("data_parallel"), row.whole("micro_batch") or 1
    if by_stages and replicas:
        count = replicas * each * (row.whole("pipeline_parallel") or 1)
        return int(row.assume("global_batch", count, "one microbatch for each stage"))
    tokens, why = batch_tokens(active, total)
    unit = (replicas or chips) * each
    count = max(round(tokens / (sequence * unit)), 1) * unit
    return int(row.assume("global_batch", count, why))
