"""A real browser for the pages: Debian's Chromium, driven by Playwright; tests that need it skip where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cluster_calc as cc
from tests.documents.cases import DAY

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("no Chromium here: `apt-get install chromium` lets the browser tests run")
    api = pytest.importorskip("playwright.sync_api", reason="no Playwright here: pip install playwright")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def run() -> cc.Result:
    """A run of GPT-4's scale with ranges and every limit."""
    return cc.estimate(
        training_compute=2.1e25, chip="h100", ranges=True, seed=1, as_of=DAY, budget="30 MUSD", capital_budget="400 MUSD",
        power_limit="20 MW", supply_limit=0.0005, start="2027-01-15", deadline="2027-06-30",
    )  # fmt: skip


@pytest.fixture(scope="session")
def page_file(run: cc.Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "sheet.html"
    path.write_text(cc.sheet(run, title="A cluster & its <cost>", author="Tests"), encoding="utf-8")
    return path
