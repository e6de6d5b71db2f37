"""What a memo says where a case is not the usual one: chips that are owned, a site that is rented, options left out, odd letters."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cluster_calc.documents.memo.memo import memo
from cluster_calc.documents.memo.view import Memo
from cluster_calc.documents.memo_forms.text import markdown
from cluster_calc.procurement.file import memo_file
from tests.cli.running import run
from tests.documents.cases import DAY

ROOT = Path(__file__).parents[2]
# Full use of the whole life, named.
RUN: dict[str, Any] = {
    "used_share": 1.0,
    "chip": "h100",
    "training_compute": 1e25,
    "as_of": DAY,
    "draws": 50,
    "discount_rate": 0.08,
}
CHIPS: dict[str, Any] = {"chip": "h100", "chips": 8, "as_of": DAY, "draws": 50}
SITE = {"colocation_price": "150 USD/kW/month"}
# Rents at which owning is the cheapest.
DEAR = {f"rental_price{term}": "30 USD/hour" for term in ("", "_1_year", "_3_year", "_spot")}


def said(view: Memo) -> str:
    return markdown(view).replace("\\", "")


def row(view: Memo, begins: str) -> str:
    return next(line for line in said(view).splitlines() if line.startswith(f"| {begins}"))


def held(view: Memo) -> dict[str, Any]:
    found = json.loads(view.data)
    assert isinstance(found, dict)
    return found


def test_chips_that_are_owned_are_not_bought() -> None:
    view = memo(**RUN, owned_chips=5000)
    assert view.ask.startswith("No purchase is asked for: the 3,611 ×")
    assert held(view)["ask"]["amount"] == 0
    assert "Use what is owned" in dict(view.decision)["Recommended"]
    assert "falls at its trend" not in dict(view.decision)["A quarter's wait"]
    assert "nothing is ordered" in row(view, "Supply")
    assert "it falls with the use" in row(view, "Utilisation")
    assert "not the cash that is asked for" in said(view)
    assert "Capital cost (cash" not in said(view)


def test_an_order_is_of_the_chips_to_buy() -> None:
    part, whole = (memo(**RUN, **given) for given in ({"owned_chips": 1000}, {}))
    share = held(whole)["options"]["buy"]["shipment_share"]
    assert held(part)["options"]["buy"]["shipment_share"] == pytest.approx(share * 2611 / 3611, rel=1e-9)
    assert "Cash for the chips to buy" in said(part)
    assert "Cash for the chips to buy" not in said(whole)
    assert "the order is 0.0297% of a year's shipments" in row(part, "Supply")


def test_owning_without_a_site_does_not_win_over_owning_with_one() -> None:
    view = memo(**RUN, **SITE, compare=["b200"])
    options = held(view)["options"]
    assert options["buy"]["npv"] > options["colocate"]["npv"] > options["colocate:nvidia-h100-sxm"]["npv"]
    assert held(view)["recommended"] == "colocate"
    assert "place them on a rented site" in view.ask
    assert "B200" in view.ask
    assert "its cost holds no site" in row(view, "Buy, NVIDIA B200")
    alone = memo(**RUN, **SITE, memo_file=memo_file({"options": ["buy", "rent on demand"]}))
    assert held(alone)["recommended"] == "buy"
    built = memo(**RUN, **SITE, construction_cost="1 USD/W", rental_price_3_year="2 USD/hour")
    assert held(built)["recommended"] == "buy"


def test_a_cheaper_option_that_the_memo_file_leaves_out_is_told() -> None:
    view = memo(**RUN, rental_price="2.2 USD/hour", memo_file=memo_file({"options": ["do nothing", "rent on demand"]}))
    npv = held(memo(**RUN, rental_price="2.2 USD/hour"))["options"]["buy"]["npv"]
    assert f"buy, NVIDIA H100 SXM5 80GB, with a net present value of -${-npv / 1e6:.0f}M" in view.gaps[0]
    assert "those that could be costed" not in said(view)
    assert (
        "Not in the memo file's list of options: do minimum, rent 1-year, rent 3-year, rent spot, colocate, buy."
        in said(view)
    )
    assert not any("leaves out" in gap for gap in memo(**RUN).gaps)


def test_a_quarter_of_waiting_spares_all_running_costs() -> None:
    view = memo(**RUN, **SITE, **DEAR, staff_rate="2 MUSD/year", inflation_rate=0, electricity_price_growth=0)
    parts, opex = held(view)["waiting"], held(view)["opex"]
    assert opex["total"] == pytest.approx(opex["electricity"] + opex["staff"] + opex["colocation"], rel=1e-12)
    assert parts["running"] == pytest.approx(opex["total"] / 4, rel=1e-9)
    assert parts["net"] == pytest.approx(parts["bridge"] - parts["decline"] - parts["running"], rel=1e-9)
    assert "of running costs not paid, electricity among them" in dict(view.decision)["A quarter's wait"]


def test_a_quote_of_another_option_is_no_quote_of_what_is_recommended() -> None:
    quote = {"vendor": "V", "for": "rent 3-year", "chip": "h100", "price": "9 USD/hour", "expires": "2030-01-01"}
    for more, class_, gap in (({}, 5, True), ({"for": "buy", "price": "30000 USD", "holds": "server"}, 4, False)):
        view = memo(**RUN, memo_file=memo_file({"quote": [{**quote, **more}], "site_contract": "signed"}))
        assert held(view)["recommended"] == "buy"
        assert held(view)["aace_class"] == class_
        assert any("No quote gives the price of what is recommended" in text for text in view.gaps) is gap


def test_owning_beside_a_rented_site_is_on_that_site_throughout() -> None:
    view = memo(**RUN, **SITE, rental_price="1 USD/hour")
    assert held(view)["recommended"] == "rent on demand"
    level = next(entry for entry in held(view)["finance"]["rent"] if entry["term"] == "on-demand")
    npv = held(view)["finance"]["colocate"]["npv"]
    assert f"NPV of owning on a rented site: -${-npv / 1e6:.0f}M" in said(view)
    assert f"${level['break_even_with_colocate']['break_even_price']:.2f} a chip-hour" in row(
        view, "Rent on demand | $1"
    )


def test_a_decision_of_the_past_keeps_a_memo_a_draft() -> None:
    for day, due in (("2020-01-01", True), ("2030-01-01", False)):
        found = memo(**RUN, memo_file=memo_file({"decision_date": day})).gaps
        assert any("was due on" in gap for gap in found) is due


def test_renting_and_owning_draw_level_at_one_share_of_hours() -> None:
    view = memo(**RUN)
    hourly = next(entry for entry in held(view)["finance"]["rent"] if entry["term"] == "on-demand")
    shown = row(view, "Used share |").split(" | ")[2]
    assert f"cost the same at {shown} of hours used" in dict(view.decision)["What must hold"]
    assert said(view).count("| Used share |") == 1
    assert "| Rental price |" not in said(view)
    assert shown == f"{100 * hourly['break_even_used_share']:.3g}%"


@pytest.mark.parametrize(("given", "words"), [
    (CHIPS, "without a discount rate there is no net present value"),
    ({"chip": "tpuv5p", "training_compute": 5e24, "as_of": DAY, "draws": 50, "discount_rate": 0.1},
     "the cost of owning is not computed"),
    ({**CHIPS, "chip": "tpuv4i"}, "no rent stands beside"),
])  # fmt: skip
def test_why_there_is_no_switching_value(given: dict[str, Any], words: str) -> None:
    assert f"No switching value: no limit was given that an input alone would break, and {words}" in said(memo(**given))


def test_a_limit_met_to_the_last_chip_is_no_switching_value() -> None:
    view = memo(**{**RUN, "training_compute": 5e24, "time_allowed": "60 days"})
    assert "| Training compute | 5e24 FLOP | 5e24 FLOP |" not in said(view)


def test_a_horizon_of_months_names_the_last_part_of_a_year() -> None:
    for given in ({}, SITE):
        text = said(memo(**CHIPS, **given, **DEAR, horizon="18 month"))
        assert text.count("| Year 2 (6 months) |") == 2
        assert "| Year 1 |" in text
    assert "months) |" not in said(memo(**CHIPS))


def test_a_small_share_has_no_exponent() -> None:
    assert "0.0000909%" in said(memo(**CHIPS))
    assert "e-05" not in said(memo(**CHIPS))


def test_a_gate_that_is_a_computed_date_stands_once() -> None:
    gate = [{"what": "Site ready", "date": "2027-08-01", "owner": "Facilities"}]
    view = memo(**RUN, memo_file=memo_file({"site_ready": "2027-08-01", "gate": gate}))
    assert said(view).count("| Site ready | 2027-08-01 |") == 1
    assert "Facilities" in row(view, "Site ready")


def test_sources_keep_their_dates_through_a_result(tmp_path: Path) -> None:
    given = ("--chip", "h100", "--flop", "1e25", "--as-of", DAY)
    code, text, _ = run(["estimate", *given, "--ranges", "--draws", "50", "--format", "json"], tmp_path)
    assert code == 0
    (tmp_path / "r.json").write_text(text)
    pages = []
    for words in ((*given, "--draws", "50"), (str(tmp_path / "r.json"),)):
        code, page, fault = run(["memo", *words], tmp_path)
        assert code == 0, fault
        pages.append({line.partition("] ")[2] for line in page.splitlines() if line.startswith("- \\[")})
    assert len(pages[0]) > 10
    assert pages[0] == pages[1]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler-utils")
def test_a_word_without_end_stays_on_the_page(tmp_path: Path) -> None:
    pytest.importorskip("typst")
    from cluster_calc.documents.memo_forms import pdf

    word = "x" * 300
    file = memo_file({"requester": word, "risk": [{"risk": "Long", "owner": word}]})
    (tmp_path / "memo.pdf").write_bytes(pdf.pdf(memo(**CHIPS, memo_file=file)))
    words = ["pdftotext", "-bbox", str(tmp_path / "memo.pdf"), "-"]
    boxes = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    ends = [float(end) for end in re.findall(r'xMax="([\d.]+)"[^>]*>x+', boxes)]
    assert len(ends) > 5
    assert max(ends) < 595


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler-utils")
def test_letters_that_no_font_has_are_spelled_out(tmp_path: Path) -> None:
    pytest.importorskip("typst")
    from cluster_calc.documents.memo_forms import pdf

    # A private letter: no font of any machine shows it.
    view = memo(**CHIPS, title="Jörg \U0010fffd Ω")
    (tmp_path / "memo.pdf").write_bytes(pdf.pdf(view))
    first = subprocess.run(["pdftotext", tmp_path / "memo.pdf", "-"], capture_output=True, text=True, check=True).stdout
    for words in ("DRAFT", "Jörg", "[U+10FFFD]"):
        assert words in first


@pytest.mark.parametrize("name", ["memo-h100", "memo-a100-colocated", "memo-tpu-without-price"])
def test_the_command_of_an_example_writes_it(name: str, tmp_path: Path) -> None:
    from tools.freshness import same

    page = (ROOT / "docs" / "examples" / f"{name}.md").read_text(encoding="utf-8")
    words = shlex.split(page.splitlines()[-1])
    assert words[:2] == ["cluster-calc", "memo"]
    assert words[-2] == "-o"
    code, _, fault = run([*words[1:-1], str(tmp_path / "again.md")], ROOT)
    assert code == 0, fault
    again = (tmp_path / "again.md").read_text(encoding="utf-8")
    assert same(page, again.replace(str(tmp_path / "again.md"), words[-1]))
