"""What is typed, held against the catalog's own figures of the chip: the sentence that says what it looks like."""

from __future__ import annotations

from typing import Any

import pytest

from cluster_calc import estimate


def said(**given: Any) -> str:
    return "\n".join(estimate(**{"flop": 1e24, "chip": "h100", "chips": 1024, **given}).warnings)


@pytest.mark.parametrize(("given", "words"), [
    ({"peak_throughput": "1979 TFLOP/s"}, "is the sparse bf16 peak of NVIDIA H100 SXM5"),
    ({"rental_price": "98.32 USD/hour"}, "times the dearest quote of NVIDIA H100 SXM5 80GB"),
    ({"chip_price": "300000 USD"}, "the price of a server of 8"),
    ({"carbon_intensity": "0.385 g/kWh"}, "Write '0.385 kg/kWh'"),
    ({"chip": "t4", "rental_price": "150 USD/hour"}, "is it a price per month? Write '150 USD/month'"),
    ({"electricity_price": "8 USD/kWh"}, "Write '8 cent/kWh'"),
])  # fmt: skip
def test_a_figure_that_looks_like_another_is_told(given: dict[str, str], words: str) -> None:
    assert words in said(**given)


@pytest.mark.parametrize("given", [
    {"peak_throughput": "989.4 TFLOP/s"}, {"rental_price": "2.5 USD/hour"}, {"chip_price": "30000 USD"},
    {"carbon_intensity": "28 g/kWh"}, {"electricity_price": "0.3 USD/kWh"}, {"chip": "a100-80gb", "peak_throughput": "312 TFLOP/s"},
])  # fmt: skip
def test_what_is_usual_is_not(given: dict[str, str]) -> None:
    words = said(**given)
    assert not any(part in words for part in ("sparse", "dearest", "cheapest", "kilograms", "cents"))
