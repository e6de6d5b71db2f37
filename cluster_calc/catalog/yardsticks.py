"""Yardsticks by name: what a cluster's cost and power are set against, from catalog/yardsticks, whole or a share of one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cluster_calc.errors import InputError, UnitError, did_you_mean, quoted
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.nomenclature import QUANTITIES

if TYPE_CHECKING:
    from cluster_calc.catalog.items import Item, Leaf

LISTED = "`cluster-calc catalog list yardsticks` lists them"
# Quantity → the series of a yardstick that it is compared with.
SERIES = {"capital_yardstick": "amount", "power_yardstick": "power"}
_SHARE = re.compile(
    r"(?:(half)|([0-9][0-9_.eE+-]*)\s*(%|x|×|times)?)\s+(?:of\s+)?(?:the\s+)?([^\W\d].*)", re.IGNORECASE
)
_YEAR = re.compile(r"(.*?)[\s-]*\(?\b((?:19|20)[0-9]{2})\)?")


def named(quantity: str, text: str, as_of: str = "") -> Datum | None:
    """The yardstick that a text names, as a Datum of the quantity with the yardstick's own source; None for an amount.

    An id, a name or an alias of the catalog, with the year of the figure where another than the standing one is meant,
    and a share or a multiple before it: `apollo program`, `us-gdp-2024`, `1 % of us-gdp`, `2x manhattan-project`.

    >>> named("capital_yardstick", "apollo program").label
    'Apollo programme, in dollars of 2008'
    >>> named("capital_yardstick", "1 % of us-gdp-2019").value
    214300000000.0
    >>> named("capital_yardstick", "100 GUSD") is None
    True
    """
    from cluster_calc.catalog.current import catalog
    from cluster_calc.quantities.reading import check_bounds

    if _is_amount(quantity, text):
        return None
    whole, share = text.strip(), 1.0
    if match := _SHARE.fullmatch(whole):
        if not match[3] and _is_unit(match[4]):
            return None  # the message on dimensions says what is wrong
        whole = match[4]
        try:
            share = 0.5 if match[1] else float(match[2].replace("_", "")) * (0.01 if match[3] == "%" else 1.0)
        except ValueError:
            raise InputError(f"{quantity}: {quoted(text)}: {quoted(match[2])} is not a number") from None
    elif not whole[:1].isalpha():
        return None  # the message on amounts says what is wrong
    plain, year = whole, ""
    try:
        item = catalog().item(whole, "yardsticks")
    except InputError as error:
        dated = _YEAR.fullmatch(whole)
        if dated is None:
            raise InputError(f"{quantity}: {_suggested(quantity, whole, error)}") from None
        plain, year = dated[1], dated[2]
        try:
            item = catalog().item(plain, "yardsticks")
        except InputError as second:
            raise InputError(f"{quantity}: {_suggested(quantity, plain, second)}") from None
    leaf = _leaf(quantity, item, year, as_of)
    assert leaf.datum.value is not None
    value = share * leaf.datum.value
    check_bounds(QUANTITIES[quantity], value, text)
    figure = leaf.datum
    return Datum(
        quantity, value, figure.source, locator=figure.locator, as_of=figure.as_of, confidence=figure.confidence, kind="given",
        label=_label(item, leaf, share), note=figure.note,
    )  # fmt: skip


def _is_amount(quantity: str, text: str) -> bool:
    from cluster_calc.quantities.units import to_base

    try:
        to_base(text, QUANTITIES[quantity].unit, bare=False)
    except UnitError:
        return ".." in text
    return True


def _is_unit(text: str) -> bool:
    from cluster_calc.quantities.units import unit

    try:
        unit(text)
    except UnitError:
        return False
    return True


def _leaf(quantity: str, item: Item, year: str, as_of: str) -> Leaf:
    """The figure that stands, or the one of the year: the year it was true, or else the year of its money."""
    from cluster_calc.catalog.chips import standing

    series = SERIES[quantity]
    leaves = item.series.get(series, ())
    if not leaves:
        other = next((option for option, held in SERIES.items() if held in item.series), "")
        hint = f"; {QUANTITIES[other].option} knows it" if other else ""
        what = "a sum of money" if series == "amount" else "a power"
        raise InputError(
            f"{quantity}: {item.name} is not {what} in the catalog{hint}. There is {', '.join(_having(series))}"
        )
    if year:
        of_year = [leaf for leaf in leaves if leaf.datum.as_of.startswith(year)]
        of_year = of_year or [leaf for leaf in leaves if leaf.facts.get("price_year") == year]
        if not of_year:
            years = ", ".join(sorted({leaf.datum.as_of[:4] for leaf in leaves}))
            raise InputError(f"{quantity}: there is no figure of {year} for {item.name}, but of {years}")
        leaves = tuple(of_year)
    leaf = standing(leaves, as_of)
    if leaf is None or leaf.datum.value is None:
        raise InputError(f"{quantity}: no figure of {item.name} was known on {as_of}; a later --as-of knows one")
    if series == "amount" and leaf.unit != "USD":
        raise InputError(
            f"{quantity}: {item.name} is {leaf.value:g} {leaf.unit} ({leaf.datum.source.publisher}, {leaf.datum.as_of}) and is not "
            f"converted; give the sum in USD, for example {QUANTITIES[quantity].example}"
        )
    return leaf


def _label(item: Item, leaf: Leaf, share: float) -> str:
    """The yardstick in words, with its share, its year and its money."""
    from cluster_calc.quantities.display import plain

    money = str(leaf.facts.get("price_year", ""))
    part = "" if share == 1 else f"{plain(100 * share)}% of " if share < 1 else f"{plain(share)} times "
    year = f" {leaf.datum.as_of}" if re.fullmatch("[0-9]{4}", leaf.datum.as_of) else ""
    of = f", in dollars of {money}" if money not in ("", "nominal") else year
    return f"{part}{item.name}{of}"


def _having(series: str) -> list[str]:
    """The ids of the yardsticks with such a figure."""
    from cluster_calc.catalog.current import catalog

    book = catalog()
    return [key for key in book.heads("yardsticks") if series in book.item(key, "yardsticks").series]


def _suggested(quantity: str, name: str, error: InputError) -> str:
    """The catalog's message, or the nearest of the yardsticks that have such a figure."""
    from cluster_calc.catalog.current import catalog

    if "matches several" in str(error) or "Did you mean" in str(error):
        return str(error)
    heads = catalog().heads("yardsticks")
    words = {word: key for key in _having(SERIES[quantity]) for word in (key, heads[key][1])}
    close = did_you_mean(name, words, f"{LISTED}; an amount does, too, for example {QUANTITIES[quantity].example}.")
    return f"unknown yardstick {quoted(name)}.{close}"
