"""When the hardware is paid: deposits, milestones and what they cost in interest."""

from __future__ import annotations

from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.errors import InputError

CLUSTER: dict[str, Any] = {"chip": "h100", "chips": 1024, "horizon": "4 years", "discount_rate": 0.1}
THIRDS = "20% at -6 month, 50% at start, 30% at 45 days"


def test_a_schedule_is_paid_as_written_and_discounted_where_it_falls() -> None:
    plain, plan = cc.finance(**CLUSTER), cc.finance(**CLUSTER, payment_schedule=THIRDS)
    capital = plan.result.values["capital_cost"]
    paid = {
        flow.line: (flow.time, flow.amount) for flow in plan.flows if flow.line in ("deposit", "capital", "milestone")
    }
    assert paid["deposit"] == pytest.approx((-0.5, -0.2 * capital))
    assert paid["capital"] == pytest.approx((0, -0.5 * capital))
    assert paid["milestone"] == pytest.approx((45 / 365.25, -0.3 * capital))
    # Every payment by its own power of the rate, 45 days being on no grid.
    moved = capital * (1 - 0.2 * 1.1**0.5 - 0.5 - 0.3 * 1.1 ** (-45 / 365.25))
    assert plan.npv - plain.npv == pytest.approx(moved, rel=1e-9)
    assert sum(flow.amount for flow in plan.flows) == pytest.approx(sum(flow.amount for flow in plain.flows))


def test_one_deposit_and_a_schedule_of_two_are_the_same() -> None:
    one = cc.finance(**CLUSTER, deposit_share=0.3, deposit_lead="5 month")
    two = cc.finance(**CLUSTER, payment_schedule="70% at start; 30% at -5 month")
    assert one.npv == pytest.approx(two.npv, rel=1e-12)
    for first, second in zip(one.by_year(), two.by_year(), strict=True):
        assert first == pytest.approx(second)


def test_a_schedule_is_in_every_format() -> None:
    from cluster_calc.documents.reports import finance as report

    plan = cc.finance(**CLUSTER, payment_schedule=THIRDS)
    assert [part["share"] for part in plan.as_dict()["payments"]] == pytest.approx([0.2, 0.5, 0.3])
    assert "milestone" in report.csv_text(plan).splitlines()[0]
    assert "50% at the start" in " ".join(str(plan).split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("20% at -6 month, 50% at start", "sum to 70%, not 100%"),
        ("60% at start, 60% at 1 month", "sum to 120%, not 100%"),
        ("all", "is not SHARE at TIME; write for example"),
        ("", "is empty"),
        (",", "sum to 0%"),
        ("-20% at start, 120% at 1 month", "outside the possible range"),
        ("0% at start, 100% at 1 month", "is not a share above 0"),
        ("50% at soon, 50% at start", "payment_schedule: 'soon' does not begin with a number"),
        ("50% at 3, 50% at start", "'3' has no unit"),
        ("50% at start, 50% at 6 years", "beyond the horizon of 4 years"),
    ],
)
def test_a_bad_schedule_is_one_clear_message(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        cc.finance(**CLUSTER, payment_schedule=text)


def test_a_schedule_and_a_deposit_say_the_same_twice() -> None:
    with pytest.raises(InputError, match="both given and say when the hardware is paid"):
        cc.finance(**CLUSTER, payment_schedule=THIRDS, deposit_share=0.1)
