"""What a cost sheet says, and that nothing a user types can break it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from pathlib import Path
from typing import Any

import html5lib
import numpy as np
import pytest

import cluster_calc as cc
from cluster_calc.documents.render.view import Sheet
from cluster_calc.documents.reports.estimate_data import json_text
from cluster_calc.documents.sheet.page import render, sheet_of
from cluster_calc.estimation.as_json import as_dict
from cluster_calc.estimation.replay import results_from
from tests.documents.cases import DAY, EXTREMES, NASTY, cases, golden, overlaps, without_style

HERE = Path(__file__).parent
ORDER = [
    "money", "flop", "sizes", "rent-or-buy", "tornado", "certainty", "cash", "energy", "shipments", "feasibility",
    "alternatives",
]  # fmt: skip


def parsed(page: str) -> Any:
    """The page as a tree; a fault of its HTML is an error."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def ids(tree: Any) -> list[str]:
    return [node.attrib["id"] for node in tree.iter("section")]


def test_the_sections_come_in_the_order_a_reader_needs(run: cc.Result) -> None:
    other = cc.estimate(training_compute=2.1e25, chip="b200", ranges=True, seed=1, as_of=DAY)
    tree = parsed(cc.sheet([run, other]))
    assert ids(tree) == ["answer", *ORDER, "assumptions", "excluded", "method", "reproduce"]


def test_sections_without_data_are_absent() -> None:
    found = ids(parsed(cc.sheet(cc.estimate(chip="tpuv5p", chips=100, as_of=DAY))))
    assert "tornado" not in found
    assert "certainty" not in found
    assert "feasibility" not in found
    assert "sizes" not in found
    assert {"answer", "assumptions", "method", "reproduce"} <= set(found)


def test_a_missing_price_is_not_found_and_never_zero() -> None:
    result = cc.estimate(training_compute=1e24, chip="tpuv5p", as_of=DAY)
    view = sheet_of([result])
    card = next(card for card in view.cards if card.name == "run_cost")
    assert (card.text, card.value) == ("not found", None)
    assert "--chip-price" in card.note
    total = view.parts[0].figures[0].table.rows[-1]
    assert total.head.small == "incomplete"
    assert view.parts[0].figures[0].drawing is None


def test_every_figure_on_the_page_is_the_one_in_its_json(run: cc.Result) -> None:
    tree = parsed(cc.sheet(run))
    held = json.loads(next(node for node in tree.iter("script")).text)
    assert held == json.loads(json.dumps(as_dict(run)))
    seen = set()
    for node in tree.iter("data"):
        name = node.attrib["data-name"]
        entry = held["results"].get(name) or held["inputs"].get(name)
        if name.endswith("_margin"):
            limit = name.removesuffix("_margin").replace("_", " ")
            entry = {"value": next(part["margin"] for part in held["feasibility"] if part["constraint"] == limit)}
        assert float(node.attrib["value"]) == entry["value"], name
        assert node.text
        seen.add(name)
    assert {"run_cost", "depreciation", "capital_cost", "chip_price", "emissions", "budget_margin"} <= seen
    cards = {card.name: card for card in sheet_of([run]).cards}
    p50 = run.percentile("run_cost", 50)
    assert p50 is not None
    assert f"${p50 / 1e6:.3g}M" in cards["run_cost"].span


def test_the_lines_of_a_table_sum_to_its_total(run: cc.Result) -> None:
    for figure in next(part for part in sheet_of([run]).parts if part.id == "money").figures:
        *lines, total = [row.cells[0].value for row in figure.table.rows]
        assert sum(value for value in lines if value is not None) == pytest.approx(total, rel=1e-12)


def test_every_assumption_has_value_source_date_and_origin(run: cc.Result) -> None:
    table = sheet_of([run]).assumptions
    assert len(table.rows) == len(run.data)
    for row in table.rows:
        value, _, source, dated, origin = row.cells
        assert value.text
        assert source.text
        assert dated.text
        assert origin.text
    by_name = {row.head.text: row.cells for row in table.rows}
    assert by_name["MFU"][1].text == "30% – 50%"
    assert by_name["Training compute"][4].text == "you"


def test_the_method_prints_every_formula_with_its_numbers(run: cc.Result) -> None:
    method = {entry.name: entry for entry in sheet_of([run]).method}
    assert set(method) == {step.name for step in run.model.plan(run.data)}
    assert method["capital_cost"].formula == "chips × all_in_price"
    assert method["capital_cost"].numbers.startswith("7,583 × $50.")


@pytest.mark.parametrize("title", [NASTY, "plain"])
def test_what_users_type_is_text(title: str) -> None:
    price = {"value": "25000 USD", "source": NASTY, "note": NASTY, "as_of": "2026-10-02"}
    result = cc.estimate(training_compute=2e25, chip="h100", as_of=DAY, chip_price=price)
    object.__setattr__(result.chip, "name", f"Chip {NASTY}")
    try:
        page = cc.sheet([result, cc.estimate(training_compute=2e25, chip="b200", as_of=DAY)], title=title, author=NASTY)
    finally:
        object.__setattr__(result.chip, "name", "NVIDIA H100 SXM5 80GB")
    tree = parsed(page)
    assert not list(tree.iter("img"))
    assert len(list(tree.iter("script"))) == 1
    assert not [node for node in tree.iter() if any(str(name).startswith("on") for name in node.attrib)]
    held = json.loads(next(tree.iter("script")).text)
    assert held[0]["inputs"]["chip_price"]["source"]["title"] == NASTY[:300]


def test_the_policy_allows_only_the_style_that_is_there(run: cc.Result) -> None:
    page = cc.sheet(run)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert style
    assert policy
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in policy.group(1).replace("&#39;", "'")
    assert " style=" not in page
    assert "<script src" not in page


def test_the_page_is_the_same_every_time_and_light(run: cc.Result) -> None:
    results = [run, *(cc.estimate(training_compute=2.1e25, chip=chip, ranges=True, seed=1, as_of=DAY)
                      for chip in ("b200", "tpuv5p", "mi300x", "h200"))]  # fmt: skip
    page = cc.sheet(results)
    assert page == cc.sheet(results)
    assert len(page.encode()) <= 200_000
    with pytest.raises(cc.InputError, match="1 to 5 options; there are 6"):
        cc.sheet([*results, run])


def test_options_are_ranked_and_what_would_change_the_first_place_is_said() -> None:
    both = cc.compare(chips=["h100", "mi300x", "tpuv5p"], training_compute=2e25, ranges=True, seed=1, as_of=DAY)
    view = sheet_of([option.result for option in both.options])
    figures = next(part for part in view.parts if part.id == "alternatives").figures
    order, switches = figures[1].table, figures[2].table
    names = {option.name: option.result.chip.name for option in both.options}
    ranked = [f"{place}. {names[name]}" for place, name in enumerate(both.ranking, 1)]
    assert [row.head.text for row in order.rows] == [*ranked, names["google-tpu-v5p"]]
    assert order.rows[-1].head.small.startswith("not ranked: chip_price not found")
    assert [row.cells[-1].text for row in order.rows[:2]] == [
        f"{100 * both.first_share[name]:.3g}%" for name in both.ranking
    ]
    told = {(row.head.text, row.head.small): [cell.text for cell in row.cells] for row in switches.rows}
    assert 1 <= len(told) <= 8
    price = next(switch for switch in both.switches if switch.name == "chip_price")
    now, changes, winner = told["Chip price", f"of {names[price.whose]}"]
    assert (now, changes) == ("$31.2k", f"over ${price.value / 1e3:.3g}k")
    assert winner == names[price.winner]
    assert f"on {names[both.ranking[0]]}; not found for 1 of 3." in view.answer


def test_a_comparison_is_shown_by_its_own_order_and_names(tmp_path: Path) -> None:
    for name, place in (("texas", "us-texas"), ("<iowa>", "us-iowa")):
        (tmp_path / f"{name}.toml").write_text(f'chip = "h100"\nsite = "{place}"\ntraining_compute = 2e25\n')
    both = cc.compare(tmp_path / "texas.toml", tmp_path / "<iowa>.toml", by="emissions")
    page = cc.sheet(both)
    text = "".join(parsed(page).itertext())
    assert "In order of emissions" in text
    assert "Lowest emissions: " in text
    assert "and on 1 alternative?" in text
    assert f"1. {both.ranking[0]}" in text
    assert "The other sections detail the first option, texas." in text
    # One command cannot give options that differ in more than the chip.
    assert re.search(r"--site us-texas.*-o option-1.html\ncluster-calc sheet.*--site us-iowa.*-o option-2.html", text)


def test_the_answer_without_a_power_figure_says_what_is_not_found() -> None:
    lone = cc.estimate(chip="tpuv5p", chips=100, as_of=DAY)
    assert sheet_of([lone]).answer == "100 chips; hardware not found, peak power not found."


def test_five_options_with_ranges_and_every_limit_stay_light() -> None:
    given: dict[str, Any] = {
        "training_compute": 2e25, "ranges": True, "seed": 1, "as_of": DAY, "budget": "20 MUSD", "capital_budget": "100 MUSD",
        "power_limit": "10 MW", "supply_limit": 0.001, "start": "2027-01-01", "deadline": "2027-05-01",
    }  # fmt: skip
    results = [cc.estimate(chip=chip, **given) for chip in ("h100", "b200", "h200", "mi300x", "a100-40gb")]
    page = cc.sheet(results, title="a" * 300)
    assert len(page.encode()) <= 200_000
    again = results_from(page)
    assert [_close(sheet_of([one]), sheet_of([two])) for one, two in zip(results, again, strict=True)] == [True] * 5


def test_an_array_is_no_sheet() -> None:
    result = cc.estimate(training_compute=np.array([1e24, 2e24]), chip="h100")
    with pytest.raises(cc.InputError, match="is an array; give one value, or a range"):
        cc.sheet(result)


def test_a_folder_overrides_templates(run: cc.Result, tmp_path: Path) -> None:
    (tmp_path / "partials").mkdir()
    (tmp_path / "partials" / "header.html.j2").write_text("<header><h1>House style: {{ sheet.title }}</h1></header>")
    page = cc.sheet(run, title="A & B", templates=tmp_path)
    assert "<h1>House style: A &amp; B</h1>" in page
    (tmp_path / "partials" / "header.html.j2").write_text("{{ sheet.nothing }}")
    with pytest.raises(cc.InputError, match=r"--templates: .*nothing"):
        cc.sheet(run, templates=tmp_path)
    with pytest.raises(cc.InputError, match="is not a folder"):
        cc.sheet(run, templates=tmp_path / "none")


def test_a_saved_result_gives_the_page_again(run: cc.Result) -> None:
    [again] = results_from(json_text(run))
    assert sheet_of([again]).parts == sheet_of([run]).parts or _close(sheet_of([again]), sheet_of([run]))
    other = cc.estimate(training_compute=2.1e25, chip="tpuv5p", ranges=True, seed=1, as_of=DAY)
    both = results_from(cc.sheet([run, other]))
    assert [entry.chip.name for entry in both] == [run.chip.name, other.chip.name]
    assert set(both[1].data) == set(other.data)
    assert dict(both[1].missing) == dict(other.missing)


def _close(one: Sheet, two: Sheet) -> bool:
    """Equal texts; the numbers beside them to the rounding of a unit and back."""
    texts = [re.sub(r"value=[-+.e0-9]+|\d+\.\d{9,}", "", repr(view.parts)) for view in (one, two)]
    return texts[0] == texts[1]


@pytest.mark.parametrize(
    "given",
    [
        {"chip": "a100-80gb", "parameters": 65.2e9, "tokens": 1.4e12, "chips": 2048, "training_time": "21 days"},
        {"chip": "h100", "chips": 16384, "training_time": "54 days", "mfu": "0.35..0.45"},
        {"chip": "h100", "chips": 1000},
        {"chip": "h100", "training_compute": 1e25, "mfu": "triangular(0.3, 0.4, 0.5)", "site": "us-texas"},
        {"chip": "h100", "training_compute": 1e25, "server": "default", "depreciation_method": "double-declining"},
        {"chip": "mi300x", "accelerator_time": "1e6 chip*day", "time_allowed": "60 days", "chip_price": "20000 USD",
         "price_basis": "server"},
        {"chip": "h100", "training_compute": 1e24, "parameters": 1e11, "resize": True, "ranges": True, "draws": 100},
    ],
)  # fmt: skip
def test_results_of_every_kind_come_back_from_their_json(given: dict[str, Any]) -> None:
    result = cc.estimate(as_of=DAY, **given)
    [again] = results_from(json_text(result))
    one, two = as_dict(result), as_dict(again)
    assert two["results"].keys() == one["results"].keys()
    for name, entry in one["results"].items():
        for key in ("value", "p10", "p50", "p90"):
            value, before = two["results"][name][key], entry[key]
            assert value == before or value == pytest.approx(before, rel=1e-9), (name, key)
    assert two["warnings"] == one["warnings"]
    assert two["feasibility"] == one["feasibility"]


def test_a_result_that_was_changed_by_hand_is_refused(run: cc.Result) -> None:
    held = as_dict(run)
    held["results"]["run_cost"]["value"] = 1.0
    with pytest.raises(cc.InputError, match=r"run_cost: the file says value '1.0', its inputs give '251"):
        results_from(json.dumps(held))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "3", "[[]]", '{"schema": "cluster-calc/estimate/1"}', "<!doctype html>"]
)
def test_what_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(cc.InputError):
        results_from(text)


def test_the_templates_give_the_kept_page() -> None:
    """`python -m tests.documents.cases` writes the kept page anew after a deliberate change."""
    assert without_style(render(golden())) == (HERE / "kept" / "golden.html").read_text(encoding="utf-8")
    parsed(render(golden()))


def render_case(given: dict[str, Any]) -> None:
    try:
        result = cc.estimate(**{"chip": "h100", "as_of": DAY, **given})
    except cc.InputError:
        return  # said to be impossible before there is anything to render
    view = sheet_of([result])
    page = render(view)
    assert len(page.encode()) <= 200_000
    text = "".join(parsed(page).itertext())
    body = text.split("Reproduce it")[0]
    assert not re.search(r"\b(nan|inf|None|undefined)\b", body), re.findall(r".{30}\b(?:nan|inf|None)\b.{10}", body)
    for part in view.parts:
        for figure in part.figures:
            if figure.drawing is not None:
                assert overlaps(figure.drawing) == [], (part.id, given)


@pytest.mark.parametrize("place", range(len(EXTREMES)))
def test_extreme_estimates_render(place: int) -> None:
    render_case(EXTREMES[place])


@pytest.mark.parametrize("given", cases(9, 20))
def test_random_estimates_render(given: dict[str, Any]) -> None:
    render_case(given)


@pytest.mark.thorough
@pytest.mark.parametrize("given", cases(10, 200))
def test_200_random_estimates_render(given: dict[str, Any]) -> None:
    render_case(given)


@pytest.mark.bench
def test_rendering_takes_at_most_60_ms(run: cc.Result) -> None:
    view = sheet_of([run])
    render(view)  # the templates are compiled once
    times = []
    for _ in range(5):
        start = time.perf_counter()
        render(view)
        times.append(time.perf_counter() - start)
    assert min(times) <= 0.06


def test_the_curve_of_a_predicted_mfu_stands_at_chips_that_spread() -> None:
    from cluster_calc.documents.sheet.curves import sizes

    result = cc.estimate(
        chip="h100", chips=64, layers=32, hidden_size=4096, heads=32, vocabulary=32000, sequence_length=8192, global_batch=64,
        parameters=6.7e9, tokens=1e12, predict_mfu=True,
    )  # fmt: skip
    part = sizes(result)
    assert part is not None
    assert "predicted for each number" in part.lead
    assert "nan" not in str(part).lower()
