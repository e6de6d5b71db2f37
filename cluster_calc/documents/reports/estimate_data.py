"""An estimate as CSV and JSON."""

from __future__ import annotations

import json

from cluster_calc.estimation.as_json import as_dict, rows
from cluster_calc.estimation.result import Result
from cluster_calc.files.csv import csv_rows

COLUMNS = ("name", "value", "unit", "p10", "p50", "p90")


def json_text(result: Result) -> str:
    """The JSON text of a result."""
    return json.dumps(as_dict(result), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def csv_text(result: Result) -> str:
    """The CSV text of a result; a missing value is an empty cell."""
    return csv_rows(COLUMNS, rows(result))
