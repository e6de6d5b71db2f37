"""`cluster-calc catalog`: list, show, new, add, check, sources, as a user meets them."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cluster_calc.catalog.adding import TEMPLATES
from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.heads import KINDS
from cluster_calc.quantities.settings import PRECISIONS
from tests.catalog.checks.test_check import GOOD
from tests.cli.running import ROOT, run


def catalog(folder: Path, *arguments: str) -> Any:
    return run(["catalog", *arguments], folder)


def listed(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    out = catalog(folder, "list", *arguments, "--format", "json")
    assert out.code == 0, out.stderr
    return list(json.loads(out.stdout))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_lists_in_every_format(tmp_path: Path, kind: str) -> None:
    rows = listed(tmp_path, kind)
    assert all({"id", "name", "aliases"} <= set(row) for row in rows)
    table = list(csv.DictReader(io.StringIO(catalog(tmp_path, "list", kind, "--format", "csv").stdout)))
    assert [row["id"] for row in table] == [row["id"] for row in rows]
    for form in ("table", "markdown"):
        text = catalog(tmp_path, "list", kind, "--format", form).stdout
        assert all(row["id"] in text.replace("\\", "") for row in rows)


def test_filters_narrow_and_sorting_orders(tmp_path: Path) -> None:
    everything = {row["id"] for row in listed(tmp_path)}
    assert len(everything) == len(Catalog().layered("chips"))
    amd = listed(tmp_path, "--maker", "amd")
    assert {row["maker"] for row in amd} == {"AMD"}
    late = listed(tmp_path, "--released", "2024..")
    assert all(row["available"] >= "2024" for row in late)
    assert all(row["fp8"] for row in listed(tmp_path, "--precision", "fp8"))
    assert all(row["memory"] >= 141 for row in listed(tmp_path, "--memory", "141 GiB"))
    priced = {row["id"] for row in listed(tmp_path, "--priced")}
    unpriced = {row["id"] for row in listed(tmp_path, "--unpriced")}
    assert priced | unpriced == everything
    assert not priced & unpriced
    peaks = [row["bf16"] for row in listed(tmp_path, "--sort", "-bf16")]
    known = [peak for peak in peaks if peak is not None]
    assert known == sorted(known, reverse=True)
    assert peaks[: len(known)] == known, "what is missing comes last"
    assert list(listed(tmp_path, "--columns", "tdp,unit")[0]) == ["id", "name", "aliases", "tdp", "unit"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("chip5",), "chips"),
        (("chips", "--columns", "tpd"), "tdp"),
        (("chips", "--sort", "bf61"), "bf16"),
        (("chips", "--precision", "fp9"), "fp8"),
        (("chips", "--memory", "80"), "80 GiB"),
        (("chips", "--released", "last year"), "2023"),
    ],
)
def test_what_cannot_be_listed_suggests(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    out = catalog(tmp_path, "list", *arguments)
    assert out.code == 2
    assert says in out.stderr


def leaves(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        own = [value] if "value" in value and "unit" in value else []
        return own + [leaf for part in value.values() for leaf in leaves(part)]
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, list) else []


def test_show_gives_every_figure_as_a_leaf(tmp_path: Path) -> None:
    h100 = json.loads(catalog(tmp_path, "show", "h100", "--format", "json").stdout)
    assert h100["id"] == "nvidia-h100-sxm"
    assert h100["peak_throughput"]["bf16"]["value"] == 9.894e14
    assert h100["peak_throughput"]["bf16"]["unit"] == "FLOP/s/chip"
    assert set(h100["peak_throughput"]) == set(PRECISIONS)
    assert h100["peak_throughput"]["fp4"] == {"value": None, "unit": "FLOP/s/chip", "source": None}
    assert h100["tdp"]["value"] == 700
    assert {"value", "unit", "basis", "as_of", "source"} <= set(h100["prices"][0])
    assert all(leaf["source"]["id"] for leaf in leaves(h100) if leaf["value"] is not None)
    v5p = json.loads(catalog(tmp_path, "show", "tpuv5p", "--format", "json").stdout)
    assert v5p["tdp"]["value"] is None, "an analyst's estimate is not the vendor's figure"
    assert v5p["estimates"]["tdp"]["value"] == 540


@pytest.mark.parametrize(
    "name", ["h100", "tpuv5p", "dgx-h100", "us-texas", "eur-usd", "epoch-2025", "us-gdp", "llama3-405b"]
)
def test_show_says_the_source_of_everything_in_80_columns(tmp_path: Path, name: str) -> None:
    text = catalog(tmp_path, "show", name).stdout
    assert "Sources" in text
    marks = set(re.findall(r"\[(\d+)\]", text.split("\nSources\n")[0]))
    assert marks == set(re.findall(r"^  \[(\d+)\]", text.split("\nSources\n")[1], re.MULTILINE))
    assert [line for line in text.splitlines() if len(line) > 80 and "http" not in line and "/" not in line] == []


def test_show_suggests_across_kinds(tmp_path: Path) -> None:
    out = catalog(tmp_path, "show", "us-texsa")
    assert out.code == 2
    assert "us-texas" in out.stderr


@pytest.mark.parametrize("singular", TEMPLATES)
def test_new_prints_a_template_that_add_takes(tmp_path: Path, singular: str) -> None:
    out = catalog(tmp_path, "new", singular)
    assert out.code == 0
    assert out.stdout.count("#") > 5
    (tmp_path / "mine.toml").write_text(out.stdout, encoding="utf-8")
    assert catalog(tmp_path, "add", "mine.toml").code == 0


def test_add_refuses_what_is_there_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD, encoding="utf-8")
    assert catalog(tmp_path, "add", "a.toml").code == 0
    again = catalog(tmp_path, "add", "a.toml")
    assert again.code == 2
    assert "in the catalog already" in again.stderr
    (tmp_path / "b.toml").write_text(
        GOOD.replace("acme-x1", "nvidia-h100-sxm").replace('["x1"]', "[]"), encoding="utf-8"
    )
    shipped = catalog(tmp_path, "add", "b.toml")
    assert shipped.code == 2
    assert "--override" in shipped.stderr
    (tmp_path / "c.toml").write_text(GOOD.replace("acme-x1", "acme-x2"), encoding="utf-8")
    alias = catalog(tmp_path, "add", "c.toml")
    assert alias.code == 2
    assert "'x1' already names acme-x1" in alias.stderr
    (tmp_path / "d.toml").write_text(GOOD.replace("acme-x1", "../x"), encoding="utf-8")
    assert catalog(tmp_path, "add", "d.toml").code == 2
    files = [path.name for path in (tmp_path / "no-user-files").rglob("*") if path.is_file() and path.name != ".lock"]
    assert files == ["acme-x1.toml"]


def test_an_override_lays_some_fields_over_a_shipped_chip(tmp_path: Path) -> None:
    text = 'id = "nvidia-h100-sxm"\n[figures]\ntdp = {value = "650 W", source = "mlsysim", as_of = "2026-10", confidence = "low"}\n'
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    assert catalog(tmp_path, "add", "a.toml", "--override").code == 0
    shown = json.loads(catalog(tmp_path, "show", "h100", "--format", "json").stdout)
    assert (shown["tdp"]["value"], shown["tdp"]["origin"]) == (650, "catalog: user")
    assert shown["memory"]["origin"] == "catalog"


def test_two_programs_that_add_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.toml").write_text(GOOD + f"# {number}\n", encoding="utf-8")
    command = [sys.executable, "-m", "cluster_calc", "catalog", "add"]
    environment = {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(tmp_path / "config"), "PATH": "/usr/bin:/bin"}

    def add(number: int) -> int:
        return subprocess.run(
            [*command, f"{number}.toml"], cwd=tmp_path, env=environment, capture_output=True, check=False
        ).returncode

    with ThreadPoolExecutor(6) as pool:
        codes = sorted(pool.map(add, range(6)))
    assert codes == [0, 2, 2, 2, 2, 2]
    [file] = (tmp_path / "config").rglob("*.toml")
    assert file.read_text(encoding="utf-8").startswith(GOOD)
    assert list((tmp_path / "config").rglob(".adding-*")) == []


TABLE = "Model,Form,Peak bf16,Watts,Shop price\nAcme Y1,PCIe card,100,150,2500\nAcme Y2,PCIe card,200,,\n"
MAP = """kind = "chips"
[columns]
Model = "name"
Form = "form_factor"
"Peak bf16" = {field = "peak_throughput.bf16", unit = "TFLOP/s"}
Watts = {field = "figures.tdp", unit = "W"}
"Shop price" = {field = "price.value", unit = "USD"}
[constants]
maker = "Acme"
unit = "GPU"
source = "list"
as_of = "2026-05"
confidence = "medium"
"price.basis" = "chip"
[sources.list]
title = "Our list"
publisher = "Us"
locator = "sheet 1"
date = "2026-05"
"""


def test_a_table_comes_in_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE.replace("200", "200000000"), encoding="utf-8")
    (tmp_path / "m.toml").write_text(MAP, encoding="utf-8")
    wrong = catalog(tmp_path, "add", "--from-csv", "t.csv", "--map", "m.toml")
    assert wrong.code == 2
    assert "acme-y2" in wrong.stderr
    assert list((tmp_path / "no-user-files").rglob("*.toml")) == []
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    assert catalog(tmp_path, "add", "--from-csv", "t.csv", "--map", "m.toml").code == 0
    shown = json.loads(catalog(tmp_path, "show", "acme-y1", "--format", "json").stdout)
    assert shown["peak_throughput"]["bf16"]["value"] == 1e14
    assert shown["tdp"]["source"]["title"] == "Our list"
    assert (shown["prices"][0]["value"], shown["prices"][0]["basis"]) == (2500, "chip")
    other = json.loads(catalog(tmp_path, "show", "acme-y2", "--format", "json").stdout)
    assert other["tdp"]["value"] is None
    assert other["prices"] == []


def test_check_exits_2_and_json_lists_file_line_and_fix(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD.replace('"400 W"', '"400 Wh"'), encoding="utf-8")
    out = catalog(tmp_path, "check", "a.toml", "--format", "json")
    assert out.code == 2
    [problem] = json.loads(out.stdout)["problems"]
    assert problem["line"] == GOOD.splitlines().index('tdp = "400 W"') + 1
    (tmp_path / "a.toml").write_text(GOOD, encoding="utf-8")
    assert catalog(tmp_path, "check", "a.toml").code == 0


def test_sources_say_what_is_used_stale_and_single(tmp_path: Path) -> None:
    found = json.loads(catalog(tmp_path, "sources", "--format", "json", "--as-of", "2026-11-22").stdout)
    assert all(entry["figures"] >= len(entry["items"]) > 0 for entry in found["sources"])
    assert any(entry["id"] == "nvidia-v100-sxm2-32gb" and entry["figure"] == "price" for entry in found["stale"])
    assert found["single_sourced"]
    for form in ("table", "markdown", "csv"):
        assert catalog(tmp_path, "sources", "--format", form).code == 0


def test_contributing_is_true_to_the_letter(tmp_path: Path) -> None:
    """The walk of CONTRIBUTING.md, for a chip that the catalog does not have."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    walk = text.split("## Add a chip in five minutes")[1].split("**The checks.**")[0]
    blocks = re.findall(r"```(sh|toml)\n(.*?)```", walk, re.DOTALL)
    assert [kind for kind, _ in blocks] == ["sh", "toml", "sh"]
    assert "nvidia-a2" not in Catalog().layered("chips")
    for kind, block in blocks:
        if kind == "toml":
            (tmp_path / "nvidia-a2.toml").write_text(block, encoding="utf-8")
            continue
        for line in block.splitlines():
            import shlex

            program, *arguments = shlex.split(line)
            assert program == "cluster-calc"
            out = run(arguments, tmp_path)
            assert out.code == 0, (line, out.stderr)
    assert "NVIDIA A2 PCIe 16GB" in run(["estimate", "--flop", "1e20", "--chip", "a2"], tmp_path).stdout


def test_the_everyday_path_stays_light() -> None:
    probe = (
        "import sys, time; sys.argv = ['cluster-calc', 'estimate', '--flop', '2e25', '--chip', 'h100', '-o', '/dev/null']\n"
        "from cluster_calc.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([name for name in sys.modules if name.startswith('cluster_calc.catalog.') or name in ('pint', 'pandas', 'tomlkit')])"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.removeprefix("cluster_calc.catalog.") for name in eval(done.stdout.splitlines()[-1])}
    assert loaded == {
        "book", "chips", "current", "heads", "quotes", "reader", "releases", "sources", "votes",
    }  # fmt: skip


@pytest.mark.bench
def test_a_chip_is_found_and_read_in_15_ms_and_everything_listed_in_300() -> None:
    from cluster_calc.documents.catalog.listing import listing

    def least(work: Any) -> float:
        times = []
        for _ in range(5):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
        return min(times)

    assert least(lambda: Catalog().chip("h100")) < 0.015
    assert least(lambda: [listing(Catalog(), kind) for kind in KINDS]) < 0.3


def test_an_addition_that_was_killed_is_taken_back_by_the_next(tmp_path: Path) -> None:
    rows = "\n".join(f"zz-{number},chip {number},300" for number in range(400))
    (tmp_path / "many.csv").write_text(f"id,name,figures.tdp [W]\n{rows}\n", encoding="utf-8")
    (tmp_path / "map.toml").write_text(
        '[columns]\nid = "id"\nname = "name"\n"figures.tdp [W]" = {field = "figures.tdp", unit = "W"}\n'
        '[constants]\nmaker = "Acme"\nform_factor = "PCIe card"\nunit = "GPU"\nsource = "mlsysim"\nas_of = "2026-10"\nconfidence = "low"\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "cluster_calc", "catalog", "add", "--from-csv", "many.csv", "--map", "map.toml"]
    environment = {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(tmp_path / "config"), "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)
    chips = tmp_path / "config" / "cluster-calc" / "catalog" / "chips"
    while process.poll() is None and not (chips.is_dir() and len(list(chips.glob("zz-*.toml"))) > 20):
        pass
    process.kill()
    process.wait()
    again = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0 or process.returncode == 0, again.stderr
    assert len(list(chips.glob("zz-*.toml"))) == 400


@pytest.mark.parametrize("key", ["con", "nul", "com1", "lpt9.x", "a..b", "x.toml", "a."])
def test_an_id_is_a_file_name_everywhere(tmp_path: Path, key: str) -> None:
    (tmp_path / "a.toml").write_text(GOOD.replace("acme-x1", key), encoding="utf-8")
    assert catalog(tmp_path, "add", "a.toml").code == 2
