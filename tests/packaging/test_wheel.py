"""Wheel, source archive, editable install and bare checkout all carry the code and the shipped folders.

Everything is built from a copy of the tree without git history, so that nothing left over in `build/` and
nothing that only git knows can help.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).resolve().parents[2]
DATA_SUFFIXES = {
    "catalog": {".toml", ".csv"},
    "schemas": {".json"},
    "templates": None,
}  # None: whatever the folder holds
CACHES = ("__pycache__", "*.py[cod]", ".*_cache", ".hypothesis", ".coverage", "htmlcov")
NOT_COPIED = (".git", ".venv", "build", "dist", "*.egg-info", "*~", "*.swp", ".DS_Store", *CACHES)
SIGNATURE_COMMAND = ["estimate", "--flop", "2e25", "--chip", "h100"]

# Run by each kind of installation: what it sees of itself.
PROBE = """
import json, sys
import cluster_calc
from cluster_calc.files.shipped import shipped
def names(root):
    return [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
files = {folder: names(shipped(folder)) for folder in ("catalog", "schemas", "templates")}
print(json.dumps({"package": cluster_calc.__file__, "version": cluster_calc.__version__, "files": files}))
"""


def run(*command: object, cwd: Path, pythonpath: str | None = None) -> str:
    """Run a command away from this checkout and from its settings; its output."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "CLUSTER_CALC_")) and name != "VIRTUAL_ENV"
    }
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    if pythonpath is not None:
        environment["PYTHONPATH"] = pythonpath
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def data_files(tree: Path, folder: str) -> set[str]:
    """The files of a shipped folder that the wheel must carry."""
    suffixes = DATA_SUFFIXES[folder]
    return {name for name in files_below(tree / folder) if suffixes is None or Path(name).suffix in suffixes}


def project_files(tree: Path) -> set[str]:
    """What git tracks; without git, what is in the folders (beside them may lie a user's own files)."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        tracked = subprocess.run([git, "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False)
        if tracked.returncode == 0 and tracked.stdout:
            return set(tracked.stdout.decode().split("\0"))
    return {name for name in files_below(tree) if "/" in name}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, as a source archive without git history would be."""
    copy = tmp_path_factory.mktemp("tree") / "cluster-calc"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
    return copy


@pytest.fixture(scope="module")
def archives(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source archive of the tree, and the wheel built from that archive."""
    out = tmp_path_factory.mktemp("dist")
    before = files_below(tree)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, tree, cwd=out)
    shutil.rmtree(tree / "cluster_calc.egg-info")
    assert files_below(tree) == before
    (sdist,) = out.glob("*.tar.gz")
    (wheel,) = out.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that has nothing to do with the project."""
    return tmp_path_factory.mktemp("elsewhere")


def environment_with(wheel: Path, folder: Path) -> Path:
    """A new virtual environment with this wheel, and the dependencies borrowed from the one running."""
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    python = folder / "bin" / "python"
    install = ("install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "--python", python, *install, wheel, cwd=folder.parent)
    site = Path(run(python, "-c", "import site; print(site.getsitepackages()[0])", cwd=folder.parent).strip())
    # A folder named in a .pth file adds its modules, but not its own .pth files: an editable install of this
    # project in the borrowed folder stays out of sight.
    borrowed = [entry for entry in sys.path if entry.endswith("-packages")]
    (site / "borrowed.pth").write_text("\n".join(borrowed) + "\n", encoding="utf-8")
    return folder / "bin"


def check_installation(python: Path, tree: Path, package: Path, elsewhere: Path, pythonpath: str | None) -> None:
    """The code comes from where it should, and every shipped file is found."""
    seen = json.loads(run(python, "-c", PROBE, cwd=elsewhere, pythonpath=pythonpath))
    assert Path(seen["package"]).resolve() == (package / "__init__.py").resolve()
    for folder in DATA_SUFFIXES:
        assert data_files(tree, folder) <= set(seen["files"][folder]) <= files_below(tree / folder)


def test_the_wheel_holds_the_package_and_the_folders_and_nothing_else(tree: Path, archives: tuple[Path, Path]) -> None:
    names = {name for name in zipfile.ZipFile(archives[1]).namelist() if not name.split("/")[0].endswith(".dist-info")}
    code = {
        f"cluster_calc/{name}"
        for name in files_below(tree / "cluster_calc")
        if Path(name).suffix == ".py" or name in ("py.typed", "__init__.pyi", "quantities/units.txt")
    }
    data = {f"cluster_calc/data/{folder}/{name}" for folder in DATA_SUFFIXES for name in data_files(tree, folder)}
    assert names == code | data
    assert {"cluster_calc/py.typed", "cluster_calc/quantities/units.txt"} <= names


def test_every_file_of_the_package_ships(tree: Path) -> None:
    extra = {
        name
        for name in files_below(tree / "cluster_calc")
        if Path(name).suffix != ".py" and name not in ("py.typed", "__init__.pyi", "quantities/units.txt")
    }
    assert extra == set(), "list them under options.package_data in setup.cfg, and here"


def test_the_catalog_holds_only_what_ships(tree: Path) -> None:
    assert {
        name for name in files_below(tree / "catalog") - data_files(tree, "catalog") if Path(name).suffix != ".md"
    } == set(), "files of another kind than .toml and .csv would be missing from the wheel"


def test_the_wheel_is_pure_python_and_licensed(archives: tuple[Path, Path]) -> None:
    wheel = archives[1]
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata_name,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(metadata_name).decode()
    for licence in ("LICENSE", "NOTICE"):
        assert any(".dist-info/" in name and name.endswith(f"/{licence}") for name in names)
    assert "Apache-2.0" in metadata
    assert "Requires-Python: >=3.11" in metadata


def test_the_source_archive_holds_everything_the_tests_and_docs_need(tree: Path, archives: tuple[Path, Path]) -> None:
    with tarfile.open(archives[0]) as archive:
        names = {member.name.split("/", 1)[1] for member in archive.getmembers() if member.isfile()}
    assert (project_files(tree) & files_below(tree)) - names == set(), "name them in MANIFEST.in"


def test_the_wheel_works_from_any_directory(
    tree: Path, archives: tuple[Path, Path], elsewhere: Path, tmp_path: Path
) -> None:
    commands = environment_with(archives[1], tmp_path / "wheel")
    package = next((tmp_path / "wheel").glob("lib/python*/site-packages/cluster_calc"))
    check_installation(commands / "python", tree, package, elsewhere, pythonpath=None)
    assert run(commands / "cluster-calc", *SIGNATURE_COMMAND, cwd=elsewhere)


def test_an_editable_install_works_from_any_directory(tree: Path, elsewhere: Path, tmp_path: Path) -> None:
    # What `pip install --editable` does, without fetching setuptools into an isolated environment.
    hook = "import setuptools.build_meta as b; print(b.build_editable('editable-wheel'))"
    copy = tmp_path / "checkout"
    shutil.copytree(tree, copy)
    name = run(sys.executable, "-c", hook, cwd=copy).splitlines()[-1]
    commands = environment_with(copy / "editable-wheel" / name, tmp_path / "editable")
    check_installation(commands / "python", copy, copy / "cluster_calc", elsewhere, pythonpath=None)
    assert run(commands / "cluster-calc", *SIGNATURE_COMMAND, cwd=elsewhere)


def test_a_bare_checkout_works_from_any_directory(tree: Path, elsewhere: Path) -> None:
    check_installation(Path(sys.executable), tree, tree / "cluster_calc", elsewhere, pythonpath=str(tree))
    program = f"import sys; from cluster_calc.cli import main; sys.argv[1:] = {SIGNATURE_COMMAND!r}; main()"
    assert run(sys.executable, "-c", program, cwd=elsewhere, pythonpath=str(tree))
