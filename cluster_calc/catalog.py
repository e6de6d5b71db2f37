"""Reads catalog/ into Datums: every figure leaves here with its source or not at all.

A chip is found by scanning the heads of the chip files, so nothing but the file that is wanted is parsed and there is
no index that could be stale. Sources are parsed one table at a time for the same reason.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cluster_calc.datum import Datum, Source
from cluster_calc.errors import InputError, UnitError, did_you_mean, nearest, quoted
from cluster_calc.nomenclature import quantity
from cluster_calc.resources import shipped
from cluster_calc.units import to_base

PRECISIONS = ("bf16", "fp16", "fp8", "fp4", "int8", "tf32", "fp32", "fp64")
DEFAULT_PRECISIONS = ("bf16", "fp16", "fp32")
BASES = ("chip", "board", "server", "rack", "all-in")
# What a price of that basis already holds, so that nothing is counted twice.
HOLDS_SERVER = frozenset({"server", "rack", "all-in"})
HOLDS_NETWORK = frozenset({"all-in"})
# The day the shipped catalog was last reviewed as a whole.
CATALOG_DATE = "2026-11-22"
MAX_FILE_BYTES = 1_000_000
_INHERITED = ("source", "as_of", "confidence", "locator")
_HEAD = re.compile(r'^id\s*=\s*"([^"\n]*)"\s*\nname\s*=\s*"([^"\n]*)"\s*\naliases\s*=\s*(\[[^\]\n]*\])', re.MULTILINE)
_QUOTED = re.compile(r'"([^"]*)"')
_SOURCE_HEAD = re.compile(r"^\[([A-Za-z0-9_.-]+)\][ \t]*$", re.MULTILINE)


class Quote(NamedTuple):
    """One dated price: what it was, what it held, who asked it."""

    datum: Datum
    basis: str = ""
    vendor: str = ""
    term: str = ""
    instance: str = ""
    chosen: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One accelerator of the catalog, every figure a Datum."""

    id: str
    name: str
    aliases: tuple[str, ...]
    maker: str
    unit: str
    form_factor: str
    released: str
    peaks: Mapping[str, Datum]
    figures: Mapping[str, Datum]
    estimates: Mapping[str, Datum]
    prices: tuple[Quote, ...]
    rentals: tuple[Quote, ...]
    notes: str = ""
    successor: str = ""

    def precision(self, wanted: str | None = None) -> str:
        """The precision to use: the wanted one, or bf16, fp16, fp32, whichever the chip has first."""
        if wanted:
            key = wanted.lower()
            if key not in PRECISIONS:
                raise InputError(
                    f"precision {quoted(wanted)} is not one of {', '.join(PRECISIONS)}.{did_you_mean(key, PRECISIONS)}"
                )
            return key
        return next((name for name in DEFAULT_PRECISIONS if name in self.peaks), DEFAULT_PRECISIONS[0])

    def price(self, as_of: str = "") -> Quote | None:
        """The purchase price that stands: the chosen one, or on an earlier day the newest quote of that day."""
        return _standing(self.prices, as_of)

    def rental(self, as_of: str = "") -> Quote | None:
        """The rental price that stands: on demand before any other term."""
        return _standing(self.rentals, as_of)

    def data(self) -> Iterable[Datum]:
        """Every figure of the file."""
        yield from self.peaks.values()
        yield from self.figures.values()
        yield from self.estimates.values()
        for quote in (*self.prices, *self.rentals):
            yield quote.datum


def _standing(quotes: tuple[Quote, ...], as_of: str) -> Quote | None:
    chosen = next((quote for quote in quotes if quote.chosen), None)
    if not as_of or (chosen is not None and day_of(chosen.datum.as_of) <= as_of):
        return chosen or (max(quotes, key=lambda quote: day_of(quote.datum.as_of)) if quotes else None)
    past = [quote for quote in quotes if day_of(quote.datum.as_of) <= as_of]
    if chosen is not None:
        past = [quote for quote in past if (quote.basis, quote.term) == (chosen.basis, chosen.term)] or past
    return max(past, key=lambda quote: day_of(quote.datum.as_of)) if past else None


def day_of(date: str) -> str:
    """The first day of a date that may be a year or a month.

    >>> day_of("2024"), day_of("2024-08")
    ('2024-01-01', '2024-08-01')
    """
    return date + "-01-01"[len(date) - 4 :] if len(date) in (4, 7) else date


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as data: size-limited, with the file, the line and a caret in every error."""
    try:
        if path.is_dir():
            raise InputError(f"{quoted(path)} is a folder; name a TOML file")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise InputError(f"{quoted(path)} is too large: at most {MAX_FILE_BYTES} bytes are read")
        text = data.decode("utf-8").replace("\r\n", "\n")
        return tomllib.loads(text)
    except FileNotFoundError:
        raise InputError(f"{quoted(path)}: no such file{_alike(path)}") from None
    except OSError as error:
        raise InputError(f"{quoted(path)} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{quoted(path)} is not UTF-8 text") from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        from cluster_calc.places import Fault, message, shown_path, syntax_place

        reason = str(error)[:200]
        place = syntax_place(reason, text, shown_path(path)) if "\0" not in str(path) else None
        fault = f"not valid TOML: {reason}"
        raise InputError(message([Fault(fault, place)]) if place else f"{quoted(path)} is {fault}") from None


def _alike(path: Path) -> str:
    try:
        hint = did_you_mean(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return ""
    return f".{hint}" if hint else ""


def _toml_files(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.path for entry in entries if entry.name.endswith(".toml"))
    except FileNotFoundError:
        return []


def _head_text(path: str) -> str:
    """The beginning of a file: every command reads all heads, so this is the plain system call."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        return os.read(descriptor, 4096).decode("utf-8", "replace")
    finally:
        os.close(descriptor)


class Sources:
    """`sources.toml`, one table parsed when it is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._text = path.read_text(encoding="utf-8") if path.exists() else ""
        heads = list(_SOURCE_HEAD.finditer(self._text))
        ends = [head.start() for head in heads[1:]] + [len(self._text)]
        self._spans = {head.group(1): (head.start(), end) for head, end in zip(heads, ends, strict=True)}

    def __contains__(self, key: str) -> bool:
        return key in self._spans

    def __iter__(self) -> Any:
        return iter(self._spans)

    def get(self, key: str, where: str) -> Source:
        """The source of that id; unknown ids name the nearest."""
        if key not in self._spans:
            raise InputError(
                f"{where}: source {quoted(key)} is not in {self.path.name}.{did_you_mean(key, self._spans)}"
            )
        start, end = self._spans[key]
        table = tomllib.loads(self._text[start:end])[key]
        return Source(
            id=key,
            title=str(table.get("title", "")),
            publisher=str(table.get("publisher", "")),
            url=str(table.get("url", table.get("locator", ""))),
            date=str(table.get("date", "")),
            note=str(table.get("via", "")),
        )


class Catalog:
    """The folders of the catalog, the nearest first; the shipped one is the last."""

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self.folders = (*folders, shipped("catalog"))
        self._sources: dict[Path, Sources] = {}
        self._found: dict[str, Source] = {}
        self._chips: dict[str, Chip] = {}

    def sources(self, folder: Path) -> Sources:
        """The sources of one folder."""
        if folder not in self._sources:
            self._sources[folder] = Sources(folder / "sources.toml")
        return self._sources[folder]

    def source(self, key: str, where: str) -> Source:
        """The source of that id, from the nearest folder that has it."""
        if key not in self._found:
            folder = next((folder for folder in self.folders if key in self.sources(folder)), self.folders[-1])
            self._found[key] = self.sources(folder).get(key, where)
        return self._found[key]

    def heads(self, kind: str = "chips") -> dict[str, tuple[Path, str, tuple[str, ...]]]:
        """Id → (file, name, aliases) of every item of a kind, without parsing the files."""
        found: dict[str, tuple[Path, str, tuple[str, ...]]] = {}
        for folder in self.folders:
            for path in _toml_files(folder / kind):
                head = _HEAD.search(_head_text(path))
                if head is not None and head.group(1) not in found:
                    aliases = tuple(_QUOTED.findall(head.group(3)))
                    found[head.group(1)] = (Path(path), head.group(2), aliases)
        return found

    def find(self, text: str, kind: str = "chips") -> Path:
        """The file of the item with that id, alias or name; what is ambiguous or unknown suggests."""
        key = fold(text)
        heads = self.heads(kind)
        for item, (path, name, aliases) in heads.items():
            if key in (fold(item), fold(name), *map(fold, aliases)):
                return path
        singular = kind.removesuffix("s")
        holding = [item for item, (_, name, _) in heads.items() if len(key) >= 2 and key in fold(f"{item} {name}")]
        known = {fold(alias): alias for _, _, aliases in heads.values() for alias in aliases} | {
            fold(k): k for k in heads
        }
        close = [known[name] for name in nearest(key, known)]
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        if len(holding) > 1:
            shown = ", ".join(holding[:8]) + (f" and {len(holding) - 8} more" if len(holding) > 8 else "")
            raise InputError(f"{singular} {quoted(text)} matches several: {shown}.{hint}")
        hint = hint or (
            f" Did you mean {holding[0]}?" if holding else f" `cluster-calc catalog list {kind}` lists them."
        )
        raise InputError(f"unknown {singular} {quoted(text)}.{hint}")

    def chip(self, text: str) -> Chip:
        """The chip with that id or alias.

        >>> Catalog().chip("h100").id
        'nvidia-h100-sxm'
        """
        if text not in self._chips:
            self._chips[text] = self.load_chip(self.find(text))
        return self._chips[text]

    def load_chip(self, path: Path) -> Chip:
        """One chip file as a Chip."""
        raw = read_toml(path)
        origin = "catalog" if path.is_relative_to(self.folders[-1]) else f"catalog: {path.parent.parent.name}"
        reader = _Reader(self, path.name, origin)
        return Chip(
            id=str(raw["id"]),
            name=str(raw["name"]),
            aliases=tuple(raw.get("aliases", ())),
            maker=str(raw.get("maker", "")),
            unit=str(raw.get("unit", "chip")),
            form_factor=str(raw.get("form_factor", "")),
            released=str(raw.get("released", "")),
            peaks=reader.section(raw, "peak_throughput", as_quantity="peak_throughput"),
            figures=reader.section(raw, "figures"),
            estimates=reader.section(raw, "estimates", kind="estimate"),
            prices=tuple(reader.quote("chip_price", entry) for entry in raw.get("price", ())),
            rentals=tuple(reader.quote("rental_price", entry) for entry in raw.get("rental", ())),
            notes=str(raw.get("notes", "")),
            successor=str(raw.get("successor", "")),
        )

    def assumption(self, name: str) -> Datum | None:
        """The default of a quantity, or None when it has none."""
        raw = _assumptions(self.folders[-1] / "assumptions.toml").get(name)
        if raw is None:
            return None
        if "item" in raw:  # the default is an item of the catalog
            return self.shipments(str(raw["item"])).with_(origin="default", kind=str(raw.get("kind", "choice")))
        return _Reader(self, "assumptions.toml", "default").figure(name, raw, {}, kind=str(raw.get("kind", "range")))

    def shipments(self, item: str) -> Datum:
        """The yearly shipments of an item of catalog/shipments, labelled with whose count it is."""
        path = self.find(item, "shipments")
        raw = read_toml(path)
        reader = _Reader(self, path.name, "catalog")
        figure = reader.section(raw, "figures", only=("annual_shipments",))["annual_shipments"]
        return figure.with_(label=str(raw["name"]), note=str(raw.get("scope", "")))


@cache
def _assumptions(path: Path) -> dict[str, Any]:
    return read_toml(path)


def fold(text: str) -> str:
    """A name as it is compared: lower case, without spaces, dashes and underscores.

    >>> fold("TPU v3") == fold("tpuv3") == fold("tpu-v3")
    True
    """
    return "".join(text[:200].lower().replace("-", "").replace("_", "").split())


class _Reader:
    """Turns raw TOML figures of one file into Datums."""

    def __init__(self, catalog: Catalog, file: str, origin: str) -> None:
        self.catalog, self.file, self.origin = catalog, file, origin

    def section(
        self,
        raw: Mapping[str, Any],
        name: str,
        *,
        as_quantity: str = "",
        kind: str = "range",
        only: tuple[str, ...] = (),
    ) -> dict[str, Datum]:
        table = raw.get(name, {})
        inherited = {key: table[key] for key in _INHERITED if key in table}
        return {
            key: self.figure(as_quantity or key, entry, inherited, kind=kind, key=f"{name}.{key}")
            for key, entry in table.items()
            if key not in _INHERITED and (not only or key in only)
        }

    def figure(self, name: str, entry: Any, inherited: Mapping[str, Any], *, kind: str, key: str = "") -> Datum:
        own = entry if isinstance(entry, dict) else {"value": entry}
        if "source" in own:  # another source has another date and place; only the confidence carries over
            inherited = {key: value for key, value in inherited.items() if key == "confidence"}
        table = {**inherited, **own}
        where = f"{self.file}: {key or name}"
        if "source" not in table:
            raise InputError(f"{where}: a figure needs a source")
        return Datum(
            name=name,
            value=self._number(name, table.get("value"), where),
            low=self._number(name, table.get("low"), where),
            high=self._number(name, table.get("high"), where),
            source=self.catalog.source(str(table["source"]), where),
            origin=self.origin,
            kind=kind,
            locator=str(table.get("locator", "")),
            as_of=str(table.get("as_of", "")),
            confidence=str(table.get("confidence", "")),
            note=str(table.get("reason", table.get("note", ""))),
            label=str(table.get("basis", table.get("label", ""))),
        )

    def quote(self, name: str, entry: Mapping[str, Any]) -> Quote:
        basis = str(entry.get("basis", ""))
        if basis and basis not in BASES:
            raise InputError(f"{self.file}: price basis {quoted(basis)} is not one of {', '.join(BASES)}")
        vendor = str(entry.get("vendor", entry.get("provider", "")))
        term = str(entry.get("term", ""))
        label = " ".join(part for part in (vendor, term or (f"{basis} basis" if basis else "")) if part)
        datum = self.figure(name, {**entry, "basis": label}, {}, kind="choice", key=f"{name} {entry.get('as_of', '')}")
        return Quote(
            datum,
            basis,
            vendor,
            term,
            str(entry.get("instance", "")),
            bool(entry.get("default")),
            str(entry.get("reason", "")),
        )

    def _number(self, name: str, value: Any, where: str) -> float | None:
        if value is None:
            return None
        known = quantity(name)
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise InputError(f"{where}: {quoted(value)} is neither a number nor text")
        if not isinstance(value, str):
            if not known.bare:
                raise InputError(f"{where}: {value} has no unit; write for example {known.example}")
            return float(value) * known.factor
        try:
            return to_base(value, known.unit, bare=known.bare, example=known.example)
        except UnitError as error:
            raise InputError(f"{where}: {error}") from None


@cache
def catalog() -> Catalog:
    """The catalog as the environment sets it up: `CLUSTER_CALC_CATALOG` folders first, then the shipped one."""
    paths = os.environ.get("CLUSTER_CALC_CATALOG", "")
    folders = []
    for text in filter(None, paths.split(os.pathsep)):
        folder = Path(text)
        if not folder.is_dir():
            raise InputError(f"CLUSTER_CALC_CATALOG: {quoted(text)} is not a folder")
        folders.append(folder)
    return Catalog(folders)
