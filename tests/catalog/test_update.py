"""Data releases: packed, checked, refused where they are not what they say, and what they move."""

from __future__ import annotations

import csv
import http.server
import io
import json
import re
import shutil
import tarfile
import threading
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from cluster_calc.catalog import releases
from cluster_calc.catalog.feeds import gpuhunt
from cluster_calc.catalog.update import stale_defaults
from cluster_calc.files.shipped import shipped
from tests.cli.running import Outcome, run

RUN = ("estimate", "--flop", "1e24", "--chip", "h100", "--format", "json")
SHIPPED = shipped("catalog")


def packed(folder: Path, change: Callable[[str], str] = lambda text: text, number: str = "2026.12.9") -> Path:
    """A release of the shipped quotes with another number, its rents changed."""
    place = folder / f"book-{number}"
    shutil.copytree(SHIPPED / "quotes", place / "quotes")
    shutil.copy(SHIPPED / "sources.toml", place)
    (place / "release.toml").write_text(f'number = "{number}"\ndate = "2026-12-09"\n')
    rents = place / "quotes" / "rentals.csv"
    rents.write_text(change(rents.read_text(encoding="utf-8")), encoding="utf-8")
    target = folder / f"{number}.zip"
    releases.packed(place, target)
    return target


def cheaper(text: str, factor: float = 0.9) -> str:
    """The rents of the H100, each times a factor."""
    rows = list(csv.DictReader(io.StringIO(text)))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        moved = {"price": repr(float(row["price"]) * factor)} if row["chip"] == "nvidia-h100-sxm" else {}
        writer.writerow({**row, **moved})
    return out.getvalue()


def update(folder: Path, *arguments: str) -> Outcome:
    return run(["catalog", "update", *arguments], folder)


def rent(folder: Path) -> tuple[float, str]:
    out = run(list(RUN), folder)
    assert out.code == 0, out.stderr
    found = json.loads(out.stdout)
    assert found["inputs"]["rental_price"]["origin"] == "catalog", "a release is the book, no quote of one's own"
    return found["inputs"]["rental_price"]["value"], found["data_release"]["number"]


def test_a_release_is_the_same_bytes_for_the_same_quotes(tmp_path: Path) -> None:
    one, other = tmp_path / "a.zip", tmp_path / "b.zip"
    assert releases.packed(SHIPPED, one) == releases.packed(SHIPPED, other)
    assert one.read_bytes() == other.read_bytes()


def test_an_update_shows_what_moves_and_stands_in_every_report(tmp_path: Path) -> None:
    before, number = rent(tmp_path)
    archive = packed(tmp_path, cheaper)
    shown = update(tmp_path, "--from", str(archive), "--dry-run", "--format", "json")
    assert shown.code == 0, shown.stderr
    found = json.loads(shown.stdout)
    assert [(move["chip"], move["name"]) for move in found["moves"]] == [("nvidia-h100-sxm", "rental_price")]
    assert found["moves"][0]["change"] == pytest.approx(-0.1)
    assert found["written"] is None
    assert rent(tmp_path) == (before, number), "a dry run writes nothing"
    done = update(tmp_path, "--from", str(archive))
    assert done.code == 0, done.stderr
    assert "-10.0%" in done.stdout
    assert rent(tmp_path) == (pytest.approx(0.9 * before), "2026.12.9")
    again = update(tmp_path, "--from", str(archive))
    assert (again.code, "is not newer" in again.stderr) == (2, True)


def test_a_jump_needs_to_be_accepted(tmp_path: Path) -> None:
    before, _ = rent(tmp_path)
    archive = packed(tmp_path, partial(cheaper, factor=2.5))
    refused = update(tmp_path, "--from", str(archive))
    assert refused.code == 2
    assert "nvidia-h100-sxm rental_price" in refused.stderr
    assert "--accept" in refused.stderr
    assert rent(tmp_path)[0] == before
    assert update(tmp_path, "--from", str(archive), "--accept").code == 0
    assert rent(tmp_path)[0] == pytest.approx(2.5 * before)


def test_an_older_release_of_the_user_is_out_of_force(tmp_path: Path) -> None:
    before = rent(tmp_path)
    assert update(tmp_path, "--from", str(packed(tmp_path, cheaper))).code == 0
    place = next(path for path in tmp_path.rglob("release.toml") if path.parent.name == "release")
    place.write_text('number = "2020.1.1"\ndate = "2020-01-01"\n')
    assert rent(tmp_path) == before


def _tampered(archive: Path) -> Path:
    """The same archive with one file changed after its sums were taken."""
    target = archive.with_name("tampered.zip")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"3.99", b"0.99"))
    return target


def _with(archive: Path, name: str, link: bool = False) -> Path:
    """The archive with one file more."""
    target = archive.with_name("more.zip")
    shutil.copy(archive, target)
    with zipfile.ZipFile(target, "a") as file:
        info = zipfile.ZipInfo(name)
        if link:
            info.external_attr = 0o120777 << 16
        file.writestr(info, "x")
    return target


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_tampered, "does not have the checksum"),
        (partial(_with, name="../evil.csv"), "it holds '../evil.csv'"),
        (partial(_with, name="/etc/evil"), "it holds '/etc/evil'"),
        (partial(_with, name="quotes/extra.csv"), "does not have the checksum"),
        (partial(_with, name="quotes/link.csv", link=True), "is a link"),
        (partial(_with, name="chips/nvidia-h100-sxm.toml"), "it holds 'chips/"),
    ],
)
def test_what_is_no_release_is_refused_and_nothing_is_written(
    tmp_path: Path, make: Callable[[Path], Path], said: str
) -> None:
    bad = make(packed(tmp_path))
    kept = {path for path in tmp_path.rglob("*") if path.is_file()}
    out = update(tmp_path, "--from", str(bad))
    assert out.code == 2
    assert said in out.stderr
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == kept


def test_a_tar_with_a_link_is_refused_and_a_large_one_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "release.tar.gz"
    with tarfile.open(place, "w:gz") as tar:
        link = tarfile.TarInfo("quotes/rentals.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    assert "no plain file" in update(tmp_path, "--from", str(place)).stderr
    with tarfile.open(place, "w:gz") as tar:
        whole = tarfile.TarInfo("release.toml")
        whole.size = releases.MOST_BYTES + 1
        tar.addfile(whole, io.BytesIO(b"#" * whole.size))
    assert "too large" in update(tmp_path, "--from", str(place)).stderr
    assert "no archive" in update(tmp_path, "--from", str(SHIPPED / "sources.toml")).stderr
    assert "no such file" in update(tmp_path, "--from", "nowhere.zip").stderr


def test_a_bad_row_of_a_release_is_told_with_its_line(tmp_path: Path) -> None:
    archive = packed(tmp_path, lambda text: re.sub(r",USD,chip-hour", ",,chip-hour", text, count=1))
    out = update(tmp_path, "--from", str(archive))
    assert out.code == 2
    assert "quotes/rentals.csv:2:" in out.stderr
    assert "currency is empty" in out.stderr


def test_a_release_comes_from_an_address_too(tmp_path: Path) -> None:
    archive = packed(tmp_path, cheaper)
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(archive.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        out = update(tmp_path, "--from", f"http://127.0.0.1:{server.server_port}/{archive.name}", "--dry-run")
        server.shutdown()
    assert out.code == 0, out.stderr
    assert "1 defaults move" in out.stdout


def test_a_feed_of_gpuhunts_catalog_becomes_votes(tmp_path: Path) -> None:
    offers = tmp_path / "nebius.csv"
    offers.write_text(
        "instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,gpu_vendor,spot,disk_size\n"
        "gpu-h100,eu-north1,24.0,128,1600,8,H100,80,nvidia,False,\n"
        "gpu-h100,eu-north1,10.0,128,1600,8,H100,80,nvidia,True,\n"
        "cpu,eu-north1,0.1,2,8,0,,0,,False,\n"
        "odd,eu-north1,1.0,2,8,1,NoSuchChip,1,nvidia,False,\n"
    )
    rows = list(gpuhunt(offers))
    assert [(row["provider"], row["chip"], row["term"], row["price"]) for row in rows] == [
        ("Nebius", "nvidia-h100-sxm", "on-demand", "24.0"), ("Nebius", "nvidia-h100-sxm", "spot", "10.0"),
    ]  # fmt: skip
    done = update(tmp_path, "--from", str(offers), "--feed", "gpuhunt")
    assert done.code == 0, done.stderr
    votes = json.loads(run(["catalog", "quotes", "h100", "--format", "json"], tmp_path).stdout)["votes"]
    assert {vote["provider"]: vote["value"] for vote in votes}["Nebius"] == 3.0
    assert "+gpuhunt." in rent(tmp_path)[1]
    wrong = update(tmp_path, "--from", str(offers), "--feed", "gpuhant")
    assert (wrong.code, "Did you mean" in wrong.stderr) == (2, True)


def test_the_own_table_is_a_feed(tmp_path: Path) -> None:
    text = (SHIPPED / "quotes" / "rentals.csv").read_text(encoding="utf-8").splitlines()
    row = next(line for line in text if line.startswith("Nebius,specialist") and ",nvidia-h100-sxm," in line)
    place = tmp_path / "mine.csv"
    place.write_text(f"{text[0]}\n{row.replace('Nebius', 'Acme')}\n", encoding="utf-8")
    assert update(tmp_path, "--from", str(place), "--feed", "quotes-csv").code == 0
    votes = json.loads(run(["catalog", "quotes", "h100", "--format", "json"], tmp_path).stdout)["votes"]
    assert "Acme" in {vote["provider"] for vote in votes} or len(votes) >= 9


def test_at_most_a_fifth_of_the_defaults_is_past_its_life_on_the_day_of_the_release() -> None:
    release = releases.release_of(SHIPPED)
    newest = max(row["date"] for row in csv.DictReader((SHIPPED / "quotes" / "rentals.csv").open(encoding="utf-8")))
    assert release.date == newest, "the date of a release is that of its newest quote"
    late, count = stale_defaults(release.date)
    assert count > 30
    assert len(late) <= 0.2 * count, late


def test_staleness_is_said_once_and_only_of_what_moves_the_result() -> None:
    import cluster_calc as cc

    old = cc.estimate(training_compute=1e24, chip="v100-sxm2-32gb", as_of="2026-12-01")
    assert {"chip_price", "rental_price"} <= set(old.stale)
    told = [line for line in old.warnings if "out of date: " in line]
    assert len(told) == 1
    assert "chip price of 2019" in told[0]
    assert "annual shipments" not in told[0], "it moves nothing that is decided by"
    fresh = cc.estimate(training_compute=1e24, chip="h100", as_of="2026-12-01")
    assert not any("older than" in line or "stale" in line for line in fresh.warnings)
