"""A memo's text is read back: every figure in it is in its JSON within its rounding, over random memos of every kind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import html5lib
import numpy as np
import pytest

from cluster_calc.catalog.current import catalog
from cluster_calc.documents.memo.memo import memo
from cluster_calc.documents.memo.view import Memo
from cluster_calc.documents.memo_forms import text as memo_text
from cluster_calc.errors import InputError
from cluster_calc.procurement.file import LISTS, WAYS, MemoFile, memo_file
from cluster_calc.quantities.display import printable
from cluster_calc.quantities.nomenclature import QUANTITIES
from tests.documents.cases import DAY, random_input
from tests.documents.reading import KINDS, Figure, _is_held, as_kind, figures, not_held, numbers, plain_text, strings
from tests.documents.test_memo import FORMULA, ODD

USUAL = ("h100", "b200", "mi300x", "a100-40gb", "h200", "tpuv5p", "tpu-v4", "mi325x", "gaudi3")


def texts(raw: Any) -> set[str]:
    """What a memo file's author typed, as the memo prints it."""
    return {printable(words.strip()) for words in strings(raw)}


def parts_of(view: Memo, raw: Any) -> tuple[str, str]:
    """The body of a memo and its appendix up to the sources, without what was typed or quoted."""
    held = json.loads(view.data)
    typed = texts(raw)
    body, _, rest = plain_text(memo_text.markdown(view), typed).partition("\n# Appendix\n")
    names = {
        held["estimate"]["chip"]["name"],
        *(option["title"].partition(", ")[2] for option in held["options"].values()),
    }
    quoted = {*strings(held), *(known.meaning for known in QUANTITIES.values()), *names}
    # A cell that was cut keeps the beginning of its source's words.
    quoted |= {words[:150] for words in quoted if len(words) > 150}
    appendix = plain_text(
        rest.partition("\n## Sources\n")[0].replace("*", "\\*"), {*typed, *(w for w in quoted if len(w) > 3)}
    )
    return plain_text(body, names), appendix


def assert_held(view: Memo, raw: Any, given: Any = None) -> int:
    """Every figure of the memo is in its JSON; how many there were."""
    held = json.loads(view.data)
    body, appendix = parts_of(view, raw)
    count = 0
    for text in (body, appendix):
        for found in not_held(text, held):
            around = text[max(0, found.start - 90) : found.start + 40]
            raise AssertionError(f"{found.kind} {found.text!r} is not in the JSON: …{around}… of {given!r}")
        count += len(list(figures(text)))
    return count


def random_file(draw: np.random.Generator, chip: str, others: list[str]) -> dict[str, Any]:
    """A memo file of random fields."""
    hostile = draw.random() < 0.2
    words = ODD if hostile else "As agreed on 3 May, 12 pages."
    raw: dict[str, Any] = {}

    def sometimes(share: float) -> bool:
        return bool(draw.random() < share)

    for name in ("title", "need", "requester", "site_contract", "notes"):
        if sometimes(0.4):
            raw[name] = words
    if sometimes(0.6):
        raw["decision_date"] = f"2027-0{draw.integers(1, 10)}-15"
    if sometimes(0.7):
        raw["discount_rate"] = round(float(draw.uniform(-0.02, 0.3)), 4)
    if sometimes(0.4):
        raw["tax_rate"] = round(float(draw.uniform(0, 0.5)), 3)
    if sometimes(0.3):
        raw["tax_life"] = float(draw.choice([1, 3, 4.5, 7, 20]))
    if sometimes(0.3):
        raw["site_ready"] = f"20{draw.integers(27, 30)}-06-01"
    if sometimes(0.5):
        raw["existing_fleet"] = {
            "chip": str(draw.choice([chip, *USUAL])), "count": int(10 ** draw.uniform(0, 5)), "used_share": round(float(draw.uniform(0, 0.9)), 3),
            **({"reach": 0.95} if sometimes(0.5) else {}), **({"age": f"{draw.uniform(0, 6):.1f} years"} if sometimes(0.6) else {}),
            **({"extend": "1 year"} if sometimes(0.4) else {}),
        } if sometimes(0.8) else words  # fmt: skip
    if sometimes(0.4):
        raw["constraints"] = {
            "power_limit": f"{10 ** draw.uniform(0, 5):.3g} kW",
            "capital_budget": f"{10 ** draw.uniform(4, 10):.3g} USD",
        }
        if sometimes(0.4):
            raw["constraints"]["deadline"] = "2027-12-31"
    if sometimes(0.2):
        raw["options"] = [str(way) for way in draw.choice(WAYS, size=4, replace=False)]
    raw["quote"] = [_random_quote(draw, chip, others, words) for _ in range(draw.integers(0, 4))]
    for name in ("risk", "gate", "approvers", "demand"):
        for _ in range(draw.integers(0, 3)):
            row = {key: words for key, kind in LISTS[name].items() if kind == "text" and sometimes(0.7)}
            row[next(iter(LISTS[name]))] = "Export control" if name == "risk" and sometimes(0.5) else words
            raw.setdefault(name, []).append({**row, **({"date": "2027-03-01"} if name == "gate" else {})})
    return raw


def _random_quote(draw: np.random.Generator, chip: str, others: list[str], words: str) -> dict[str, Any]:
    way = str(draw.choice(["buy"] * 5 + ["rent on demand", "rent 1-year", "rent 3-year", "rent spot", "colocate"]))
    size = {"buy": draw.uniform(2, 5), "colocate": draw.uniform(1.5, 2.5)}.get(way, draw.uniform(-0.5, 1.2))
    amount = float(f"{10**size:.4g}")
    currency = str(draw.choice(["USD"] * 4 + ["EUR", "CNY", "TWD", "BRL"]))
    price: Any = draw.choice([0, 1, 2, 3, 3, 3])
    row: dict[str, Any] = {"vendor": words if draw.random() < 0.3 else "Example Systems", "for": way}
    row["price"] = {0: FORMULA, 1: amount}.get(int(price), f"{amount} {currency}")
    if price == 1:
        row["currency"] = currency
    for name, share, value in (
        ("chip", 0.5, str(draw.choice([chip, *others]))), ("item", 0.3, str(draw.choice(["HGX H100", words]))), ("number", 0.4, "Q-17"),
        ("exchange_rate", 0.2, 1.25), ("holds", 0.6, str(draw.choice(["chip", "server", "rack", "all-in"]))), ("chips", 0.3, 8),
        ("dated", 0.4, "2026-10-01"), ("expires", 0.7, str(draw.choice(["2026-01-01", "2028-01-31"]))), ("deposit", 0.4, 0.3),
        ("payments", 0.2, "30% at -2 month, 60% at start, 10% at 3 month"), ("delivery_weeks", 0.4, float(draw.choice([1, 12, 90.5]))), ("terms", 0.3, words), ("chosen", 0.2, True), ("use", 0.1, False),
    ):  # fmt: skip
        if draw.random() < share:
            row[name] = value
    if "payments" in row:
        row.pop("deposit", None)
    return row


def random_memo(draw: np.random.Generator, chips: list[str]) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """What is typed, the memo file, and the chips of --compare."""
    given = {**random_input(draw, chips), "draws": 50}
    if draw.random() < 0.6:
        given["chip"] = str(draw.choice(USUAL))
    chip = given["chip"]
    sites, servers = (sorted(catalog().layered(kind)) for kind in ("sites", "servers"))
    more: list[tuple[float, dict[str, Any]]] = [
        (0.2, {"site": str(draw.choice(sites))}), (0.1, {"server": str(draw.choice(["default", *servers]))}),
        (0.3, {"horizon": str(draw.choice(["1 year", "30 month", "6 years", "10 years", "3 month"]))}),
        (0.2, {"rate_terms": "real"}), (0.2, {"flow_timing": "year-end"}), (0.15, {"owned_chips": int(10 ** draw.uniform(0, 5))}),
        (0.2, {"used_share": round(float(draw.uniform(0.05, 1)), 3)}), (0.2, {"colocation_price": "150 USD/kW/month"}),
        (0.1, {"currency": "EUR"}), (0.15, {"construction_cost": "10 USD/W"}), (0.3, {"rental_price": "2.5 USD/hour"}),
        (0.15, {"rental_price_3_year": "1.9 USD/hour", "rental_price_1_year": "2.2 USD/hour"}), (0.1, {"rental_price_spot": "1 USD/hour"}),
        (0.1, {"deadline": "2027-06-30", "start": "2027-01-15"}), (0.1, {"residual_value": 0.2}), (0.1, {"staff_rate": "3 MUSD/year"}),
        (0.1, {"depreciation": str(draw.choice(["declining-balance", "double-declining", "price-performance"]))}),
        (0.1, {"delivery_time": "12 week"}), (0.1, {"hardware_age": "1 year"}), (0.1, {"mfu": "0.2..0.5"}),
    ]  # fmt: skip
    for share, values in more:
        if draw.random() < share:
            given |= values
    compare = [str(draw.choice(USUAL))] if draw.random() < 0.3 and "chips" not in given else []
    return given, random_file(draw, chip, compare or ["b200"]), compare


def _random(seed: int, count: int) -> None:
    draw = np.random.default_rng(seed)
    chips = sorted(catalog().heads())
    made = read = 0
    for number in range(20 * count):
        given, raw, compare = random_memo(draw, chips)
        try:
            extra = memo_file(raw)
            view = memo(**given, compare=compare, memo_file=extra)
        except InputError:
            continue
        made += 1
        what = (number, given, raw, compare)
        text = memo_text.markdown(view)
        assert not re.search(
            r"\bnan\b|\binf\b|None|\$-|--\$| 1 (?:weeks|years|months|days|chips)\b", plain_text(text, texts(raw))
        ), what
        html5lib.HTMLParser(strict=True).parse(memo_text.html(view))
        read += assert_held(view, raw, what)
        if made == count:
            break
    assert made == count
    assert read > 60 * count


def test_every_figure_of_random_memos_is_in_their_json() -> None:
    _random(20, 10)


@pytest.mark.thorough
def test_every_figure_of_a_hundred_random_memos_is_in_their_json() -> None:
    _random(21, 100)


@pytest.fixture(scope="module")
def known() -> tuple[Memo, dict[str, list[float]], list[Figure]]:
    extra = MemoFile(discount_rate=0.08, tax_rate=0.25, decision_date="2027-01-15")
    given: dict[str, Any] = {"as_of": DAY, "draws": 500, "used_share": 1.0}
    view = memo(chip="h100", training_compute=2.1e25, compare=["b200"], memo_file=extra, **given)
    listed = list(numbers(json.loads(view.data)))
    values = {
        kind: sorted(value for entry in listed if (value := as_kind(kind, entry)) is not None) for kind in KINDS if kind != "date"
    }  # fmt: skip
    return view, values, [found for found in figures(parts_of(view, {})[0]) if found.kind != "date"]


def test_a_wrong_figure_is_found(known: tuple[Memo, dict[str, list[float]], list[Figure]]) -> None:
    """The reading would notice: most figures that are a little off are nowhere in the JSON."""
    _, values, found = known
    assert all(_is_held(figure, values, set()) for figure in found)
    off = [figure._replace(value=figure.value * 1.07) for figure in found if figure.value]
    missed = [figure for figure in off if not _is_held(figure, values, set())]
    assert len(missed) > 0.6 * len(off)
    money = [figure for figure in off if figure.kind == "money"]
    assert sum(figure in missed for figure in money) > 0.6 * len(money)


def test_a_sentence_with_a_changed_figure_fails(known: tuple[Memo, dict[str, list[float]], list[Figure]]) -> None:
    view = known[0]
    held = json.loads(view.data)
    text = parts_of(view, {})[0]
    assert not not_held(text, held)
    assert not_held(text.replace(f"${held['ask']['base'] / 1e6:.3g}M", "$417.7M"), held)
    assert not_held(text.replace(held["options"]["buy"]["ready"]["date"], "2031-01-01"), held)
    assert not_held(text.replace("25%", "26.3%"), held)
    assert not_held(text.replace("12 weeks", "25 weeks"), held)


def test_scenario_files_and_results_read_back(tmp_path: Path) -> None:
    import cluster_calc as cc
    from cluster_calc.documents.reports.comparison import json_text as comparison_text
    from cluster_calc.documents.reports.estimate_data import json_text

    one = tmp_path / "one.json"
    one.write_text(json_text(cc.estimate(training_compute=2e25, chip="mi300x", as_of=DAY)), encoding="utf-8")
    two = tmp_path / "two.json"
    two.write_text(
        comparison_text(cc.compare(chips=["h100", "b200"], training_compute=2e25, as_of=DAY)), encoding="utf-8"
    )
    for name, power in (("here", "0.05"), ("there", "0.12")):
        (tmp_path / f"{name}.toml").write_text(
            f'chip = "h100"\nflop = 2e25\nas_of = "{DAY}"\nelectricity_price = "{power} USD/kWh"\ndraws = 100\n',
            encoding="utf-8",
        )
    extra = MemoFile(discount_rate=0.08)
    for files in ([one], [two], [tmp_path / "here.toml", tmp_path / "there.toml"]):
        assert assert_held(memo(*files, memo_file=extra), {}) > 60
