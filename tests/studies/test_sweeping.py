"""Sweeps: every row is an estimate, whoever computes it, and what is on disk is whole."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import cluster_calc as cc
from cluster_calc import progress
from cluster_calc.cli import main
from cluster_calc.errors import InputError
from cluster_calc.scenario.layers import gather
from cluster_calc.studies import sweeping
from cluster_calc.studies.extremes import extremes
from cluster_calc.studies.grid import Sweep, axis, plan_sweep

RUN = {"training_compute": 2e25, "chip": "h100"}
GRID = {"mfu": "0.3:0.5:5", "electricity_price": "4:16:3:log cent/kWh", "lifetime": "3,4,6 years"}


def planned(vary: object = None, **given: object) -> Sweep:
    merged = gather({**RUN, **given}, origin="call")
    return plan_sweep(merged, vary or GRID)  # type: ignore[arg-type]


def run(*arguments: str) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(main, ["sweep", *arguments])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_every_row_is_the_estimate_of_its_inputs() -> None:
    table = cc.sweep({**GRID, "chip": ["h100", "b200"]}, training_compute=2e25)
    assert len(table) == 2 * 5 * 3 * 3
    for row in table.sample(12, random_state=1).to_dict("records"):
        alone = cc.estimate(
            training_compute=2e25, chip=row["chip"], mfu=row["mfu"], lifetime=f"{row['lifetime']!r} years",
            electricity_price=f"{row['electricity_price']!r} USD/kWh",
        )  # fmt: skip
        for name in ("run_cost", "chips", "training_time", "emissions"):
            assert row[name] == pytest.approx(alone.in_unit(name), rel=1e-12)
    assert list(table["mfu"].unique()) == pytest.approx([0.3, 0.35, 0.4, 0.45, 0.5])


def test_draws_inside_a_sweep_are_the_estimates_own() -> None:
    table = cc.sweep({"chips": [4096, 8192]}, **RUN, draws=4096, results=["run_cost", "training_time"])
    for row in table.to_dict("records"):
        alone = cc.estimate(**RUN, chips=row["chips"], ranges=True, draws=4096)
        for name in ("run_cost", "training_time"):
            assert row[name] == pytest.approx(alone.in_unit(name), rel=1e-12)
            assert row[f"{name}_mean"] == pytest.approx(alone.mean(name), rel=1e-12)
            for percent in (10, 50, 90):
                assert row[f"{name}_p{percent}"] == pytest.approx(alone.percentile(name, percent), rel=1e-12)


def test_sized_chips_are_held_at_each_point() -> None:
    full = cc.sweep({"mfu": [0.3, 0.5]}, **RUN, draws=500, full=True, results="chips,training_time")
    assert len(full) == 1000
    assert full.groupby("mfu")["chips"].nunique().tolist() == [1, 1]
    assert full.groupby("mfu")["training_time"].nunique().min() > 50


def test_only_typed_ranges_are_drawn_unless_all_are_asked_for() -> None:
    some = cc.sweep({"pue": [1.1, 1.2]}, **RUN, mfu="0.3..0.5", full=True, draws=None, results="run_cost")
    assert "mfu" in some.columns
    assert "goodput" not in some.columns
    assert {"mfu", "goodput"} <= set(
        cc.sweep({"pue": [1.1]}, **RUN, ranges=True, full=True, draws=10, results="run_cost")
    )


@pytest.mark.parametrize("points", [1, 7, 1000, 200_000])
def test_slabs_cover_the_grid_once_in_order(points: int) -> None:
    sweep = plan_sweep(gather(RUN, origin="call"), {"pue": "1.1,1.2,1.3", "mfu": np.linspace(0.2, 0.5, points).tolist(),
                                                    "goodput": "0.8,0.9"}, results="run_cost")  # fmt: skip
    rows = [sweep.slab(index) for index in reversed(range(sweep.slabs))][::-1]
    merged = {name: np.concatenate([row[name] for row in rows]) for name in sweep.columns}
    assert len(merged["mfu"]) == sweep.points == 6 * points
    expected = np.array(np.meshgrid([1.1, 1.2, 1.3], np.linspace(0.2, 0.5, points), [0.8, 0.9], indexing="ij"))
    for name, column in zip(("pue", "mfu", "goodput"), expected.reshape(3, -1), strict=True):
        np.testing.assert_allclose(merged[name], column, rtol=1e-14)


def test_processes_and_blocks_leave_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "SEGMENT_ROWS", 50_000)
    sweep = plan_sweep(
        gather(RUN, origin="call"), {"mfu": "0.3:0.5:440", "pue": "1.1:1.5:600"}, results="run_cost,chips"
    )
    assert sweeping.segments(sweep) > 3
    for ending in ("csv", "parquet"):
        one, two = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
        sweeping.to_file(sweep, one)
        sweeping.to_file(sweep, two, processes=2)
        assert one.read_bytes() == two.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.csv", "one.parquet", "two.csv", "two.parquet"]
    with (tmp_path / "one.csv").open() as file:
        rows = list(csv.DictReader(file))
    table = pq.read_table(tmp_path / "one.parquet")
    assert len(rows) == table.num_rows == 264_000
    assert table.schema.field("run_cost").metadata == {b"unit": b"USD"}
    assert float(rows[-1]["run_cost"]) == table["run_cost"][-1].as_py()
    single, double = (extremes(sweep, processes=count) for count in (1, 2))
    for left, right in zip(single, double, strict=True):
        assert (left.low, left.high, left.low_at, left.high_at) == (right.low, right.high, right.low_at, right.high_at)
        assert left.sample.tobytes() == right.sample.tobytes()
    assert single[0].low == pytest.approx(float(table["run_cost"].to_numpy().min()), rel=1e-15)


def test_a_sweep_is_cut_so_that_several_processes_end_together() -> None:
    # A cut depends on the sweep alone: a million rows, or ten million draws, are many segments and not one.
    rows = planned({"mfu": "0.3:0.5:1000", "pue": "1.1:1.5:1000"})
    draws = planned({"mfu": "0.3:0.5:60", "pue": "1.1:1.5:10"}, draws=16_384)
    assert 6 <= sweeping.segments(rows) <= sweeping.PARTS
    assert 12 <= sweeping.segments(draws) <= sweeping.PARTS
    assert sweeping.segments(planned({"mfu": "0.3:0.5:1000"})) == 1


def test_a_worker_is_told_its_sweep_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What a task carries is a number and a path; the sweep with its models comes with the process.
    monkeypatch.setattr(sweeping, "SEGMENT_ROWS", 4_000)
    monkeypatch.setattr(sweeping, "LEAST_ROWS", 4_000)
    sweep = planned({"mfu": "0.3:0.5:400", "pue": "1.1:1.5:400"})
    monkeypatch.setattr(Sweep, "__getstate__", lambda _: pytest.fail("a sweep was pickled for a task"))
    if multiprocessing.get_start_method() != "fork":
        pytest.skip("without fork a worker is sent its sweep, once")
    assert sweeping.to_file(sweep, tmp_path / "x.csv", processes=2).stat().st_size > 1e6
    assert len(extremes(sweep, processes=2)) == len(sweep.results)


def test_progress_of_a_sweep_that_goes_on_counts_its_own_time_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    clock = iter([0.0, 10.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    bar = progress.Bar(100_000)
    bar(91, 100)  # ninety parts were there before
    assert " 91 %  100 rows/s  90 s left" in capsys.readouterr().err


def test_an_interrupted_sweep_keeps_whole_parts_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sweeping, "SEGMENT_ROWS", 50_000)
    sweep = plan_sweep(gather(RUN, origin="call"), {"mfu": "0.3:0.5:440", "pue": "1.1:1.5:600"}, results="run_cost")

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    path = tmp_path / "grid.csv"
    with pytest.raises(KeyboardInterrupt):
        sweeping.to_file(sweep, path, progress=stop)
    assert "2 of" in capsys.readouterr().err
    assert not path.exists()
    with pytest.raises(InputError, match="go on with --resume"):
        sweeping.to_file(sweep, path)
    with pytest.raises(InputError, match="another sweep"):
        sweeping.to_file(planned({"mfu": "0.3:0.5:440"}), path, resume=True)
    computed: list[int] = []
    sweeping.to_file(sweep, path, resume=True, progress=lambda done, total: computed.append(done))
    assert computed[0] == 3
    fresh = tmp_path / "fresh.csv"
    sweeping.to_file(sweep, fresh)
    assert path.read_bytes() == fresh.read_bytes()


def test_a_real_interrupt_exits_130_and_leaves_no_half_part(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cluster_calc", "sweep", "--vary", "mfu=0.3:0.5:20000", "--vary", "pue=1.1:1.5:20000",
               "--flop", "2e25", "--chip", "h100", "--results", "run_cost", "-o", "big.parquet", "--processes", "2"]  # fmt: skip
    root = str(Path(cc.__file__).parents[1])
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": root}, start_new_session=True)  # fmt: skip
    folder = tmp_path / "big.parquet.partial"
    for _ in range(200):
        if len(list(folder.glob("part-*.parquet"))) >= 2:
            break
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "parts are whole" in said
    assert "Traceback" not in said
    parts = list(folder.glob("part-*.parquet"))
    assert parts
    assert not list(folder.glob("*.tmp"))
    assert all(pq.ParquetFile(part).metadata.num_rows > 0 for part in parts)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_full_disk_leaves_whole_parts(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A limit on the size of a file stands for the disk: the joined file hits it, the parts do not.
    code = (
        "import signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from cluster_calc.studies import sweeping; sweeping.SEGMENT_ROWS = 60_000\n"
        "from cluster_calc.cli import main; main()"
    )
    limit = 5_000_000 if ending == "csv" else 900_000
    outcome = subprocess.run(
        [sys.executable, "-c", code, "sweep", "--vary", "mfu=0.3:0.5:440", "--vary", "pue=1.1:1.5:600", "--flop", "2e25",
         "--chip", "h100", "--results", "run_cost", "-o", f"big.{ending}"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(cc.__file__).parents[1])},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    assert outcome.returncode == 2, outcome.stderr
    assert "cannot be written: File too large" in outcome.stderr
    assert "--resume goes on" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1
    assert not (tmp_path / f"big.{ending}").exists()
    parts = sorted((tmp_path / f"big.{ending}.partial").glob(f"part-*.{ending}"))
    assert len(parts) >= 2
    # With room again it goes on, and comes to what an undisturbed sweep writes.
    monkeypatch.setattr(sweeping, "SEGMENT_ROWS", 60_000)
    for name, more in ((f"big.{ending}", ["--resume"]), (f"fresh.{ending}", [])):
        code, _, said = run("--vary", "mfu=0.3:0.5:440", "--vary", "pue=1.1:1.5:600", "--flop", "2e25", "--chip", "h100",
                            "--results", "run_cost", "-o", str(tmp_path / name), *more)  # fmt: skip
        assert code == 0, said
    assert (tmp_path / f"big.{ending}").read_bytes() == (tmp_path / f"fresh.{ending}").read_bytes()


def test_the_stream_and_the_extremes() -> None:
    given = ("--vary", "mfu=0.3:0.5:3", "--vary", "chip=h100,b200", "--flop", "2e25", "--results", "run_cost")
    code, out, _ = run(*given, "-o", "-")
    assert code == 0
    rows = list(csv.DictReader(out.splitlines()))
    assert [row["chip"] for row in rows] == ["h100"] * 3 + ["b200"] * 3
    code, out, err = run(*given)
    assert code == 0, err
    assert "6 points: chip 2 × mfu 3" in out
    assert "least at chip b200, mfu 50%" in out.replace("\n", " ")


def test_axes_read_units_dates_and_counts() -> None:
    assert axis("electricity_price", "4,8 cent/kWh").values * 3.6e6 == pytest.approx([0.04, 0.08])
    assert axis("chips", "1:100:4:log").values.tolist() == [1, 5, 22, 100]
    assert axis("flop", "1e24:1e26:3:log").values == pytest.approx([1e24, 1e25, 1e26])
    table = cc.sweep({"start": "2027-01-01,2027-02-01"}, **RUN, deadline="2027-06-01", results="deadline_margin")
    assert table["start"].tolist() == ["2027-01-01", "2027-02-01"]


FLOP = ("--flop", "2e25", "--chip", "h100")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (FLOP, "nothing to vary"),
        (("--vary", "mfu", *FLOP), "is not NAME=VALUES"),
        (("--vary", "mfu=0.3:0.5", *FLOP), "is not a grid"),
        (("--vary", "mfu=0.3:0.5:1.5", *FLOP), "number of steps"),
        (("--vary", "mfu=0.5:0.3:5", *FLOP), "lo is not below hi"),
        (("--vary", "mfu=0.3,,0.5", *FLOP), "empty value"),
        (("--vary", "mfu=0.3..0.5", *FLOP), "is not one value"),
        (("--vary", "mfu=0.3,1.5", *FLOP), "0 < mfu <= 1"),
        (("--vary", "residual_value=0:0.2:5:log", *FLOP), "begins above 0"),
        (("--vary", "mfuu=0.3,0.4", *FLOP), "Did you mean mfu"),
        (("--vary", "mfu=0.3,0.4", "--vary", "mfu=0.5", *FLOP), "given twice"),
        (("--vary", "mfu=0.3,0.4", "--mfu", "0.4", *FLOP), "varied and also given"),
        (("--vary", "chip=h100,h1000", "--flop", "2e25"), "h1000"),
        (("--vary", "mfu=0.3,0.4", "--results", "runcost", *FLOP), "run_cost"),
        (("--vary", "mfu=0.3:0.5:1e6", "--vary", "pue=1.1:1.5:1e6", *FLOP, "-o", "x.csv"), "--yes"),
        (("--vary", "mfu=0.3,0.4", *FLOP, "-o", "x.txt"), ".csv or .parquet"),
        (("--vary", "mfu=0.3,0.4", *FLOP, "-o", "no/such/x.csv"), "there is no folder"),
        (("--vary", "mfu=0.3,0.4", *FLOP, "-o", "x.csv", "--resume"), "to go on with"),
        (("--vary", "mfu=0.3,0.4", *FLOP, "-o", "/dev/full"), "No space left"),
        (("--vary", "mfu=0.3,0.4", *FLOP, "--processes", "x"), "number of processes"),
        (("--vary", "mfu=0.3,0.4", *FLOP, "--full", "-o", "-"), "nothing is drawn"),
        (("--vary", "mfu=0.3,0.4", *FLOP, "--resume"), "--resume goes on with a file"),
        (("--vary", "mfu=0.3,0.4", *FLOP, "--resume", "-o", "-"), "--resume goes on with a file"),
    ],
)
def test_bad_input_gets_one_clear_message(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert code == 2, out
    assert said in err
    assert len(err.splitlines()) <= 3
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("vary", "given", "why"),
    [
        ("chips=8192,100", {"training_time": "90 days"}, "an MFU above 1"),
        ("chips=100,8192", {"training_time": "90 days"}, "an MFU above 1"),
        ("start=2027-07-01,2027-03-01", {"deadline": "2027-06-01"}, "not after the start"),
        (
            "active_parameters=4e11,4e10",
            {"parameters": 1e11, "tokens": 1e13, "training_compute": None},
            "more than param",
        ),
    ],
)
@pytest.mark.parametrize("drawn", [{}, {"draws": 64}, {"draws": 64, "full": True}])
def test_a_row_that_no_estimate_would_give_is_empty(
    vary: str, given: dict[str, object], why: str, drawn: dict[str, object]
) -> None:
    name, values = vary.split("=")
    inputs = {key: value for key, value in {**RUN, **given}.items() if value is not None}
    table = cc.sweep({name: values}, results=["run_cost", "capital_cost"], **inputs, **drawn)
    each = len(table) // 2
    for place, value in enumerate(values.split(",")):
        rows = table["run_cost"].iloc[place * each : (place + 1) * each]
        try:
            alone = cc.estimate(**inputs, **{name: value if "-" in value else float(value)})
        except InputError:
            assert rows.isna().all()
        else:
            assert rows.notna().all()
            if "full" not in drawn:
                assert rows.iloc[0] == pytest.approx(alone.in_unit("run_cost"), rel=1e-12)
    assert any(why in text for text in plan_sweep(gather(inputs, origin="call"), {name: values}).contradicted())
    assert not planned({"mfu": "0.3,0.4"}).contradicted()


def test_what_is_left_out_or_left_empty_is_said() -> None:
    code, out, err = run("--vary", "chips=8192,100", "--days", "90", "--flop", "2e25", "--chip", "h100", "-o", "-",
                         "--results", "run_cost")  # fmt: skip
    assert code == 0
    assert out.splitlines()[2] == "100.0,"
    assert err == "note: rows that cannot be are empty: chips, time and compute imply an MFU above 1\n"
    code, _, err = run("--vary", "mfu=0.3,0.4", "--flop", "2e25", "--chip", "h100", "--draws", "64")
    assert code == 0
    assert "extremes are at base values" in err


def test_percentiles_asked_for_are_columns_of_their_own() -> None:
    table = cc.sweep({"pue": "1.1,1.2"}, results="run_cost", draws=2048, percentiles="5,97.5", **RUN)
    assert list(table.columns)[3:] == [f"run_cost_{part}" for part in ("p5", "p10", "p50", "p90", "p97.5")]
    alone = cc.estimate(**RUN, pue=1.2, ranges=True, draws=2048)
    for percent in (5, 10, 97.5):
        assert table[f"run_cost_p{percent:g}"][1] == pytest.approx(alone.percentile("run_cost", percent), rel=1e-12)


def test_a_missing_pyarrow_names_the_install_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(InputError, match=r"cluster-calc\[scale\]"):
        sweeping.to_file(planned(), tmp_path / "x.parquet")
    assert not list(tmp_path.iterdir())


def test_the_metadata_names_every_unit(tmp_path: Path) -> None:
    sweeping.to_file(planned(draws=64), tmp_path / "x.parquet")
    schema = pq.read_schema(tmp_path / "x.parquet")
    units = json.loads(schema.metadata[b"cluster_calc"])["units"]
    assert units["run_cost_p90"] == "USD"
    assert units["electricity_price"] == "USD/kWh"
    assert set(units) == set(schema.names)


@pytest.mark.parametrize("values", ["30,60", "30:60:2", "30:60:2:log", [30, 60]])
def test_bare_days_are_days(values: object) -> None:
    table = cc.sweep({"days": values}, **RUN, results="chips")
    assert table["training_time"].tolist() == pytest.approx([30, 60])
    assert table["chips"].tolist() == [21664, 10832]
