"""Every page in the states that matter works for everybody: axe finds nothing, in light and in dark.

Which pages there are is read from the tables of who may see what, and these are held against the application's own list
of routes: a new page is looked at as soon as it is there. A window of 640 px at 200 % has 320 px for the page, so that
the narrow look stands for the enlarged one too.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Thread

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import TestResponse

from scheduler import guarding
from scheduler.web import db
from tests.access_pages import LINKS, PAGES
from tests.askers import Stage, rows_of, settle
from tests.browser.axe import Looker
from tests.browser.shown import NO_PAGES, PARTS, Shown, Walk
from tests.conftest import NOW

pytestmark = pytest.mark.browser


# What is wrong with a page, and in which state alone it shows.
WRONG = {
    '<img src="/static/img/mark.svg">': "image-alt (light)",
    '<p><font color="#e0e0e0">白い字</font></p>': "color-contrast (light)",
    '<p><font color="#303030">黒い字</font></p>': "color-contrast (dark)",
    '<span role="button" tabindex="0">小さいボタン</span>': "px high",
    '<div class="top-line"></div><form class="undo-bar">消しました。</form>': "is said below the way back",
    f"<nobr>{'広' * 24}</nobr>": "px wide on 320 ",
    f"<b><nobr>{'長' * 16}</nobr></b>": "px wide on 320 large",
}
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


class Quiet(WSGIRequestHandler):
    """Says nothing of each file."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep it to itself."""


@pytest.fixture(scope="module")
def looker(chromium: Browser, whole_app: Flask) -> Iterator[Looker]:
    """Somebody with a phone, who gets the files that pages ask for from the service."""
    server = make_server("127.0.0.1", 0, whole_app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    context = chromium.new_context(
        locale="ja-JP", timezone_id="Asia/Tokyo", reduced_motion="reduce", service_workers="block"
    )
    yield Looker(context, f"http://127.0.0.1:{server.port}")
    context.close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("part", PARTS)
def test_axe_finds_nothing_on_any_page(part: str, shown: Ask, looker: Looker) -> None:
    faults = [fault for page in shown(part) if page.is_page for fault in looker.faults(page)]
    assert faults == [], "\n".join(faults)


def test_whatever_is_wrong_is_found_in_the_state_in_which_it_shows(shown: Ask, looker: Looker) -> None:
    page = shown("pages")[0]
    for wrong, fault in WRONG.items():
        text = page.answer.text.replace("</main>", f"{wrong}</main>")
        answer = TestResponse([text.encode()], "200 OK", page.answer.headers, page.answer.request)
        found = looker.faults(replace(page, answer=answer))
        assert [fault in one for one in found] in ([True], [True, True]), (fault, found)


def test_no_page_is_left_out(shown: Ask) -> None:
    pages = [*shown("pages"), *shown("states")]
    wanted = {row.name for table in (PAGES, LINKS) for row in rows_of(table) if row.method == "GET"}
    seen = {page.route for page in pages if page.answer.status_code == 200}
    assert wanted - seen - NO_PAGES == set()
