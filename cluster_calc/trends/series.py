"""The series of a trend: what each is called and measured in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cluster_calc.trends.rates import Path as RatePath

# What can grow: name → (unit, example, meaning).
SERIES: dict[str, tuple[str, str, str]] = {
    "compute": ("FLOP", "1e25 FLOP", "arithmetic of the largest run"),
    "cost": ("USD", "1e9 USD", "cost of the largest run"),
    "price": ("USD/FLOP", "457 USD/(PFLOP/s*day)", "price of compute"),
    "gdp": ("USD", "21.43e12 USD", "gross domestic product of a year"),
    "profit": ("USD", "99.8e9 USD", "profits of a year"),
    "shipments": ("chip/year", "8.8e6 chip/year", "accelerators shipped in a year"),
    "power_supply": ("kW", "1 GW", "power that can be had"),
    "tokens": ("token", "15e12 token", "tokens trained on"),
    "text": ("token", "300e12 token", "stock of text"),
    "throughput": ("FLOP/s/chip", "989 TFLOP/s", "peak of one accelerator"),
    "chip_price": ("USD/chip", "25000 USD", "price of one accelerator"),
    "chip_power": ("W/chip", "1300 W", "power of one accelerator with its share of the server"),
}


@dataclass(frozen=True, slots=True)
class Series:
    """A level on a day and how it grows; `low` and `high` are its 5-95 % range."""

    name: str
    value: float
    low: float | None
    high: float | None
    date: float
    path: RatePath
    texts: Mapping[str, str]

    @property
    def has_range(self) -> bool:
        """Whether the start or the growth is uncertain."""
        return self.low is not None or self.path.has_range

    def levels(self, dates: Any, z_value: Any = 0.0, z_growth: Any = 0.0) -> Any:
        """The series on some days, at so many standard deviations of its start and of its growth."""
        import numpy as np

        from cluster_calc.quantities.shapes import Z95

        start: Any = self.value
        if self.low is not None and self.high is not None:
            start = self.value * np.exp(np.log(self.high / self.low) / (2 * Z95) * z_value)
        with np.errstate(over="ignore"):
            return start * np.exp(self.path.log_growth(self.date, dates, z_growth))
