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


def test_tuple_upside_down_is_refused():
    with pytest.raises(InputError, match="upside down"):
        cc.estimate(**{**RUN, "mfu": (0.5, 0.3)})


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
