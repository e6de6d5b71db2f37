"""The cold start, as multiples of importing the libraries that it cannot do without."""

from __future__ import annotations

from benchmarks.measure import process_seconds

PROGRAM = ("-m", "cluster_calc")
COMMANDS = {
    "python": ("-c", ""),
    "click": ("-c", "import click"),
    "click, numpy": ("-c", "import click, numpy"),
    "--help": (*PROGRAM, "--help"),
    "estimate --help": (*PROGRAM, "estimate", "--help"),
    "estimate": (*PROGRAM, "estimate", "--flop", "2e25", "--chip", "h100"),
    "estimate, everyday units": (
        *PROGRAM, "estimate", "--flop", "3640 PFLOP/s*day", "--chip", "h100", "--days", "21", "--mfu", "0.4",
        "--electricity-price", "16.8 cent/kWh", "--chip-price", "25000 USD", "--budget", "100 MUSD", "--format", "json",
    ),
}  # fmt: skip
# Command → what it is measured against, and the most that is allowed.
TARGETS = {
    "--help": ("click", 2.5),
    "estimate": ("click, numpy", 1.6),
    "estimate, everyday units": ("click, numpy", 1.6),
}


def ratios(repeats: int = 9) -> tuple[dict[str, float], dict[str, float]]:
    """The seconds of every command, and the ratios of those that have a target."""
    seconds = process_seconds(COMMANDS, repeats)
    return seconds, {name: seconds[name] / seconds[base] for name, (base, _) in TARGETS.items()}
