"""When the hardware is paid for: shares of its price at times before and after the start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cluster_calc.errors import InputError, quoted
from cluster_calc.flows import YEAR
from cluster_calc.nomenclature import quantity

EXAMPLE = "'20% at -6 month, 50% at start, 30% at 3 month'"
_PART = re.compile(r"\s*(\S.*?)\s+at\s+(\S.*?)\s*")
# Shares typed to a tenth of a percent, three thirds for one, may miss the whole by their last digit.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Payment:
    """A share of the price, and when it falls due, in years from the start."""

    share: float
    time: float

    @property
    def line(self) -> str:
        """The line of the cash flow: what is paid before the start, at it, and after it."""
        return "deposit" if self.time < 0 else "milestone" if self.time > 0 else "capital"


def schedule_of(text: str) -> tuple[Payment, ...]:
    """A typed schedule, in order of time; its shares sum to the whole.

    >>> [(round(part.share, 3), round(part.time, 3), part.line) for part in schedule_of("70% at 0, 30% at -6 month")]
    [(0.3, -0.5, 'deposit'), (0.7, 0.0, 'capital')]
    """
    found = []
    for part in filter(str.strip, re.split("[,;]", text)):
        read = _PART.fullmatch(part)
        if read is None:
            raise InputError(
                f"payment_schedule: {quoted(part.strip())} is not SHARE at TIME; write for example {EXAMPLE}"
            )
        found.append(Payment(_share(read[1]), _time(read[2])))
    total = sum(part.share for part in found)
    if abs(total - 1) > ROUNDING:
        raise InputError(
            f"payment_schedule: the shares of {quoted(text)} sum to {100 * total:.6g}%, not 100%; write for example {EXAMPLE}"
        )
    return tuple(sorted(found, key=lambda part: part.time))


def _share(text: str) -> float:
    from cluster_calc.scenario import parse

    try:
        value, low, _ = parse(quantity("deposit_share"), text)
    except InputError as error:
        raise InputError(f"payment_schedule: {str(error).removeprefix('deposit_share: ')}") from None
    if low is not None or not value > 0:
        raise InputError(f"payment_schedule: {quoted(text)} is not a share above 0; write for example {EXAMPLE}")
    return float(value)


def _time(text: str) -> float:
    from cluster_calc.scenario import parse

    if text.lower() == "start" or re.fullmatch(r"[+-]?0+", text):
        return 0.0
    sign, rest = (-1.0, text[1:]) if text.startswith("-") else (1.0, text.removeprefix("+"))
    try:
        value, low, _ = parse(quantity("deposit_lead"), rest.strip())
    except InputError as error:
        raise InputError(f"payment_schedule: {str(error).removeprefix('deposit_lead: ')}") from None
    if low is not None:
        raise InputError(f"payment_schedule: {quoted(text)} is not one time; write for example {EXAMPLE}")
    return sign * float(value) / YEAR


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
