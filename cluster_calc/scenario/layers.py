"""The layers of a scenario: user's file, project's file, scenario file, environment, command line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cluster_calc.errors import InputError
from cluster_calc.files.atomic import is_file
from cluster_calc.files.places import Fault, Place, find_places, message, shown_path
from cluster_calc.scenario.scenario import Scenario

ENVIRONMENT_PREFIX = "CLUSTER_CALC_"
NOT_SETTINGS = frozenset({"CATALOG", "DEBUG"})
PROJECT_FILE = "cluster-calc.toml"


def from_file(path: Path, origin: str) -> tuple[dict[str, Any], dict[str, Place]]:
    """The flat values of a TOML file, and the place each stands at."""
    from cluster_calc.files.toml import read_toml

    values = read_toml(path)
    where = shown_path(path)
    places = find_places(path.read_text(encoding="utf-8-sig"), where)
    return values, {name: places.get(name, Place(where)) for name in values}


def from_environment(environment: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Place]]:
    """The `CLUSTER_CALC_*` variables as values; names that mean nothing are an error that suggests."""
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    for key, value in sorted(environment.items()):
        bare = key.removeprefix(ENVIRONMENT_PREFIX)
        if bare == key or bare in NOT_SETTINGS or bare.startswith("_") or not value:
            continue
        name = bare.lower()
        values[name], places[name] = value, Place(f"environment {shown_path(key)}")
    return values, places


def ambient_layers() -> Iterable[tuple[Mapping[str, Any], str, Mapping[str, Place]]]:
    """User file and project file, the farther first."""
    import click

    user = Path(click.get_app_dir("cluster-calc")) / PROJECT_FILE
    for path in (user, Path(PROJECT_FILE)):
        if is_file(path):
            values, places = from_file(path, "file")
            values.pop("catalog", None)  # folders of the catalog: catalog.py reads them
            yield values, "file", places


def gather(
    given: Mapping[str, Any],
    *,
    origin: str,
    file: Path | str | Mapping[str, Any] | None = None,
    ambient: bool = False,
) -> Scenario:
    """Everything that was given, merged in its order of precedence; all faults are reported together."""
    scenario = Scenario()
    faults: list[Fault] = []
    if ambient:
        for values, name, places in ambient_layers():
            faults += scenario.add(values, name, places)
    if isinstance(file, Mapping):
        faults += scenario.add(file, "call")
    elif file is not None:
        values, places = from_file(Path(file), "file")
        faults += scenario.add(values, "file", places)
    if ambient:
        values, places = from_environment(os.environ)
        faults += scenario.add(values, "environment", places)
    faults += scenario.add(given, origin)
    if faults:
        raise InputError(message(faults))
    if day := scenario.settings.get("as_of"):
        scenario.known_by(day)
    return scenario
