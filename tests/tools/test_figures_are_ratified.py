"""The figures that ship are those of the record: a change shows as one, with the default that it moves."""

from __future__ import annotations

from tools import record_figures


def test_every_figure_is_as_ratified() -> None:
    assert record_figures.changes() == [], "ratify with `make data-ratify` when the change is meant"


def test_every_figure_of_the_record_has_a_source() -> None:
    rows = record_figures.figures()
    assert len(rows) > 2000
    assert [row[:3] for row in rows if row[3] and not row[5]] == []
    assert len({row[:3] for row in rows}) == len(rows)
