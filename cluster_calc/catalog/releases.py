"""Data releases: the quotes and their sources with a number, a date and checksums, packed, unpacked and put in force.

A release lies over the shipped quotes in a folder of the user and takes their place while its number is higher. What
is unpacked is held against a list of names and sizes: nothing else in an archive is ever written.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import stat
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cluster_calc.errors import InputError, quoted
from cluster_calc.files.atomic import is_file
from cluster_calc.files.shipped import shipped
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.dates import date_text

FILE, SUMS = "release.toml", "checksums.txt"
# All that a release may hold: everything else in an archive makes it no release.
NAME = re.compile(r"release\.toml|sources\.toml|checksums\.txt|quotes/[a-z0-9][a-z0-9_-]{0,60}\.csv")
MOST_BYTES, MOST_FILES, SECONDS = 20_000_000, 200, 30
NUMBER = re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,3})(?:\+[a-z0-9.-]{1,40})?")


class Release(NamedTuple):
    """Number and date of a data release."""

    number: str
    date: str

    @property
    def rank(self) -> tuple[int, ...]:
        """What the higher number is told by; a local addition ranks above what it adds to."""
        found = NUMBER.fullmatch(self.number)
        return (*(int(part) for part in found.groups()), "+" in self.number) if found else (0,)

    def __str__(self) -> str:
        return f"{self.number} of {self.date}"


@cache
def release_of(folder: Path) -> Release:
    """The number and the date that a folder states."""
    raw = read_toml(folder / FILE)
    number, date = str(raw.get("number", "")), str(raw.get("date", ""))
    if not NUMBER.fullmatch(number):
        raise InputError(f"{folder / FILE}: number {quoted(number)} is not year.month.count, for example 2026.12.1")
    return Release(number, date_text("date", date))


def user_release() -> Path:
    """Where `catalog update` puts what it takes in."""
    import click

    return Path(click.get_app_dir("cluster-calc")) / "release"


def in_force() -> Path | None:
    """The user's release where it is newer than the shipped one; an older one is out of force."""
    folder = user_release()
    if not is_file(folder / FILE):
        return None
    return folder if release_of(folder).rank > release_of(shipped("catalog")).rank else None


def current() -> Release:
    """The release whose quotes count."""
    return release_of(in_force() or shipped("catalog"))


def digest(data: bytes) -> str:
    """The checksum of a file."""
    return hashlib.sha256(data).hexdigest()


def packed(folder: Path, target: Path) -> Release:
    """Pack the quotes of a catalog folder as a release: a zip with the same bytes for the same files."""
    names = [FILE, "sources.toml", *(f"quotes/{path.name}" for path in sorted((folder / "quotes").glob("*.csv")))]
    files = {name: (folder / name).read_bytes() for name in names}
    files[SUMS] = "".join(f"{digest(data)}  {name}\n" for name, data in files.items()).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return release_of(folder)


def fetched(place: str, into: Path) -> Path:
    """The folder of a release from a folder, an archive or an address; checked name by name and sum by sum."""
    if re.match(r"https?://", place):
        archive = into / "fetched"
        archive.write_bytes(_downloaded(place))
    else:
        archive = Path(place)
        if not archive.exists():
            raise InputError(
                f"--from {quoted(place)}: no such file or folder, and no address that begins with https://"
            )
    folder = into / "release"
    total = 0
    for count, (name, read) in enumerate(_members(archive), 1):
        if not NAME.fullmatch(name):
            raise InputError(f"{quoted(place)} is no data release: it holds {quoted(name)}")
        data = read(MOST_BYTES - total + 1)
        total += len(data)
        if total > MOST_BYTES or count > MOST_FILES:
            raise InputError(
                f"{quoted(place)} is too large: at most {MOST_FILES} files and {MOST_BYTES} bytes are read"
            )
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    _verify(folder, place)
    return folder


def _downloaded(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            data: bytes = answer.read(MOST_BYTES + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise InputError(f"--from {quoted(address)} cannot be read: {str(error)[:200]}") from None
    if len(data) > MOST_BYTES:
        raise InputError(f"--from {quoted(address)} is too large: at most {MOST_BYTES} bytes are read")
    return data


Reading = Callable[[int], bytes]


def _members(archive: Path) -> Iterator[tuple[str, Reading]]:
    """The plain files of a folder, a zip or a tar, by name; links, devices and folders outside are errors."""
    if archive.is_dir():
        for path in sorted(archive.rglob("*")):
            if path.is_symlink():
                raise InputError(f"{quoted(path)} is a link; a release holds plain files")
            if path.is_file():
                yield path.relative_to(archive).as_posix(), lambda most, path=path: path.open("rb").read(most)  # type: ignore[misc]
        return
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as file:
                for info in file.infolist():
                    if stat.S_ISLNK(info.external_attr >> 16):
                        raise InputError(
                            f"{quoted(info.filename)} in {quoted(archive)} is a link; a release holds plain files"
                        )
                    if not info.is_dir():
                        yield info.filename, file.open(info).read
            return
        with tarfile.open(archive) as tar:
            for member in tar:
                if not (member.isreg() or member.isdir()):
                    raise InputError(f"{quoted(member.name)} in {quoted(archive)} is no plain file")
                content = tar.extractfile(member) if member.isreg() else None
                if content is not None:
                    yield member.name.removeprefix("./"), content.read
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"{quoted(archive)} is no archive that can be read: {str(error)[:200]}") from None


def _verify(folder: Path, place: str) -> None:
    """Every file has the checksum that is stated, and no file lacks one."""
    if not (folder / SUMS).is_file() or not (folder / FILE).is_file():
        raise InputError(
            f"{quoted(place)} is no data release: it has no {FILE} with {SUMS}; `make data-release` packs one"
        )
    stated = {}
    for line in (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines():
        total, _, name = line.partition("  ")
        stated[name] = total
    here = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {SUMS}
    for name in sorted(here | set(stated)):
        if name not in here or digest((folder / name).read_bytes()) != stated.get(name):
            raise InputError(f"{quoted(place)}: {name} does not have the checksum that {SUMS} states; fetch it again")


def installed(folder: Path) -> Path:
    """Put a release in force: the old one is taken away only when the new one is whole."""
    target = user_release()
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="release-", dir=target.parent))
    old = fresh.with_name(fresh.name + "-old")
    try:
        shutil.copytree(folder, fresh, dirs_exist_ok=True)
        fresh.chmod(0o755)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    release_of.cache_clear()
    return target
