"""Who gets which answer: every route, every method, every kind of asker, written down in three tables.

The tables are held against the application's own list of routes: one that is missing here fails the build. What is not
yours answers 404, as what is not there; nothing says "forbidden", which would tell that it exists.
"""

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.access_api import API
from tests.access_pages import LINKS, PAGES
from tests.askers import Row, Stage, World, rows_of, settle
from tests.program import PREFIX
from tests.typed import TYPED

# A mail program ends notices, a messenger tells what was written to it: neither has seen a page of ours. A decider's
# link is its own key, since the browser inside a mail program may keep no cookie.
PRESSED_BY_PROGRAMS = {"POST /unsubscribe/<token>", "POST /line/<account_id>", "POST /decide/<token>"}


@pytest.fixture(scope="session")
def world(whole_app: Flask, instance: Path) -> World:
    return settle(whole_app, instance)


@pytest.fixture
def stage(world: World, app: Flask, instance: Path) -> Stage:
    made = Stage(app, world, instance)
    made.reset()
    return made


@pytest.mark.parametrize("row", rows_of(PAGES), ids=str)
def test_a_page_answers_each_asker_as_the_table_says(row: Row, stage: Stage) -> None:
    found = {}
    for asker in row.answers:
        found[asker] = stage.ask(row, stage.browser(asker), stage.world.path(row), TYPED)
        stage.reset_after(row, found[asker])
    assert found == row.answers


@pytest.mark.parametrize("row", rows_of(LINKS), ids=str)
def test_an_address_that_is_a_key_opens_what_the_table_says(row: Row, stage: Stage) -> None:
    found = {}
    for asker in row.answers:
        path = stage.world.path(row, stage.world.link(row, asker))
        found[asker] = stage.ask(row, stage.browser("dan"), path, TYPED)
        stage.reset_after(row, found[asker])
    assert found == row.answers


@pytest.mark.parametrize("row", rows_of(API), ids=str)
def test_the_api_answers_each_token_as_the_table_says(row: Row, stage: Stage) -> None:
    found = {}
    for asker in row.answers:
        found[asker] = str(stage.call(row, asker, _path(stage, row), TYPED).status_code)
        stage.reset_after(row, found[asker])
    assert found == row.answers


def _path(stage: Stage, row: Row) -> str:
    # Where a program's address is itself a key, it is that of Ben's group.
    return stage.world.path(row, stage.world.links["names"]["ben"])


def _routes(app: Flask) -> set[str]:
    routes = set()
    for rule in app.url_map.iter_rules():
        plain = re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule.rule)
        routes |= {f"{method} {plain}" for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    return routes


def test_the_tables_name_every_route_and_no_other(whole_app: Flask) -> None:
    named = {row.name for table in (PAGES, LINKS, API) for row in rows_of(table)}
    assert _routes(whole_app) - named == set(), "not in the tables"
    assert named - _routes(whole_app) == set(), "only in the tables"


def test_head_answers_as_get_does_and_other_methods_are_refused(stage: Stage) -> None:
    for row in rows_of(PAGES) + rows_of(API):
        path, client = _path(stage, row), stage.app.test_client()
        assert client.options(path).status_code == 200
        assert client.delete(path).status_code == 405
        assert row.method in client.delete(path).headers["Allow"]
        if row.method == "GET":
            head, full = client.head(path, buffered=True), client.get(path, buffered=True)
            assert head.status_code == full.status_code, row


def test_no_page_changes_anything_without_its_token(stage: Stage) -> None:
    guarded = [row for row in rows_of(PAGES) + rows_of(LINKS) if row.name not in PRESSED_BY_PROGRAMS]
    for row in [row for row in guarded if row.method == "POST"]:
        path = stage.world.path(row, "A" * 43)
        assert stage.browser("aiko").client.post(path, data=TYPED.get(row.name)).status_code == 400, row


def test_what_is_not_yours_looks_like_what_is_not_there(stage: Stage) -> None:
    nothing = dict.fromkeys(stage.world.names, 999999) | {"slug": "nobody", "year": 2026}
    nowhere = World(nothing, 999_999, {}, {})
    for row in [row for row in rows_of(API) if row.answers["chie"] == "404"]:
        hidden = stage.call(row, "chie", stage.world.path(row), TYPED)
        missing = stage.call(row, "chie", nowhere.path(row), TYPED)
        assert (hidden.data, hidden.headers.to_wsgi_list()) == (
            missing.data,
            missing.headers.to_wsgi_list(),
        ), row


def test_the_api_does_not_look_at_the_cookie(stage: Stage) -> None:
    browser = stage.browser("aiko").client
    assert browser.get("/me").status_code == 200
    assert browser.get(f"{PREFIX}/me").status_code == 401
    assert browser.get(f"{PREFIX}/me").headers["WWW-Authenticate"] == "Bearer"


def test_a_personal_link_signs_nobody_in(stage: Stage) -> None:
    browser = stage.browser("dan")
    assert browser.get(f"/me/{stage.world.links['me']['aiko']}").status_code == 200
    assert browser.get(f"/dates/{stage.world.names['occurrence_id']}/board").status_code == 404
