"""The shapes of the models that serving knows, by id or alias."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from cluster_calc.catalog import fold
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.resources import shipped


@cache
def _shapes() -> dict[str, dict[str, str]]:
    with (shipped("catalog") / "model_shapes.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


@cache
def _names() -> dict[str, str]:
    """Folded id or alias → id."""
    found = {}
    for name, row in _shapes().items():
        for text in (*row["aliases"].replace(",", ";").split(";"), name):
            if text.strip():
                found[fold(text.strip())] = name
    return found


def model_id(text: str) -> str:
    """The id of the model of that name, alias or hub path; an unknown one raises with the nearest.

    >>> model_id("meta-llama/Llama-3.1-70B-Instruct")
    'llama-3-70b'
    """
    bare = text.rsplit("/", 1)[-1]
    for key in (fold(text), fold(bare), fold(bare.lower().removesuffix("-instruct"))):
        if key in _names():
            return _names()[key]
    holding = [name for name in _shapes() if len(fold(bare)) > 3 and fold(bare) in fold(name)]
    if len(holding) == 1:
        return holding[0]
    raise InputError(f"unknown model {quoted(text)}.{did_you_mean(bare.lower(), _shapes())}")


def model_shape(text: str) -> Mapping[str, str]:
    """The shapes of a model.

    >>> model_shape("deepseek-v3")["kv_lora_rank"]
    '512'
    """
    return _shapes()[model_id(text)]
