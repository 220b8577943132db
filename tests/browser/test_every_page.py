"""Every page in the states that matter works for everybody: axe finds nothing, in light and in dark.

Which pages there are is read from the tables of who may see what, and these are held against the application's own list
of routes: a new page is looked at as soon as it is there. A window of 640 px at 200 % has 320 px for the page, so that
the narrow look stands for the enlarged one too.
"""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser

from scheduler import guarding
from scheduler.web import db
from tests.access_pages import LINKS, PAGES
from tests.askers import Stage, rows_of, settle
from tests.browser.axe import Looker
from tests.browser.shown import NO_PAGES, PARTS, Shown, Walk
from tests.browser.window import files_of
from tests.conftest import NOW

pytestmark = pytest.mark.browser


# What is asked for: the pages of one part.
Ask = Callable[[str], list[Shown]]


@pytest.fixture(scope="module")
def shown(whole_app: Flask, instance: Path) -> Iterator[Ask]:
    """Fetch the pages of a part, at NOW and before the browser looks: it goes by the real clock."""
    guarding.forget()
    shutil.rmtree(instance / "outbox", ignore_errors=True)
    stage = Stage(whole_app, settle(whole_app, instance), instance)

    @cache
    def fetch(part: str) -> list[Shown]:
        with time_machine.travel(NOW, tick=False):
            stage.reset()
            return list(PARTS[part](Walk(stage)))

    yield fetch
    with whole_app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def looker(chromium: Browser, whole_app: Flask) -> Iterator[Looker]:
    """Somebody with a phone, who has the files that pages ask for."""
    context = chromium.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", reduced_motion="reduce")
    yield Looker(context, files_of(whole_app))
    context.close()


@pytest.mark.parametrize("part", PARTS)
def test_axe_finds_nothing_on_any_page(part: str, shown: Ask, looker: Looker) -> None:
    faults = [fault for page in shown(part) if page.is_page for fault in looker.faults(page)]
    assert faults == [], "\n".join(faults)


def test_no_page_is_left_out(shown: Ask) -> None:
    pages = [*shown("pages"), *shown("states")]
    wanted = {row.name for table in (PAGES, LINKS) for row in rows_of(table) if row.method == "GET"}
    seen = {page.route for page in pages if page.answer.status_code == 200}
    assert wanted - seen - NO_PAGES == set()
