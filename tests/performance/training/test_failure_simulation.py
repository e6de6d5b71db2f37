"""The simulation confirms the closed forms within its own error, and covers what they leave out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cluster_calc.errors import InputError
from cluster_calc.formulas import checkpoints, failures
from cluster_calc.performance.training.failure_simulation import expected_failures, simulate

LLAMA_MTBF = 54 * 24 * 3600 / 419


RULES = (checkpoints.daly_interval, checkpoints.optimal_interval, checkpoints.young_interval)


def scattered(number: int) -> dict[str, float]:
    """A run of any size and stability, its interval from one of the rules or off it."""
    rng = np.random.default_rng([2026, number])
    mtbf = 10 ** rng.uniform(2.8, 6.0)
    write = 10 ** rng.uniform(-0.5, 2.5)
    interval = float(RULES[number % 3](write, mtbf)) * rng.choice([1.0, 1.0, 0.3, 2.0])
    return {
        "mtbf": mtbf, "checkpoint_write_time": write, "checkpoint_interval": interval,
        "restart_time": float(rng.choice([0.0, min(10 ** rng.uniform(0, 3.5), 1.5 * mtbf)])),
        "detection_time": float(rng.choice([0.0, 10 ** rng.uniform(0, 3)])),
        "work": interval * int(rng.integers(1, 300)),
    }  # fmt: skip


@pytest.mark.parametrize(
    "numbers", [range(24), pytest.param(range(24, 264), marks=pytest.mark.thorough)], ids=["daily", "thorough"]
)
def test_the_closed_forms_are_what_happens(numbers: range) -> None:
    """Within the simulation's own error, and that error is the right one: deviations scatter as standard normals do."""
    deviations = []
    for number in numbers:
        setup = scattered(number)
        mtbf, interval, write, restart = (
            setup[name] for name in ("mtbf", "checkpoint_interval", "checkpoint_write_time", "restart_time")
        )
        found = simulate(**setup, replicates=400, seed=number)
        failures = expected_failures(mtbf, interval, write, restart, found.work)
        time = found.work / float(checkpoints.goodput(interval, write, restart, mtbf))
        time += setup["detection_time"] * failures
        assert found.work == pytest.approx(setup["work"], rel=1e-9)
        if failures < 0.2:
            continue  # hardly any replicate saw a failure: the error of the mean is not known from so few
        for entry, expected in (
            (found.time, time),
            (found.interruptions, failures),
            (found.goodput, found.work / time),
        ):
            deviations.append((entry.value - expected) / entry.standard_error)
            assert abs(deviations[-1]) < 4.5, (number, setup)
    assert len(deviations) > 2 * len(numbers)
    assert 0.5 < np.mean(np.square(deviations)) < 1.8


def test_the_parts_of_the_time_sum_to_it() -> None:
    found = simulate(
        mtbf=5000.0, checkpoint_interval=300.0, checkpoint_write_time=20.0, restart_time=200.0, work=3e5, detection_time=60.0,
        spare_servers=3, repair_time=9000.0, replicates=50,
    )  # fmt: skip
    assert sum(share.value for share in found.shares.values()) == pytest.approx(1, rel=1e-12)
    assert found.shares["checkpoints"].value == pytest.approx(found.goodput.value * 20 / 300)
    assert found.shares["detection"].value == pytest.approx(60 * found.interruptions.value / found.time.value)


def test_the_same_seed_gives_the_same_run_and_another_one_does_not() -> None:
    setup = {"mtbf": 5000.0, "checkpoint_interval": 300.0, "checkpoint_write_time": 10.0, "restart_time": 60.0, "work": 1e5}  # fmt: skip
    assert simulate(**setup, replicates=50, seed=3) == simulate(**setup, replicates=50, seed=3)
    assert simulate(**setup, replicates=50, seed=3).goodput != simulate(**setup, replicates=50, seed=4).goodput


def test_without_spares_every_failure_waits_for_its_own_repair() -> None:
    setup = {"mtbf": 8000.0, "checkpoint_interval": 400.0, "checkpoint_write_time": 10.0, "restart_time": 300.0, "work": 4e5}  # fmt: skip
    found = simulate(**setup, spare_servers=0, repair_time=5000.0, replicates=400, seed=2)
    failures = expected_failures(8000.0, 400.0, 10.0, 300.0, found.work)
    expected = found.work / float(checkpoints.goodput(400.0, 10.0, 300.0, 8000.0)) + 5000.0 * failures
    assert abs(found.time.value - expected) < 4.5 * found.time.standard_error
    assert found.waited.value == 1


@pytest.mark.parametrize(("spares", "crews"), [(1, None), (3, None), (6, None), (2, 1), (6, 2), (0, 1), (4, 5)])
def test_a_pool_waits_as_the_birth_and_death_of_outages_says(spares: int, crews: int | None) -> None:
    """With k servers in repair, one more fails at rate λ while the job runs (k ≤ S), and min(k, c) are repaired at rate µ."""
    rate, repair = 1 / 3000.0, 8000.0
    weights = [1.0]
    for broken in range(1, spares + 2):
        weights.append(weights[-1] * rate * repair / min(broken, crews or broken))
    expected = weights[-1] / sum(weights)
    found = simulate(
        mtbf=1 / rate, checkpoint_interval=30.0, checkpoint_write_time=1e-6, restart_time=0.0, work=6e6, spare_servers=spares,
        repair_time=repair, repair_crews=crews, replicates=100, seed=spares,
    )  # fmt: skip
    waiting = found.shares["waiting for servers"]
    assert abs(waiting.value - expected) < 4.5 * waiting.standard_error + 0.002
    assert waiting.standard_error < 0.01


def test_detection_repair_queues_and_lost_racks_only_cost() -> None:
    setup: dict[str, Any] = {"mtbf": 8000.0, "checkpoint_interval": 400.0, "checkpoint_write_time": 10.0, "restart_time": 300.0,
                             "work": 4e5, "replicates": 200, "seed": 1}  # fmt: skip

    def goodput(**more: Any) -> float:
        return simulate(**setup, **more).goodput.value

    plain, pool = goodput(), {"spare_servers": 40, "repair_time": 86400.0}
    assert goodput(detection_time=300.0) < plain - 0.02
    assert goodput(**pool) == pytest.approx(plain, abs=0.01)
    few = simulate(**setup, **{**pool, "spare_servers": 8})
    assert few.goodput.value < plain - 0.1
    assert few.shares["waiting for servers"].value > 0.1
    assert goodput(**pool, rack_share=0.2, rack_servers=9) < plain - 0.01
    assert goodput(**pool, repair_crews=1) < goodput(**pool) - 0.1


def test_spares_at_the_formulas_number_hardly_wait() -> None:
    mtbf, repair = 86400 / 7.76, 86400.0
    spares = int(failures.spare_servers(failures.outages_in_repair(mtbf, repair), 1.0, 2.326347874))
    found = simulate(
        mtbf=mtbf, checkpoint_interval=460.0, checkpoint_write_time=10.0, restart_time=600.0, work=1e6,
        spare_servers=spares, repair_time=repair, replicates=200,
    )  # fmt: skip
    assert 0 < found.waited.value < 0.02
    assert found.shares["waiting for servers"].value < 0.01


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"mtbf": 0.0}, "mtbf"), ({"work": float("inf")}, "work"), ({"restart_time": 1e5}, "too many"),
     ({"spare_servers": 10**7}, "spares")],
)  # fmt: skip
def test_what_cannot_be_simulated_is_refused(wrong: dict[str, Any], named: str) -> None:
    setup = {"mtbf": 1e3, "checkpoint_interval": 100.0, "checkpoint_write_time": 1.0, "restart_time": 0.0, "work": 1e4}
    with pytest.raises(InputError, match=named):
        simulate(**{**setup, **wrong})


def test_the_published_intervals() -> None:
    """Daly 2006 against the optimum by Lambert's W, M = 1."""
    for write, exact, series, first in [
        (0.001, 0.0440572, 0.0440572, 0.0447214), (0.01, 0.134835, 0.134833, 0.141421),
        (0.2, 0.506760, 0.506149, 0.632456), (0.5, 0.698290, 0.694444, 1.0), (1.0, 0.841406, 0.826114, 1.414214),
    ]:  # fmt: skip
        assert float(checkpoints.optimal_interval(write, 1.0)) == pytest.approx(exact, abs=1.1e-6)
        assert float(checkpoints.daly_interval(write, 1.0)) == pytest.approx(series, abs=6e-7)
        assert float(checkpoints.young_interval(write, 1.0)) == pytest.approx(first, abs=6e-7)


def test_the_optimal_interval_wastes_least() -> None:
    write = np.geomspace(1e-4, 3.0, 40)
    best = checkpoints.optimal_interval(write, 1.0)
    goodput = checkpoints.goodput(best, write, 0.1, 1.0)
    for factor in (0.97, 1.03):
        assert (checkpoints.goodput(best * factor, write, 0.1, 1.0) < goodput).all()


def test_golden_goodputs_at_the_scale_of_llama_3() -> None:
    for write, expected in [(10.0, 0.9080), (60.0, 0.853), (300.0, 0.744)]:
        interval = float(checkpoints.daly_interval(write, LLAMA_MTBF))
        assert float(checkpoints.goodput(interval, write, 600.0, LLAMA_MTBF)) == pytest.approx(expected, abs=6e-4)


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
    assert float(checkpoints.ettr(interval * 60, 0.0, 300.0, mtbf)) == pytest.approx(expected, abs=6e-4)


def test_spares_are_within_one_of_the_exact_poisson_tail() -> None:
    for mean in np.geomspace(0.3, 300, 60):
        probability, total, count = float(np.exp(-mean)), float(np.exp(-mean)), 0
        while total < 0.99:
            count += 1
            probability *= mean / count
            total += probability
        assert abs(float(failures.spare_servers(mean, 1.0, 2.326347874)) - count) <= 1
