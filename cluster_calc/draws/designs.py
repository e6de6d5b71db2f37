"""Designs: points spread over a box, each computable by its number alone, so that any block can be made by anyone.

`lhs` is a Latin hypercube: along every axis each of N equal shares holds exactly one point. `sobol` is Owen-scrambled
Sobol, from scipy. A design is made of the seed and the names of its axes.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cluster_calc.errors import InputError, quoted

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

DESIGNS = ("lhs", "sobol")
_ROUNDS = 6
# What scipy's Sobol numbers reach.
MOST_POINTS = 1 << 30


def checked(design: str, points: int | None) -> int:
    """The number of points of a design, as asked for."""
    if design not in DESIGNS:
        raise InputError(f"--design {quoted(design)} is neither {' nor '.join(DESIGNS)}")
    if points is None:
        raise InputError(f"--design {design} needs its number of points; write for example --points 4096")
    if not 1 <= points <= MOST_POINTS:
        raise InputError(f"--points {points} is outside 1 to {MOST_POINTS:,}")
    if design == "sobol":
        try:
            import scipy.stats.qmc  # noqa: F401
        except ImportError:
            raise InputError("--design sobol needs scipy: pip install 'cluster-calc[stats]', or --design lhs") from None
    return points


def design_block(design: str, names: Sequence[str], seed: int, points: int, start: int, stop: int) -> dict[str, Array]:
    """Points `start` to `stop` of a design, from 0 to 1 along every named axis.

    >>> block = design_block("lhs", ["mfu", "pue"], seed=0, points=8, start=0, stop=8)
    >>> sorted((block["mfu"] * 8).astype(int).tolist())
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    import numpy as np

    if design == "sobol":
        from scipy.stats import qmc

        engine = qmc.Sobol(len(names), rng=np.random.default_rng(seed))
        if start:
            engine.fast_forward(start)
        with warnings.catch_warnings():
            # Sobol is at its best for powers of two; how many points there are is the user's choice.
            warnings.simplefilter("ignore", UserWarning)
            drawn = engine.random(stop - start)
        return {name: drawn[:, place] for place, name in enumerate(names)}
    index = np.arange(start, stop, dtype=np.uint64)
    found = {}
    for name in names:
        share, inside = np.random.SeedSequence([seed, zlib.crc32(name.encode()), 2]).generate_state(2, np.uint64)
        place = _permuted(index, points, share)
        found[name] = (place + (_mixed(index + inside) >> np.uint64(11)) * 2.0**-53) / points
    return found


def _mixed(x: Any) -> Any:
    """SplitMix64's finaliser (Steele, Lea, Flood 2014): every bit of a 64-bit word hangs on every other."""
    import numpy as np

    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _permuted(index: Array, count: int, key: Any) -> Array:
    """Where a random permutation of 0 … count − 1 takes each index: a Feistel network, walked until inside."""
    import numpy as np

    half = np.uint64(max(1, (max(count - 1, 1).bit_length() + 1) // 2))
    mask = np.uint64((1 << int(half)) - 1)
    keys = np.random.SeedSequence(int(key)).generate_state(_ROUNDS, np.uint64)
    found = index.copy()
    outside = np.ones(len(index), dtype=bool)
    while outside.any():
        left, right = found[outside] >> half, found[outside] & mask
        for each in keys:
            left, right = right, left ^ (_mixed(right + each) & mask)
        found[outside] = (left << half) | right
        outside = found >= count
    return found
