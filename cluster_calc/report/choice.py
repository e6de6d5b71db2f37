"""What an optimum says, as text."""

from __future__ import annotations

import textwrap

from cluster_calc.choosing import Choice, Option
from cluster_calc.feasibility import CONSTRAINTS
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.report.numbers import plain, shown

_MOST = 10


def choice_text(found: Choice, width: int = 80) -> str:
    """The best options, the near-misses and what was left out."""
    label = QUANTITIES[found.objective].label
    if found.options:
        lines = [f"Least {label} within all limits: {_name(found.options[0])}", ""]
        lines += [line for option in found.options[:_MOST] for line in _option(found, option, width)]
        if len(found.options) > _MOST:
            lines.append(f"  … and {len(found.options) - _MOST} more that hold")
    else:
        lines = ["Nothing meets all limits."]
    if found.misses:
        lines += ["", "Near-misses: better, but a limit does not hold" if found.options else "Nearest to holding"]
        lines += [line for option in found.misses[:_MOST] for line in _option(found, option, width)]
    if found.left_out:
        lines += ["", f"Left out: {len(found.left_out)}"]
        for text in found.left_out[:5]:
            lines += textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    for text in found.warnings:
        lines += ["", *textwrap.wrap(f"Note: {text}", width, subsequent_indent="  ")]
    return "\n".join(lines) + "\n"


def _name(option: Option) -> str:
    named = ", ".join(option.names.values()) or "the scenario"
    return named + (", rented" if option.acquisition == "rent" else "")


def _option(found: Choice, option: Option, width: int) -> list[str]:
    money = "rental_cost" if option.acquisition == "rent" else "run_cost"
    parts = [f"{shown('chips', option.values['chips'])} chips", shown("training_time", option.values["training_time"])]
    parts += [f"{name} {shown(key, option.values[key])}" for name, key in
              (("rent" if option.acquisition == "rent" else "run cost", money), ("peak", "peak_facility_power"))
              if key in option.values]  # fmt: skip
    failing = [
        f"{CONSTRAINTS[name][0].replace('_', ' ')} short by {plain(-100 * margin)}%"
        for name, margin in option.margins.items()
        if margin < -1e-12
    ]
    default = [f"{QUANTITIES[name].label} by default" for name in option.defaults]
    head = f"  {shown(found.objective, option.objective):>12}  {_name(option)}: "
    return textwrap.wrap(head + ", ".join([*parts, *default, *failing]), width, subsequent_indent=" " * 16)
