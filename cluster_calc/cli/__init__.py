"""The command line: one thin module per command, loaded when it is called; errors are translated here, once."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn, TextIO

import click

from cluster_calc.errors import LINE_LIMIT, ClusterCalcError, did_you_mean, quoted
from cluster_calc.version import __version__

# There is no linear algebra of any size here: a second thread of the numeric library only costs its start. Set by the
# command line, before numpy is loaded, and never by the library, whose user decides.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Name → (module, one line for the list). Modules are imported only when their command runs.
COMMANDS: dict[str, tuple[str, str]] = {
    "estimate": ("estimate", "one run or cluster: how many, how long, how much, is it feasible"),
    "serve": ("serving.serve", "a model for its users: chips, latency, dollars a million tokens, power"),
    "solve": ("studies.solve", "the input that meets a target: the compute a budget buys, the chips a deadline needs"),
    "sweep": ("studies.sweep", "a grid over any inputs, with draws inside or without, as CSV or Parquet"),
    "optimise": ("studies.optimise", "the cheapest, fastest or least power-hungry option within limits"),
    "sensitivity": (
        "studies.sensitivity",
        "what moves the answer: tornado, elasticities, switching values, two-way tables",
    ),
    "simulate": ("studies.simulate", "a run under failures, event by event, beside the closed forms of goodput"),
    "explain": ("explain", "formula, numbers and source behind any result of an estimate"),
    "compare": ("studies.compare", "options side by side on the same demand and the same draws"),
    "diff": ("studies.diff", "what moved between two results"),
    "finance": ("finance", "own or rent: cash by year, net present value, break-even"),
    "fleet": ("serving.fleet", "training and serving on one fleet, by quarter; what does not fit"),
    "project": ("project", "growth of compute, cost and price over years; the date a limit is reached"),
    "growth": ("growth", "factors of growth by era, and regressions of compute or cost on date"),
    "reproduce": ("reproduce", "the published claims beside this program's own values"),
    "sheet": ("sheet", "the result as one HTML page to keep"),
    "memo": ("memo", "the procurement memo: options, cash, risks and what is not known"),
    "batch": ("batch", "one estimate per row of a table"),
    "schema": ("schema", "JSON Schema of a file that is read, or of a document that a command prints"),
    "catalog": ("catalog", "chips, servers, sites, prices: list | show | new | add | check | sources"),
}
PROGRAM = "cluster-calc"
COMPLETE_VARIABLE = "_CLUSTER_CALC_COMPLETE"
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Program(click.Group):
    """The group: loads commands lazily and turns every error into one message and the contract's exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"cluster_calc.cli.{COMMANDS[cmd_name][0]}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            raise click.UsageError(f"no such command {quoted(args[0])}.{did_you_mean(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *_: Any, **__: Any) -> Any:
        # Instead of click's own main, which ends a closed pipe as an error and has its own word for Ctrl-C.
        for name in ("stdin", "stdout", "stderr"):
            if getattr(sys, name) is None:  # closed before we began: what is written there goes nowhere
                setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), "r" if name == "stdin" else "w"))
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # a terminal that cannot show a letter is no reason to fail
                stream.reconfigure(errors="backslashreplace")
        # Numbers beyond what a float holds are refused by their name, not by a library's warning.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            code = self._run(sys.argv[1:] if args is None else list(args), prog_name or PROGRAM)
            sys.stdout.flush()
            sys.exit(code)
        except ClusterCalcError as error:
            fail(str(error), error.exit_code)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            sys.exit(2)
        except click.ClickException as error:
            fail(_usage(error), 2)
        except (KeyboardInterrupt, click.Abort):
            click.echo("interrupted", err=True)
            sys.exit(130)
        except BrokenPipeError:
            # The reader has gone: nothing is wrong.
            leave(sys.stdout)
            sys.exit(0)
        except OSError as error:
            if error.filename is None:  # stdout is the only stream without a name
                leave(sys.stdout)
            where = "stdout" if error.filename is None else quoted(error.filename)
            fail(f"{where}: {error.strerror or error}", 2)
        except MemoryError:
            fail("not enough memory; fewer --draws need less", 2)
        except Exception as error:
            if os.environ.get("CLUSTER_CALC_DEBUG"):
                raise
            fail(
                f"internal error ({type(error).__name__}: {quoted(error, 200)}); CLUSTER_CALC_DEBUG=1 shows where. Please report it.",
                1,
            )

    def _run(self, args: list[str], prog_name: str) -> int:
        if instruction := os.environ.get(COMPLETE_VARIABLE):
            from click.shell_completion import shell_complete

            return shell_complete(self, {}, prog_name, COMPLETE_VARIABLE, instruction)
        try:
            with self.make_context(prog_name, args) as ctx:
                self.invoke(ctx)
        except click.exceptions.Exit as stop:
            return stop.exit_code
        return 0


def leave(stream: TextIO) -> None:
    """Point a stream at nothing, so that Python does not complain when it closes what cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _usage(error: click.ClickException) -> str:
    message = error.format_message()
    ctx = getattr(error, "ctx", None)
    params = ctx.command.get_params(ctx) if ctx else []
    if isinstance(error, click.NoSuchOption):
        known = [name for param in params for name in param.opts]
        found = did_you_mean(error.option_name, [name for name in known if name.startswith("--")])
        message = f"no such option {quoted(error.option_name)}.{found}"
    elif isinstance(error, click.BadOptionUsage):
        message = _value_usage(error)
    elif message.startswith("Got unexpected extra argument"):
        message = f"unexpected argument {quoted(message.partition('(')[2].removesuffix(')'))}; a value belongs behind its option"
    elif isinstance(error, click.MissingParameter) and error.param is not None:
        message = f"{error.param.make_metavar(ctx) if ctx else error.param.name} is missing"
    if ctx is not None:
        message += f"\n`{ctx.command_path} --help` lists what there is."
    return message


def _value_usage(error: click.BadOptionUsage) -> str:
    from cluster_calc.quantities.nomenclature import QUANTITIES

    if "does not take a value" in error.message:
        return f"{quoted(error.option_name)} is a flag and takes no value"
    spellings = {f"--{alias}": known for known in QUANTITIES.values() for alias in (*known.aliases, known.option[2:])}
    known = spellings.get(error.option_name)
    example = f", for example {error.option_name} {known.example}" if known and known.example else ""
    return f"{quoted(error.option_name)} needs a value{example}"


def fail(message: str, code: int) -> NoReturn:
    """One message on stderr, cut to the line limit, and out."""
    printable = "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in message)
    lines = printable.split("\n")
    if len(lines) > LINE_LIMIT:
        lines = [*lines[: LINE_LIMIT - 1], f"… and {len(lines) - LINE_LIMIT + 1} more"]
    lines = [line if len(line) <= 600 else line[:599] + "…" for line in lines]
    try:
        click.echo("error: " + "\n".join(lines), err=True)
    except OSError:  # nobody reads the message, or it cannot be written; the exit code still counts
        leave(sys.stderr)
    sys.exit(code)


@click.group(
    cls=Program,
    context_settings=CONTEXT,
    epilog="Example: cluster-calc estimate --flop 2e25 --chip h100",
    invoke_without_command=False,
)
@click.version_option(__version__, prog_name="cluster-calc", message="%(prog)s %(version)s")
def main() -> None:
    """What AI hardware clusters cost, and whether a run is feasible.

    Every number can be explained back to a formula and a source.
    """
