"""Scaling laws: their constants from catalog/laws/, and what they make of compute, parameters and tokens.

A law has one of two forms (`power`: Kaplan; `additive`: Hoffmann). Both put the best use of compute on a frontier
`tokens = frontier_tokens · (parameters)^frontier_exponent`, so optimum, data and size are the same formulas for both. A
law of your own is a file in the `laws` folder of a catalog, or constants given beside a named law.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.current import catalog
from cluster_calc.catalog.reader import Reader, read_item
from cluster_calc.errors import InputError, quoted
from cluster_calc.model.sets import model_of
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.elementwise import numpy_later as np
from cluster_calc.quantities.nomenclature import QUANTITIES

FORMS = {"power": "power-law", "additive": "additive-law"}
# Beyond what the laws were fitted on a result is an extrapolation.
FITTED_PARAMETERS = (70e6, 16e9)


@dataclass(frozen=True, slots=True)
class Law:
    """A scaling law with its constants, each with its source."""

    id: str
    name: str
    form: str
    note: str
    caution: str
    figures: Mapping[str, Datum]

    @property
    def formulas(self) -> str:
        """The set of formulas of its form."""
        return FORMS[self.form]


def law_of(name: str, book: Catalog | None = None) -> Law:
    """The law of that id or alias.

    >>> law_of("besiroglu").figures["data_exponent"].value
    0.3658
    """
    book = book or catalog()
    raw_item = read_item(book.layered("laws")[book.identify(name, "laws")].paths)
    raw = raw_item.tables
    if raw.get("form") not in FORMS:
        raise InputError(f"{raw_item.path.name}: form {quoted(raw.get('form'))} is not one of {', '.join(FORMS)}")
    figures = Reader(book, raw_item).section("figures")
    return Law(
        str(raw["id"]),
        str(raw["name"]),
        str(raw["form"]),
        str(raw.get("note", "")),
        str(raw.get("caution", "")),
        figures,
    )


def sets_for(law: Law, *, compute: bool, size: bool, data: bool) -> tuple[str, ...]:
    """The formula sets by which a law fills what is open: data from size, size from data, or both from compute."""
    if compute and not size and not data:
        return (law.formulas, "law-optimum", "data-size")
    if size and not compute and not data:
        return (law.formulas, "law-data")
    if data and not compute and not size:
        return (law.formulas, "law-size")
    return (law.formulas,)


def sets_in(law: Law, sets: tuple[str, ...], given: Mapping[str, Datum]) -> tuple[str, ...]:
    """The sets of an estimate with those of the law put in: what it finds replaces what else would."""
    size, data = "parameters" in given or "active_parameters" in given, "tokens" in given
    if not {"dense", "model-size", "parameter-count"} & set(sets):
        raise InputError(f"scaling_law: {quoted(law.id)} has nothing to work on: give --flop, --params or --tokens")
    open_compute = "accelerator_time" not in given and "training_compute" not in given
    added = sets_for(law, compute=not open_compute, size=size, data=data)
    if "law-optimum" in added or "law-size" in added:
        sets = tuple(name for name in sets if name not in ("dense", "parameter-count"))
    return (*sets, *added)


def warnings(law: Law, values: Mapping[str, Any]) -> list[str]:
    """What a reader of a result that rests on the law should know."""
    found = [f"scaling law {law.id}: {law.caution}"] if law.caution else []
    size = values.get("active_parameters")
    if size is not None and np.max(size) > FITTED_PARAMETERS[1]:
        found.append(
            f"scaling law {law.id}: {float(np.max(size)):.3g} parameters are beyond the 16 billion that such laws were fitted on"
        )
    return found


def optimum(
    law: str,
    *,
    training_compute: Any = None,
    active_parameters: Any = None,
    tokens: Any = None,
    constants: Mapping[str, Any] | None = None,
    flop_per_parameter_token: float = 6.0,
) -> dict[str, Any]:
    """Optimal parameters, tokens and compute from any one of the three, with the loss; arrays too.

    `constants` replace those of the law.

    >>> best = optimum("besiroglu", training_compute=5.76e23)
    >>> round(best["tokens"] / best["active_parameters"], 1)
    18.4
    >>> back = optimum("besiroglu", active_parameters=best["active_parameters"])
    >>> round(back["training_compute"] / 5.76e23, 12)
    1.0
    """
    given = {"training_compute": training_compute, "active_parameters": active_parameters, "tokens": tokens}
    given = {name: value for name, value in given.items() if value is not None}
    if len(given) != 1:
        raise InputError("give one of training_compute, active_parameters and tokens: the law makes the other two")
    known = law_of(law)
    values = {name: datum.value for name, datum in known.figures.items()} | dict(constants or {})
    unknown = sorted(set(values) - set(QUANTITIES))
    if unknown:
        raise InputError(f"{quoted(unknown[0])} is not a constant of a scaling law")
    values |= {
        "reference_parameters": 1.0,
        "reference_tokens": 1.0,
        "flop_per_parameter_token": flop_per_parameter_token,
    }
    sets = sets_for(
        known, compute="training_compute" in given, size="active_parameters" in given, data="tokens" in given
    )
    if "training_compute" not in given:
        sets = (*sets, "model-size")
    return model_of(*sets).evaluate({**values, **given})


def box(law: str, ranges: Mapping[str, tuple[float, float]], **given: float) -> dict[str, tuple[float, float]]:
    """The least and the largest optimum over a box of constants: nine points along each side, ends included.

    >>> spread = box("kaplan", {"data_scale": (1e13, 1e23)}, training_compute=1e28)
    >>> [f"{end:.1e}" for end in spread["tokens"]]
    ['1.8e+13', '1.0e+19']
    """
    names = list(ranges)
    for name, (low, high) in ranges.items():
        if not 0 < low <= high:
            raise InputError(f"{name}: the range {low:g} to {high:g} needs 0 < low <= high")
    grid = np.array(list(itertools.product(*(np.geomspace(low, high, 9) for low, high in ranges.values())))).T
    values = optimum(law, constants=dict(zip(names, grid, strict=True)), **given)
    return {
        name: (float(np.min(values[name])), float(np.max(values[name])))
        for name in ("active_parameters", "tokens", "training_compute", "expected_loss")
        if name in values
    }
