"""The type of everything inside the graph: a float, or an array of them, in base units."""

from __future__ import annotations

from typing import Any, TypeAlias

# A float, a numpy array, or (in the proof of dimensions) a pint quantity: the formulas cannot tell, and must not.
Number: TypeAlias = Any


def is_scalar(value: Any) -> bool:
    """Whether there is a value, and it is one number."""
    return value is not None and not (hasattr(value, "shape") and value.shape)
