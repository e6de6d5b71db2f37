"""Whether a chip's figures can be true together: the ladder of precisions, sparse peaks, work per watt and per dollar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_calc.catalog.checks import schema
from cluster_calc.catalog.chips import available
from cluster_calc.catalog.items import Item

if TYPE_CHECKING:
    from cluster_calc.catalog.checks.sheet import Sheet

# The narrower format is never slower on hardware that has both.
LADDER = (
    ("fp4", "fp8"),
    ("fp8", "bf16"),
    ("fp8", "fp16"),
    ("int8", "bf16"),
    ("bf16", "tf32"),
    ("fp16", "tf32"),
    ("tf32", "fp32"),
)
# Formats of one width run at one rate; half the width runs at twice the rate. Twice that again is the sparse rate.
SAME_WIDTH = (("bf16", "fp16"), ("fp8", "int8"))
HALF_WIDTH = (("fp4", "fp8"), ("fp8", "bf16"), ("int8", "bf16"), ("int8", "fp16"), ("bf16", "tf32"), ("fp16", "tf32"))
SLACK = 1.001


def physical(sheet: Sheet, item: Item) -> None:
    """The checks that compare a chip's figures with each other."""
    if item.kind == "models":
        from cluster_calc.catalog.models import shaped

        shaped(sheet, item)
    if item.kind != "chips":
        return
    peaks = {
        name: leaf.datum.value for name, leaf in item.sections.get("peak_throughput", {}).items() if leaf.datum.value
    }
    _ladder(sheet, peaks)
    _sparse(sheet, peaks)
    sixteen = max((peaks[name] for name in ("bf16", "fp16") if name in peaks), default=None)
    tdp = item.leaf("tdp")
    if sixteen and tdp is not None and tdp.datum.value:
        _efficiency(
            sheet, sixteen / tdp.datum.value, (available(item.facts) or str(item.facts.get("announced", "")))[:4]
        )
    if sixteen:
        _price(sheet, item, sixteen)


def _ladder(sheet: Sheet, peaks: dict[str, float]) -> None:
    for narrow, wide in LADDER:
        if (
            narrow in peaks
            and wide in peaks
            and peaks[narrow] * SLACK < peaks[wide]
            and not sheet.exempt("ladder", narrow)
        ):
            sheet.doubt(
                f"peak_throughput.{narrow}",
                f"{narrow} {peaks[narrow] / 1e12:g} TFLOP/s is below {wide} {peaks[wide] / 1e12:g}: the narrower format is not slower",
                "correct one of them, or add [[exception]] check = \"ladder\"",
            )  # fmt: skip


def _sparse(sheet: Sheet, peaks: dict[str, float]) -> None:
    for pairs, usual in ((SAME_WIDTH, 1.0), (HALF_WIDTH, 2.0)):
        for first, second in pairs:
            if first not in peaks or second not in peaks:
                continue
            for fast, slow in ((first, second), (second, first)) if usual == 1.0 else ((first, second),):
                ratio = peaks[fast] / peaks[slow]
                if (fast, slow) == ("int8", "fp8") and ratio <= 2.05 and peaks[slow] <= SLACK * peaks.get("bf16", 0.0):
                    continue  # fp8 that only runs at the 16-bit rate makes its neighbour look fast
                if ratio >= 1.95 * usual and not sheet.exempt("sparse", fast):
                    sheet.doubt(
                        f"peak_throughput.{fast}",
                        f"{fast} is {ratio:.3g} times {slow}, {usual:g} is usual: probably a sparse figure",
                        "store the dense peak and sparse_multiplier apart, or add [[exception]] check = \"sparse\"",
                    )  # fmt: skip


def _efficiency(sheet: Sheet, per_watt: float, year: str) -> None:
    rule = schema.rules()["rules"]["efficiency"]
    if not year.isdigit():
        return
    highest = next(
        (best for until, best in sorted(rule["high"].items()) if int(until) >= int(year)), max(rule["high"].values())
    )
    if not rule["low"] <= per_watt <= highest and not sheet.exempt("efficiency", "tdp"):
        side = f"above the {highest / 1e12:g}" if per_watt > highest else f"below the {rule['low'] / 1e12:g}"
        sheet.doubt(
            "figures.tdp",
            f"{per_watt / 1e12:.3g} TFLOP/s per watt at 16 bit is {side} of {year}: {rule['reason']}",
            "check peak and tdp, or add [[exception]] check = \"efficiency\", field = \"tdp\"",
        )  # fmt: skip


def _price(sheet: Sheet, item: Item, sixteen: float) -> None:
    rule = schema.rules()["rules"]["price_per_throughput"]
    for number, leaf in enumerate(item.series.get("price", ())[: len(sheet.tables.get("price", ()))]):
        if not leaf.datum.value:
            continue
        ratio = leaf.datum.value / (sixteen / 1e12)
        if not rule["low"] <= ratio <= rule["high"] and not sheet.exempt("price", "price"):
            sheet.doubt(
                f"price[{number}]",
                f"{ratio:.3g} USD per TFLOP/s is outside {rule['low']:g} to {rule['high']:g}: {rule['reason']}",
                "the price of one chip, not of a server, or add [[exception]] check = \"price\", field = \"price\"",
            )  # fmt: skip
