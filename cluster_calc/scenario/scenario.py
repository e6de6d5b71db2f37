"""Merges what was given: user file < project file < scenario file < environment < command line or call.

Each value keeps where it came from. Texts become base-unit Datums here, checked against the nomenclature; defaults and
the catalog fill the rest in `estimate.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cluster_calc.errors import InputError, UnknownNameError, did_you_mean, quoted
from cluster_calc.files.places import Fault, Place
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import ALIASES, QUANTITIES, same_question
from cluster_calc.quantities.reading import in_days, read
from cluster_calc.quantities.settings import SETTINGS, YARDSTICKS, name_of, setting

# Settings whose values are names: checked where they stand in a file, so that the message can point there.
_NAMES = frozenset({"chip", "model", "precision", "recipe", "server", "site"})


@dataclass
class Scenario:
    """What was given, merged: settings by name and quantities as Datums."""

    settings: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Datum] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    # How each name was spelled: an alias, or an option.
    spelled: dict[str, str] = field(default_factory=dict)

    def typed(self, name: str) -> str:
        """What to call a quantity to who gave it: the option or the name that was typed, or its own where none was.

        >>> scenario = Scenario()
        >>> scenario.add({"training_time": "36 month"}, "command line"), scenario.typed("time_allowed"), scenario.typed("mfu")
        ([], '--training-time', 'mfu')
        """
        key = next((entry for entry in (name, *same_question(name)) if entry in self.texts), None)
        if key is None:
            return name
        spelled = self.spelled.get(key, key)
        option = self.origins.get(key) == "command line" and not spelled.startswith("--")
        return QUANTITIES[key].option if option else spelled

    def add(self, values: Mapping[str, Any], origin: str, places: Mapping[str, Place] | None = None) -> list[Fault]:
        """Lay values over what is there; returns what is wrong with them."""
        faults = []
        seen: dict[str, str] = {}
        for name, value in values.items():
            key = name.strip().replace("-", "_")
            key = ALIASES.get(key, key)
            if key in seen:
                twice = f"{key} is given twice: as {quoted(seen[key])} and as {quoted(name)}"
                faults.append(Fault(twice, (places or {}).get(name)))
                continue
            seen[key] = name
            place = (places or {}).get(name)
            try:
                self._put(name, value, origin, str(place or ""))
                if place and name in _NAMES:
                    _known_name(name, value)
            except UnknownNameError as error:
                faults.append(Fault(str(error), place and place.at(name)))
            except InputError as error:
                faults.append(Fault(str(error), place))
        if "chip" in seen and isinstance(chip := values[seen["chip"]], str) and any(map(str.isdigit, chip)):
            try:
                self._count(chip, origin)
            except InputError as error:
                faults.append(Fault(str(error), (places or {}).get(seen["chip"])))
        return faults

    def known_by(self, day: str) -> None:
        """Take the yardsticks' figures that were known on a day; which day counts is settled last."""
        for key in YARDSTICKS & set(self.data):
            text = self.texts[key]
            if isinstance(text, str) and (found := _yardstick(key, text, day)) is not None:
                self.data[key] = found.with_(origin=self.origins[key])

    def _put(self, name: str, value: Any, origin: str, place: str) -> None:
        key = name.strip().replace("-", "_")
        if key == "depreciation" and isinstance(value, str) and value.strip()[:1].isalpha():
            # One name for both: the words choose how hardware is charged, an amount replaces the charge.
            key = "depreciation_method"
        if key in ("depreciation", "depreciation_method"):
            self.data.pop("depreciation", None)
            self.settings.pop("depreciation_method", None)
        if key in SETTINGS:
            self.settings[key] = setting(key, value)
            plain: dict[str, Any] = {
                "correlate": str,
                "percentiles": lambda found: ",".join(f"{percent:g}" for percent in found),
            }
            text = plain[key](self.settings[key]) if key in plain else value
            key = "depreciation" if key == "depreciation_method" else key
            self.texts[key], self.origins[key] = text, origin
            return
        if key == "days":
            value = in_days(value)
        spelled, key = key, name_of(key)
        self.spelled[key] = spelled
        # One question asked in two ways: what a nearer layer says replaces what a farther one said.
        for other in same_question(key):
            if other in self.data and self.origins[other] != origin:
                del self.data[other], self.texts[other], self.origins[other]
        source = Source(f"file {place}" if origin == "file" and place else str(place or origin))
        if isinstance(value, dict):
            unknown = set(value) - {"value", "source", "as_of", "confidence", "locator", "note"}
            if unknown or "value" not in value:
                named = f" ({quoted(sorted(unknown)[0])} is not one of them)" if unknown else ""
                raise InputError(
                    f"{key}: a table needs value and may have source, as_of, confidence, locator, note{named}"
                )
            for entry in sorted(set(value) - {"value"}):
                if not isinstance(value[entry], str):
                    raise InputError(f"{key}: {entry}: {quoted(value[entry])} is not text; write it in quotes")
            given: dict[str, Any] = {
                entry: value.get(entry, "") for entry in ("as_of", "confidence", "locator", "note")
            }
            if value.get("source"):
                source = Source(id=origin, title=str(value["source"])[:300])
            text = value["value"]
        else:
            text, given = value, {}
        if key in YARDSTICKS and isinstance(text, str) and (found := _yardstick(key, text)) is not None:
            own = {name: entry for name, entry in given.items() if entry}
            self.data[key] = found.with_(origin=origin, **own, **({"source": source} if source.title else {}))
        elif isinstance(text, list) and origin != "call":
            raise InputError(f"{key}: {quoted(text)} is a list; a file gives one value, `sweep --vary` several")
        else:
            self.data[key] = Datum(
                key, source=source, origin=origin, kind="given", **read(QUANTITIES[key], text), **given
            )
        self.texts[key], self.origins[key] = value, origin

    def _count(self, text: str, origin: str) -> None:
        """Take the count that a chip is named with (`8xH100`, `p5.48xlarge`) as the number of chips, if none is given."""
        from cluster_calc.catalog.current import catalog

        name, count = catalog().chips_in(text)
        if count is None:
            return
        self.settings["chip"] = name
        given = self.data["chips"].value if self.origins.get("chips") == origin else None
        if given is None:
            self._put("chips", count, origin, "")
        elif isinstance(given, float) and given % count:
            raise InputError(
                f"chip: {quoted(text)} is {count} chips, chips is {quoted(self.texts['chips'])}; "
                f"write --chip {catalog().identify(name)} with the number of chips that is meant"
            )


def _yardstick(key: str, text: str, as_of: str = "") -> Datum | None:
    from cluster_calc.catalog.yardsticks import named

    return named(key, text, as_of)


def _known_name(name: str, value: str) -> None:
    """Refuse a chip or a precision that is not known, while the place of the text is."""
    from cluster_calc.catalog.current import catalog
    from cluster_calc.quantities.settings import PRECISIONS

    if name == "server" and value == "default":
        return
    if name == "model":
        from cluster_calc.catalog.model_figures import model_id

        model_id(catalog(), value)
    elif name in ("chip", "server", "site"):
        catalog().find(value, f"{name}s")
    elif value.lower() not in PRECISIONS:
        raise InputError(
            f"precision: {quoted(value)} is not one of {', '.join(PRECISIONS)}.{did_you_mean(value, PRECISIONS)}"
        )
