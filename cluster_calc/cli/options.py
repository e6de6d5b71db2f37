"""The options every model command shares, made from the nomenclature, and what they mean for a scenario."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cluster_calc.cli import completion
from cluster_calc.errors import GateError, InfeasibleError, InputError, quoted
from cluster_calc.quantities.computed import COMPUTED
from cluster_calc.quantities.nomenclature import CASH, CHIP, DEMAND, POWER, QUANTITIES, RESULTS, SERVING
from cluster_calc.quantities.reading import in_days
from cluster_calc.quantities.settings import GENERAL, RANGES, SETTINGS

if TYPE_CHECKING:
    from cluster_calc.estimation.result import Result
    from cluster_calc.quantities.nomenclature import Quantity
    from cluster_calc.quantities.settings import Setting
    from cluster_calc.scenario.scenario import Scenario

FORMATS = ("table", "json", "csv", "markdown")
SUFFIXES = {
    ".txt": "table", ".json": "json", ".csv": "csv", ".md": "markdown", ".markdown": "markdown", ".svg": "svg", ".html": "html",
    ".htm": "html",
}  # fmt: skip
SCENARIO = {".toml": "toml"}
# Where a command keeps how its options were spelled.
SPELLED = "cluster_calc.spelled"
# What a demand asks for stands with the questions, though it is computed where another is given.
_ASKED_FOR = ("tokens_per_day", "requests_per_second", "training_time")
_OUTPUT = "Output"


class GroupedOption(click.Option):
    """An option that knows the heading it is listed under."""

    def __init__(self, *args: Any, heading: str = GENERAL, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heading = heading


class Command(click.Command):
    """A command that takes an option of one value once."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:
            _, _, order = self.make_parser(ctx).parse_args(args=list(args))
            ctx.meta[SPELLED] = {param.name: _words(param, args)[0][0] for param in order if _words(param, args)}
            once = [
                param for param in order if isinstance(param, click.Option) and not (param.multiple or param.is_flag)
            ]
            twice = next((param for param in once if once.count(param) > 1), None)
            if twice is not None:
                raise InputError(_twice(twice, args))
        return super().parse_args(ctx, args)


def _words(param: click.Parameter, args: list[str]) -> list[tuple[str, str]]:
    """The option as it was spelled, and what it was given, each time."""
    found = []
    for place, word in enumerate(args):
        name, sign, value = word.partition("=")
        if name in param.opts:
            found.append((name, value if sign else "".join(args[place + 1 : place + 2])))
    return found


def _twice(param: click.Option, args: list[str]) -> str:
    """That an option is given twice, as it was typed."""
    typed = [f"{name} {quoted(value)}" for name, value in _words(param, args)]
    return f"{' and '.join(typed) or param.opts[0]}: one value is taken, and there are more; give one"


class GroupedCommand(Command):
    """A command whose help lists its options by subject."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                groups.setdefault(getattr(param, "heading", GENERAL), []).append(record)
        general = groups.pop(GENERAL, [])
        for heading, records in [*groups.items(), (GENERAL, general)]:
            with formatter.section(heading):
                formatter.write_dl(records)


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options of every model command to a click command."""
    for option in reversed(_options()):
        command = option(command)
    return command


def serving_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the model, the software and every quantity of serving; what is computed is listed with the results."""
    entries = [entry for entry in QUANTITIES.values() if entry.group == SERVING]
    found = [_setting_option(entry) for entry in SETTINGS.values() if entry.group == SERVING]
    entries.sort(key=lambda entry: (entry.name not in _ASKED_FOR, entry.name in COMPUTED))
    found += map(_quantity_option, entries)
    for option in reversed(found):
        command = option(command)
    return command


def some_model_options(*headings: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds those of them that are listed under the headings; `--set` reaches the others."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        before = len(getattr(command, "__click_params__", ()))
        command = model_options(command)
        params: list[click.Parameter] = command.__click_params__  # type: ignore[attr-defined]
        params[before:] = [param for param in params[before:] if getattr(param, "heading", "") in headings]
        return command

    return add


def _option(*names: str, heading: str, **kwargs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(*names, cls=GroupedOption, heading=heading, **kwargs)


def _options() -> list[Callable[[Callable[..., Any]], Callable[..., Any]]]:
    found = [
        _setting_option(entry)
        for entry in SETTINGS.values()
        if not entry.after and entry.group in (DEMAND, CHIP, POWER)
    ]
    # Those of serving are `serve`'s own; `--set` reaches them here. Those of a period are nobody's input.
    listed = sorted(
        (entry for entry in QUANTITIES.values() if entry.group not in (SERVING, CASH)),
        key=lambda entry: entry.name in COMPUTED and entry.name != "training_time",
    )
    words = {entry.option for entry in SETTINGS.values()}
    for entry in listed:
        if entry.name == "training_time":
            found.append(
                _option("--days", "days", metavar="N", heading=entry.group, help="the same in days, a bare number")
            )
        if entry.option not in words:
            found.append(_quantity_option(entry))
        found += [_setting_option(word) for word in SETTINGS.values() if word.after == entry.name]
    found += [
        _option(
            "--set",
            "sets",
            multiple=True,
            metavar="NAME=VALUE",
            heading=GENERAL,
            help="give any quantity; LOW..HIGH is a 5-95 % range, normal(mean, sd), lognormal(mean, sd), triangular(low, mode, high), uniform(low, high)",
            shell_complete=completion.assignments,
        ),
        _option(
            "--scenario",
            metavar="FILE",
            heading=GENERAL,
            help="TOML file of quantities; options override it",
            shell_complete=completion.files,
        ),
        _option(
            "--save-scenario",
            metavar="FILE",
            heading=GENERAL,
            help="write a scenario file that gives the same result",
            shell_complete=completion.files,
        ),
    ]
    return found + [
        _setting_option(entry) for entry in SETTINGS.values() if not entry.after and entry.group in (GENERAL, RANGES)
    ]


def _quantity_option(entry: Quantity) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option of a quantity, under its group, or with the results where it is computed."""
    heading = RESULTS if entry.name in COMPUTED and entry.name not in _ASKED_FOR else entry.group
    help_text = entry.meaning + (f", e.g. {entry.example}" if entry.example and heading != RESULTS else "")
    names = [f"--{alias}" for alias in entry.aliases if entry.name not in _ASKED_FOR] + [entry.option, entry.name]
    return _option(*names, metavar="VALUE", heading=heading, help=help_text)


def _setting_option(entry: Setting) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option of a setting: what it is, and what the shell may complete."""
    heading = QUANTITIES[entry.after].group if entry.after else entry.group
    option, meaning = entry.option or "--" + entry.name.replace("_", "-"), entry.meaning + entry.hint
    name = option[2:].replace("-", "_")
    if entry.is_flag:
        return _option(option, name, is_flag=True, default=None, heading=heading, help=meaning)
    known = completion.one_of(entry.choices) if entry.choices else completion.NAMED.get(entry.name)
    return _option(option, name, metavar=entry.metavar, heading=heading, help=meaning, shell_complete=known,
                   multiple=entry.name == "correlate")  # fmt: skip


def gate_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the exit-code gates."""
    command = _option("--fail-over", multiple=True, metavar="NAME=VALUE", heading="Gates",
                      help="exit 4 when the result (its P80 under ranges) exceeds VALUE",
                      shell_complete=completion.assignments)(command)  # fmt: skip
    return _option(
        "--require-feasible",
        is_flag=True,
        heading="Gates",
        help="exit 3 when a limit does not hold, or cannot be checked",
    )(command)


def output_options(*formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds --format and -o."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        command = _option(
            "-o",
            "--output",
            metavar="FILE",
            heading=_OUTPUT,
            help="write to FILE (- is stdout), whole or not at all",
            shell_complete=completion.files,
        )(command)
        return _option(
            "--format",
            "format_",
            metavar="|".join(formats),
            heading=_OUTPUT,
            help="default: by FILE's ending, else table",
            shell_complete=completion.one_of(formats),
        )(command)

    return add


def inputs(options: dict[str, Any]) -> dict[str, Any]:
    """The given quantities and settings among the parsed options, `--set` included."""
    found = {
        name: value
        for name, value in options.items()
        if value is not None
        and value != ()
        and (name in QUANTITIES or name in SETTINGS)
        and not (name in SETTINGS and SETTINGS[name].is_flag and value is False)
    }
    if options.get("days") is not None:
        if "training_time" in found:
            raise InputError(
                f"--days {quoted(options['days'])} and --training-time {quoted(found['training_time'])} say the same twice; give one"
            )
        found["training_time"] = in_days(options["days"])
    for pair in options.get("sets") or ():
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise InputError(f"--set {quoted(pair)} is not NAME=VALUE; write for example --set mfu=0.4")
        from cluster_calc.quantities.settings import name_of

        key = name.strip().replace("-", "_")
        value = in_days(value.strip()) if key == "days" else value.strip()
        key = key if key in SETTINGS else name_of(key)
        if key in found:
            raise InputError(f"{key} is given twice: {quoted(found[key])} and {quoted(value)}")
        found[key] = value
    return found


def merged_from(options: dict[str, Any]) -> Scenario:
    """Options, environment and files → one scenario."""
    from cluster_calc.files.atomic import format_by_ending
    from cluster_calc.scenario.layers import gather

    format_by_ending(options.get("save_scenario"), SCENARIO, "--save-scenario")
    found = gather(inputs(options), origin="command line", file=options.get("scenario"), ambient=True)
    ctx = click.get_current_context(silent=True)
    spelled = {"training_time" if name == "days" else name: option
               for name, option in (ctx.meta.get(SPELLED, {}) if ctx else {}).items()}  # fmt: skip
    found.spelled |= {name: option for name, option in spelled.items() if found.origins.get(name) == "command line"}
    return found


def run_from(options: dict[str, Any]) -> Result:
    """Options → Result; writes the scenario file when asked to."""
    from cluster_calc.estimation.estimation import run

    # Everything that can be refused is refused before anything is computed or written.
    limits(options)
    for target, option in ((options.get("output"), "-o"), (options.get("save_scenario"), "--save-scenario")):
        if target not in (None, "-"):
            from cluster_calc.files.atomic import check_target

            check_target(Path(target), option)
    merged = merged_from(options)
    result = run(merged)
    if options.get("save_scenario"):
        from cluster_calc.scenario.save import scenario_text

        write(scenario_text(merged), options["save_scenario"], "--save-scenario")
    return result


def format_of(options: dict[str, Any], formats: tuple[str, ...]) -> str:
    """The output format: as asked, or by the file's ending, or the first of them."""
    from cluster_calc.errors import did_you_mean
    from cluster_calc.files.atomic import format_by_ending

    asked, target = options.get("format_"), options.get("output")
    if asked is not None and asked not in formats:
        raise InputError(f"--format {quoted(asked)} is not one of {', '.join(formats)}.{did_you_mean(asked, formats)}")
    written = format_by_ending(target, {ending: form for ending, form in SUFFIXES.items() if form in formats})
    if asked is not None and written not in (None, asked, formats[0]):
        raise InputError(f"-o {quoted(target)} is written as {written}, and --format says {asked}; leave one out")
    return str(asked or written or formats[0])


# Control, bidirectional and lone surrogate characters; our own bold, dim and back are let through.
_UNSEEN = re.compile("(\x1b\\[[012]m)|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """The text with what a terminal would obey, or hide, written out: a name in a file cannot drive the reader's screen.

    >>> visible("\\x1b[1mbold\\x1b[0m \\x1b[31mred \\u202egnp") == "\\x1b[1mbold\\x1b[0m \\\\u001b[31mred \\\\u202egnp"
    True
    """
    return _UNSEEN.sub(lambda found: found[1] or f"\\u{ord(found[0]):04x}", text)


def write(text: str, target: str | None, option: str = "-o", *, as_is: bool = False) -> None:
    """Text to a file, atomically, or to stdout; only data `as_is` keep control characters."""
    text = text if as_is else visible(text)
    if target in (None, "-"):
        try:
            click.echo(text, nl=False, color=True)
        except BrokenPipeError:  # the reader has gone; the gates that follow still decide the exit code
            from cluster_calc.cli import leave

            leave(sys.stdout)
        return
    from cluster_calc.files.atomic import write_atomically

    write_atomically(Path(str(target)), text.encode(), option)


def terminal_width() -> int:
    """Columns of the terminal, or 80 where there is none."""
    if not sys.stdout.isatty():
        return 80
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked[:6]) > 0:
        return int(asked[:6])
    return os.get_terminal_size(sys.stdout.fileno()).columns or 80


def terminal_style() -> Callable[..., str] | None:
    """Bold and dim on a terminal that wants them; None for plain text."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return None
    return lambda text, **how: click.style(text, **how)


def limits(options: dict[str, Any]) -> list[tuple[Quantity, Any]]:
    """The limits of --fail-over, read."""
    from cluster_calc.quantities.nomenclature import resolve
    from cluster_calc.quantities.reading import parse

    found = []
    for pair in options.get("fail_over") or ():
        name, sign, value = pair.partition("=")
        if not sign:
            raise InputError(
                f"--fail-over {quoted(pair)} is not NAME=VALUE; write for example --fail-over 'run_cost=100 MUSD'"
            )
        try:
            known = QUANTITIES[resolve(name)]
            limit, low, _ = parse(known, value.strip())
        except InputError as error:
            raise InputError(f"--fail-over: {error}") from None
        if low is not None:
            raise InputError(f"--fail-over {known.name}: {quoted(value.strip())} is a range; a gate is one value")
        found.append((known, limit))
    return found


def check_gates(result: Result, options: dict[str, Any], whose: str = "") -> None:
    """Raise what --require-feasible and --fail-over ask for, after the output is written; `whose` leads the message."""
    for known, limit in limits(options):
        p80 = result.percentile(known.name, 80)
        reached = result.values.get(known.name) if p80 is None else p80 * known.factor
        if reached is None:
            raise GateError(
                f"{whose}--fail-over {known.name}: {result.missing.get(known.name, 'not part of this estimate')}"
            )
        highest = float(reached.max()) if hasattr(reached, "max") else float(reached)
        if highest > limit:
            raise GateError(whose + over(known, highest, limit, "at P80 " if p80 is not None else ""))
    if options.get("require_feasible"):
        _require_feasible(result, whose)


def over(known: Quantity, reached: float, limit: float, which: str = "") -> str:
    """That a result is over its gate, both in base units, with as many digits as tell them apart."""
    from cluster_calc.quantities.display import shown

    texts = [shown(known.name, value) for value in (reached, limit)]
    if texts[0] == texts[1]:
        texts = [f"{value / known.factor!r} {known.unit}" for value in (reached, limit)]
    return f"{known.name} {which}{texts[0]} is over {texts[1]}"


def _require_feasible(result: Result, whose: str = "") -> None:
    """Raise where a limit that decides does not hold, or cannot be checked; no limit, no demand."""
    found = result.verdict
    names = found.broken or found.open
    if names:
        limits = {entry.constraint: entry.limit for entry in result.feasibility}
        listed = ", ".join(f"{name} ({limits[name]})" for name in names)
        gap = "" if found.broken else " cannot be checked: a figure is missing"
        raise InfeasibleError(f"{whose}{found.word}: {listed}{gap}")
