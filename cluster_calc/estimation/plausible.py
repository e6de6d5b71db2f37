"""What is typed, held against what the catalog knows of that very chip: what a figure looks like, and how to say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.display import shown

if TYPE_CHECKING:
    from cluster_calc.catalog.chips import Chip, Quote
    from cluster_calc.estimation.result import Result

# A typed peak this near to the sparse one is the sparse one, rounded.
NEAR = 0.02
# Judgements: no single chip is sold at three times its dearest quote, nor let at four times; no grid emits as little as
# 2 g/kWh (the catalog's least is 20), and no tariff reaches 2 USD/kWh.
PRICE_EXCESS, RENT_EXCESS = 3.0, 4.0
LEAST_CARBON, MOST_TARIFF = 2 / 3.6e6, 2 / 3.6e6
HOURS_A_MONTH = 730.5


def warnings(result: Result, given: Mapping[str, Datum]) -> list[str]:
    """One sentence per typed figure that looks like another one: sparse, of a whole server, per month, in kilograms."""
    found = (
        _peak(result, given.get("peak_throughput")),
        _money(result, given.get("chip_price"), result.chip.prices, PRICE_EXCESS),
        _money(result, given.get("rental_price"), result.chip.rentals, RENT_EXCESS),
        _carbon(result, given.get("carbon_intensity")),
        _electricity(result, given.get("electricity_price")),
    )
    return [sentence for sentence in found if sentence]


def _number(datum: Datum | None) -> float | None:
    return datum.value if datum is not None and isinstance(datum.value, float) else None


def _peak(result: Result, datum: Datum | None) -> str:
    value, dense = _number(datum), result.chip.peaks.get(result.precision)
    sparse = result.chip.figures.get("sparse_multiplier")
    if value is None or dense is None or not dense.value or sparse is None or not sparse.value or sparse.value <= 1:
        return ""
    if abs(value / (dense.value * sparse.value) - 1) > NEAR:
        return ""
    return (
        f"{result.scenario.typed('peak_throughput')} {shown('peak_throughput', value)} is the sparse {result.precision} peak of "
        f"{result.chip.name}; training is counted against the dense {shown('peak_throughput', dense.value)}: leave it out"
    )


def _money(result: Result, datum: Datum | None, quotes: tuple[Quote, ...], excess: float) -> str:
    value = _number(datum)
    known = [quote.datum.value for quote in quotes if isinstance(quote.datum.value, float) and quote.datum.value > 0]
    if datum is None or value is None or not known:
        return ""
    dearest, cheapest, size = max(known), min(known), _server_size(result.chip)
    start = f"{result.scenario.typed(datum.name)} {shown(datum.name, value)} is"
    if value > excess * dearest:
        # Per hour and server, or per month and chip: whichever lies among the quotes.
        if datum.name == "rental_price" and value / HOURS_A_MONTH >= cheapest / 2 and value > 2 * size * dearest:
            looks = f"a price per month? Write '{value * 3600:g} USD/month'"
        else:
            looks = f"the price of a server of {size}? One chip is then {shown(datum.name, value / size)}"
        return f"{start} {value / dearest:.2g} times the dearest quote of {result.chip.name} ({shown(datum.name, dearest)}): is it {looks}"
    if value < cheapest / 20:
        return f"{start} {value / cheapest:.2g} of the cheapest quote of {result.chip.name} ({shown(datum.name, cheapest)}): is a prefix missing?"
    return ""


def _server_size(chip: Chip) -> int:
    figure = chip.figures.get("chips_per_server")
    return round(figure.value) if figure is not None and isinstance(figure.value, float) else 8


def _carbon(result: Result, datum: Datum | None) -> str:
    value = _number(datum)
    if value is None or not 0 < value < LEAST_CARBON:
        return ""
    typed = result.scenario.typed("carbon_intensity")
    return f"{typed} {shown('carbon_intensity', value)} is below any grid: is it meant in kilograms? Write '{value * 3.6e6:g} kg/kWh'"


def _electricity(result: Result, datum: Datum | None) -> str:
    value = _number(datum)
    if value is None:
        return ""
    typed, said = result.scenario.typed("electricity_price"), shown("electricity_price", value)
    if value >= MOST_TARIFF:
        return f"{typed} {said} is beyond any tariff: is it meant in cents? Write '{value * 3.6e6:g} cent/kWh'"
    return ""
