"""Reads catalog/ into Datums: every figure leaves here with its source or not at all.

A chip is found by scanning the heads of the chip files, so nothing but the file that is wanted is parsed and there is
no index that could be stale. Sources are parsed one table at a time for the same reason. Folders of one's own lie over
the shipped one: `CLUSTER_CALC_CATALOG`, the project file's `catalog`, the user's folder, in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.chips import Chip, available
from cluster_calc.catalog.heads import Head, fold, head_of, item_files, singular_of
from cluster_calc.catalog.quotes import entries
from cluster_calc.catalog.reader import FROM, Raw, Reader, complete, read_item
from cluster_calc.catalog.sources import Sources
from cluster_calc.errors import InputError, did_you_mean, nearest, quoted
from cluster_calc.files.atomic import is_file
from cluster_calc.files.shipped import shipped
from cluster_calc.files.toml import Sections, read_toml
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.units import to_base

if TYPE_CHECKING:
    from cluster_calc.catalog.items import Item

# The day the shipped catalog was last reviewed as a whole.
CATALOG_DATE = "2026-11-22"


# What refuses files of one's own that cannot be used.
Refusal = Callable[["Catalog", list[tuple[int, Path]], str], None]


class Catalog:
    """The folders of the catalog, the nearest first; the shipped one is the last."""

    def __init__(self, folders: Iterable[Path] = (), refuse: Refusal | None = None) -> None:
        self._refuse = refuse
        self.folders = (*folders, shipped("catalog"))
        self._sources: dict[Path, Sources] = {}
        self._found: dict[tuple[str, int], Source] = {}
        self._heads: dict[str, dict[str, Head]] = {}
        self._chips: dict[str, Chip] = {}
        self._assumptions: dict[str, Datum | None] = {}
        self._shipments: dict[str, Datum] = {}

    @cached_property
    def book_layer(self) -> int:
        """The folder whose quotes are the book: the nearest data release; those behind it are out of force."""
        return next(
            (n for n, folder in enumerate(self.folders) if is_file(folder / "release.toml")), len(self.folders) - 1
        )

    def origin(self, layer: int) -> str:
        """How a report names a layer: `catalog`, or `catalog: NAME` for a folder of one's own."""
        return "catalog" if layer >= self.book_layer else f"catalog: {layer_name(self.folders[layer])}"

    def sources(self, folder: Path) -> Sources:
        """The sources of one folder."""
        if folder not in self._sources:
            self._sources[folder] = Sources(folder / "sources.toml")
        return self._sources[folder]

    def source(self, key: str, where: str, layer: int = 0) -> Source:
        """The source of that id, from the folder of the layer or the nearest one below it."""
        found = self._found.get((key, layer))
        if found is None:
            below = self.folders[layer:] or self.folders
            folder = next((folder for folder in below if key in self.sources(folder)), None)
            if folder is None:
                known = [name for folder in below for name in self.sources(folder)]
                raise InputError(f"{where}: source {quoted(key)} is not in sources.toml.{did_you_mean(key, known)}")
            found = self._found[key, layer] = self.sources(folder).get(key)
        return found

    def layered(self, kind: str = "chips") -> dict[str, Head]:
        """Id → head of every item of a kind, without parsing the files."""
        if kind not in self._heads:
            found: dict[str, Head] = {}
            for layer, folder in enumerate(self.folders):
                for path in item_files(folder, kind):
                    key, name, aliases = head_of(path)
                    if key in found:
                        found[key].paths.append((layer, path))
                    else:
                        found[key] = Head(name, aliases, [(layer, path)])
            self._heads[kind] = {key: self._named(key, head) for key, head in found.items()}
        return self._heads[kind]

    def _named(self, key: str, head: Head) -> Head:
        """An overlay may leave out name and aliases: they are those of the file below it."""
        if len(head.paths) == 1:
            return head if head.name else head._replace(name=key)
        heads = [head_of(path) for _, path in head.paths]
        aliases = dict.fromkeys(alias for _, _, aliases in heads for alias in aliases)
        return head._replace(name=next((name for _, name, _ in heads if name), key), aliases=tuple(aliases))

    def heads(self, kind: str = "chips") -> dict[str, tuple[Path, str, tuple[str, ...]]]:
        """Id → (nearest file, name, aliases) of every item of a kind."""
        return {key: (head.paths[0][1], head.name, head.aliases) for key, head in self.layered(kind).items()}

    def identify(self, text: str, kind: str = "chips") -> str:
        """The id of the item with that id, alias or name; what is ambiguous or unknown suggests."""
        heads = self.layered(kind)
        if text in heads:
            return text
        key = fold(text)
        for item, head in heads.items():
            if key in (fold(item), fold(head.name), *map(fold, head.aliases)):
                return item
        return self._chip_as_printed(text) if kind == "chips" else self._unknown(text, kind)

    def _chip_as_printed(self, text: str) -> str:
        """The chip that a tool's, a table's or a cloud's name means, where it means one."""
        from cluster_calc.catalog import naming

        heads = self.layered("chips")
        found = naming.named(text, heads)
        if len(found) == 1:
            return found[0]
        if not found and (counted := naming.counted(text, heads)) is not None:
            return self.identify(counted.name)
        if not found:
            parts = naming.fragments(text, heads)
            found = parts if len(parts) > 1 else []
        if found:
            raise InputError(f"chip {quoted(text)} matches several: {_some(found)}. Write one of these.")
        if near := naming.relatives(text, heads):
            raise InputError(f"unknown chip {quoted(text)}. Did you mean {' or '.join(near[:8])}?")
        if near := naming.slips(text, heads):
            raise InputError(f"unknown chip {quoted(text)}. Did you mean {' or '.join(near[:3])}?")
        raise InputError(
            f"unknown chip {quoted(text)}. `cluster-calc catalog list chips` lists them; describe another with "
            "`cluster-calc catalog new chip`, or give --peak-throughput on a chip like it."
        )

    def _unknown(self, text: str, kind: str) -> str:
        """Raise InputError with what an unknown name may have meant."""
        key, heads, singular = fold(text), self.layered(kind), singular_of(kind)
        holding = [item for item, head in heads.items() if len(key) >= 2 and key in fold(f"{item} {head.name}")]
        known = {fold(alias): alias for head in heads.values() for alias in head.aliases} | {fold(k): k for k in heads}
        close = [known[name] for name in nearest(key, known)]
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        if len(holding) > 1:
            raise InputError(f"{singular} {quoted(text)} matches several: {_some(holding)}.{hint}")
        hint = hint or (
            f" Did you mean {holding[0]}?" if holding else f" `cluster-calc catalog list {kind}` lists them."
        )
        raise InputError(f"unknown {singular} {quoted(text)}.{hint}")

    def chips_in(self, text: str) -> tuple[str, int | None]:
        """A chip's name without the count it is written with, and the count: `8xH100`, `p5.48xlarge`, `v4-8`."""
        heads = self.layered("chips")
        if text in heads or any(fold(text) == fold(name) for head in heads.values() for name in head.aliases):
            return text, None
        from cluster_calc.catalog import naming

        found = None if naming.named(text, heads) else naming.counted(text, heads)
        return (text, None) if found is None else found

    def find(self, text: str, kind: str = "chips") -> Path:
        """The nearest file of the item with that id, alias or name."""
        return self.layered(kind)[self.identify(text, kind)].paths[0][1]

    def raw(self, item: str, kind: str = "chips") -> Raw:
        """The tables of an item by its id, its layers merged; files of one's own are checked before they count."""
        paths = self.layered(kind)[item].paths
        if self._refuse is not None and paths[0][0] < len(self.folders) - 1:
            self._refuse(self, paths, kind)
        raw = read_item(paths)
        return self._with_quotes(raw, item) if kind == "chips" else raw

    def _with_quotes(self, raw: Raw, chip: str) -> Raw:
        """A chip's tables with the quotes of the price book behind those of its own file."""
        tables = dict(raw.tables)
        for series, found in entries(self, chip, FROM).items():
            if found:
                tables[series] = [*tables.get(series, ()), *found]
        return Raw(raw.path, tables)

    def chip(self, text: str) -> Chip:
        """The chip with that id or alias.

        >>> Catalog().chip("h100").id
        'nvidia-h100-sxm'
        """
        if text not in self._chips:
            self._chips[text] = self.chip_of(self.raw(self.identify(text)))
        return self._chips[text]

    def chip_of(self, raw: Raw) -> Chip:
        """The tables of a chip as a Chip."""
        tables, reader = raw.tables, Reader(self, raw)
        return Chip(
            id=str(tables["id"]),
            name=str(tables.get("name", tables["id"])),
            aliases=tuple(tables.get("aliases", ())),
            maker=str(tables.get("maker", "")),
            unit=str(tables.get("unit", "chip")),
            form_factor=str(tables.get("form_factor", "")),
            announced=str(tables.get("announced", "")),
            available=available(tables),
            peaks=reader.section("peak_throughput", as_quantity="peak_throughput"),
            figures=reader.section("figures"),
            estimates=reader.section("estimates", kind="estimate"),
            prices=reader.quotes("price", "chip_price"),
            rentals=reader.quotes("rental", "rental_price"),
            notes=str(tables.get("notes", "")),
            successor=str(tables.get("successor", "")),
            generation=str(tables.get("generation", "")),
        )

    def item(self, text: str, kind: str) -> Item:
        """The item of any kind with that id or alias."""
        from cluster_calc.catalog.items import item_of

        return item_of(self, self.raw(self.identify(text, kind), kind), kind)

    def kept_default(self, name: str) -> Datum | None:
        """The default that a result's file holds, where the catalog is a file's; it goes before what a rule finds today."""
        return None

    def assumption(self, name: str) -> Datum | None:
        """The default of a quantity, or None when it has none; read once."""
        if name not in self._assumptions:
            self._assumptions[name] = self._read_assumption(name)
        return self._assumptions[name]

    def _read_assumption(self, name: str) -> Datum | None:
        path = self.folders[-1] / "assumptions.toml"
        known = _assumptions(path)
        if name not in known:
            return None
        table = known.table(name)
        if "item" in table:  # the default is an item of the catalog
            return self.shipments(str(table["item"])).with_(origin="default", kind=str(table.get("kind", "choice")))
        return Reader(self, Raw(path, {}), "default").figure(name, table, kind=str(table.get("kind", "range")))

    def shelf_lives(self) -> Mapping[str, float]:
        """How many days a figure keeps, by name.

        >>> Catalog().shelf_lives()["chip_price"]
        180.0
        """
        lives = _table(self.folders[-1] / "shelf_lives.toml")
        return {name: to_base(table["life"], "day", bare=False) / 86400.0 for name, table in lives.items()}

    def figure(self, name: str, entry: Any, inherited: Mapping[str, Any], file: str) -> Datum:
        """One figure of a data file as a Datum; `inherited` is what its table says of all of its figures."""
        return Reader(self, Raw(Path(file), {})).figure(name, complete(entry, inherited, len(self.folders) - 1))

    def shipments(self, item: str) -> Datum:
        """The yearly shipments of an item of catalog/shipments, labelled with whose count it is."""
        if item not in self._shipments:
            raw = self.raw(self.identify(item, "shipments"), "shipments")
            figure = Reader(self, raw).figure("annual_shipments", raw.tables["figures"]["annual_shipments"])
            label, note = str(raw.tables["name"]), str(raw.tables.get("scope", ""))
            self._shipments[item] = figure.with_(label=label, note=note)
        return self._shipments[item]


def _some(names: list[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


@cache
def _assumptions(path: Path) -> Sections:
    return Sections(path.read_text(encoding="utf-8"), path)


@cache
def _table(path: Path) -> dict[str, Any]:
    return read_toml(path)


def layer_name(folder: Path) -> str:
    """What a report calls a folder of one's own: its name, or its parent's when it is just `catalog`."""
    if folder == user_folder():
        return "user"
    place = folder.absolute()
    return place.parent.name if place.name == "catalog" and place.parent.name else place.name


def user_folder() -> Path:
    """The user's own catalog, where `catalog add` puts what it takes in."""
    import click

    return Path(click.get_app_dir("cluster-calc")) / "catalog"
