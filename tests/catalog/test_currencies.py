"""Money of another currency: converted at one dated rate, which is named; never the price that households pay."""

from __future__ import annotations

from pathlib import Path

import pytest

import cluster_calc as cc
from cluster_calc.catalog.checking import check
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError
from cluster_calc.files.toml import read_toml

RUN = {"training_compute": 1e24, "chip": "h100"}
IN_EURO = [
    "belgium", "bulgaria", "cyprus", "denmark", "european-union", "finland", "germany", "hungary", "malta",
]  # fmt: skip


@pytest.mark.parametrize("site", IN_EURO)
def test_a_price_in_euro_is_converted_at_the_newest_rate_which_is_named(site: str) -> None:
    point = max(read_toml(catalog().find("eur-usd", "prices"))["point"], key=lambda entry: entry["as_of"])
    found = cc.estimate(**RUN, site=site)
    leaf = catalog().item(site, "sites").leaf("electricity_price")
    assert leaf is not None
    assert leaf.unit == "EUR/kWh"
    assert leaf.value is not None
    datum = found.data["electricity_price"]
    assert datum.value == pytest.approx(leaf.value * float(point["value"].split()[0]) / 3.6e6, rel=1e-12)
    assert f"{leaf.value:g} EUR/kWh at 1.1699 USD/EUR" in datum.note
    assert point["as_of"] in datum.note


def test_a_document_has_one_rate_per_currency() -> None:
    found = cc.estimate(**RUN, site="germany", currency="EUR", exchange_rate=1.25)
    assert found.in_unit("electricity_price") == pytest.approx(0.1902 * 1.25)
    early = cc.estimate(**RUN, site="germany", as_of="2025-06-01")
    assert found.data["electricity_price"].note != early.data["electricity_price"].note
    assert "1.0324" in early.data["electricity_price"].note


@pytest.mark.parametrize("site", list(catalog().layered("sites")))
def test_no_site_charges_a_data_centre_what_households_pay(site: str) -> None:
    leaf = catalog().item(site, "sites").leaf("electricity_price")
    assert leaf is None or leaf.facts.get("sector") != "residential"


def test_the_price_of_households_is_refused_as_a_default(tmp_path: Path) -> None:
    text = catalog().find("germany", "sites").read_text(encoding="utf-8")
    head, _, rest = text.split("[[electricity_price]]")
    place = tmp_path / "sites" / "germany.toml"
    place.parent.mkdir()
    place.write_text(
        head + "[[electricity_price]]" + rest.replace("\n\n[[carbon", "\ndefault = true\n\n[[carbon", 1),
        encoding="utf-8",
    )
    assert "residential" in place.read_text(encoding="utf-8")
    assert any("households" in str(problem) for problem in check(place))


def test_a_currency_without_a_rate_says_which_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "sites" / "mine.toml"
    place.parent.mkdir()
    place.write_text(
        'id = "mine"\nname = "Mine"\naliases = []\nkind = "site"\n[[electricity_price]]\nvalue = "0.1 GBP/kWh"\n'
        'sector = "industrial"\nas_of = "2026-01"\nsource = "judgement"\nconfidence = "low"\ndefault = true\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("CLUSTER_CALC_CATALOG", str(tmp_path))
    with pytest.raises(InputError, match="no rate for 'GBP'"):
        cc.estimate(**RUN, site="mine")
