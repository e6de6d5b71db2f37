"""No label of any chart touches another or leaves the paper, whatever the values are."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from cluster_calc.documents.charts import charts
from cluster_calc.documents.charts.charts import Drawing, Scale, Series, Span
from cluster_calc.documents.render.templates import template_environment
from cluster_calc.quantities.display import shown
from tests.documents.cases import overlaps

VALUES = (0.0, 1.0, -3.0, 1e-30, 1e30, 24e6, 1 / 3)
NAMES = ("MFU", "an accelerator with a very long name indeed, and its server", "W" * 60, "", "ünïcödé 芯片")


def check(drawing: Drawing) -> None:
    assert overlaps(drawing) == []
    for label in drawing.labels:
        left, top, right, bottom = label.box
        assert left >= -0.5, label
        assert right <= drawing.width + 0.5, label
        assert top >= 0, label
        assert bottom <= drawing.height + 0.5, label
    for bar in drawing.bars:
        assert all(map(math.isfinite, (bar.x, bar.y, bar.width, bar.height)))
        assert bar.x >= -0.5
        assert bar.x + bar.width <= drawing.width + 0.5
        assert bar.y + bar.height <= drawing.height + 0.5
    assert all("nan" not in path.d and "inf" not in path.d for path in drawing.paths)
    text = template_environment("").get_template("charts/drawing.svg.j2").render(drawing=drawing, id="x")
    root = ET.fromstring(text)
    assert root.attrib["role"] == "img"
    assert root[0].tag.endswith("title")
    assert root[1].text
    assert len(text) <= 7000


def money(value: float) -> str:
    return shown("run_cost", value)


def rows(seed: int, count: int) -> list[Span]:
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        low, high = (float(draw.choice(VALUES)) * float(draw.uniform(-1, 1)) for _ in range(2))
        found.append(
            Span(str(draw.choice(NAMES)), money(high), *sorted((low, high)), at=draw.choice([None, low, high]))
        )
    return found


@pytest.mark.parametrize("seed", range(40))
def test_extreme_rows(seed: int) -> None:
    for count in (0, 1, 2, 9):
        given = rows(seed, count)
        check(charts.waterfall("Run cost", given))
        check(charts.stacked("A very long title of a stacked bar that does not fit", given, money(1e30)))
        check(charts.tornado("What moves it", given, ("low end", "high end"), "base $1,234,567"))
        for log in (False, True):
            check(charts.dots("Alternatives", given, Scale("cost", money, log, (0.0,))))
        groups = [(str(2020 + number), [row]) for number, row in enumerate(given)]
        check(charts.columns("Cash by year", groups, money))


@pytest.mark.parametrize("seed", range(40))
def test_extreme_lines(seed: int) -> None:
    draw = np.random.default_rng(seed)
    for count in (1, 2, 25):
        xs = np.sort(10 ** draw.uniform(-9, 12, count) if seed % 2 else draw.uniform(0, 1, count))
        scale = 10.0 ** draw.integers(-20, 30)
        ys = np.full(count, scale) if seed % 5 == 0 else draw.uniform(-0.3 if seed % 3 else 0, 1, count) * scale
        series = [Series("a line", xs.tolist(), ys.tolist(), (ys * 0.8).tolist(), (ys * 1.3).tolist()),
                  Series("W" * 70, xs.tolist(), ys.tolist(), tone="b", dashed=True)]  # fmt: skip
        marks = [(float(draw.choice(xs)), text) for text in ("base", "P50", "P80", "break-even at 20%")]
        for log in (False, True):
            across = Scale("share of its life", lambda value: f"{value:.3g}", log)
            drawing = charts.line("A line", series, across, Scale("W" * 60, money, log), marks)
            check(drawing)
            check(charts.multiples("Two", [drawing, charts.line("B", series[:1], across, Scale("b", money))]))


def test_a_waterfall_steps_from_the_end_of_the_bar_before() -> None:
    steps = [Span("a", "3", 0, 3), Span("b", "1", 3, 4), Span("total", "4", 0, 4, total=True)]
    first, second, total = charts.waterfall("t", steps).bars
    assert first.x + first.width == pytest.approx(second.x)
    assert total.width == pytest.approx(first.width + second.width)


def test_the_parts_of_a_stacked_bar_are_in_proportion() -> None:
    wide, narrow = charts.stacked("t", [Span("a", "3", 0, 3), Span("b", "1", 0, 1)], "4").bars[:2]
    assert (wide.width + 1) / (narrow.width + 1) == pytest.approx(3)


def test_a_tornado_reaches_as_far_as_its_ends() -> None:
    low, high = charts.tornado("t", [Span("mfu", "", 0.33, -0.20)]).bars[:2]
    assert low.width / high.width == pytest.approx(0.33 / 0.20)
    assert high.x + high.width == pytest.approx(low.x)


def test_marks_close_together_take_lanes() -> None:
    xs = [0.0, 1.0]
    drawing = charts.line("t", [Series("s", xs, xs)], Scale("x", str), Scale("y", str), [(0.5, "base"), (0.501, "P50")])
    base, close = (next(label for label in drawing.labels if label.text == text) for text in ("base", "P50"))
    assert base.y != close.y
