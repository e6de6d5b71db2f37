"""Charts as places on paper: each kind turns values into bars, paths, dots and labels that never touch.

Every chart is `WIDTH` wide, so that its text stays readable on a phone, and as high as it needs. What it looks like is
in `templates/charts/drawing.svg.j2`; a row's label and value stand above its bar, which is why no input can make
them collide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from cluster_calc.documents.charts.axes import Axis, fitted, span, spread, text_width, ticks

WIDTH = 360.0
SIZE = 12.0
MARGIN = 4.0
ROW, BAR = 38.0, 14.0
Text = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle; `tone` names its colour: a, b, c, d, rest or grid."""

    x: float
    y: float
    width: float
    height: float
    tone: str = "a"


@dataclass(frozen=True, slots=True)
class Path:
    """A line (`kind` line, dash or grid) or a filled area (band)."""

    d: str
    tone: str = "a"
    kind: str = "line"


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float = 4.5
    tone: str = "a"


@dataclass(frozen=True, slots=True)
class Label:
    """A text with its baseline at (x, y)."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    weight: str = "normal"
    tone: str = "ink"
    size: float = SIZE

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the room it may take."""
        width = text_width(self.text, self.size) * (1.08 if self.weight == "bold" else 1.0)
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return left, self.y - 0.8 * self.size, left + width, self.y + 0.2 * self.size


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart, ready for its template; `title` and `description` are read out instead of it."""

    kind: str
    title: str
    description: str
    height: float
    bars: tuple[Bar, ...] = ()
    paths: tuple[Path, ...] = ()
    dots: tuple[Dot, ...] = ()
    labels: tuple[Label, ...] = ()
    width: float = WIDTH


@dataclass(frozen=True, slots=True)
class Span:
    """A row of a chart: its label, its value as text, and where its bar or whisker runs."""

    label: str
    text: str
    low: float
    high: float
    tone: str = "a"
    at: float | None = None
    total: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """A line: its points, and a band around it where `low` and `high` are given."""

    label: str
    xs: Sequence[float]
    ys: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    tone: str = "a"
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """How an axis is read: its name, the text of a value, whether it is logarithmic or must show zero (or another
    value), and the unit in which its ticks are round."""

    name: str
    text: Text
    log: bool = False
    holds: tuple[float, ...] = ()
    unit: float = 1.0


@dataclass
class _Sheet:
    """What has been drawn so far."""

    bars: list[Bar] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def done(self, kind: str, title: str, description: str, height: float) -> Drawing:
        return Drawing(
            kind,
            title,
            description,
            height,
            tuple(self.bars),
            tuple(self.paths),
            tuple(self.dots),
            tuple(self.labels),
        )

    def row(self, y: float, label: str, text: str, *, bold: bool = False) -> None:
        """A row's label at the left and its value at the right, above its bar."""
        weight = "bold" if bold else "normal"
        room = WIDTH - 2 * MARGIN - 14 - 1.08 * text_width(text, SIZE)
        self.labels.append(Label(MARGIN, y, fitted(label, room / (1.08 if bold else 1.0), SIZE), "start", weight))
        self.labels.append(Label(WIDTH - MARGIN, y, text, "end", weight))

    def rule(self, x: float, top: float, bottom: float, kind: str = "grid", tone: str = "grid") -> None:
        self.paths.append(Path(f"M{x:.1f} {top:.1f}V{bottom:.1f}", tone, kind))


def _described(rows: Sequence[Span]) -> str:
    return "; ".join(f"{row.label} {row.text}" for row in rows) + "."


def waterfall(title: str, rows: Sequence[Span]) -> Drawing:
    """Steps from a start to a total, each bar beginning where the one before ended."""
    axis = Axis(*span([end for row in rows for end in (row.low, row.high)], zero=True), MARGIN, WIDTH - MARGIN)
    sheet = _Sheet()
    for number, row in enumerate(rows):
        top = number * ROW
        sheet.row(top + 13, row.label, row.text, bold=row.total)
        left, right = sorted((axis.place(row.low), axis.place(row.high)))
        sheet.bars.append(Bar(left, top + 19, max(right - left, 1.0), BAR, row.tone))
        sheet.rule(axis.place(0.0), top + 16, top + 22 + BAR, tone="rest")
    return sheet.done("waterfall", title, _described(rows), len(rows) * ROW)


def stacked(title: str, rows: Sequence[Span], total: str) -> Drawing:
    """One bar of parts, with a line for each under it."""
    sheet = _Sheet()
    sheet.row(13, title, total, bold=True)
    whole = sum(max(row.high - row.low, 0.0) for row in rows) or 1.0
    left, room = MARGIN, WIDTH - 2 * MARGIN
    for row in rows:
        width = room * max(row.high - row.low, 0.0) / whole
        sheet.bars.append(Bar(left, 20, max(width - 1, 0.5), 20, row.tone))
        left += width
    for number, row in enumerate(rows):
        y = 61 + 20 * number
        sheet.bars.append(Bar(MARGIN, y - 9, 10, 10, row.tone))
        sheet.labels.append(Label(MARGIN + 16, y, fitted(row.label, WIDTH - 48 - text_width(row.text), SIZE)))
        sheet.labels.append(Label(WIDTH - MARGIN, y, row.text, "end"))
    return sheet.done("stacked", title, _described(rows), 54 + 20 * len(rows))


def tornado(title: str, rows: Sequence[Span], ends: tuple[str, str] = ("", ""), base: str = "") -> Drawing:
    """How far each row reaches to both sides of a base; `ends` names the two colours."""
    axis = Axis(*span([end for row in rows for end in (row.low, row.high)], zero=True), MARGIN, WIDTH - MARGIN)
    sheet = _Sheet()
    middle = axis.place(0.0)
    for number, row in enumerate(rows):
        top = number * ROW
        sheet.row(top + 13, row.label, row.text)
        for end, tone in ((row.low, "a"), (row.high, "b")):
            left, right = sorted((middle, axis.place(end)))
            sheet.bars.append(Bar(left, top + 19, max(right - left, 0.5), BAR, tone))
        sheet.rule(middle, top + 16, top + 22 + BAR, tone="rest")
    bottom = len(rows) * ROW
    if base:
        half = text_width(base) / 2
        at = min(max(middle, half), WIDTH - half)
        sheet.labels.append(Label(at, bottom + 13, base, "middle", tone="quiet"))
        bottom += 20
    for text, tone in zip(ends, ("a", "b"), strict=True):
        if text:
            sheet.bars.append(Bar(MARGIN, bottom + 3, 10, 10, tone))
            sheet.labels.append(Label(MARGIN + 16, bottom + 12, fitted(text, WIDTH - 30, SIZE)))
            bottom += 18
    return sheet.done("tornado", title, _described(rows) + (f" {base}." if base else ""), bottom + 4)


def dots(title: str, rows: Sequence[Span], scale: Scale) -> Drawing:
    """Alternatives as dots on one scale, with a whisker where they have a range; a row without a place has none."""
    ends = [end for row in rows if row.at is not None for end in (row.low, row.at, row.high)]
    log = scale.log and all(end > 0 for end in ends)
    axis = Axis(*span([*ends, *scale.holds], log=log), MARGIN + 6, WIDTH - MARGIN - 6, log)
    first = 24.0
    bottom = first + len(rows) * ROW
    sheet = _Sheet()
    sheet.labels.append(Label(MARGIN, 13, fitted(title, WIDTH / 1.08 - 2 * MARGIN, SIZE), weight="bold"))
    for place, text in spread(ticks(axis.low, axis.high, log=log, unit=scale.unit), axis, scale.text, WIDTH):
        sheet.labels.append(Label(place, bottom + 14, text, "middle", tone="quiet"))
    for number, row in enumerate(rows):
        y = first + number * ROW
        sheet.row(y + 13, row.label, row.text, bold=row.total)
        sheet.paths.append(Path(f"M{MARGIN} {y + 27}H{WIDTH - MARGIN}", "grid", "grid"))
        if row.at is None:
            continue
        if row.high > row.low:
            left, right = axis.place(row.low), axis.place(row.high)
            sheet.bars.append(Bar(left, y + 24, max(right - left, 1.0), 6, "rest"))
        sheet.dots.append(Dot(axis.place(row.at), y + 27, tone=row.tone))
    return sheet.done("dots", title, _described(rows), bottom + 20)


def columns(title: str, groups: Sequence[tuple[str, Sequence[Span]]], text: Text) -> Drawing:
    """Stacked columns, one a year; the legend names the parts."""
    legend = {part.label: part.tone for _, parts in groups for part in parts}
    tops = [sum(max(part.high - part.low, 0.0) for part in parts) for _, parts in groups]
    sheet, top = _Sheet(), 8 + 18.0 * len(legend)
    for number, (name, tone) in enumerate(legend.items()):
        sheet.bars.append(Bar(MARGIN, 4 + 18 * number, 10, 10, tone))
        sheet.labels.append(Label(MARGIN + 16, 13 + 18 * number, fitted(name, WIDTH - 30, SIZE)))
    low, high = span(tops, zero=True)
    bottom = top + 140
    vertical = Axis(low, high, bottom, top + 20)
    marks = [(value, text(value)) for value in ticks(low, high, 4)]
    left = MARGIN + max((text_width(label) for _, label in marks), default=0.0) + 6
    for value, label in marks:
        y = vertical.place(value)
        sheet.paths.append(Path(f"M{left:.1f} {y:.1f}H{WIDTH - MARGIN}", "grid", "grid"))
        sheet.labels.append(Label(left - 6, y + 4, label, "end", tone="quiet"))
    step = (WIDTH - MARGIN - left) / max(len(groups), 1)
    right = 0.0
    for number, (name, parts) in enumerate(groups):
        middle, base = left + (number + 0.5) * step, bottom
        for part in parts:
            height = bottom - vertical.place(max(part.high - part.low, 0.0))
            sheet.bars.append(Bar(middle - min(step * 0.35, 22), base - height, min(step * 0.7, 44), height, part.tone))
            base -= height
        half = text_width(name) / 2
        if middle - half > right:
            sheet.labels.append(Label(middle, bottom + 16, name, "middle", tone="quiet"))
            right = middle + half + 4
    said = "; ".join(f"{name}: {text(total)}" for (name, _), total in zip(groups, tops, strict=True))
    return sheet.done("columns", title, said + ".", bottom + 24)


def line(
    title: str,
    series: Sequence[Series],
    x: Scale,
    y: Scale,
    marks: Sequence[tuple[float, str]] = (),
    height: float = 150.0,
) -> Drawing:
    """Lines over a linear or log axis, bands around those that have one, and dashed rules where a value matters."""
    sheet = _Sheet()
    top = 20.0
    sheet.labels.append(Label(MARGIN, 13, fitted(y.name, WIDTH / 1.08 - 2 * MARGIN, SIZE), weight="bold"))
    if len(series) > 1:
        for number, entry in enumerate(series):
            at = top + 13 + 18 * number
            sheet.paths.append(_stroke([(MARGIN, at - 4), (MARGIN + 16, at - 4)], entry))
            sheet.labels.append(Label(MARGIN + 22, at, fitted(entry.label, WIDTH - 34, SIZE)))
        top += 18 * len(series)
    ys = [value for entry in series for part in (entry.ys, entry.low, entry.high) for value in part]
    xs = [value for entry in series for value in entry.xs]
    log_x, log_y = x.log and min(xs, default=0) > 0, y.log and min(ys, default=0) > 0
    ends = span([*ys, *y.holds], log=log_y)
    values = ticks(*ends, 4, log=log_y, unit=y.unit)
    left = MARGIN + max((text_width(y.text(value)) for value in values), default=0.0) + 6
    across = Axis(*span(xs, log=log_x), left, WIDTH - MARGIN - 4, log_x)
    lanes = _lanes(marks, across)
    top += 16 * (1 + max((lane for _, _, lane in lanes), default=-1)) + 8
    bottom = top + height
    vertical = Axis(*ends, bottom, top + 4, log_y)
    floor = bottom + 30.0
    said_before = ""
    for value in values:
        place, text = vertical.place(value), y.text(value)
        if place + 4 >= floor - 14 or text == said_before:
            continue
        sheet.paths.append(Path(f"M{left:.1f} {place:.1f}H{WIDTH - MARGIN}", "grid", "grid"))
        sheet.labels.append(Label(left - 6, place + 4, text, "end", tone="quiet"))
        floor, said_before = place + 4, text
    for place, text in spread(ticks(across.low, across.high, 5, log=log_x, unit=x.unit), across, x.text, WIDTH):
        sheet.labels.append(Label(place, bottom + 18, text, "middle", tone="quiet"))
    if x.name:
        named = fitted(x.name, WIDTH - 2 * MARGIN, SIZE)
        sheet.labels.append(Label(WIDTH - MARGIN, bottom + 34, named, "end", tone="quiet"))
    for value, text, lane in lanes:
        at, ground = across.place(value), top - 8 - 16 * lane
        sheet.rule(at, ground + 3, bottom, "dash", "rest")
        half = text_width(text) / 2
        sheet.labels.append(Label(min(max(at, half + 2), WIDTH - half - 2), ground, text, "middle"))
    for entry in series:
        if len(entry.low) == len(entry.xs) and len(entry.high) == len(entry.xs) and len(entry.xs) > 1:
            points = [*zip(entry.xs, entry.high, strict=True), *reversed([*zip(entry.xs, entry.low, strict=True)])]
            sheet.paths.append(
                Path(_d([(across.place(a), vertical.place(b)) for a, b in points]) + "Z", entry.tone, "band")
            )
        placed = [(across.place(a), vertical.place(b)) for a, b in zip(entry.xs, entry.ys, strict=True)]
        sheet.paths.append(_stroke(placed, entry))
        if len(placed) == 1:
            sheet.dots.append(Dot(*placed[0], tone=entry.tone))
    said = "; ".join(
        f"{entry.label} from {y.text(entry.ys[0])} at {x.text(entry.xs[0])} to {y.text(entry.ys[-1])} at {x.text(entry.xs[-1])}"
        for entry in series
        if len(entry.xs)
    )
    said += "".join(f"; {text}" for _, text in marks)
    return sheet.done("line", title, said + ".", bottom + (40 if x.name else 24))


def _d(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _stroke(points: Sequence[tuple[float, float]], entry: Series) -> Path:
    return Path(_d(points), entry.tone, "dash" if entry.dashed else "line")


def _lanes(marks: Sequence[tuple[float, str]], axis: Axis) -> list[tuple[float, str, int]]:
    """A lane for each mark's label, the lowest in which it touches no other."""
    taken: list[float] = []
    found = []
    for value, text in sorted(marks):
        half = text_width(text) / 2
        at = min(max(axis.place(value), half + 2), WIDTH - half - 2)
        lane = next((number for number, right in enumerate(taken) if at - half > right + 8), len(taken))
        taken[lane:] = [at + half, *taken[lane + 1 :]]
        found.append((value, text, lane))
    return found


def multiples(title: str, panels: Sequence[Drawing]) -> Drawing:
    """Small charts of the same width, one under the other."""
    sheet, top = _Sheet(), 0.0
    for panel in panels:
        moved = _moved(panel, top)
        sheet.bars += moved.bars
        sheet.paths += moved.paths
        sheet.dots += moved.dots
        sheet.labels += moved.labels
        top += panel.height + 8
    said = " ".join(f"{panel.title}: {panel.description}" for panel in panels)
    return sheet.done("multiples", title, said, max(top - 8, 0.0))


def _moved(panel: Drawing, dy: float) -> Drawing:
    return replace(
        panel,
        bars=tuple(replace(bar, y=bar.y + dy) for bar in panel.bars),
        dots=tuple(replace(dot, y=dot.y + dy) for dot in panel.dots),
        labels=tuple(replace(label, y=label.y + dy) for label in panel.labels),
        paths=tuple(replace(path, d=_shifted(path.d, dy)) for path in panel.paths),
    )


def _shifted(d: str, dy: float) -> str:
    """A path moved down: only M, L, H, V and Z with absolute places are ever drawn.

    >>> _shifted("M4.0 10.0H20V30.5", 5.0)
    'M4.0 15.0H20V35.5'
    """
    import re

    found = []
    for command, rest in re.findall(r"([MLHVZ])([^MLHVZ]*)", d):
        numbers = rest.split()
        if command in "ML":
            numbers[1] = f"{float(numbers[1]) + dy:.1f}"
        elif command == "V":
            numbers[0] = f"{float(numbers[0]) + dy:.1f}"
        found.append(command + " ".join(numbers))
    return "".join(found)
