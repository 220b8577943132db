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
from tests.askers import ICS, Row, Stage, Typed, World, rows_of, settle
from tests.board.typed import BOARD
from tests.program import PREFIX

HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
POSTED = {"title": "清掃", "place": "みどり公園", "first_on": "2026-12-06", "first_at": "08:00"}
HOME = {"name": "山田家"}
MOVED = {"first_at": "13:00", "place": "公民館"}
GROUP = HANAKO | {"group_name": "駅前商店会", "people": "1"}
UMI = {"name": "上野 海", "kana": "うえの うみ"}
QUIET = {"quiet_from": "21:00", "quiet_until": "07:00"}


def _sign_up(verb: str, typed: dict[str, str], name: str = "participation_id") -> Typed:
    ways = ("", "/me/<token>", "/api/v1")
    return {f"POST {way}/participations/<{name}>/{verb}": typed for way in ways}


# What is sent along, so that only the asker decides about the answer.
TYPED: Typed = {
    **BOARD,
    "POST /dates/<occurrence_id>/decision": {"outcome": "cancel", "revision": "0"},
    "POST /dates/<occurrence_id>/change/<scope>": MOVED | {"day": "2026-11-21", "ends_at": "15:00"},
    "POST /activities/<activity_id>/edit": POSTED
    | {"ends_at": "10:00", "slots-0-name": "係", "slots-0-places": "3"},
    "POST /organizations/<slug>/activities/new": POSTED
    | {"ends_at": "10:00", "slots-0-name": "係", "slots-0-places": "3"},
    "POST /organizations/<slug>/closed-days": {"name": "冬休み", "starts_on": "2026-12-27"},
    "POST /slots/<slot_id>/join": HANAKO,
    "POST /slots/<slot_id>/join/group": GROUP | {"party": "name"},
    **_sign_up("names", {"pasted": "上野 海,うえの うみ"}, "pledge_id"),
    **_sign_up("people", {"people": "4"}, "pledge_id"),
    "POST /names/<token>": UMI,
    "POST /api/v1/names/<token>": UMI,
    "POST /api/v1/participations/<pledge_id>/names": {"names": [UMI]},
    "POST /api/v1/slots/<slot_id>/join/group": GROUP,
    "POST /activities/<activity_id>/join/<position>": HANAKO | {"scope": "every"},
    "POST /api/v1/activities/<activity_id>/join": HANAKO | {"position": 0, "every": True},
    "POST /series/<series_id>/months": {"months_off": ["8"]},
    "POST /me/<token>/series/<series_id>/months": {"months_off": ["8"]},
    "POST /api/v1/series/<series_id>/months": {"months_off": [8]},
    "POST /activities/<activity_id>/terms": {"minors": "no", "warn_days": "3"},
    "POST /activities/<activity_id>/terms/<position>": {"policy": "first_come", "offer_hours": "24"},
    "POST /api/v1/activities/<activity_id>/terms/<position>": {"offer_hours": 12},
    **_sign_up("stand-in", {"way": "named"}),
    "POST /stand-ins/open/<search_id>": HANAKO,
    "POST /stand-ins/<token>": HANAKO,
    "POST /stand-ins/asked/<asked_search_id>": {"answer": "no"},
    "POST /me/<token>/stand-ins/asked/<asked_search_id>": {"answer": "no"},
    "POST /api/v1/stand-ins/<stand_in_token>": HANAKO,
    "POST /api/v1/stand-ins/asked/<asked_search_id>": {"yes": False},
    **_sign_up("reply", {"answer": "はい"}),
    **_sign_up("consent", {"guardian": "千田 知恵"}),
    "POST /organizations/<slug>/households/new": HOME,
    "POST /organizations/<slug>/households/paste": {"pasted": "山田 花子,やまだ はなこ", "sure": "1"},
    "POST /households/<household_id>": HOME,
    "POST /households/<household_id>/members/new": HANAKO,
    "POST /api/v1/organizations/<slug>/households": HOME,
    "POST /api/v1/organizations/<slug>/households/paste": {"text": "山田 花子,やまだ はなこ"},
    "POST /api/v1/households/<household_id>": HOME,
    "POST /api/v1/households/<household_id>/members": HANAKO,
    "POST /api/v1/me/household/contact": {"releases": True},
    "POST /me/limits": QUIET,
    "POST /me/<token>/limits": QUIET,
    "POST /api/v1/me/limits": QUIET,
    "POST /organizations/<slug>/tokens": {"name": "広報紙", "scopes": "read", "days": "90"},
    "POST /me/tokens": {"name": "広報紙", "scopes": "read", "days": "90"},
    "POST /me/calendars": {"purpose": "feed", "act": "renew"},
    "POST /me/<token>/calendars": {"purpose": "open", "act": "renew"},
    "POST /organizations/<slug>/calendars": {"act": "renew"},
    "POST /organizations/<slug>/import/<import_id>": {"part": "参加", "places": "20"},
    "POST /api/v1/organizations/<slug>/import": {"calendar": ICS.decode()},
    "POST /api/v1/me/calendars/alarm": {"minutes": 60},
    "POST /sign-in": {"email": "hanako@example.jp"},
    "POST /language": {"language": "en"},
    "POST /api/v1/dates/<occurrence_id>/changes": MOVED | {"first_on": "2026-11-21", "minutes": 60},
    "POST /api/v1/dates/<occurrence_id>/decision": {"outcome": "cancel", "revision": 0},
    "PUT /api/v1/dates/<occurrence_id>/attendance": {"ticks": []},
    "POST /api/v1/organizations/<slug>/activities": POSTED
    | {"minutes": 120, "slots": [{"name": "係", "places": 3}]},
    "POST /api/v1/organizations/<slug>/activities/dates": {"first_on": "2026-12-06", "first_at": "08:00"},
    "POST /api/v1/organizations/<slug>/closed-days": {"name": "冬休み", "starts_on": "2026-12-27"},
    "POST /api/v1/slots/<slot_id>/join": HANAKO,
    "POST /api/v1/organizations/<slug>/tokens": {"name": "広報紙", "scopes": ["read"]},
    "POST /api/v1/me/tokens": {"name": "広報紙", "scopes": ["read"]},
    "POST /api/v1/sign-in": {"email": "hanako@example.jp"},
    "POST /api/v1/sign-in/code": {"email": "hanako@example.jp", "code": "123456"},
}


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
        stage.reset()
    assert found == row.answers


@pytest.mark.parametrize("row", rows_of(LINKS), ids=str)
def test_an_address_that_is_a_key_opens_what_the_table_says(row: Row, stage: Stage) -> None:
    found = {}
    for asker in row.answers:
        path = stage.world.path(row, stage.world.link(row, asker))
        found[asker] = stage.ask(row, stage.browser("dan"), path, TYPED)
        stage.reset()
    assert found == row.answers


@pytest.mark.parametrize("row", rows_of(API), ids=str)
def test_the_api_answers_each_token_as_the_table_says(row: Row, stage: Stage) -> None:
    found = {}
    for asker in row.answers:
        found[asker] = str(stage.call(row, asker, _path(stage, row), TYPED).status_code)
        stage.reset()
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
    for row in [row for row in rows_of(PAGES) + rows_of(LINKS) if row.method == "POST"]:
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
