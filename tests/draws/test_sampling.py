"""Draws: the same whoever makes them, evenly spread, correlated as asked."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import cluster_calc as cc
from cluster_calc.draws import sampling
from cluster_calc.draws.lattice_vector import VECTOR
from cluster_calc.draws.sampling import BLOCK, copula, correlations_of, normals, quantiles
from cluster_calc.errors import InputError
from cluster_calc.quantities.lists import parse_correlations


def whole(draws: int, method: str, starts: list[int], name: str = "mfu") -> np.ndarray:
    found = np.full(draws, np.nan)
    for start in starts:
        stop = min(start + BLOCK, draws)
        found[start:stop] = normals([name], 5, draws, start, stop, method)[name]
    return found


@pytest.mark.parametrize("method", ["lattice", "plain"])
@pytest.mark.parametrize("draws", [1, 100, 1000, 16_384, 49_152, 50_000, 131_072])
def test_blocks_in_any_order_give_the_same_draws(method: str, draws: int) -> None:
    starts = list(range(0, draws, BLOCK))
    forth, back = whole(draws, method, starts), whole(draws, method, starts[::-1])
    assert np.isfinite(forth).all()
    assert forth.tobytes() == back.tobytes()
    assert draws < 1000 or abs(forth.mean()) < 4 / np.sqrt(draws)


def test_plain_draws_do_not_depend_on_how_many_follow() -> None:
    few, many = whole(20_000, "plain", [0, BLOCK]), whole(60_000, "plain", [0, BLOCK, 2 * BLOCK, 3 * BLOCK])
    assert few.tobytes() == many[:20_000].tobytes()


def test_quantiles_agree_with_scipy() -> None:
    for count in (2, 7, 2048):
        np.testing.assert_allclose(quantiles(count), stats.norm.ppf((np.arange(count) + 0.5) / count), atol=1e-9)


@pytest.mark.parametrize("draws", [16_384, 10_000])
def test_every_input_is_evenly_spread_and_no_two_are_tied(draws: int) -> None:
    names = ["mfu", "goodput", "chip_price", "pue", "lifetime", "network_share", "tdp", "rental_price"]
    drawn = normals(names, 1, draws, 0, draws)
    for name in names:
        assert stats.kstest(drawn[name], "norm").statistic < 0.003
    matrix = np.corrcoef([drawn[name] for name in names])
    assert np.abs(matrix - np.eye(len(names))).max() < (0.015 if draws == 16_384 else 0.04)


def test_the_generating_vector_is_odd_and_long_enough() -> None:
    from cluster_calc.quantities.nomenclature import QUANTITIES

    assert all(entry % 2 == 1 and 0 < entry < 2**20 for entry in VECTOR)
    assert len(set(VECTOR)) == len(VECTOR) >= len(QUANTITIES)


@pytest.mark.thorough
def test_the_generating_vector_is_what_the_tool_makes() -> None:
    spec = importlib.util.spec_from_file_location("lattice", Path(__file__).parents[2] / "tools" / "make_lattice.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tuple(tool.vector(8)) == VECTOR[:8]


@pytest.mark.parametrize("rank", [-1.0, -0.8, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("method", ["lattice", "plain"])
def test_rank_correlations_are_met(rank: float, method: str) -> None:
    result = cc.estimate(training_compute=2e25, chip="h100", mfu="0.3..0.5", chip_price="2e4..4e4 USD", draws=16_384,
                         correlate={"mfu:chip-price": rank}, sampling=method)  # fmt: skip
    found = stats.spearmanr(result.samples["mfu"], result.samples["chip_price"]).statistic
    assert found == pytest.approx(rank, abs=0.02)


def test_correlations_leave_each_input_its_own_distribution() -> None:
    given = {"training_compute": 2e25, "chip": "h100", "ranges": True}
    free, tied = cc.estimate(**given), cc.estimate(**given, correlate="mfu:goodput=0.7")
    for name in ("mfu", "goodput", "pue"):
        for percent in (10, 50, 90):
            assert tied.percentile(name, percent) == pytest.approx(free.percentile(name, percent), rel=0.01)


def test_impossible_correlations_state_the_nearest_that_hold() -> None:
    with pytest.raises(InputError, match="not positive definite") as caught:
        correlations_of(parse_correlations("mfu:goodput=0.9, goodput:pue=0.9, mfu:pue=-0.9"), ["mfu", "goodput", "pue"])
    nearest = str(caught.value).partition("the nearest that can: ")[2]
    assert len(correlations_of(parse_correlations(nearest), ["mfu", "goodput", "pue"])) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mfu", "is not NAME:NAME=NUMBER"),
        ("mfu:pue=x", "is not a number"),
        ("mfu:pue=1.5", "between -1 and 1"),
        ("mfu:mfu=0.5", "itself"),
        ("mfuu:pue=0.5", "Did you mean mfu"),
        ("mfu:pue=0.5,pue:mfu=0.4", "is given as"),
        ("mfu:chips=0.5", "chips has no range"),
    ],
)
def test_bad_correlations_get_one_clear_message(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        cc.estimate(training_compute=2e25, chip="h100", ranges=True, correlate=text)
    assert "\n" not in str(caught.value)


def test_correlations_need_ranges() -> None:
    with pytest.raises(InputError, match="no input has a range"):
        cc.estimate(training_compute=2e25, chip="h100", correlate="mfu:pue=0.5")


def test_a_singular_matrix_is_allowed() -> None:
    names, root = copula((("mfu", "pue", 1.0),))
    assert np.allclose(np.array(root) @ np.array(root).T, 1.0)
    assert set(names) == {"mfu", "pue"}


def test_what_ships_with_a_range_takes_the_best_components() -> None:
    # A chip's own data decide what is drawn: no range that ships may fall among the far components of the lattice.
    names = set()
    for chip in ("h100", "b200", "mi300x", "tpu-v5p", "a100-80gb", "gb200"):
        result = cc.estimate(training_compute=2e25, chip=chip, ranges=True, draws=8)
        names |= {name for name in result.samples if name in result.data}
    assert len(names) >= 9
    assert max(map(sampling._dimension, names)) < 12
