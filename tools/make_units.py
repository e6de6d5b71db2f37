"""Write cluster_calc/quantities/unit_table.py: the everyday units as pint sees them. `--check` only compares."""

from __future__ import annotations

import re
import sys
from itertools import product
from pathlib import Path

TARGET = Path(__file__).parents[1] / "cluster_calc" / "quantities" / "unit_table.py"

TIMES = ["s", "second", "seconds", "min", "minute", "minutes", "h", "hour", "hours", "d", "day", "days", "week", "weeks",
         "month", "months", "quarter", "year", "years", "yr"]  # fmt: skip
PREFIXES = ["", "k", "M", "G", "T", "P", "E", "Z"]
CURRENCIES = ["USD", "EUR", "GBP", "JPY", "CNY", "CHF"]
CHIPS = ["chip", "chips", "GPU", "GPUs", "TPU"]


def everyday() -> list[str]:
    """The unit texts of the catalog, the nomenclature and everyday options."""
    flop = [f"{prefix}FLOP{plural}" for prefix in PREFIXES for plural in ("", "s")] + [
        "petaFLOP",
        "teraFLOP",
        "exaFLOP",
    ]
    rates = [f"{work}/{time}" for work in flop for time in ("s", "second")]
    money = [f"{prefix}{code}" for prefix in ("", "k", "M", "G") for code in CURRENCIES] + [
        "cent",
        "cents",
        "dollar",
        "dollars",
    ]
    energy = [f"{prefix}Wh" for prefix in PREFIXES[:6]] + ["J", "kJ", "MJ", "GJ", "TJ"]
    power = [f"{prefix}W" for prefix in PREFIXES[:5]] + ["watt", "watts"]
    bytes_ = [f"{prefix}B" for prefix in PREFIXES[:6]] + [
        "KiB",
        "MiB",
        "GiB",
        "TiB",
        "PiB",
        "byte",
        "bytes",
        "bit",
        "bits",
    ]
    mass = ["g", "kg", "Mg", "t", "tonne", "tonnes", "gCO2e", "kgCO2e", "tCO2e"]
    units = [*TIMES, *flop, *rates, *money, *energy, *power, *bytes_, *mass, *CHIPS, "token", "tokens", "parameter",
             "parameters", "server", "servers", "node", "nodes", "percent", "%", "Mtoken", "Gtoken", "Ttoken", "Gparameter",
             "Tparameter", "FLOP/parameter/token", "W/chip", "kW/chip", "chip*s", "chip/s", "failure/node/day",
             "failure/server/day", "failure", "chip/server", "byte/parameter", "byte/token", "byte/token/token", "FLOP/token", "FLOP/token/token", "us", "ms"]  # fmt: skip
    units += [f"{rate}/chip" for rate in rates] + [f"{amount}/s" for amount in bytes_]
    units += [f"{amount}/s/chip" for amount in bytes_] + [f"{amount}/chip" for amount in bytes_]
    units += [f"{amount}/{chip}" for amount in money for chip in ("chip", "GPU")]
    units += [
        f"{amount}/{per}" for amount in [*money[:6], "cent", "cents"] for per in ("kWh", "MWh", "W", "kW", "MW", *TIMES)
    ]
    units += [
        f"{code}/{chip}/{time}"
        for code in CURRENCIES
        for chip in ("chip", "GPU")
        for time in ("h", "hour", "month", "year")
    ]
    units += [f"{code}/{per}" for code in CURRENCIES for per in ("chip*hour", "(chip*hour)")]
    units += [f"{amount}/{per}" for amount in mass for per in ("kWh", "MWh")]
    units += [f"{chip}*{time}" for chip, time in product(CHIPS, TIMES)] + [
        f"{chip}/{time}" for chip, time in product(CHIPS, TIMES)
    ]
    units += [f"{rate}*{time}" for rate in rates for time in ("s", "h", "hour", "day", "days")]
    units += [f"{work}/USD" for work in flop] + [
        "USD/ZFLOP",
        "USD/server",
        "USD/kW/month",
        "W/server",
        "token/s",
        "tokens/s",
        "token/s/chip",
        "1/year",
        "USD/ZFLOP",
        "USD/local",
        "local",
        "USD/kW/month",
        "USD/server",
        "kW/server",
        "W/server",
        "1/day",
        "1/hour",
        "percent/year",
        "%/year",
    ]
    return list(dict.fromkeys([*units, *declared()]))


def declared() -> list[str]:
    """The units of the nomenclature and its examples, and those of the catalog's figures."""
    from cluster_calc.errors import UnitError
    from cluster_calc.quantities.nomenclature import QUANTITIES
    from cluster_calc.quantities.units import normalise, split, unit

    found: dict[str, None] = {}
    for known in QUANTITIES.values():
        if known.unit not in ("1", "date"):
            found |= dict.fromkeys((known.unit, known.unit.replace("/chip", "") or known.unit))
    texts = [text for known in QUANTITIES.values() for text in re.findall(r"'([^']*)'", known.example)]
    for path in sorted((TARGET.parents[2] / "catalog").rglob("*.toml")):
        texts += re.findall(r'= "([0-9][^"\n]*)"', path.read_text(encoding="utf-8"))
    for text in texts:
        try:
            plain = normalise(split(text.split("..")[-1])[1])
            unit(plain)
        except UnitError:
            continue  # a date or another text that begins with a digit
        if plain:
            found[plain] = None
    return list(found)


# One long text instead of a dictionary display: it compiles in a tenth of the time where no bytecode is kept.
HEAD = '''"""Generated from units.txt by `make units`; do not edit. Unit text → (factor to base, dimension)."""

# A line: the factor, the dimension, and every unit text that has them.
_LINES = """\\'''
TAIL = '''"""

TABLE: dict[str, tuple[float, str]] = {}
for _factor, _dimension, *_texts in map(str.split, _LINES.splitlines()):
    TABLE |= dict.fromkeys(_texts, (float(_factor), _dimension))
'''


def table_text() -> str:
    from cluster_calc.quantities.units import unit_from_pint

    grouped: dict[tuple[float, str], list[str]] = {}
    for text in everyday():
        found = unit_from_pint(text)
        grouped.setdefault((found.factor, found.dimension), []).append(text)
    lines = [f"{factor!r} {dimension} {' '.join(texts)}" for (factor, dimension), texts in grouped.items()]
    return "\n".join([HEAD, *lines, TAIL])


def main() -> None:
    if not TARGET.exists():
        TARGET.write_text("TABLE: dict[str, tuple[float, str]] = {}\n", encoding="utf-8")
    text = table_text()
    if "--check" in sys.argv:
        if TARGET.read_text(encoding="utf-8") != text:
            sys.exit("cluster_calc/quantities/unit_table.py is stale: run `make units`")
        return
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
