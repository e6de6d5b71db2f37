"""The package's description of itself agrees with what is in the folders."""

from __future__ import annotations

import ast
import configparser
import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest

import cluster_calc

ROOT = Path(__file__).resolve().parents[2]
SHIPPED_FOLDERS = ("catalog", "schemas", "templates")


@pytest.fixture(scope="module")
def config() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def test_the_version_is_a_literal_written_once(config: configparser.ConfigParser) -> None:
    tree = ast.parse((ROOT / "cluster_calc" / "version.py").read_text(encoding="utf-8"))
    literals = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Constant)
        and "__version__" in ast.unparse(node).split("=")[0]
    ]
    assert literals == [cluster_calc.version.__version__]
    assert config["metadata"]["version"] in ("attr: cluster_calc.version.__version__", cluster_calc.version.__version__)
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+|\.dev\d+)?", cluster_calc.version.__version__)


def test_the_installed_version_is_the_one_in_the_code() -> None:
    try:
        installed = importlib.metadata.version("cluster-calc")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("run from a checkout that is not installed")
    assert installed == cluster_calc.version.__version__, "the installed metadata is old: touch setup.cfg; make venv"


def test_every_folder_with_code_is_in_the_packages_list(config: configparser.ConfigParser) -> None:
    folders = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "cluster_calc").rglob("*.py")}
    data = {f"cluster_calc.data.{folder}" for folder in SHIPPED_FOLDERS}
    assert set(lines(config["options"]["packages"])) == folders | data


def test_every_package_has_an_init_file() -> None:
    for path in (ROOT / "cluster_calc").rglob("*.py"):
        assert (path.parent / "__init__.py").is_file(), f"{path.parent.relative_to(ROOT)}/__init__.py is missing"


def test_every_shipped_folder_is_mapped_into_the_package(config: configparser.ConfigParser) -> None:
    mapping = dict(re.split(r"\s*=\s*", line) for line in lines(config["options"]["package_dir"]))
    assert mapping == {f"cluster_calc.data.{folder}": folder for folder in SHIPPED_FOLDERS}
    assert not config["options"].getboolean("include_package_data")


def test_the_licence_is_apache_2(config: configparser.ConfigParser) -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert config["metadata"]["license"] == "Apache-2.0"
    for name in lines(config["metadata"]["license_files"]):
        assert (ROOT / name).is_file()


def test_pyproject_holds_only_the_build_system() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert list(table) == ["build-system"]


def test_the_extras_are_the_documented_ones(config: configparser.ConfigParser) -> None:
    extras = config["options.extras_require"]
    assert set(extras) == {"docs", "scale", "stats", "test", "all"}
    run_time = sorted(set(extras) - {"test", "all"})
    assert lines(extras["all"]) == [f"cluster-calc[{','.join(run_time)}]"], "all = every extra of run time"


@pytest.mark.parametrize("section", ["install_requires", "docs", "scale", "stats", "test"])
def test_every_requirement_has_a_lower_bound_and_appears_once(config: configparser.ConfigParser, section: str) -> None:
    where = config["options"] if section == "install_requires" else config["options.extras_require"]
    requirements = lines(where[section])
    names = [re.split(r"[<>=~!\[; ]", requirement)[0] for requirement in requirements]
    assert names == sorted(set(names))
    assert [requirement for requirement in requirements if ">=" not in requirement] == []


def test_the_console_script_is_cluster_calc(config: configparser.ConfigParser) -> None:
    assert lines(config["options.entry_points"]["console_scripts"]) == ["cluster-calc = cluster_calc.__main__:start"]
