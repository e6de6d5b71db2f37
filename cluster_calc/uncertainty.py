"""Ranges → draws → percentiles.

`LOW..HIGH` is a 5–95 % interval: lognormal where both ends are positive and the quantity has no hard upper bound;
otherwise normal on the logit of its place between the hard bounds, so that no draw leaves them; otherwise normal (an
end that touches a hard bound is then clipped to it). Draws come in fixed blocks counted from the seed, one stream per
quantity, so every alternative shares them and any number of processes gives the same bytes.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cluster_calc.datum import Datum
from cluster_calc.nomenclature import INFINITY, QUANTITIES, Quantity

if TYPE_CHECKING:
    import numpy as np

BLOCK = 16_384
DEFAULT_DRAWS = 16_384
Z95 = 1.6448536269514722  # standard normal quantile of 0.95
PERCENTILES = (10, 50, 80, 90)


def shape_of(known: Quantity, low: float, high: float) -> str:
    """Which of the three shapes a range has: lognormal, logit-normal or normal.

    >>> shape_of(QUANTITIES["chip_price"], 2e4, 4e4), shape_of(QUANTITIES["mfu"], 0.3, 0.5)
    ('lognormal', 'logit-normal')
    >>> shape_of(QUANTITIES["residual_value"], 0.0, 0.2)
    'normal'
    """
    if known.high == INFINITY:
        return "lognormal" if low > 0 else "normal"
    floor, ceiling = known.low * known.factor, known.high * known.factor
    return "logit-normal" if floor < low and high < ceiling and floor > -INFINITY else "normal"


def transformed(known: Quantity, low: float, high: float, z: Any) -> Any:
    """The value at `z` standard deviations: z = ±1.645 gives high and low; what is counted comes out whole.

    >>> round(float(transformed(QUANTITIES["mfu"], 0.3, 0.5, Z95)), 12)
    0.5
    """
    import numpy as np

    if known.whole:
        return np.maximum(np.rint(_transformed(known, low, high, z)), known.low)
    return _transformed(known, low, high, z)


def _transformed(known: Quantity, low: float, high: float, z: Any) -> Any:
    import numpy as np

    shape = shape_of(known, low, high)
    floor, ceiling = known.low * known.factor, known.high * known.factor
    if shape == "lognormal":
        a, b = math.log(low), math.log(high)
        return np.exp((a + b) / 2 + (b - a) / (2 * Z95) * z)
    if shape == "logit-normal":
        a, b = (math.log((end - floor) / (ceiling - end)) for end in (low, high))
        return floor + (ceiling - floor) / (1 + np.exp(-((a + b) / 2 + (b - a) / (2 * Z95) * z)))
    return np.clip((low + high) / 2 + (high - low) / (2 * Z95) * z, floor, ceiling)


def median(known: Quantity, low: float, high: float) -> float:
    """The middle of a range: the base value of a quantity that was given as one.

    >>> round(median(QUANTITIES["chip_price"], 1e4, 4e4))
    20000
    """
    return float(transformed(known, low, high, 0.0))


def normals(name: str, seed: int, block: int, size: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The standard normal draws of one quantity in one block: the same whoever asks, in whatever order."""
    import numpy as np

    stream = np.random.SeedSequence([seed, block, zlib.crc32(name.encode())])
    return np.random.Generator(np.random.PCG64(stream)).standard_normal(size)


def blocks(
    data: Mapping[str, Datum], names: Iterable[str], draws: int, seed: int
) -> Iterator[tuple[slice, dict[str, Any]]]:
    """Block by block, the draws of the named quantities."""
    ranged = [(name, data[name]) for name in names]
    for block, start in enumerate(range(0, draws, BLOCK)):
        stop = min(start + BLOCK, draws)
        drawn = {}
        for name, datum in ranged:
            assert datum.low is not None
            assert datum.high is not None
            z = normals(name, seed, block, BLOCK)[: stop - start]
            drawn[name] = transformed(QUANTITIES[name], datum.low, datum.high, z)
        yield slice(start, stop), drawn
