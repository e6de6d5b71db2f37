"""Feeds: quotes from other formats as rows of the book, by entry point `cluster_calc.feeds`; off unless named.

A feed is a function of a file's path that yields rows with the columns of `catalog/quotes/rentals.csv`. What it yields
is added to the release in force as a table of its own, checked as every row is.
"""

from __future__ import annotations

import csv
import datetime
import io
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path

from cluster_calc.catalog import releases
from cluster_calc.catalog.current import catalog
from cluster_calc.catalog.quotes import RENTALS
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.files.shipped import shipped

Feed = Callable[[Path], Iterable[Mapping[str, str]]]
GROUP = "cluster_calc.feeds"
# The providers of gpuhunt's catalog → who sells, and in which segment.
PROVIDERS = {
    "aws": ("AWS", "hyperscaler"), "azure": ("Microsoft Azure", "hyperscaler"), "gcp": ("Google Cloud", "hyperscaler"),
    "oci": ("Oracle Cloud", "hyperscaler"), "lambdalabs": ("Lambda", "specialist"), "nebius": ("Nebius", "specialist"),
    "datacrunch": ("Verda", "specialist"), "verda": ("Verda", "specialist"), "vultr": ("Vultr", "specialist"),
    "crusoe": ("Crusoe", "specialist"), "digitalocean": ("DigitalOcean", "specialist"),
    "hotaisle": ("Hot Aisle", "specialist"), "cudo": ("Cudo Compute", "specialist"),
    "runpod": ("RunPod Community Cloud", "marketplace"), "vastai": ("Vast.ai", "marketplace"),
    "tensordock": ("TensorDock", "marketplace"),
}  # fmt: skip
# The names of gpuhunt with the memory in GB, where a name alone is of several chips.
CHIPS = {
    ("H100", 80): "nvidia-h100-sxm", ("H200", 141): "nvidia-h200-sxm", ("B200", 180): "nvidia-b200-sxm",
    ("A100", 80): "nvidia-a100-sxm-80gb", ("A100", 40): "nvidia-a100-sxm-40gb", ("V100", 16): "nvidia-v100-sxm2-16gb",
    ("V100", 32): "nvidia-v100-sxm2-32gb", ("B300", 288): "nvidia-b300-sxm", ("B300", 270): "nvidia-b300-sxm",
}  # fmt: skip


def feeds() -> dict[str, Feed]:
    """The feeds that are there by name: the two that ship, and those of other packages."""
    found: dict[str, Feed] = {"quotes-csv": quotes_csv, "gpuhunt": gpuhunt}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, point.load())
    return found


def quotes_csv(path: Path) -> Iterator[Mapping[str, str]]:
    """The rows of a table with the book's own columns."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def gpuhunt(path: Path) -> Iterator[Mapping[str, str]]:
    """The offers of gpuhunt's catalog: a CSV per provider, in a zip or alone, of the day the file was made."""
    day = datetime.date.fromtimestamp(path.stat().st_mtime).isoformat()
    for provider, text in _tables(path):
        for row in csv.DictReader(io.StringIO(text)):
            found = _offer(row, provider, day)
            if found is not None:
                yield found


def _tables(path: Path) -> Iterator[tuple[str, str]]:
    if not zipfile.is_zipfile(path):
        yield path.stem, path.read_text(encoding="utf-8")
        return
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.filename.endswith(".csv") and info.file_size <= releases.MOST_BYTES:
                yield Path(info.filename).stem, archive.read(info).decode("utf-8")


def _offer(row: Mapping[str, str], provider: str, day: str) -> dict[str, str] | None:
    """An offer as a row of the book; None for one without a known seller, chip or price."""
    seller, segment = PROVIDERS.get(row.get("provider") or provider, ("", ""))
    name, count = row.get("gpu_name", ""), row.get("gpu_count", "")
    chip = CHIPS.get((name, round(float(row.get("gpu_memory") or 0)))) or _named(name)
    if not (seller and chip and float(row.get("price") or 0) and float(count or 0)):
        return None
    term = "spot" if row.get("spot", "").lower() == "true" else "on-demand"
    return {
        "provider": seller, "segment": segment, "instance": row.get("instance_name", ""), "chip": chip, "chips": count,
        "region": row.get("location", ""), "term": term, "price": row["price"], "currency": "USD", "unit": "server-hour",
        "covers": "instance", "date": day, "source": "gpuhunt", "locator": provider, "licence": "facts with attribution",
        "confidence": "medium", "note": "",
    }  # fmt: skip


def _named(name: str) -> str:
    """The chip of that name, where it is one; several of a name are none."""
    try:
        return catalog().identify(name) if name else ""
    except InputError:
        return ""


def with_feed(name: str, place: str, into: Path) -> Path:
    """The release in force with the rows of a feed beside its own tables, as a release of its own number."""
    known = feeds()
    if name not in known:
        raise InputError(f"--feed {quoted(name)} is not one of {', '.join(known)}.{did_you_mean(name, known)}")
    if not Path(place).is_file():
        raise InputError(f"--from {quoted(place)}: no such file; a feed reads a file")
    base = releases.in_force() or shipped("catalog")
    folder = into / "release"
    shutil.copytree(base / "quotes", folder / "quotes")
    shutil.copy(base / "sources.toml", folder / "sources.toml")
    try:
        rows = list(known[name](Path(place)))
        table = [{column: str(row.get(column, "")) for column in RENTALS} for row in rows]
    except (ValueError, KeyError, csv.Error, UnicodeDecodeError, zipfile.BadZipFile) as error:
        raise InputError(f"--feed {name}: {quoted(place)} cannot be read: {str(error)[:200]}") from None
    if not table:
        raise InputError(f"--feed {name}: {quoted(place)} has no offer of a known seller and chip")
    with (folder / "quotes" / f"feed-{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, RENTALS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    number = releases.release_of(base).number.partition("+")[0]
    today = datetime.date.today()
    text = f'number = "{number}+{name}.{today:%Y%m%d}"\ndate = "{today.isoformat()}"\n'
    (folder / releases.FILE).write_text(text, encoding="utf-8")
    return folder
