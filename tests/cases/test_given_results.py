"""A page holds one truth: whatever result is given, every formula of the model holds on the values beside it, or it is an error.

COMMANDS is the readable part: command → figures → why. What follows gives every result at twice and at half its value.
"""

from __future__ import annotations

import json
import math
import shlex
from typing import Any, NamedTuple

import numpy as np
import pytest
from click.testing import CliRunner

import cluster_calc as cc
from cluster_calc.cli import main
from cluster_calc.errors import InputError
from cluster_calc.estimation.consistency import USUAL
from cluster_calc.estimation.result import Result
from cluster_calc.quantities.nomenclature import QUANTITIES

DEEPSEEK = "--params 671e9 --active-parameters 37e9 --tokens 14.8e12 --chip h800 --precision fp8"
LLAMA = "--params 65e9 --tokens 1.4e12 --chip a100-80gb --chips 2048"


# How long 1e24 FLOP take on 1,000 H100 at 40 % and 90 %.
SECONDS = 1e24 / (1000 * 989.4e12 * 0.4 * 0.9)


class Case(NamedTuple):
    """A command, the results it must give in their JSON units, and why."""

    command: str
    values: dict[str, float]
    why: str


COMMANDS = [
    Case(f'estimate {DEEPSEEK} --accelerator-time "2.79e6 chip*hour" --chips 2048',
         {"mfu": 6 * 37e9 * 14.8e12 / (2.79e6 * 3600 * 1.979e15), "training_compute": 6 * 37e9 * 14.8e12,
          "training_time": 2.79e6 / 2048 / 24}, "chip-hours and compute imply the MFU, 16.5 %"),
    Case(f'estimate {LLAMA} --mfu 0.4 --cluster-throughput "100 PFLOP/s"',
         {"training_time": 6 * 65e9 * 1.4e12 / (100e15 * 0.4 * 0.9) / 86400, "delivered_throughput": 36e15},
         "what the cluster delivers at 40 % and 90 % of 100 PFLOP/s takes 175.5 days"),
    Case('estimate --flop 1e22 --chip h200 --chips 1 --step-throughput "420 TFLOP/s"',
         {"training_time": 1e22 / (420e12 * 0.9) / 86400, "mfu": 420 / 989.4}, "the rate of a training log is an MFU, 42.4 %"),
    Case('estimate --flop 1e22 --chip h200 --chips 1 --delivered-throughput "378 TFLOP/s"',
         {"training_time": 1e22 / 378e12 / 86400, "mfu": 420 / 989.4}, "the same rate, interruptions counted"),
    Case('estimate --flop 1e24 --chip h100 --chips 1000 --capital-cost "250 MUSD"',
         {"all_in_price": 250e3, "chip_price": 250e3 * (1 - 0.19) / 1.0}, "the capital cost implies the price of a chip"),
    Case('estimate --flop 2e25 --chip h100 --chips 10000 --facility-power "12.75 MW"',
         {"power_utilisation": 12.75e6 / (10000 * 1275 * 1.25)}, "the average power implies how hard the chips draw"),
    Case('estimate --flop 1e24 --chip h100 --chips 1000 --rental-cost "4 MUSD"',
         {"rental_price": 4e6 / (1e24 / (989.4e12 * 0.4 * 0.9) / 3600)}, "the rent implies its price"),
    Case('solve electricity_price --flop 1e24 --chip h100 --chips 1000 --capital-cost "50 MUSD" --run-cost "2 MUSD"',
         {"value": (2e6 - 50e6 * SECONDS / (1461 * 86400)) / (1275 * 0.75 * 1.25 * SECONDS / 3600)}, "run cost moves with the price of electricity, the capital cost does not"),
    Case('solve mfu --step-throughput "420 TFLOP/s" --chips 1 --chip h200', {"value": 420 / 989.4},
         "without a run, a cluster's rate still has an MFU"),
]  # fmt: skip

# Two figures that cannot both be: what the message must name.
ERRORS = [
    ('estimate --flop 2e25 --chip h100 --network-capital "500 MUSD"', ("network_capital $500M", "network_share 6")),
    ("estimate --flop 2e25 --chip h100 --accelerator-time '1 chip*day'", ("accelerator_time", "MFU of 234,000")),
    ("estimate --chip a100-40gb --chips 4480 --params 530e9 --tokens 270e9 --tensor-parallel 8 --pipeline-parallel 35 --data-parallel 8",
     ("data_parallel is given as 8", "chips 4,480", "16")),
    ("estimate --chip a100-40gb --params 530e9 --tokens 270e9 --tensor-parallel 8 --pipeline-parallel 35 --data-parallel 8",
     ("data_parallel is given as 8", "give --chips")),
    ('estimate --flop 2e25 --chip h100 --chips 10000 --facility-power "10 MW" --facility-energy "5 GWh"',
     ("facility_energy is given as 5 GWh", "15.6 GWh", "facility_power 10 MW")),
    ('estimate --chip h100 --chips 8 --flop 1e22 --system-power "775 W" --server-power-factor 1.5',
     ("server_power_factor is given as 1.5", "system_power 775 W")),
    ('estimate --chip h100 --chips 1024 --flop 1e24 --operations-cost "1 MUSD" --staff-rate "1 MUSD/year"',
     ("operations_cost is given as $1M", "staff_rate")),
    ('estimate --flop 1e24 --chip h100 --chips 100 --mfu 0.4 --step-throughput "60 PFLOP/s"',
     ("step_throughput is given as 60 PFLOP/s", "39.6 PFLOP/s", "mfu 40%")),
    (f"estimate {LLAMA} --mfu-margin 0.2", ("mfu_margin is an answer",)),
    (f"estimate {LLAMA} --latency-margin 0.2", ("latency_margin is an answer",)),
    (f"estimate {LLAMA} --shipment-share 0.2", ("shipment_share is an answer", "--annual-shipments")),
]  # fmt: skip


def ran(command: str) -> tuple[int, str]:
    outcome = CliRunner().invoke(main, [*shlex.split(command), "--format", "json"])
    return outcome.exit_code, outcome.stdout if not outcome.exit_code else outcome.stderr


@pytest.mark.parametrize("case", COMMANDS, ids=lambda case: case.why)
def test_what_follows_from_a_given_result_follows(case: Case) -> None:
    code, said = ran(case.command)
    assert code == 0, said
    found = json.loads(said)
    if case.command.startswith("estimate"):
        found = {name: entry["value"] for name, entry in found["results"].items()}
    assert {name: found[name] for name in case.values} == pytest.approx(case.values, rel=1e-3)


@pytest.mark.parametrize(("command", "words"), ERRORS, ids=lambda entry: entry if isinstance(entry, str) else "")
def test_figures_that_cannot_both_be_are_an_error_that_names_both(command: str, words: tuple[str, ...]) -> None:
    code, said = ran(command)
    assert code == 2, said
    assert [word for word in words if word not in said] == []


# --- every result, at twice and at half its value ---------------------------------------------------------------------

BASES: dict[str, dict[str, Any]] = {
    "fixed-time": {"training_compute": 2e25, "chip": "h100"},
    "fixed-chips": {"params": 70e9, "tokens": 15e12, "chip": "h100", "chips": 4096},
    "observed": {"training_compute": 1e24, "chip": "h100", "chips": 1024, "training_time": "40 days"},
    "capacity": {"chip": "b200", "chips": 1024, "training_time": "40 days"},
    "cluster": {"chip": "h100", "chips": 1024},
    "failures": {"training_compute": 2e25, "chip": "h100", "chips": 8192, "failure_rate": "0.0065 failure/server/day"},
    "server": {"training_compute": 2e25, "chip": "h100", "chips": 8192, "server": "default", "staff_rate": "3 MUSD/year"},
    "declining": {"training_compute": 2e25, "chip": "h100", "chips": 8192, "depreciation_method": "declining-balance",
                  "hardware_age": "1 year", "used_share": 0.7, "construction_cost": "10 USD/W"},
    "layout": {"params": 70e9, "tokens": 1e12, "chip": "h100", "chips": 1024, "layers": 80, "hidden_size": 8192, "heads": 64,
               "sequence_length": 4096, "global_batch": 1024, "tensor_parallel": 8, "pipeline_parallel": 4},
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words", "absent"),
    [({"flop": 1e24, "chip": "h100", "training_time": "36 month"}, "training_time 1,100 days is outside", "time_allowed 1"),
     ({"params": 70e9, "tokens": 1e12, "chip": "h100", "flop_per_parameter_token": 8}, "8 FLOP",
      "FLOP convention 6N")],
)  # fmt: skip
def test_a_page_speaks_of_what_was_typed(given: dict[str, Any], words: str, absent: str) -> None:
    page = " ".join(str(cc.estimate(**given)).split())
    assert words in page
    assert absent not in page


def silent_breaks(result: Result) -> list[str]:
    """The formulas that do not hold on the values of a result."""
    found = []
    for name, formula, inputs in result.model.formulas.values():
        if name in USUAL or name not in result.values or any(entry not in result.values for entry in inputs):
            continue
        with np.errstate(all="ignore"):
            own = float(formula(*[np.asarray(result.values[entry], dtype=float) for entry in inputs]))
        if not math.isclose(own, float(result.values[name]), rel_tol=1e-9, abs_tol=0.0):
            found.append(f"{name}: {result.values[name]!r} given or printed, {own!r} by its formula")
    return found


def text_of(result: Result, name: str, factor: float) -> str:
    known = QUANTITIES[name]
    value = float(result.in_unit(name)) * factor
    return repr(value) if known.unit == "1" else f"{value!r} {known.unit}"


@pytest.mark.parametrize("factor", [2.0, 0.5])
@pytest.mark.parametrize("base", BASES)
def test_no_result_given_at_another_value_breaks_a_formula_in_silence(base: str, factor: float) -> None:
    plain = cc.estimate(**BASES[base])
    assert silent_breaks(plain) == []
    broken, held, refused = {}, 0, 0
    for name in plain.results:
        if name not in plain.values or name in BASES[base] or QUANTITIES[name].is_date or not plain.values[name]:
            continue
        try:
            result = cc.estimate(**BASES[base], **{name: text_of(plain, name, factor)})
        except InputError:
            refused += 1
            continue
        held += 1
        if found := silent_breaks(result):
            broken[name] = found
    assert broken == {}
    assert held > 0
    assert refused > 0


def test_a_sweep_over_a_given_result_is_the_estimate_of_each() -> None:
    base = {"training_compute": 1e24, "chip": "h100", "chips": 1000}
    for name, texts in {"capital_cost": ["50 MUSD", "250 MUSD", "1 USD"], "step_throughput": ["4e17 FLOP/s", "2e17 FLOP/s", "9e18 FLOP/s"],
                        "accelerator_time": ["1e6 chip*hour", "2e6 chip*hour", "1 chip*hour"]}.items():  # fmt: skip
        rows = cc.sweep({name: texts}, **base, results=["run_cost", "training_time"]).to_dict("records")
        for row, text in zip(rows, texts, strict=True):
            try:
                alone = cc.estimate(**base, **{name: text})
            except InputError:
                assert row["run_cost"] != row["run_cost"]
                continue
            assert row["run_cost"] == pytest.approx(alone.in_unit("run_cost"), rel=1e-9)
            assert row["training_time"] == pytest.approx(alone.in_unit("training_time"), rel=1e-9)
