"""A model of the catalog as figures of an estimate, and as the shapes that training and serving read; recipes of training.

A typed figure stands instead of the model's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.heads import fold
from cluster_calc.errors import InputError
from cluster_calc.quantities.architecture import Architecture, architecture_of
from cluster_calc.quantities.datum import Datum

# What an estimate takes from a model; its other shapes are read by the predictions alone.
FIGURES = ("parameters", "active_parameters", "layers", "hidden_size", "heads", "vocabulary")
# What hubs put behind the name of a model that has the same shapes.
SUFFIXES = ("instruct", "chat", "base", "it", "hf", "fp8", "nvfp4", "mxfp4", "awq", "gptq")


def model_id(book: Catalog, text: str) -> str:
    """The id of a model by id, alias, name, or path on a hub.

    >>> model_id(Catalog(), "meta-llama/Llama-3.1-70B-Instruct")
    'llama-3-70b'
    """
    bare = text.strip().rpartition("/")[2].lower()
    known = {
        fold(name): key for key, head in book.layered("models").items() for name in (key, head.name, *head.aliases)
    }
    for name in (text, bare, *(bare.removesuffix(f"-{end}") for end in SUFFIXES)):
        if fold(name) in known:
            return known[fold(name)]
    try:
        return book.identify(bare, "models")
    except InputError as error:
        raise InputError(
            f"model: {str(error).removeprefix('unknown ')}" if "unknown" in str(error) else str(error)
        ) from None


def model_data(book: Catalog, text: str) -> dict[str, Datum]:
    """Every figure of a model, as its file has it.

    >>> model_data(Catalog(), "deepseek-v3")["active_parameters"].value
    37000000000.0
    """
    item = book.item(model_id(book, text), "models")
    return {name: leaf.datum.with_(label=item.name) for name, leaf in item.sections["figures"].items()}


def completed(given: Mapping[str, Datum], settings: Mapping[str, Any], book: Catalog) -> dict[str, Datum]:
    """What was given, with the model's figures where nothing was typed; its tokens where the demand is open."""
    figures = model_data(book, settings["model"])
    found = {name: figures[name] for name in FIGURES if name in figures and name not in given}
    # A total that was typed is another model's: what worked on a token of this one does not follow.
    if "parameters" in given:
        found.pop("active_parameters", None)
    fed = {"tokens", "training_compute", "accelerator_time"} & set(given) or {"chips", "training_time"} <= set(given)
    if not fed and not settings.get("scaling_law") and "tokens" in figures:
        found["tokens"] = figures["tokens"]
    return {**given, **found}


def architecture(book: Catalog, text: str, given: Mapping[str, Datum] | None = None) -> Architecture:
    """The shapes of a model of the catalog, typed ones in the place of its own.

    >>> architecture(Catalog(), "llama-3.1-405b").kv_heads
    8
    """
    from cluster_calc.catalog.models import figures_of

    figures = figures_of(book.item(model_id(book, text), "models"))
    typed = {name: datum.value for name, datum in (given or {}).items()}
    return architecture_of({**figures, **typed})


def with_recipe(given: Mapping[str, Datum], name: str, book: Catalog) -> dict[str, Datum]:
    """What was given, with the recipe's figures where nothing was typed.

    >>> with_recipe({}, "lora", Catalog())["flop_per_parameter_token"].value
    4.0
    """
    item = book.item(book.identify(name, "recipes"), "recipes")
    return {**{key: leaf.datum.with_(label=item.name) for key, leaf in item.sections["figures"].items()}, **given}


def is_frozen(name: str | None, book: Catalog) -> bool:
    """Whether a recipe trains adapters on weights that stay as they are.

    >>> is_frozen("qlora", Catalog()), is_frozen("pretrain", Catalog()), is_frozen(None, Catalog())
    (True, False, False)
    """
    return name is not None and bool(book.item(book.identify(name, "recipes"), "recipes").facts.get("frozen"))
