"""What the sections of a report say beside their numbers."""

from __future__ import annotations

import cluster_calc as cc
from cluster_calc.documents.reports.estimate import text

DEMAND = {"chip": "h100", "training_compute": 2e25, "time_allowed": "90 days"}


def shown(**given: object) -> str:
    return " ".join(text(cc.estimate(**DEMAND, **given)).split())


def test_idle_hours_owned_chips_and_development_are_shown_apart() -> None:
    plain = shown()
    assert "idle time between runs" in plain
    assert "owned" not in plain
    said = shown(used_share=0.5, owned_chips=1000, development_factor=2)
    for part in ("of it for idle hours", "of it on chips already owned", "new cash $312M for 6,222 chips"):
        assert part in said
    assert "idle time between runs" not in said
    assert "experiments, failed runs" not in said


def test_a_rate_names_the_currency() -> None:
    assert "at 1.1 USD/EUR" in shown(currency="EUR", exchange_rate=1.1)
    assert "at 1.1 USD/local" in shown(exchange_rate=1.1)


def test_limits_are_shown_in_the_unit_of_what_they_limit() -> None:
    layout = {
        "hidden_size": 16384,
        "heads": 128,
        "layers": 126,
        "vocabulary": 128256,
        "sequence_length": 8192,
        "micro_batch": 1,
    }
    result = cc.estimate(
        chip="h100",
        chips=16384,
        parameters=405e9,
        tokens=15.6e12,
        global_batch=2048,
        tensor_parallel=8,
        pipeline_parallel=16,
        **layout,
    )
    said = " ".join(text(result).split())
    assert "72.3 GiB against 76 GiB usable, model states fill at least 80 chips, margin 4.87%" in said
    assert "against 1,130 days at which waiting is faster" in said
