"""One fleet for runs and services: conservation, preference, nights, and what does not fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cluster_calc.cli import main
from cluster_calc.errors import InputError
from cluster_calc.investment.fleet import Fleet, fleet

SERVICE = '[[demand]]\nname = "chat"\nmodel = "llama-3.3-70b"\ntokens_per_day = 20e9\nchip = ["b200", "h200"]\nfrom = 2027-01-01\nuntil = 2028-01-01\n'
TRAINING = (
    '[[demand]]\nname = "pre"\nparameters = 70e9\ntokens = 2e12\nchip = "h200"\nfrom = 2027-01-01\nuntil = 2027-10-01\n'
)


def wave(chip: str, chips: int, date: str = "2027-01-01", more: str = "") -> str:
    return f'[[wave]]\nchip = "{chip}"\nchips = {chips}\ndate = {date}\n{more}\n'


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, [*arguments])


@pytest.fixture
def play(tmp_path: Path) -> Any:
    def made(*parts: str) -> Fleet:
        path = tmp_path / "fleet.toml"
        path.write_text("\n".join(parts), encoding="utf-8")
        return fleet(path)

    return made


def test_nothing_holds_more_chips_than_are_there(play: Any) -> None:
    found = play("night_share = 0.5", SERVICE, TRAINING, wave("h200", 300), wave("b200", 40, "2027-07-01"))
    for quarter in found.quarters:
        for chip, there in quarter.there.items():
            assert quarter.busy.get(chip, 0.0) <= there * (1 + 1e-9)
            assert quarter.serving.get(chip, 0.0) <= there * (1 + 1e-9)
        assert 0 <= quarter.use <= 1


def test_the_preferred_chip_serves_first(play: Any) -> None:
    found = play(SERVICE, wave("h200", 1000), wave("b200", 1000, "2027-07-01"))
    assert [sorted(quarter.serving) for quarter in found.quarters] == [["nvidia-h200-sxm"]] * 2 + [
        ["nvidia-b200-sxm"]
    ] * 2
    assert found.fits


def test_a_run_works_on_what_services_leave_and_at_night_more(play: Any) -> None:
    tight = play(SERVICE, TRAINING, wave("h200", 170))
    nights = play("night_share = 1.0", SERVICE, TRAINING, wave("h200", 170))
    assert tight.unfinished["pre"] > nights.unfinished.get("pre", 0.0)
    assert nights.quarters[0].use > tight.quarters[0].use


def test_a_run_with_chips_enough_is_done_and_takes_its_chip_time(play: Any) -> None:
    found = play(TRAINING, wave("h200", 4096))
    assert found.fits
    import cluster_calc as cc

    need = (
        cc.estimate(parameters=70e9, tokens=2e12, chip="h200", time_allowed="273 days").values["accelerator_time"]
        / 86400
    )
    days = [(2027, 90), (2027, 91), (2027, 92)]
    held = sum(
        quarter.training.get("nvidia-h200-sxm", 0.0) * length
        for quarter, (_, length) in zip(found.quarters, days, strict=True)
    )
    assert held == pytest.approx(float(need), rel=1e-9)


def test_what_does_not_fit_is_named_with_what_lacks(play: Any) -> None:
    found = play(SERVICE, TRAINING, wave("h200", 50))
    assert not found.fits
    assert "chat" in found.quarters[0].unmet[0]
    assert "b200-sxm short" in found.quarters[0].unmet[0]
    assert found.unfinished["pre"] == pytest.approx(1.0)


def test_growth_and_retirement(play: Any) -> None:
    found = play(
        SERVICE.replace("until = 2028-01-01", "until = 2030-01-01\ngrowth = 2.0"),
        wave("h200", 2000, more="retire = 2029-01-01"),
    )
    chips = [quarter.serving.get("nvidia-h200-sxm", 0.0) for quarter in found.quarters]
    assert chips[4] == pytest.approx(2 * chips[0], rel=0.01)
    assert found.quarters[8].there["nvidia-h200-sxm"] == 0
    assert found.quarters[8].capital < 0  # what retires brings something back
    assert found.quarters[9].unmet


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([wave("h200", 8)], "a fleet needs at least one [[demand]]"),
        ([SERVICE], "a fleet needs at least one [[wave]]"),
        ([SERVICE, SERVICE, wave("h200", 8)], "two demands are named 'chat'"),
        ([SERVICE.replace("from = 2027-01-01\n", ""), wave("h200", 8)], "demand 'chat': from is missing, for example from = 2027-01-01"),
        ([SERVICE + 'growth = "fast"\n', wave("h200", 8)], "growth: 'fast' is not a number from 0.01 to 100"),
        ([SERVICE.replace("llama-3.3-70b", "lama"), wave("h200", 8)], "demand 'chat' on b200: model"),
        ([SERVICE, wave("h2000", 8)], "h2000"),
        ([SERVICE, wave("h200", 8, more="colour = 1")], "wave 1: unknown key 'colour'"),
        (["night_share = 2", SERVICE, wave("h200", 8)], "night_share: '2' is not a number from 0 to 1"),
    ],
)  # fmt: skip
def test_bad_files_are_one_clear_error(play: Any, parts: list[str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        play(*parts)
    assert message in str(caught.value)


def test_the_command_gives_one_table_and_one_chart(tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text("\n".join([SERVICE, TRAINING, wave("h200", 50)]), encoding="utf-8")
    done = run("fleet", str(path))
    assert done.exit_code == 0
    assert max(map(len, done.output.splitlines())) <= 80
    assert "What does not fit" in done.output
    assert run("fleet", str(path), "--require-feasible").exit_code == 3
    data = json.loads(run("fleet", str(path), "--format", "json").output)
    assert data["schema"] == "cluster-calc/fleet/1"
    assert data["fits"] is False
    assert run("fleet", str(path), "--format", "svg").output.startswith("<svg ")
