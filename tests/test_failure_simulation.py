"""The simulation confirms the closed forms within its own error, and covers what they leave out."""

from __future__ import annotations

import numpy as np
import pytest

from cluster_calc.errors import InputError
from cluster_calc.failure_simulation import simulate
from cluster_calc.formulas import checkpointing, daly, failures, optimal_interval, young

LLAMA_MTBF = 54 * 24 * 3600 / 419


@pytest.mark.parametrize("mtbf", [1800.0, LLAMA_MTBF, 1e5])
@pytest.mark.parametrize("write", [1.0, 10.0, 300.0])
@pytest.mark.parametrize("restart", [0.0, 600.0])
def test_the_closed_form_of_goodput_is_what_happens(mtbf: float, write: float, restart: float) -> None:
    interval = float(daly.checkpoint_interval(write, mtbf))
    expected = float(checkpointing.goodput(interval, write, restart, mtbf))
    found = simulate(
        mtbf=mtbf, checkpoint_interval=interval, checkpoint_write_time=write, restart_time=restart,
        work=interval * 300, replicas=400, seed=7,
    )  # fmt: skip
    assert abs(found.goodput - expected) < 4.5 * found.standard_error
    assert found.standard_error < 0.01


def test_the_same_seed_gives_the_same_run_and_another_one_does_not() -> None:
    setup = {
        "mtbf": 5000.0,
        "checkpoint_interval": 300.0,
        "checkpoint_write_time": 10.0,
        "restart_time": 60.0,
        "work": 1e5,
    }
    assert simulate(**setup, replicas=50, seed=3) == simulate(**setup, replicas=50, seed=3)
    assert simulate(**setup, replicas=50, seed=3).goodput != simulate(**setup, replicas=50, seed=4).goodput


def test_detection_repair_queues_and_lost_racks_only_cost() -> None:
    setup = {"mtbf": 8000.0, "checkpoint_interval": 400.0, "checkpoint_write_time": 10.0, "restart_time": 300.0,
             "work": 4e5, "replicas": 200, "seed": 1}  # fmt: skip
    plain = simulate(**setup)
    assert simulate(**setup, detection_time=300.0).goodput < plain.goodput - 0.02
    many = simulate(**setup, spare_servers=40, repair_time=86400.0)
    few = simulate(**setup, spare_servers=8, repair_time=86400.0)
    racks = simulate(**setup, spare_servers=40, repair_time=86400.0, rack_share=0.2, rack_servers=9)
    assert many.goodput == pytest.approx(plain.goodput, abs=0.01)
    assert few.goodput < many.goodput - 0.1
    assert few.waiting_share > 0.1
    assert racks.goodput < many.goodput - 0.01


def test_spares_at_the_formulas_number_hardly_wait() -> None:
    mtbf, repair = 86400 / 7.76, 86400.0
    spares = int(failures.spare_servers(failures.outages_in_repair(mtbf, repair), 1.0, 2.326347874))
    found = simulate(
        mtbf=mtbf, checkpoint_interval=460.0, checkpoint_write_time=10.0, restart_time=600.0, work=1e6,
        spare_servers=spares, repair_time=repair, replicas=200,
    )  # fmt: skip
    assert found.waiting_share < 0.01


def test_what_cannot_be_simulated_is_refused() -> None:
    with pytest.raises(InputError, match="mtbf"):
        simulate(mtbf=0.0, checkpoint_interval=1.0, checkpoint_write_time=1.0, restart_time=0.0, work=1.0)


def test_the_published_intervals() -> None:
    """Daly 2006 against the optimum by Lambert's W, M = 1."""
    for write, exact, series, first in [
        (0.001, 0.0440572, 0.0440572, 0.0447214), (0.01, 0.134835, 0.134833, 0.141421),
        (0.2, 0.506760, 0.506149, 0.632456), (0.5, 0.698290, 0.694444, 1.0), (1.0, 0.841406, 0.826114, 1.414214),
    ]:  # fmt: skip
        assert float(optimal_interval.checkpoint_interval(write, 1.0)) == pytest.approx(exact, abs=1.1e-6)
        assert float(daly.checkpoint_interval(write, 1.0)) == pytest.approx(series, abs=6e-7)
        assert float(young.checkpoint_interval(write, 1.0)) == pytest.approx(first, abs=6e-7)


def test_the_optimal_interval_wastes_least() -> None:
    write = np.geomspace(1e-4, 3.0, 40)
    best = optimal_interval.checkpoint_interval(write, 1.0)
    goodput = checkpointing.goodput(best, write, 0.1, 1.0)
    for factor in (0.97, 1.03):
        assert (checkpointing.goodput(best * factor, write, 0.1, 1.0) < goodput).all()


def test_golden_goodputs_at_the_scale_of_llama_3() -> None:
    for write, expected in [(10.0, 0.9080), (60.0, 0.853), (300.0, 0.744)]:
        interval = float(daly.checkpoint_interval(write, LLAMA_MTBF))
        assert float(checkpointing.goodput(interval, write, 600.0, LLAMA_MTBF)) == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize(
    ("chips", "interval", "expected"),
    [
        (16384, 5, 0.931),
        (16384, 60, 0.676),
        (12000, 60, 0.763),
        (12000, 5, 0.949),
        (2048, 60, 0.960),
        (4096, 60, 0.919),
    ],
)
def test_ettr_as_kokolis_et_al_print_it(chips: int, interval: float, expected: float) -> None:
    mtbf = 86400 / (6.5e-3 * chips / 8)
    assert float(checkpointing.ettr(interval * 60, 0.0, 300.0, mtbf)) == pytest.approx(expected, abs=6e-4)


def test_spares_are_within_one_of_the_exact_poisson_tail() -> None:
    for mean in np.geomspace(0.3, 300, 60):
        probability, total, count = float(np.exp(-mean)), float(np.exp(-mean)), 0
        while total < 0.99:
            count += 1
            probability *= mean / count
            total += probability
        assert abs(float(failures.spare_servers(mean, 1.0, 2.326347874)) - count) <= 1
