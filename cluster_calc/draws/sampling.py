"""Standard normal draws, one stream per quantity, the same whoever asks for them and in whatever order.

`lattice` (the default) is randomised quasi-Monte Carlo: eight replicates of a rank-1 lattice (or five to seven, where
those are whole), each shifted at random, so that the spread between replicates gives the standard error of anything
computed from all. A shift is a whole number of lattice steps: every input's draws are then one table of normal
quantiles, read in another order. `plain` is independent draws in blocks of 16,384 counted from the seed. Inputs are
tied by rank correlation with a normal copula.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from cluster_calc.errors import InputError, quoted
from cluster_calc.quantities.nomenclature import QUANTITIES

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

BLOCK = 16_384
REPLICATES = 8
METHODS = ("lattice", "plain")
# Below this a lattice has too few points to be one; above 2^20 points a further replicate is taken.
_FEWEST, _BITS = 256, 20
# The inputs that usually carry ranges take the leading components of the lattice, its best: first the dozen whose ranges
# ship, by how much of a cost they usually move; then those that are often typed. A new quantity moves none of their draws.
_LEADING = (
    "mfu", "lifetime", "goodput", "power_utilisation", "network_share", "pue", "chip_price", "electricity_price",
    "server_power_factor", "server_cost_factor", "annual_shipments", "rental_price", "training_compute",
    "residual_value", "carbon_intensity", "tdp",
)  # fmt: skip
Correlations = tuple[tuple[str, str, float], ...]


@cache
def _dimension(name: str) -> int:
    names = [*_LEADING, *(entry for entry in QUANTITIES if entry not in _LEADING)]
    return names.index(name)


def _place(name: str) -> tuple[int, str]:
    """Where a name stands in an order of names; those of a trend stand last."""
    return (_dimension(name) if name in QUANTITIES else len(QUANTITIES), name)


@cache
def quantiles(count: int) -> Array:
    """The standard normal quantiles of the midpoints of `count` equal shares.

    >>> quantiles(4).round(3).tolist()
    [-1.15, -0.319, 0.319, 1.15]
    """
    from statistics import NormalDist

    import numpy as np

    inverse = NormalDist().inv_cdf
    lower = np.array([inverse((step + 0.5) / count) for step in range(count // 2)])
    middle = [0.0] if count % 2 else []
    return np.concatenate([lower, middle, -lower[::-1]])


def plain_normals(name: str, seed: int, block: int, size: int = BLOCK) -> Array:
    """Independent standard normal draws of one quantity in one block."""
    import numpy as np

    stream = np.random.SeedSequence([seed, block, zlib.crc32(name.encode())])
    return np.random.Generator(np.random.PCG64(stream)).standard_normal(size)


def evenly_spread(draws: int, method: str = "lattice") -> bool:
    """Whether so many draws lie on lattices; few are independent whatever the method."""
    return method != "plain" and draws >= _FEWEST


def replicates(draws: int, method: str = "lattice") -> int:
    """How many independent randomisations (or, for plain draws, batches) a number of draws holds.

    Five to eight that are whole lattices, of a power of two of points, where the number allows it.

    >>> replicates(16_384), replicates(49_152), replicates(50_000)
    (8, 6, 8)
    """
    if not evenly_spread(draws, method):
        return min(16, draws)
    if draws >> _BITS < REPLICATES:
        whole = (
            count for count in range(REPLICATES, 4, -1) if draws % count == 0 and (draws // count).bit_count() == 1
        )
        return next(whole, REPLICATES)
    return max(REPLICATES, -(-draws >> _BITS))


def lattice_normals(name: str, seed: int, draws: int, start: int, stop: int) -> Array:
    """Draws `start` to `stop` of `draws` of one quantity, as standard normals on the shifted lattice."""
    import numpy as np

    from cluster_calc.draws.lattice_vector import VECTOR

    each = -(-draws // replicates(draws))
    bits = max((each - 1).bit_length(), 1)
    points = 1 << bits
    table, multiplier = quantiles(points), VECTOR[_dimension(name) % len(VECTOR)] % points
    parts = []
    while start < stop:
        replicate, first = divmod(start, each)
        last = min(each, first + stop - start)
        order = np.arange(first, last, dtype=np.int64)
        if each < points:
            # Part of a lattice is even only in the order of its reversed bits.
            order = _reversed_bits(order, bits)
        shift = int(np.random.SeedSequence([seed, replicate, zlib.crc32(name.encode()), 1]).generate_state(1)[0])
        parts.append(table[(order * multiplier + shift) & (points - 1)])
        start += last - first
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _reversed_bits(order: Any, bits: int) -> Any:
    found = order * 0
    for place in range(bits):
        found |= ((order >> place) & 1) << (bits - 1 - place)
    return found


def normals(
    names: Iterable[str],
    seed: int,
    draws: int,
    start: int,
    stop: int,
    method: str = "lattice",
    correlations: Correlations = (),
) -> dict[str, Array]:
    """Draws `start` to `stop` (within one block) of every named quantity, correlated.

    >>> drawn = normals(["mfu", "pue"], seed=0, draws=16384, start=0, stop=16384)
    >>> abs(float(drawn["mfu"].mean())) < 1e-12
    True
    """
    if not evenly_spread(draws, method):
        block, offset = divmod(start, BLOCK)
        found = {name: plain_normals(name, seed, block)[offset : offset + stop - start] for name in names}
    else:
        found = {name: lattice_normals(name, seed, draws, start, stop) for name in names}
    if correlations:
        tied, root = copula(correlations)
        independent = [found[name] for name in tied]
        for row, name in enumerate(tied):
            found[name] = sum(root[row][column] * independent[column] for column in range(row + 1))  # type: ignore[assignment]
    return found


def correlations_of(text: str, ranged: Iterable[str]) -> Correlations:
    """The pairs of a checked text; both names must have a range, and all pairs must be possible together."""
    pairs = []
    ranged = set(ranged)
    for part in filter(None, text.split(", ")):
        names, _, number = part.partition("=")
        first, second = names.split(":")
        for name in (first, second):
            if name not in ranged:
                raise InputError(
                    f"correlate: {quoted(part)}: {name} has no range here; give one, for example with LOW..HIGH, or use --ranges"
                )
        pairs.append((first, second, float(number)))
    found = tuple(pairs)
    if found:
        copula(found)
    return found


@cache
def copula(correlations: Correlations) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...]]:
    """The correlated names and the lower root of their normal correlation matrix.

    A rank correlation r is the normal correlation 2·sin(π·r/6) (Pearson 1907).
    """
    names = tuple(sorted({name for first, second, _ in correlations for name in (first, second)}, key=_place))
    place = {name: index for index, name in enumerate(names)}
    matrix = [[float(row == column) for column in range(len(names))] for row in range(len(names))]
    for first, second, rank in correlations:
        a, b = place[first], place[second]
        matrix[a][b] = matrix[b][a] = 2 * math.sin(math.pi * rank / 6)
    root = _root(matrix)
    if root is None:
        nearest = _nearest(matrix)
        listed = ", ".join(
            f"{first}:{second}={6 / math.pi * math.asin(nearest[place[first]][place[second]] / 2):.3g}"
            for first, second, _ in correlations
        )
        raise InputError(
            "correlate: these correlations cannot hold together (their matrix is not positive definite); "
            f"the nearest that can: {listed}"
        )
    return names, tuple(map(tuple, root))


def _root(matrix: Sequence[Sequence[float]]) -> list[list[float]] | None:
    """Cholesky's lower root; None when the matrix has a negative direction. A zero direction (r = ±1) is allowed."""
    size = len(matrix)
    root = [[0.0] * size for _ in range(size)]
    for row in range(size):
        for column in range(row + 1):
            rest = matrix[row][column] - sum(root[row][k] * root[column][k] for k in range(column))
            if row == column:
                if rest < -1e-9:
                    return None
                root[row][row] = math.sqrt(max(rest, 0.0))
            elif root[column][column] > 1e-6:
                root[row][column] = rest / root[column][column]
            elif abs(rest) > 1e-6:
                return None
    return root


def _nearest(matrix: list[list[float]]) -> Any:
    """The nearest correlation matrix (Higham 2002): alternating projections, then a hair towards the identity."""
    import numpy as np

    found = np.array(matrix)
    correction = np.zeros_like(found)
    for _ in range(300):
        shifted = found - correction
        values, vectors = np.linalg.eigh(shifted)
        projected = (vectors * np.maximum(values, 0.0)) @ vectors.T
        correction = projected - shifted
        found = projected.copy()
        np.fill_diagonal(found, 1.0)
    # Rounded to what the message prints, it must still hold.
    return 0.99 * found + 0.01 * np.eye(len(matrix))
