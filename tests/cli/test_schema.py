"""The schemas describe what people write and what commands print, of scenarios the schemas were not made from."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from cluster_calc.catalog.adding import TEMPLATES, template
from cluster_calc.cli import main
from cluster_calc.files.shipped import shipped

PRINTED = {
    "estimate": [("estimate", "--params", "13e9", "--tokens", "2e12", "--chip", "mi300x", "--days", "30", "--ranges", "--draws", "64"),
                 ("estimate", "--chip", "a10g", "--chips", "8"), ("estimate", "--flop", "1e24", "--chip", "trainium2", "--power-limit", "5 MW")],
    "serve": [("serve", "--model", "qwen3-32b", "--chip", "l40s", "--chips", "4")],
    "compare": [("compare", "--flop", "1e24", "--chip", "mi300x", "--chip", "h200", "--chip", "a100-80gb")],
    "solve": [("solve", "training_compute", "--chip", "b200", "--run-cost", "10 MUSD")],
    "explain": [("explain", "electricity_cost", "--flop", "1e23", "--chip", "a100-80gb")],
    "finance": [("finance", "--chip", "b200", "--chips", "256", "--horizon", "3 years", "--discount-rate", "0.1")],
    "sensitivity": [("sensitivity", "--flop", "1e23", "--chip", "a100-80gb")],
    "simulate": [("simulate", "--chip", "h100", "--chips", "4096", "--days", "2")],
}  # fmt: skip


def cli(*arguments: str) -> str:
    done = CliRunner().invoke(main, list(arguments))
    assert done.exit_code == 0, done.stderr
    return done.stdout


def schema(name: str) -> jsonschema.Draft202012Validator:
    found = json.loads((shipped("schemas") / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


@pytest.mark.parametrize("name", sorted(path.stem for path in shipped("schemas").glob("*.json")))
def test_every_schema_is_one_and_is_printed(name: str) -> None:
    assert json.loads(cli("schema", name)) == schema(name).schema


@pytest.mark.parametrize(
    ("name", "command"), [(name, command) for name, commands in PRINTED.items() for command in commands]
)
def test_what_a_command_prints_is_valid(name: str, command: tuple[str, ...]) -> None:
    schema(name).validate(json.loads(cli(*command, "--format", "json")))


@pytest.mark.parametrize("kind", ["chips", "servers", "models", "sites", "lives", "recipes", "yardsticks"])
def test_the_shipped_files_are_valid(kind: str) -> None:
    from cluster_calc.catalog.heads import singular_of

    checker = schema(singular_of(kind))
    files = sorted((shipped("catalog") / kind).rglob("*.toml"))
    assert files
    for path in files:
        checker.validate(json.loads(json.dumps(tomllib.loads(path.read_text(encoding="utf-8")), default=str)))


def test_a_wrong_key_is_not_valid() -> None:
    assert not schema("scenario").is_valid({"mfuu": 0.4})
    assert schema("scenario").is_valid(
        {"mfu": "0.3..0.5", "chip": "h100", "chip_price": {"value": "25000 USD", "source": "a quote"}}
    )
    assert not schema("memo").is_valid({"titel": "A cluster"})


def test_a_saved_scenario_and_the_memo_template_are_valid(tmp_path: Path) -> None:
    from cluster_calc.procurement.template import TEMPLATE

    cli(
        "estimate",
        "--flop",
        "2e25",
        "--chip",
        "h100",
        "--strict",
        "--mfu",
        "0.3..0.5",
        "--save-scenario",
        str(tmp_path / "s.toml"),
    )
    schema("scenario").validate(tomllib.loads((tmp_path / "s.toml").read_text(encoding="utf-8")))
    schema("memo").validate(json.loads(json.dumps(tomllib.loads(TEMPLATE), default=str)))
    assert template("chip")
    assert set(TEMPLATES) <= {path.stem for path in shipped("schemas").glob("*.json")}
