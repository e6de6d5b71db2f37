"""A real terminal, driven by tmux: widths, styles, and what a pipe gets instead."""

from __future__ import annotations

import itertools
import re
import shlex
import shutil
import subprocess
import time
import unicodedata
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster_calc.cli import COMMANDS
from tests.cli.running import clean_environment, command_line, run, run_process

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")

ESTIMATE = "estimate --flop 2e25 --chip h100"
WIDE = ("estimate --params 405B --tokens 15.6T --chip h100 --mfu 0.3..0.5 --budget '100 MUSD' --power-limit '20 MW' "
        "--deadline 2027-06-30 --start 2027-01-01 --supply-limit '5 %'")  # fmt: skip
SHOWN = [
    ESTIMATE,
    WIDE,
    f"{ESTIMATE} --full",
    f"{WIDE} --full",
    "explain run_cost --flop 2e25 --chip h100",
    "estimate --flop 2e25 --chip tesla-d1",
    "--help",
]
STYLE = re.compile(r"\x1b\[([0-9;]*)m")
# Bold, dim and back: no colour of our own, so that dark and light terminals read the same.
PLAIN_STYLES = {"", "0", "1", "2", "22", "39", "49"}
END = "--end--"


class Terminal:
    """A tmux server of its own with one window."""

    def __init__(self, folder: Path, columns: int, environment: dict[str, str]) -> None:
        self.count = itertools.count()
        self.tmux = ["tmux", "-L", f"cluster-calc-{uuid.uuid4().hex[:12]}", "-f", "/dev/null"]
        script = folder / "shell"
        exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items())
        script.write_text(f"#!/bin/sh\n{exports}cd {shlex.quote(str(folder))}\nexec sh\n", encoding="utf-8")
        script.chmod(0o755)
        self("new-session", "-d", "-x", str(columns), "-y", "220", str(script))
        self.send("PS1=; clear")

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run([*self.tmux, *arguments], capture_output=True, text=True, check=True,
                              env=clean_environment(Path.cwd(), TERM="xterm-256color"))  # fmt: skip
        return done.stdout

    def send(self, line: str) -> None:
        self("send-keys", "-l", line)
        self("send-keys", "Enter")

    def screen(self) -> str:
        """What stands on the screen, styles as escape sequences, wrapped lines joined."""
        return self("capture-pane", "-p", "-e", "-J")

    def wait_for(self, text: str, seconds: float = 30) -> str:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            screen = self.screen()
            if re.search(rf"^{re.escape(text)}", screen, re.MULTILINE):
                return screen
            time.sleep(0.05)
        raise AssertionError(f"{text!r} never came:\n{self.screen()}")

    def output(self, arguments: str) -> tuple[str, int]:
        """A command's text with its styles, and its exit code."""
        command = shlex.join(command_line())
        end = f"{END}{next(self.count)}:"  # a new one each time: the last may still be on the screen
        self.send(f"clear; {command} {arguments}; echo {end}$?")
        screen = self.wait_for(end)
        text, code, *_ = re.split(rf"^{end}([0-9]+)", screen, flags=re.MULTILINE)
        return text, int(code)


@pytest.fixture
def terminal(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    columns, environment = request.param
    opened = Terminal(tmp_path, columns, clean_environment(tmp_path, LC_ALL="C.UTF-8", **environment))
    yield opened
    opened("kill-server")


def styles(text: str) -> set[str]:
    return {code for sequence in STYLE.findall(text) for code in sequence.split(";")}


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in STYLE.sub("", line).rstrip())


def too_wide(text: str, columns: int) -> list[str]:
    """Lines beyond the terminal's edge; an address and an example stay whole, so that they can be followed and copied."""
    return [line for line in text.splitlines() if width(line) > columns and not re.search("://|^ +cluster-calc ", line)]


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_page_fits_and_has_an_example(name: str, columns: int, tmp_path: Path) -> None:
    outcome = run([name, "--help"], tmp_path, {"COLUMNS": str(columns)})
    assert outcome.code == 0
    assert not too_wide(outcome.stdout, columns)
    assert f"  cluster-calc {name} " in outcome.stdout or f"Example: cluster-calc {name} " in outcome.stdout


@pytest.mark.parametrize("terminal", [(80, {"TERM": "xterm-256color"}), (120, {"TERM": "screen"})],
                         indirect=True, ids=["80 columns", "120 columns"])  # fmt: skip
def test_everything_fits_the_terminal(terminal: Terminal) -> None:
    columns = int(terminal("display-message", "-p", "#{pane_width}"))
    for arguments in SHOWN:
        text, code = terminal.output(arguments)
        assert code == 0, text
        body = text.partition("\nNext")[0] if arguments.startswith("estimate --") else text
        body = re.sub(r"\x1b\[[0-9;]*mNext.*", "", body, flags=re.DOTALL)
        assert not too_wide(body, columns), arguments
        assert styles(text) <= PLAIN_STYLES, "only bold and dim: readable on dark and light"
    text, _ = terminal.output(ESTIMATE)
    assert "\x1b[1m" in text


@pytest.mark.parametrize("terminal", [(80, {"TERM": "xterm-256color", "NO_COLOR": "1"}), (80, {"TERM": "dumb"})],
                         indirect=True, ids=["NO_COLOR", "TERM=dumb"])  # fmt: skip
def test_a_terminal_that_wants_no_styles_gets_none(terminal: Terminal) -> None:
    text, code = terminal.output(ESTIMATE)
    assert code == 0
    assert "run cost" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("terminal", [(120, {"TERM": "xterm-256color"})], indirect=True, ids=["120 columns"])
def test_pipes_get_plain_text_of_80_columns(terminal: Terminal, tmp_path: Path) -> None:
    _, code = terminal.output(f"{ESTIMATE} | cat > piped.txt")
    assert code == 0
    piped = (tmp_path / "piped.txt").read_text(encoding="utf-8")
    assert piped == run(shlex.split(ESTIMATE), tmp_path).stdout
    assert "\x1b" not in piped
    text, code = terminal.output(f"{ESTIMATE} | head -1")
    assert code == 0
    assert len(text.strip().splitlines()) == 1


@pytest.mark.parametrize("terminal", [(80, {"TERM": "xterm-256color"})], indirect=True, ids=["80 columns"])
def test_ctrl_c_in_a_terminal(terminal: Terminal) -> None:
    terminal.send(f"clear; {shlex.join(command_line())} {ESTIMATE} --ranges --draws 8000000; echo {END}$?")
    time.sleep(1.5)
    terminal("send-keys", "C-c")
    screen = terminal.wait_for(END)
    assert f"{END}130" in screen
    assert "interrupted" in screen
    assert "Traceback" not in screen


@pytest.mark.parametrize("terminal", [(80, {"TERM": "xterm-256color"})], indirect=True, ids=["80 columns"])
def test_hostile_text_does_not_reach_the_terminal(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        'chip = "h100"\ntraining_compute = 2e25\n'
        'chip_price = {value = "25000 USD", source = "\\u001b[31mred\\u001b]0;title\\u0007 quote"}\n', encoding="utf-8"
    )  # fmt: skip
    text, code = terminal.output("estimate --scenario a.toml --full")
    assert code == 0
    assert styles(text) <= PLAIN_STYLES
    assert "\\u001b[31mred" in text
    assert terminal("display-message", "-p", "#{pane_title}").strip() != "title"
    piped = run_process(["estimate", "--scenario", "a.toml"], tmp_path).stdout
    assert "\x1b" not in piped
    assert "\x07" not in piped
