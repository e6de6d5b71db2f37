"""The public face: every verb takes a scenario and keywords, results are readable in a shell and can be pickled."""

import pickle

import pytest

import cluster_calc as cc
from cluster_calc.errors import InputError

RUN = {"training_compute": "2e25 FLOP", "chip": "h100", "time_allowed": "90 days", "mfu": 0.4}


@pytest.mark.parametrize("verb", [cc.estimate, cc.finance])
def test_verb_takes_scenario_as_mapping(verb):
    assert repr(verb(scenario=RUN)) == repr(verb(**RUN))


def test_keywords_override_the_scenario():
    assert cc.estimate(scenario=RUN, mfu=0.5).values["mfu"] == 0.5


def test_tuple_is_a_range():
    given = {**RUN, "draws": 200}
    assert cc.estimate(**{**given, "mfu": (0.3, 0.5)}).values == cc.estimate(**{**given, "mfu": "0.3..0.5"}).values


def test_lists_are_arrays_of_what_they_hold():
    found = cc.estimate(**{**RUN, "chips": [2000, "4_000"], "time_allowed": None}).values["training_time"]
    alone = [
        cc.estimate(**{**RUN, "chips": chips, "time_allowed": None}).values["training_time"] for chips in (2000, 4000)
    ]
    assert found.tolist() == alone


def test_a_list_in_a_file_is_refused(tmp_path):
    (tmp_path / "run.toml").write_text('chip = "h100"\ntraining_compute = 2e25\nmfu = [0.3, 0.4]\n')
    with pytest.raises(InputError, match=r"mfu: .* is a list"):
        cc.estimate(scenario=tmp_path / "run.toml")


def test_compare_takes_a_scenario():
    assert [entry.name for entry in cc.compare(scenario=RUN, chips=["b200"]).options] == [
        "nvidia-h100-sxm",
        "nvidia-b200-sxm",
    ]
    rest = {name: value for name, value in RUN.items() if name != "chip"}
    both = cc.compare(scenario=rest, chips=["h100", "b200"])
    assert both.options[0].result.values == cc.estimate(**RUN).values


def test_diff_takes_results_and_scenarios():
    before, after = RUN, {**RUN, "mfu": 0.5}
    wanted = cc.diff(cc.estimate(**before).as_dict(), cc.estimate(**after).as_dict())
    assert cc.diff(before, after) == cc.diff(cc.estimate(**before), cc.estimate(**after)) == wanted


def test_explain_is_the_results_own():
    assert cc.explain("run_cost", **RUN) == cc.estimate(**RUN).explain("run_cost")


def test_batch_takes_rows_frames_and_files(tmp_path):
    rows = [{"chip": "h100", "chips": chips, "note": "kept"} for chips in (8, 16)]
    found = cc.batch(rows, electricity_price="6 cent/kWh")
    assert found["note"].tolist() == ["kept", "kept"]
    for row, chips in zip(found.to_dict("records"), (8, 16), strict=True):
        alone = cc.estimate(chip="h100", chips=chips, electricity_price="6 cent/kWh")
        assert row["capital_cost"] == pytest.approx(alone["capital_cost"].magnitude)
    found[["chip", "chips"]].to_csv(tmp_path / "rows.csv", index=False)
    again = cc.batch(tmp_path / "rows.csv", electricity_price="6 cent/kWh")
    assert again["capital_cost"].tolist() == found["capital_cost"].tolist()


def test_the_stub_types_every_name_and_sees_a_misspelt_one(tmp_path):
    mypy = pytest.importorskip("mypy.api")
    tried = tmp_path / "tried.py"
    lines = ["import cluster_calc as cc", *(f"cc.{name}" for name in cc.__all__),
             'cc.estimate(training_compute="2e25 FLOP", chip="h100", mfu=(0.3, 0.5), chips=[1, 2])',
             'cc.solve("mfu", target="training_time=60 days", chip="h100", chps=8)']  # fmt: skip
    tried.write_text("\n".join(lines))
    said, _, _ = mypy.run([str(tried), "--follow-imports=silent", "--ignore-missing-imports", "--no-error-summary",
                           f"--cache-dir={tmp_path}"])  # fmt: skip
    assert len([line for line in said.splitlines() if "error:" in line]) == 1, said
    assert 'Unexpected keyword argument "chps" for "solve"; did you mean "chips"?' in said


def test_tuple_upside_down_is_refused():
    with pytest.raises(InputError, match="upside down"):
        cc.estimate(**{**RUN, "mfu": (0.5, 0.3)})


def test_a_service_pickles():
    found = cc.serve(model="llama-3.3-70b", chip="h100", chips=8)
    assert pickle.loads(pickle.dumps(found)).result.values == found.result.values


@pytest.mark.parametrize("verb", [cc.estimate, cc.finance])
def test_results_pickle_and_have_a_repr_of_one_line(verb):
    result = verb(**RUN)
    assert repr(pickle.loads(pickle.dumps(result))) == repr(result)
    assert len(repr(result)) < 200
    assert "\n" not in repr(result)


def test_table_of_runs_is_no_run():
    from cluster_calc.catalog.current import catalog
    from cluster_calc.documents.catalog.showing import find_any

    with pytest.raises(InputError, match=r"unknown run 'runs'.*catalog list runs"):
        find_any(catalog(), "runs", "runs")
    assert find_any(catalog(), "patterson-meena", "runs") == ("runs", "patterson-meena")


@pytest.mark.parametrize("make", [
    lambda: cc.compare(chips=["h100", "b200"], training_compute=2e25), lambda: cc.sensitivity(**RUN), lambda: cc.explain("run_cost", **RUN),
    lambda: cc.optimise(vary={"chip": ["h100", "b200"]}, training_compute=2e25), lambda: cc.diff(RUN, {**RUN, "mfu": 0.5}),
    lambda: cc.simulate(chip="h100", chips=64, days=1), lambda: cc.memo(**RUN, draws=100), lambda: cc.project("epoch-cost"),
], ids=["compare", "sensitivity", "explain", "optimise", "diff", "simulate", "memo", "project"])  # fmt: skip
def test_every_result_has_a_repr_of_one_line(make):
    said = repr(make())
    assert "\n" not in said
    assert len(said) < 200
