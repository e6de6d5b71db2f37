"""`cluster-calc batch`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cluster_calc.cli import options as shared
from cluster_calc.errors import GateError, InfeasibleError, InputError, quoted

if TYPE_CHECKING:
    from cluster_calc.estimation.result import Result
    from cluster_calc.files import csv

FORMATS = {".csv": "csv", ".parquet": "parquet"}


@click.command(
    "batch",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc batch runs.csv -o costs.csv
  cluster-calc batch runs.csv --map my-columns.toml -o costs.parquet
  cluster-calc batch steps.csv --predict-mfu -o predicted.csv
  cluster-calc batch servings.csv --predict-serving -o predicted.csv
  cluster-calc batch runs.csv --chip h100 --electricity-price "6 cent/kWh" -o -""",
)
@click.argument("file", metavar="FILE.csv")
@click.option("--map", "map_", metavar="MAP.toml", help="column map; by default the shipped map that fits, or none")
@click.option(
    "--predict-serving",
    is_flag=True,
    help="each row's tokens a second, first and further token, from model, chip and layout",
)
@shared.model_options
@shared.gate_options
@click.option("-o", "--output", metavar="FILE", help="FILE.csv, FILE.parquet or - for stdout (the default)")
def command(file: str, map_: str | None, predict_serving: bool, **options: Any) -> None:
    """One estimate per row of FILE.csv (- is stdin).

    Columns are quantities by name, with units in the head or in the cell; options serve every row that does not say
    otherwise. Every input column is kept. Where a row has a range, or with --ranges, each result that varies has its
    percentiles beside it (run_cost_p10 …). Rows that cannot be are named on stderr, and the exit code is then 2. Gates judge
    every row that can be.
    """
    from cluster_calc.files import csv
    from cluster_calc.files.atomic import format_by_ending, read_text
    from cluster_calc.tables import column_map, evaluate

    # Here the flag adds the mfu and hfu that each row's model, batch and layout should reach, beside those it has.
    predict_mfu = bool(options.pop("predict_mfu"))
    gates = _Gates(options) if options["require_feasible"] or options["fail_over"] else None
    target = options.get("output")
    format_by_ending(target, FORMATS)
    text = read_text(file)
    table = csv.read_table(text, file)
    if gates and (predict_serving or predict_mfu):
        raise InputError("--require-feasible and --fail-over judge estimates, and a prediction is none; leave them out")
    if predict_serving:
        from cluster_calc.tables.serving_rows import predict_rows

        _written(predict_rows(table), target)
        return
    method = column_map.PREDICT_MFU if predict_mfu else options.get("method") or ""
    mapping = column_map.load_map(Path(map_)) if map_ else column_map.recognised(table.heads, method)
    if predict_mfu and mapping is None:
        raise InputError(
            "--predict-mfu needs the columns chip, chips, parameters, layers, hidden, heads, vocab, sequence and "
            f"global_batch; {quoted(file)} lacks hidden, sequence or global_batch"
        )
    done = evaluate.evaluate(table, mapping, shared.inputs(options), file, judge=gates)
    if done.ignored:
        more = f" and {len(done.ignored) - 12} more" if len(done.ignored) > 12 else ""
        click.echo(f"kept, not used: {', '.join(quoted(head) for head in done.ignored[:12])}{more}", err=True)
    _written(done, target)
    if gates:
        gates.tell()


class _Gates:
    """What --require-feasible and --fail-over say of every row."""

    def __init__(self, options: dict[str, Any]) -> None:
        shared.limits(options)  # a gate that says nothing is told before the work
        self.options, self.failed, self.count = options, dict[int, GateError | InfeasibleError](), 0

    def __call__(self, number: int, result: Result) -> None:
        """Judge the estimate of a row."""
        self.count += 1
        try:
            shared.check_gates(result, self.options)
        except (GateError, InfeasibleError) as error:
            self.failed[number] = error

    def tell(self) -> None:
        """Raise the failed rows, by the gate that failed first: what is not feasible, or what is over."""
        if not self.failed:
            return
        kind = min((type(error) for error in self.failed.values()), key=lambda kind: kind.exit_code)
        rows = "\n".join(f"row {number}: {error}" for number, error in sorted(self.failed.items()))
        raise kind(f"{len(self.failed)} of {self.count} rows do not pass:\n{rows}")


def _written(done: csv.Table, target: str | None) -> None:
    """Write the table; raise InputError with the rows that cannot be."""
    from cluster_calc.tables import table

    if str(target).lower().endswith(".parquet"):
        from cluster_calc.files.atomic import write_atomically

        write_atomically(Path(str(target)), table.parquet_bytes(done))
    else:
        shared.write(table.csv_text(done), target, as_is=True)
    if done.errors:
        shown = [f"row {number}: {message}" for number, message in sorted(done.errors.items())]
        raise InputError(f"{len(shown)} of {len(done.rows)} rows cannot be:\n" + "\n".join(shown))
