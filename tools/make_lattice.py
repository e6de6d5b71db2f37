"""Extends `cluster_calc/draws/lattice_vector.py`: one generating vector of a rank-1 lattice for every power of two of points.

Component by component, from many random odd multipliers. The leading components serve the inputs that usually vary.
For each, the multipliers that make the best pairs with the earlier ones are tried on what the lattice is used for: the
share of draws below a threshold of a weighted sum of normal inputs (the logarithm of a cost is nearly one), softened
over a narrow band as the percentiles' smoothing does. Kept is the multiplier whose error, over random directions,
thresholds and shifts, is smallest against the others at all numbers of points together. The far components are chosen
by the squared worst-case error over functions with mixed derivatives (Cools, Kuo & Nuyens 2006, SIAM J. Sci. Comput.
28, 2162).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import ndtri

from cluster_calc.draws.lattice_vector import VECTOR

DIMENSIONS, LEADING = 640, 16
BITS = 20
PAIR_SIZES = (2**10, 2**11, 2**12)
# The leading components: of MANY multipliers the KEPT best pairs are tried.
MANY, KEPT = 1500, 40
TRIED_SIZES = (2**10, 2**11, 2**12, 2**13, 2**14)
DIRECTIONS, SHIFTS = 24, 4
BAND = 0.15
THRESHOLDS = ndtri([0.1, 0.3, 0.5, 0.7, 0.9])
# The far ones.
FEW, FAR_SIZES = 48, (2**9, 2**11, 2**13)
TARGET = Path(__file__).parent.parent / "cluster_calc" / "draws" / "lattice_vector.py"


def kernel(multipliers: Any, size: int) -> np.ndarray:
    """2π² B2(k·z/size) for k = 0 … size − 1: what one coordinate adds to the error."""
    x = (np.outer(multipliers, np.arange(size, dtype=np.int64)) & (size - 1)) / size
    return np.asarray(2 * np.pi**2 * (x * x - x + 1 / 6))


def best_pairs(tried: np.ndarray, earlier: dict[int, list[np.ndarray]], kept: int) -> np.ndarray:
    """The multipliers whose worst pair with an earlier component is best: two inputs must not look correlated."""
    pairs = np.zeros(len(tried))
    for size, kernels in earlier.items():
        sums = np.abs(kernel(tried, size) @ np.array(kernels).T).max(axis=1)
        pairs = np.maximum(pairs, sums / sums.min())
    return np.asarray(tried[np.argsort(pairs)[:kept]])


def softened(x: np.ndarray) -> np.ndarray:
    """A step from 0 to 1, smooth over the band."""
    s = np.clip(x * (0.5 / BAND) + 0.5, 0, 1)
    return np.asarray(s * s * (3 - 2 * s))


def moments() -> tuple[list[float], list[float]]:
    """Mean and variance of the softened steps of a standard normal."""
    grid = np.linspace(-9, 9, 200_001)
    mass = np.exp(-grid * grid / 2) / np.sqrt(2 * np.pi) * (grid[1] - grid[0])
    means = [float((softened(step - grid) * mass).sum()) for step in THRESHOLDS]
    squares = [float((softened(step - grid) ** 2 * mass).sum()) for step in THRESHOLDS]
    return means, [square - mean**2 for square, mean in zip(squares, means, strict=True)]


def directions(random: np.random.Generator, dimensions: int) -> np.ndarray:
    """Unit vectors in which few inputs carry most and the last always takes part."""
    found = np.exp(random.standard_normal((DIRECTIONS, dimensions))) * random.choice([-1, 1], (DIRECTIONS, dimensions))
    part = random.random((DIRECTIONS, dimensions)) < min(1, 5 / dimensions)
    part[:, dimensions - 1] = True
    part[np.arange(DIRECTIONS), random.integers(0, dimensions - 1, DIRECTIONS)] = True
    found *= part
    return np.asarray(found / np.sqrt((found * found).sum(axis=1, keepdims=True)))


def coordinate(multiplier: int, size: int, shift: int, table: np.ndarray) -> np.ndarray:
    """One coordinate of the shifted lattice, as standard normals."""
    order = np.arange(size, dtype=np.int64) * (multiplier % size) + (shift >> (BITS - size.bit_length() + 1))
    return np.asarray(table[order & (size - 1)])


def tried_errors(random: np.random.Generator, found: list[int], tried: np.ndarray) -> np.ndarray:
    """The error of every candidate at every size, as a share of that of independent draws."""
    count = len(found) + 1
    towards, shifts = directions(random, count), random.integers(0, 1 << BITS, (SHIFTS, count))
    means, variances = moments()
    errors = np.zeros((len(tried), len(TRIED_SIZES)))
    for place, size in enumerate(TRIED_SIZES):
        table = ndtri((np.arange(size) + 0.5) / size)
        sums = np.zeros((SHIFTS, DIRECTIONS, size), np.float32)
        for row in range(SHIFTS):
            drawn = [coordinate(entry, size, shifts[row, i], table) for i, entry in enumerate(found)]
            sums[row] = towards[:, :-1] @ np.array(drawn)
        for candidate, multiplier in enumerate(tried):
            squared: Any = 0.0
            for row in range(SHIFTS):
                last = coordinate(multiplier, size, shifts[row, -1], table)
                whole = sums[row] + np.outer(towards[:, -1], last).astype(np.float32)
                for step, mean, variance in zip(THRESHOLDS, means, variances, strict=True):
                    squared = squared + (softened(step - whole).mean(axis=1) - mean) ** 2 * size / variance
            errors[candidate, place] = np.mean(np.sqrt(squared / SHIFTS / len(THRESHOLDS)))
    return errors


def vector(begun: list[int], dimensions: int = DIMENSIONS) -> list[int]:
    """The multipliers after those there are, found in a fixed order from a fixed seed: no draw of an earlier one moves."""
    random = np.random.default_rng(20261122 + len(begun))
    found = begun or [1]
    earlier = {size: [kernel(entry, size)[0] for entry in found] for size in PAIR_SIZES}
    while len(found) < dimensions:
        leading = len(found) < LEADING
        tried = random.integers(0, 2 ** (BITS - 1), MANY if leading else FEW) * 2 + 1
        tried = best_pairs(tried, earlier, KEPT if leading else FEW // 2)
        if leading:
            errors = tried_errors(random, found, tried)
            best = int(tried[(errors / np.median(errors, axis=0)).mean(axis=1).argmin()])
        else:
            best = far(found, tried)
        found.append(best)
        for size, kernels in earlier.items():
            kernels.append(kernel(best, size)[0])
    return found


def far(found: list[int], tried: np.ndarray) -> int:
    """The candidate with the least worst-case error at its worst size; a far coordinate counts little."""
    worst = np.zeros(len(tried))
    for size in FAR_SIZES:
        product = np.ones(size)
        for place, entry in enumerate(found):
            product *= 1 + (0.5 if place < LEADING else 0.02) * kernel(entry, size)[0]
        parts = kernel(tried, size) @ product
        worst = np.maximum(worst, parts / parts.min())
    return int(tried[worst.argmin()])


def main() -> None:
    """Extend the table; what is removed from it first is found anew."""
    rows = vector(list(VECTOR))
    lines = ["    " + ", ".join(map(str, rows[i : i + 12])) + "," for i in range(0, len(rows), 12)]
    TARGET.write_text(
        '"""Generated by tools/make_lattice.py: the generating vector of the lattice, modulo 2^20."""\n\n'
        "VECTOR = (\n" + "\n".join(lines) + "\n)  # fmt: skip\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
