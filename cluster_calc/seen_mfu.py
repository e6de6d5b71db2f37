"""What MFU has been seen on a chip, and what is likely counted wrongly where one is above it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc.datum import Datum

if TYPE_CHECKING:
    from cluster_calc.catalog import Catalog, Chip


def best_mfu(item: Chip, book: Catalog) -> Datum | None:
    """The best published MFU of a chip against its dense peak; None where no run says, and the best of all chips stands.

    >>> from cluster_calc.catalog import catalog
    >>> best_mfu(catalog().chip("h100"), catalog()).value
    0.49
    """
    file = book.folders[-1] / "best_mfu.toml"
    entry = next((entry for entry in _runs(file) if item.id in entry["chips"]), None)
    if entry is None:
        return None
    figure = {key: value for key, value in entry.items() if key != "chips"}
    return book.figure("best_mfu", figure, {}, file.name).with_(origin="default", kind="convention", label=item.name)


@cache
def _runs(file: Path) -> list[dict[str, Any]]:
    from cluster_calc.catalog import read_toml

    runs: list[dict[str, Any]] = read_toml(file)["run"]
    return runs


def likely_causes(mfu: float, values: Mapping[str, Any], item: Chip, precision: str) -> str:
    """What would explain an MFU that no run reaches, each cause with the MFU that is left without it.

    >>> from cluster_calc.catalog import catalog
    >>> likely_causes(0.8, {}, catalog().chip("h100"), "bf16")
    'a sparse peak (against it 40%), fp8 arithmetic counted against bf16 (against fp8 40%), or recomputed arithmetic counted (60% without)'
    """
    from cluster_calc.report.numbers import plain

    def left(factor: float) -> str:
        return f"{plain(100 * mfu / factor, 2)}%"

    found = []
    sparse = item.figures.get("sparse_multiplier")
    if sparse is None or (sparse.value and sparse.value > 1):
        found.append(f"a sparse peak (against it {left(float(sparse.value) if sparse else 2.0)})")
    peaks = {name: float(datum.value) for name, datum in item.peaks.items() if datum.value}
    own = peaks.get(precision)
    if own and peaks.get("fp8", 0.0) > own:
        found.append(f"fp8 arithmetic counted against {precision} (against fp8 {left(peaks['fp8'] / own)})")
    total, active = values.get("parameters"), values.get("active_parameters")
    if total is not None and (active is None or float(active) == float(total)):
        found.append("total instead of active parameters, if the model is a mixture of experts (--active-parameters)")
    found.append(f"recomputed arithmetic counted ({left(4 / 3)} without)")
    return ", ".join(found[:-1]) + (", or " if len(found) > 1 else "") + found[-1]
