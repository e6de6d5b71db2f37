"""What a memo says: its figures are those of its JSON, its gaps are named, and what people type stays text."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest

from cluster_calc.documents.memo.memo import memo
from cluster_calc.documents.memo.view import DRAFT, Memo
from cluster_calc.documents.memo_forms import text as memo_text
from cluster_calc.documents.render.view import Cell, Table
from cluster_calc.errors import InputError
from cluster_calc.estimation.as_json import as_dict
from cluster_calc.procurement.file import MemoFile, memo_file, read_memo_file
from cluster_calc.procurement.template import TEMPLATE
from tests.cli.running import run
from tests.documents.cases import DAY, NASTY

# Full use of the whole life, named: what the plan of these tests owns.
RUN: dict[str, Any] = {"chip": "h100", "training_compute": 2e25, "as_of": DAY, "draws": 2000, "used_share": 1.0}
FORMULA = "=cmd|' /C calc'!A0"
ODD = f"{NASTY} {FORMULA} | `a` *b* \x01\x1b[31m \u202egnp\n# head"
QUOTE = {"vendor": "Example", "item": "HGX", "price": "34000 USD", "expires": "2027-02-28"}
PRICES = {
    "chip_price": {"value": "34000 USD", "source": "quote", "as_of": "2026-11-01", "confidence": "high"},
    "rental_price": {"value": "3 USD/hour", "source": "quote", "as_of": "2026-11-01", "confidence": "high"},
    # Rents of other terms follow the book's market; here none is on offer below the hardware.
    "rental_price_1_year": "3 USD/hour",
    "rental_price_3_year": "3 USD/hour",
    "rental_price_spot": "3 USD/hour",
}


@pytest.fixture(scope="module")
def view() -> Memo:
    return memo(**RUN, compare=["b200"], discount_rate=0.08, power_limit="20 MW")


def tables(view: Memo) -> Iterator[Table]:
    for part in (*view.parts, *view.appendix):
        yield from part.tables


def cells(view: Memo) -> Iterator[Cell]:
    for entry in tables(view):
        for row in entry.rows:
            yield row.head
            yield from row.cells


def looked_up(held: dict[str, Any], name: str) -> float:
    """The figure of that name in the memo's JSON."""
    first, _, rest = name.partition(".")
    if first == "options":
        option, _, field = rest.rpartition(".")
        return float(held["options"][option][field])
    if first in ("years", "colocate"):
        year, line = rest.split(".")
        return float(held["finance"]["own" if first == "years" else first]["years"][int(year)][line])
    if first == "rents":
        term, year, line = rest.split(".")
        return float(held["rents"][term][int(year)][line])
    if first == "tax":
        year, line = rest.split(".")
        return float(held["tax"]["years"][int(year) - 1][line])
    if first == "opex":
        return float(held["opex"][rest])
    if first == "percentiles":
        total, field = rest.split(".")
        return float(held["percentiles"][total][field])
    if first == "switches":
        name = rest.split(".")[0]
    entry = held["estimate"]["results"].get(name) or held["estimate"]["inputs"][name]
    return float(entry["value"])


def test_every_figure_of_the_page_is_the_one_of_its_json(view: Memo) -> None:
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(memo_text.html(view))
    held = json.loads(next(node for node in tree.iter("script")).text)
    seen = set()
    for node in tree.iter("data"):
        name = node.attrib["data-name"]
        assert float(node.attrib["value"]) == pytest.approx(looked_up(held, name), rel=1e-12), name
        seen.add(name.split(".")[0])
    assert {"options", "years", "tax", "opex", "percentiles", "run_cost", "capital_cost", "switches"} <= seen


def test_the_figures_of_the_markdown_are_those_of_the_view(view: Memo) -> None:
    text = memo_text.markdown(view)
    for entry in cells(view):
        assert memo_text.cell(entry) in text
    assert text.startswith(f"**{DRAFT}**\n")


def test_the_sentences_say_the_numbers_of_the_json(view: Memo) -> None:
    held = json.loads(view.data)
    best = held["options"][held["recommended"]]
    decision = dict(view.decision)
    assert f"a net present value of -${-best['npv'] / 1e6:.3g}M" in decision["Recommended"]
    served = [entry for entry in held["options"].values() if entry["npv"] is not None and entry["meets"] >= 1]
    assert best["npv"] == max(entry["npv"] for entry in served)
    assert held["estimate"]["chip"]["name"] in best["title"], "the memo details the chip that it recommends"
    assert decision["Estimate class"].startswith(f"AACE class {held['aace_class']}")


def test_the_ask_is_the_cash_of_the_start_with_its_contingency() -> None:
    wide = memo(**RUN, discount_rate=0.08, chip_price="30000..60000 USD", price_basis="server", network_share=0.1)
    held = json.loads(wide.data)
    start = -held["finance"]["own"]["years"][0]["cash"]
    p80 = held["percentiles"]["capital_cost"]["p80"]
    assert held["ask"]["base"] == pytest.approx(start, rel=1e-12)
    assert held["ask"]["amount"] == pytest.approx(p80, rel=1e-12)
    assert p80 > start
    assert f"Approve ${p80 / 1e6:.3g}M in cash (P80)" in wide.ask
    assert f"a contingency of ${(p80 - start) / 1e6:.3g}M" in wide.ask
    high = memo(**RUN, discount_rate=0.08)  # the default network share lies above the middle of its range
    held = json.loads(high.data)
    assert held["ask"]["amount"] == held["ask"]["base"] > held["percentiles"]["capital_cost"]["p80"]
    assert "It lies above P80" in high.ask
    assert "no contingency is added" in high.ask
    first = held["finance"]["own"]["years"]
    assert held["ask"]["year_1"] == pytest.approx(-first[0]["cash"] - first[1]["cash"], rel=1e-12)


def test_owned_chips_need_no_cash() -> None:
    some = json.loads(memo(**RUN, owned_chips=2000, discount_rate=0.08).data)
    none = json.loads(memo(**RUN, discount_rate=0.08).data)
    chips = none["estimate"]["results"]["chips"]["value"]
    assert some["ask"]["base"] == pytest.approx(none["ask"]["base"] * (1 - 2000 / chips), rel=1e-9)
    assert some["ask"]["base"] == pytest.approx(-some["finance"]["own"]["years"][0]["cash"], rel=1e-12)


def test_levelised_cost_and_net_present_value_order_the_options_alike(view: Memo) -> None:
    held = json.loads(view.data)
    hours = held["finance"]["own"]["npv"] / -held["finance"]["own"]["cost_per_delivered_chip_hour"]
    served = [entry for entry in held["options"].values() if entry["npv"] is not None and entry["meets"] == 1]
    assert len(served) >= 3
    for entry in served:
        assert entry["per_delivered_hour"] == pytest.approx(-entry["npv"] / hours, rel=1e-9)


def test_amortised_and_cash_stand_in_different_tables(view: Memo) -> None:
    captions = [entry.caption for entry in tables(view)]
    assert "Run cost (amortised, no cash)" in captions
    assert "Capital cost (cash, capital expenditure)" in captions
    for entry in tables(view):
        heads = {cell.name for row in entry.rows for cell in row.cells}
        assert not {"depreciation", "accelerator_capital"} <= heads
        *lines, total = [row.cells[0].value for row in entry.rows] or [None]
        if entry.rows[-1].total:
            assert sum(value for value in lines if value is not None) == pytest.approx(total, rel=1e-12)


def test_without_a_rate_the_net_present_value_is_named_with_its_reason() -> None:
    view = memo(**RUN)
    held = json.loads(view.data)
    assert all(entry["npv"] is None for entry in held["options"].values())
    text = memo_text.markdown(view)
    assert "NPV not computed: no discount rate was given" in text
    assert "not discounted" in view.decision[1][1]
    assert "Net present value" not in text
    assert any("discount rate" in gap for gap in view.gaps)


def test_all_options_are_over_the_same_horizon() -> None:
    one, two = (
        memo(**{**RUN, "chip": first}, compare=[second]) for first, second in (("h100", "b200"), ("b200", "h100"))
    )
    for view, years in ((one, "4 years"), (two, "4 years")):
        held = json.loads(view.data)
        assert held["estimate"]["chip"]["id"].startswith("nvidia-b200"), "the cheaper one is detailed"
        assert held["finance"]["inputs"]["horizon"]["value"] == float(years[0])
        assert f"cash over {years}" in memo_text.markdown(view)


def test_a_memo_without_gaps_is_no_draft() -> None:
    extra = memo_file({"quote": [QUOTE], "site_contract": "4711", "discount_rate": 0.08})
    site = {"colocation_price": "20 USD/kW/month"}
    unsited = memo(**{**RUN, "used_share": 0.8}, **PRICES, memo_file=extra)
    assert any("is named without its rent" in gap for gap in unsited.gaps)
    whole = memo(**{**RUN, "used_share": 0.8}, **PRICES, **site, memo_file=extra)
    assert [gap for gap in whole.gaps if "confidence" not in gap] == []
    held = json.loads(whole.data)
    assert held["aace_class"] == 4
    other = memo(**{**RUN, "used_share": 0.8}, **{**PRICES, "chip_price": "30000 USD"}, **site, memo_file=extra)
    assert any("No quote gives the price of what is recommended" in gap for gap in other.gaps)
    late = memo(**RUN, **PRICES, memo_file=dataclasses.replace(extra, decision_date="2027-03-01"))
    assert any("expires on 2027-02-28, before 2027-03-01" in gap for gap in late.gaps)


def test_the_stamp_stands_first_and_above_every_page(view: Memo) -> None:
    page = memo_text.html(view)
    assert page.partition("<body")[2].startswith(f' class="draft">\n<header>\n<p class="stamp">{DRAFT}</p>')
    assert re.search(r"@page draft \{\s*@top-center \{\s*content: \"" + DRAFT, page)
    clean = dataclasses.replace(view, draft=False, gaps=())
    for text in (memo_text.html(clean).partition("<body")[2], memo_text.markdown(clean)):
        assert DRAFT not in text.partition("<script")[0]
    assert "<body>" in memo_text.html(clean)


def test_a_chip_without_prices_has_no_option_and_says_why() -> None:
    view = memo(chip="mi210", chips=100, as_of=DAY)
    assert view.ask == "Nothing can be asked for yet: no option has a cost."
    assert any("--chip-price" in gap for gap in view.gaps)
    assert "$0" not in view.ask


def test_a_chip_that_cannot_be_bought_is_rented() -> None:
    view = memo(
        chip="tpuv5p",
        chips=100,
        rental_price="4 USD/hour",
        inflation_rate=0,
        horizon="2 years",
        discount_rate=0.1,
        as_of=DAY,
    )
    held = json.loads(view.data)
    assert held["options"]["rent on demand"]["total"] == pytest.approx(100 * 4 * 8766 * 2, rel=1e-9)
    assert held["options"]["buy"]["total"] is None
    assert held["recommended"].startswith("rent")
    assert "Owning is not computed" in memo_text.markdown(view)


def test_changes_since_an_earlier_result_are_listed() -> None:
    import cluster_calc as cc

    before = as_dict(cc.estimate(**{**RUN, "electricity_price": "0.2 USD/kWh"}, ranges=True))
    view = memo(**RUN, previous=before)
    changes = next(part for part in view.appendix if part.id == "changes")
    assert "Electricity price" in {row.head.text for row in changes.tables[0].rows}


def test_compare_takes_equal_compute_only() -> None:
    with pytest.raises(InputError, match="equal compute"):
        memo(chip="h100", chips=100, compare=["b200"], as_of=DAY)
    with pytest.raises(InputError, match="twice"):
        memo(**RUN, compare=["h100"])


def odd_file() -> MemoFile:
    raw: dict[str, Any] = dict.fromkeys(("title", "need", "requester", "site_contract", "existing_fleet", "notes"), ODD)
    raw |= {"quote": [{"vendor": ODD, "item": ODD, "price": FORMULA}], "risk": [{"risk": ODD, "effect": FORMULA}]}
    raw |= {"approvers": [{"name": FORMULA, "role": ODD}], "demand": [{"period": ODD}], "gate": [{"what": ODD}]}
    return memo_file(raw)


def test_what_people_type_is_text_in_html() -> None:
    page = memo_text.html(memo(**RUN, memo_file=odd_file()))
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    assert not [node for node in tree.iter() if node.tag == "img"]
    assert len(list(tree.iter("script"))) == 1
    assert "onerror=alert(1)>" in "".join(tree.itertext())
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", page)
    assert not re.search(r"""(?:src|href|url\()\s*=?\s*["']?https?:""", page)


def test_what_people_type_is_text_in_markdown() -> None:
    text = memo_text.markdown(memo(**RUN, memo_file=odd_file()))
    plain = memo_text.markdown(memo(**RUN))
    assert "<img" not in text
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)
    assert not re.search(r"^# head", text, re.MULTILINE)
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert set(re.findall(r"^#.*$", plain, re.MULTILINE)) - {"# Procurement memo"} <= set(heads)
    for line in text.splitlines():  # a bar in a cell makes no further column
        if line.startswith("| \\=cmd"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 5


def test_the_commented_memo_file_is_read_with_and_without_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "memo.toml"
    path.write_text(TEMPLATE, encoding="utf-8")
    assert read_memo_file(path) == MemoFile()
    filled = "\n".join(
        line.removeprefix("# ") if re.match(r"# (\w+ = |\[)", line) else line for line in TEMPLATE.splitlines()
    )
    path.write_text(filled, encoding="utf-8")
    found = read_memo_file(path)
    assert found.inputs["discount_rate"] == 0.10
    assert found.quote[0]["expires"] == "2027-02-28"
    assert memo(**RUN, memo_file=found).title == "Training cluster for 2027"


def test_every_fault_of_a_memo_file_is_told_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "memo.toml"
    path.write_text('titel = "a"\nneed = 3\ndecision_date = "soon"\n[[quote]]\nprize = "1 USD"\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_memo_file(path)
    lines = [line.removeprefix(f"{path}:") for line in str(caught.value).split("\n")]
    assert [line.split(":")[0] for line in lines] == ["1", "2", "3", "5", "4"]
    assert "Did you mean title?" in lines[0]
    assert "2027-01-15" in lines[2]


@pytest.mark.parametrize("suffix", ["html", "md"])
def test_the_command_writes_the_same_bytes_again(suffix: str, tmp_path: Path) -> None:
    line = ["memo", "--flop", "2e25", "--chip", "h100", "--as-of", DAY, "--draws", "500", "-o", f"memo.{suffix}"]
    texts = []
    for _ in range(2):
        outcome = run(line, tmp_path)
        assert outcome.code == 0, outcome.stderr
        texts.append((tmp_path / f"memo.{suffix}").read_bytes())
    assert texts[0] == texts[1]


def test_a_wrong_ending_or_a_wrong_option_writes_nothing(tmp_path: Path) -> None:
    for line in (["-o", "memo.odt"], ["--new", "--previous", "x.json"], ["--memo", "none.toml", "-o", "memo.md"]):
        outcome = run(["memo", "--flop", "2e25", "--chip", "h100", *line], tmp_path)
        assert outcome.code == 2
        assert not list(tmp_path.iterdir())


def test_a_memo_of_a_chip_whose_number_does_not_follow_says_what_to_give() -> None:
    with pytest.raises(InputError, match=r"needs a number of chips.*--peak-throughput"):
        memo(chip="cerebras-wse-3", training_compute=1e24, rental_price="2.5 USD/hour", as_of=DAY, draws=50)
