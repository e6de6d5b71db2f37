"""When the hardware is paid for: shares of its price at times before and after the start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cluster_calc.errors import InputError
from cluster_calc.quantities.lists import Payment, schedule_of


def payments(
    settings: Mapping[str, Any], given: Iterable[str], deposit: float, lead: float, horizon: float
) -> tuple[Payment, ...]:
    """The schedule in force: as typed, or one deposit (a share, and years before the start) and the rest at the start."""
    text = settings.get("payment_schedule")
    if not text:
        first = (Payment(deposit, -lead),) if deposit else ()
        return (*first, Payment(1 - deposit, 0.0))
    both = sorted({"deposit_share", "deposit_lead"}.intersection(given))
    if both:
        raise InputError(
            f"{both[0]} and payment_schedule are both given and say when the hardware is paid; leave one out"
        )
    found = schedule_of(str(text))
    if found[-1].time > horizon + 1e-9:
        raise InputError(
            f"payment_schedule: a payment falls due {found[-1].time:.4g} years after the start, beyond the horizon of {horizon:g} years"
        )
    return found
