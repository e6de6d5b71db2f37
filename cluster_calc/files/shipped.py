"""Where the shipped folders (`catalog/`, `templates/`) are, however the package was installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(folder: str) -> Path:
    """The path of a folder that ships with the package.

    An installed wheel has it inside the package, under `data/`; a checkout, a source archive and an
    editable install have it beside the package.

    >>> shipped("catalog").name
    'catalog'
    >>> shipped("no-such-folder")
    Traceback (most recent call last):
        ...
    RuntimeError: the folder 'no-such-folder' that ships with cluster-calc is missing: ...
    """
    places = (_PACKAGE / "data" / folder, _PACKAGE.parent / folder)
    for place in places:
        if place.is_dir():
            return place
    raise RuntimeError(
        f"the folder {folder!r} that ships with cluster-calc is missing: looked for "
        f"{places[0]} and {places[1]}; install the package again"
    )
