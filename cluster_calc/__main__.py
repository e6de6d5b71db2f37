"""The command line: `python -m cluster_calc` and the console script."""

import signal


def start() -> None:
    """Run the command line. Until its modules are loaded an interrupt ends the process, and no traceback is printed."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from cluster_calc.cli import main

    if before is not signal.SIG_DFL:
        signal.signal(signal.SIGINT, before)
    main(prog_name="cluster-calc")


if __name__ == "__main__":
    start()
