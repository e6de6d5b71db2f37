"""A model of the catalog as serving reads it: its shapes, and the format its checkpoint was published in."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from cluster_calc.catalog import model_figures
from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.models import figures_of
from cluster_calc.quantities.architecture import Architecture, architecture_of
from cluster_calc.quantities.datum import Datum


class Served(NamedTuple):
    """A model's shapes with its names; `figure` is one of its figures, whose source stands for the shapes'."""

    id: str
    name: str
    shape: Architecture
    native: str
    figure: Datum
    context: float


@lru_cache(maxsize=256)
def served_model(book: Catalog, text: str) -> Served:
    """The model of that id, alias, name or hub path.

    >>> from cluster_calc.catalog.current import catalog
    >>> served_model(catalog(), "deepseek-r1").shape.latent_rank
    512
    """
    item = book.item(model_figures.model_id(book, text), "models")
    figures = figures_of(item)
    return Served(
        item.id, item.name, architecture_of(figures), str(item.facts.get("native_precision") or "bf16"),
        item.sections["figures"]["layers"].datum, float(figures.get("context") or "inf"),
    )  # fmt: skip
