"""What the sections of a report say beside their numbers."""

from __future__ import annotations

import cluster_calc as cc
from cluster_calc.report.text import text

DEMAND = {"chip": "h100", "training_compute": 2e25, "time_allowed": "90 days"}


def shown(**given: object) -> str:
    return " ".join(text(cc.estimate(**DEMAND, **given)).split())


def test_idle_hours_owned_chips_and_development_are_shown_apart() -> None:
    plain = shown()
    assert "idle time between runs" in plain
    assert "owned" not in plain
    said = shown(used_share=0.5, owned_chips=1000, development_factor=2)
    for part in ("of it for idle hours", "of it on chips already owned", "new cash $298M for 6,222 chips"):
        assert part in said
    assert "idle time between runs" not in said
    assert "experiments, failed runs" not in said


def test_a_rate_names_the_currency() -> None:
    assert "at 1.1 USD/EUR" in shown(currency="EUR", exchange_rate=1.1)
    assert "at 1.1 USD/local" in shown(exchange_rate=1.1)
