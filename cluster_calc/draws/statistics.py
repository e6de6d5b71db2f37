"""Draws in fixed blocks, and what is told of them: percentiles, means, standard errors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cluster_calc.draws.sampling import BLOCK, Correlations, evenly_spread, normals
from cluster_calc.draws.smoothing import refined, width_for, window
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.shapes import value_at

DEFAULT_DRAWS = 49_152
# The percentiles that one sort of a result yields; others cost a sort each.
STANDARD = (5.0, 10.0, 20.0, 50.0, 80.0, 90.0, 95.0)
# Relative differences that rounding makes.
ROUNDING = 1e-9


def blocks(
    data: Mapping[str, Datum],
    names: Iterable[str],
    draws: int,
    seed: int,
    method: str = "lattice",
    correlations: Correlations = (),
) -> Iterator[tuple[slice, dict[str, Any]]]:
    """Block by block, the draws of the named quantities in base units."""
    for start in range(0, draws, BLOCK):
        stop = min(start + BLOCK, draws)
        yield (
            slice(start, stop),
            drawn_block(data, names, draws, seed, start, stop, method=method, correlations=correlations),
        )


def drawn_block(
    data: Mapping[str, Datum],
    names: Iterable[str],
    draws: int,
    seed: int,
    start: int,
    stop: int,
    *,
    method: str = "lattice",
    correlations: Correlations = (),
) -> dict[str, Any]:
    """Draws `start` to `stop` of the named quantities in base units."""
    found = normals(names, seed, draws, start, stop, method, correlations)
    return {name: value_at(data[name], z) for name, z in found.items()}


def percentiles(sample: Any, percents: Iterable[float] = STANDARD, width: float = 0.0) -> dict[float, Any]:
    """Percentiles along the last axis by one sort, interpolated between draws.

    `width` smooths them over that share of the draws to either side, which is right for evenly spread draws only.

    >>> import numpy as np
    >>> percentiles(np.arange(101.0), (10, 50))
    {10: 10.0, 50: 50.0}
    """
    import numpy as np

    percents = tuple(percents)
    count = sample.shape[-1]
    places = [percent / 100 * (count - 1) for percent in percents]
    around = [window(count, percent, width) if width else None for percent in percents]
    ordered = np.sort(sample, axis=-1)  # numpy sorts with vector instructions: faster than a partition with many edges
    found = {}
    for percent, place, entry in zip(percents, places, around, strict=True):
        low, high = ordered[..., math.floor(place)], ordered[..., math.ceil(place)]
        value = low + (high - low) * (place - math.floor(place))
        if entry is not None:
            value = refined(ordered[..., entry.low : entry.high], value, place, entry)
        found[percent] = float(value) if sample.ndim == 1 else value
    return found


def standard_errors(
    sample: Any, batches: int, percents: Iterable[float] = (10.0, 50.0, 90.0), width: float = 0.0
) -> dict[float, float]:
    """Standard errors of percentiles from the spread between independent batches of draws.

    nan where there are too few, and where all say the same: every replicate of a lattice holds the same values of a single
    input (and of inputs tied completely), so that what they have in common as an error does not show between them.
    """
    import numpy as np

    each = len(sample) // batches if batches else 0
    if batches < 2 or each < 8:
        return dict.fromkeys(percents, math.nan)
    spread = percentiles(sample[: each * batches].reshape(batches, each), percents, width)
    found = {}
    for percent, values in spread.items():
        error = float(np.std(values, ddof=1)) / math.sqrt(batches)
        found[percent] = error if error > ROUNDING * abs(float(values[0])) else math.nan
    return found


def smoothing_width(draws: int, method: str) -> float:
    """How widely percentiles of so many draws are smoothed; 0 for independent draws.

    >>> smoothing_width(16_384, "lattice"), smoothing_width(16_384, "plain")
    (0.15, 0.0)
    """
    return width_for(draws) if evenly_spread(draws, method) else 0.0


def mean(sample: Any) -> float:
    """The mean, summed block by block.

    >>> import numpy as np
    >>> mean(np.full(40_000, 2.0))
    2.0
    """
    return float(sum(sample[start : start + BLOCK].sum() for start in range(0, len(sample), BLOCK)) / len(sample))


def rank(sample: Any, value: float) -> float:
    """The share of draws below a value, ties counted by half: 0.46 is "P46".

    >>> import numpy as np
    >>> rank(np.arange(100.0), 25)
    0.255
    """
    import numpy as np

    return float((np.count_nonzero(sample < value) + 0.5 * np.count_nonzero(sample == value)) / len(sample))


def share_at_least(sample: Any, limit: float = -1e-12) -> float:
    """The share of draws at or above a limit: for a margin, the probability that it holds."""
    import numpy as np

    return float(np.count_nonzero(sample >= limit) / len(sample))
