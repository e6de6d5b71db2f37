"""What other programs make of a memo's files: LibreOffice for documents and workbooks, poppler and qpdf for PDF."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# Recalculate every workbook that is opened, whoever wrote it: what the file says its formulas give is not believed.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
Book = dict[str, dict[str, tuple[str, str | float]]]


def tool(name: str, package: str) -> str:
    """The program, or a skip that says what to install."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here: `apt-get install {package}` lets this test run")
    return found


def converted(folder: Path, files: Sequence[Path], form: str) -> list[Path]:
    """The files in another form, all by one start of LibreOffice: starting it is what takes the time."""
    program = tool("soffice", "libreoffice-writer-nogui libreoffice-calc-nogui")
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    out = folder / f"as-{form}"
    line = [program, f"-env:UserInstallation={profile.parent.as_uri()}", "--headless", "--convert-to", form]
    subprocess.run([*line, "--outdir", out, *files], check=True, capture_output=True, timeout=180)
    return [out / f"{path.stem}.{form}" for path in files]


def text_of(path: Path, *options: str) -> str:
    """The text of a PDF, page by page, as poppler reads it."""
    line = [tool("pdftotext", "poppler-utils"), *options, path, "-"]
    return subprocess.run(line, check=True, capture_output=True).stdout.decode()


def workbook(data: bytes) -> Book:
    """Sheet → cell → its formula and its value, read from the file's own XML."""
    found: Book = {}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        texts = [_joined(entry) for entry in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        for number, name in enumerate(_names(book), 1):
            sheet = found[name] = {}
            for node in ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml")).iter(f"{MAIN}c"):
                value, kind = node.findtext(f"{MAIN}v"), node.attrib.get("t", "n")
                if value is None and kind == "n":
                    continue
                read: str | float = value or ""
                if kind == "s":
                    read = texts[int(value or 0)]
                elif kind == "n":
                    read = float(value) if value else ""
                sheet[node.attrib["r"]] = (node.findtext(f"{MAIN}f") or "", read)
    return found


def _names(book: zipfile.ZipFile) -> list[str]:
    return [node.attrib["name"] for node in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")]


def _joined(entry: ElementTree.Element) -> str:
    return "".join(part.text or "" for part in entry.iter(f"{MAIN}t"))


def with_number(data: bytes, sheet: str, cell: str, value: float) -> bytes:
    """The workbook after a reviewer has typed a number into a cell: nothing else of the file is touched."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        place = f"xl/worksheets/sheet{_names(old).index(sheet) + 1}.xml"
        for name in old.namelist():
            text = old.read(name)
            if name == place:
                text, count = re.subn(
                    rf'(<c r="{cell}"[^>]*?)(?:/>|><v>[^<]*</v></c>)'.encode(),
                    rf"\1><v>{value!r}</v></c>".encode(),
                    text,
                )
                assert count == 1, f"{sheet}!{cell} holds no number"
            new.writestr(name, text)
    return out.getvalue()


def beside(book: Book, sheet: str, label: str, column: str = "B") -> tuple[str, str | float]:
    """The cell beside a label, and its address."""
    row = next(place[1:] for place, (_, value) in book[sheet].items() if place[0] == "A" and value == label)
    return f"{column}{row}", book[sheet].get(f"{column}{row}", ("", ""))[1]
