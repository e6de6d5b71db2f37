"""Designs: evenly spread, made in any blocks, and estimates like any other row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import qmc

import cluster_calc as cc
from cluster_calc.draws.designs import design_block
from cluster_calc.errors import InputError
from cluster_calc.scenario.layers import gather
from cluster_calc.studies import sweeping
from cluster_calc.studies.grid import plan_sweep

RUN = {"training_compute": 2e25, "chip": "h100"}
AXES = {"mfu": "0.3:0.5", "electricity_price": "4:16:log cent/kWh", "chips": "1000:50000:log", "pue": "1.1,1.2,1.3"}


@pytest.mark.parametrize("points", [1, 2, 3, 7, 64, 1000, 4097])
def test_every_share_of_a_hypercube_holds_one_point(points: int) -> None:
    block = design_block("lhs", ["mfu", "pue", "goodput"], 5, points, 0, points)
    for shares in block.values():
        assert sorted((shares * points).astype(int).tolist()) == list(range(points))
    if points == 4097:
        drawn = np.array(list(block.values()))
        assert abs(np.corrcoef(drawn) - np.eye(3)).max() < 0.05
        assert abs((drawn * points % 1).mean() - 0.5) < 0.02


@pytest.mark.parametrize("design", ["lhs", "sobol"])
def test_blocks_in_any_order_are_the_whole(design: str) -> None:
    names = ["mfu", "pue"]
    whole = design_block(design, names, 1, 1000, 0, 1000)
    for name in names:
        parts = {
            start: design_block(design, names, 1, 1000, start, min(start + 300, 1000)) for start in (900, 300, 0, 600)
        }
        assert np.concatenate([parts[start][name] for start in sorted(parts)]).tobytes() == whole[name].tobytes()
    assert not np.array_equal(whole["mfu"], design_block(design, names, 2, 1000, 0, 1000)["mfu"])


def test_both_fill_the_box_better_than_chance() -> None:
    chance = qmc.discrepancy(np.random.default_rng(3).random((512, 2)))
    for design in ("lhs", "sobol"):
        block = design_block(design, ["mfu", "pue"], 3, 512, 0, 512)
        assert qmc.discrepancy(np.column_stack(list(block.values()))) < 0.5 * chance


@pytest.mark.parametrize("design", ["lhs", "sobol"])
def test_a_row_of_a_design_is_the_estimate_of_its_inputs(design: str) -> None:
    table = cc.sweep(AXES, **RUN, design=design, points=30, results="run_cost,training_time")
    assert len(table) == 30
    assert table["mfu"].between(0.3, 0.5).all()
    assert table["electricity_price"].between(0.04, 0.16).all()
    assert table.groupby("pue").size().to_dict() == {1.1: 10, 1.2: 10, 1.3: 10} or design == "sobol"
    assert table["chips"].median() == pytest.approx(7071, rel=0.15)
    for row in table.sample(4, random_state=1).to_dict("records"):
        alone = cc.estimate(**RUN, mfu=row["mfu"], chips=int(row["chips"]), pue=row["pue"],
                            electricity_price=f"{row['electricity_price']!r} USD/kWh")  # fmt: skip
        for name in ("run_cost", "training_time"):
            assert row[name] == pytest.approx(alone.in_unit(name), rel=1e-12)


@pytest.mark.parametrize("design", ["lhs", "sobol"])
def test_any_number_of_processes_leaves_the_same_bytes(
    design: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "SEGMENT_ROWS", 70_000)
    planned = plan_sweep(gather({"training_compute": 2e25}, origin="call"), {**AXES, "chip": "h100,b200"},
                         results="run_cost", design=design, points=150_000)  # fmt: skip
    assert sweeping.segments(planned) > 3
    for ending in ("csv", "parquet"):
        one, two = (
            sweeping.to_file(planned, tmp_path / f"{count}.{ending}", processes=count).read_bytes() for count in (1, 2)
        )
        assert one == two
    assert (tmp_path / "1.csv").read_text().count("\n") == 300_001


def test_draws_inside_a_design() -> None:
    table = cc.sweep({"mfu": "0.3:0.5"}, **RUN, design="lhs", points=3, draws=2048, results="run_cost")
    for row in table.to_dict("records"):
        alone = cc.estimate(**RUN, mfu=row["mfu"], ranges=True, draws=2048)
        assert row["run_cost_p90"] == pytest.approx(alone.percentile("run_cost", 90), rel=1e-12)


@pytest.mark.parametrize(("given", "said"), [
    ({"design": "halton", "points": 4}, "neither lhs nor sobol"),
    ({"design": "lhs"}, "needs its number of points"),
    ({"points": 4}, "is for a design"),
    ({"design": "lhs", "points": 0}, "outside 1 to"),
    ({"design": "lhs", "points": 4, "vary": {"mfu": "0.3:0.5:7"}}, "not an axis of a design"),
    ({"design": "lhs", "points": 4, "vary": {"mfu": "0.5:0.3"}}, "lo is not below hi"),
    ({"design": "lhs", "points": 4, "vary": {"residual_value": "0:0.3:log"}}, "begins above 0"),
    ({"design": "lhs", "points": 4, "vary": {"precision": "bf16,fp8"}}, "no axis of numbers"),
])  # fmt: skip
def test_bad_designs_get_one_clear_message(given: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        cc.sweep(**{"vary": {"mfu": "0.3:0.5"}, **RUN, **given})  # type: ignore[arg-type]
