"""Who gets which answer: every route, every method, every kind of asker, written down in three tables.

The tables are held against the application's own list of routes: one that is missing here fails the build. What is not
yours answers 404, as what is not there; nothing says "forbidden", which would tell that it exists.
"""

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.askers import Row, Stage, World, rows_of, settle
from tests.program import PREFIX
from tests.typed import TYPED

# Dan is a stranger, Ben has signed up for the date, Aiko organises it, Chie organises for another body, Emi has
# organised it until yesterday. All but Dan are signed in. `ask` is a 303 to the page where one signs in.
PAGES = """
                                                          dan  ben  aiko chie emi
GET  /                                                    200  200  200  200  200
GET  /subscribe                                           200  200  200  200  200
GET  /dates/<occurrence_id>                               200  200  200  200  200
GET  /dates/<occurrence_id>/calendar.ics                  200  200  200  200  200
GET  /dates/<occurrence_id>/board                         404  404  200  404  404
GET  /dates/<occurrence_id>/decision                      404  404  200  404  404
POST /dates/<occurrence_id>/decision                      404  404  303  404  404
GET  /dates/<occurrence_id>/attendance                    404  404  200  404  404
POST /dates/<occurrence_id>/attendance                    404  404  303  404  404
GET  /dates/<occurrence_id>/reached                       404  404  200  404  404
POST /dates/<occurrence_id>/reached                       404  404  303  404  404
POST /dates/<occurrence_id>/ask                           404  404  303  404  404
GET  /dates/<occurrence_id>/coming                        ask  200  404  404  404
POST /dates/<occurrence_id>/coming                        ask  303  404  404  404
GET  /dates/<occurrence_id>/list                          404  404  200  404  404
POST /dates/<occurrence_id>/list                          404  404  303  404  404
GET  /activities/<activity_id>                            200  200  200  200  200
GET  /activities/<activity_id>                   (draft)  404  404  200  404  404
GET  /activities/<activity_id>/edit              (draft)  404  404  200  404  404
POST /activities/<activity_id>/edit              (draft)  404  404  303  404  404
POST /activities/<activity_id>/publish           (draft)  404  404  303  404  404
GET  /activities/<activity_id>/terms                      404  404  200  404  404
POST /activities/<activity_id>/terms                      404  404  303  404  404
GET  /activities/<activity_id>/terms/<position>           404  404  200  404  404
POST /activities/<activity_id>/terms/<position>           404  404  303  404  404
GET  /slots/<slot_id>/join                                200  200  200  200  200
POST /slots/<slot_id>/join                                303  303  303  303  303
GET  /slots/<slot_id>/joined                              404  404  404  404  404
GET  /slots/<slot_id>/draw                                200  200  200  200  200
GET  /participations/<participation_id>                   404  200  404  404  404
POST /participations/<participation_id>/prove             404  303  404  404  404
POST /participations/<participation_id>/accept            404  303  404  404  404
POST /participations/<participation_id>/reply             404  303  404  404  404
GET  /participations/<participation_id>/consent           404  404  404  200  404
POST /participations/<participation_id>/consent           404  404  404  303  404
GET  /participations/<participation_id>/stand-in          404  200  404  404  404
POST /participations/<participation_id>/stand-in          404  200  404  404  404
POST /participations/<participation_id>/stand-in/stop     404  303  404  404  404
GET  /stand-ins/open/<search_id>                          200  200  200  200  200
POST /stand-ins/open/<search_id>                          303  409  303  303  303
GET  /stand-ins/asked/<asked_search_id>                   404  404  404  200  404
POST /stand-ins/asked/<asked_search_id>                   404  404  404  303  404
GET  /activities/<activity_id>/join/<position>            200  200  200  200  200
POST /activities/<activity_id>/join/<position>            303  303  303  303  303
GET  /series/<series_id>/joined                           404  404  404  404  404
GET  /series/<series_id>                                  404  200  404  404  404
POST /series/<series_id>/prove                            404  303  404  404  404
POST /series/<series_id>/months                           404  303  404  404  404
POST /series/<series_id>/end                              404  303  404  404  404
POST /participations/<series_row_id>/come                 404  303  404  404  404
GET  /participations/<participation_id>/withdraw          404  200  404  404  404
POST /participations/<participation_id>/withdraw          404  303  404  404  404
GET  /organizations/<slug>                                200  200  200  200  200
GET  /organizations/<slug>/calendar.ics                   200  200  200  200  200
GET  /organizations/<slug>/activities/new                 404  404  200  404  404
POST /organizations/<slug>/activities/new                 404  404  303  404  404
GET  /organizations/<slug>/line                           404  404  200  404  404
POST /organizations/<slug>/line                           404  404  303  404  404
POST /organizations/<slug>/line/remove                    404  404  303  404  404
GET  /organizations/<slug>/hours                          404  404  200  404  404
GET  /organizations/<slug>/hours.csv                      404  404  200  404  404
GET  /organizations/<slug>/households                     404  404  200  404  404
GET  /organizations/<slug>/households/new                 404  404  200  404  404
POST /organizations/<slug>/households/new                 404  404  303  404  404
GET  /organizations/<slug>/households/paste               404  404  200  404  404
POST /organizations/<slug>/households/paste               404  404  303  404  404
GET  /organizations/<slug>/people/duplicates              404  404  200  404  404
GET  /organizations/<slug>/people/<keep_id>/merge/<drop_id>  404  404  200  404  404
POST /organizations/<slug>/people/<keep_id>/merge/<drop_id>  404  404  303  404  404
GET  /households/<household_id>                           404  404  200  404  404
POST /households/<household_id>                           404  404  303  404  404
GET  /households/<household_id>/members/new               404  404  200  404  404
POST /households/<household_id>/members/new               404  404  303  404  404
POST /me/household/contact                                ask  303  404  404  404
GET  /organizations/<slug>/tokens                         404  404  200  404  404
POST /organizations/<slug>/tokens                         404  404  200  404  404
POST /organizations/<slug>/tokens/<token_id>/revoke       404  404  303  404  404
GET  /me/tokens                                           ask  200  200  200  200
POST /me/tokens                                           ask  200  200  200  200
POST /me/tokens/<token_id>/revoke                (own)    ask  303  404  404  404
GET  /me                                                  ask  200  200  200  200
POST /me/feed                                             ask  200  200  200  200
POST /me/feed/close                                       ask  303  303  303  303
GET  /me/channels                                         ask  200  200  200  200
POST /me/channels                                         ask  303  404  404  404
POST /me/push                                             ask  303  303  303  303
GET  /sw.js                                               200  200  200  200  200
POST /me/line/<account_id>                                ask  200  200  200  200
POST /line/<account_id>                                   404  404  404  404  404
POST /me/wishes                                           ask  303  303  303  303
POST /me/link/close                                       ask  303  303  303  303
GET  /me/limits                                           ask  200  200  200  200
POST /me/limits                                           ask  303  303  303  303
GET  /sign-in                                             200  200  200  200  200
POST /sign-in                                             303  303  303  303  303
GET  /sign-in/code                                        ask  ask  ask  ask  ask
POST /sign-in/code                                        ask  ask  ask  ask  ask
POST /sign-out                                            303  303  303  303  303
POST /language                                            303  303  303  303  303
GET  /calendars/public.ics                                200  200  200  200  200
GET  /outbox                                              404  404  404  404  404
GET  /outbox/<name>                                       404  404  404  404  404
GET  /status                                              404  404  404  404  404
GET  /healthz                                             200  200  200  200  200
GET  /design                                              404  404  404  404  404
GET  /empty                                               404  404  404  404  404
GET  /static/<filename>                                   200  200  200  200  200
"""

# Addresses that are keys: Ben's, Chie's, one that nobody ever had, and one that was closed or spent.
LINKS = """
                                                                 ben  chie made-up closed
GET  /me/<token>                                                 200  200  404     404
GET  /me/<token>/participations/<participation_id>               200  404  404     404
POST /me/<token>/participations/<participation_id>/prove         303  404  404     404
POST /me/<token>/participations/<participation_id>/accept        303  404  404     404
POST /me/<token>/participations/<participation_id>/reply         303  404  404     404
GET  /me/<token>/participations/<participation_id>/consent       404  200  404     404
POST /me/<token>/participations/<participation_id>/consent       404  303  404     404
GET  /me/<token>/participations/<participation_id>/stand-in      200  404  404     404
POST /me/<token>/participations/<participation_id>/stand-in      200  404  404     404
POST /me/<token>/participations/<participation_id>/stand-in/stop 303  404  404     404
GET  /me/<token>/stand-ins/asked/<asked_search_id>               404  200  404     404
POST /me/<token>/stand-ins/asked/<asked_search_id>               404  303  404     404
GET  /stand-ins/<token>                                          200  200  404     200
POST /stand-ins/<token>                                          303  303  404     409
GET  /me/<token>/series/<series_id>                              200  404  404     404
POST /me/<token>/series/<series_id>/prove                        303  404  404     404
POST /me/<token>/series/<series_id>/months                       303  404  404     404
POST /me/<token>/series/<series_id>/end                          303  404  404     404
POST /me/<token>/participations/<series_row_id>/come             303  404  404     404
GET  /me/<token>/participations/<participation_id>/withdraw      200  404  404     404
POST /me/<token>/participations/<participation_id>/withdraw      303  404  404     404
GET  /me/<token>/dates/<occurrence_id>/coming                    200  404  404     404
POST /me/<token>/dates/<occurrence_id>/coming                    303  404  404     404
POST /me/<token>/feed                                            200  200  404     404
POST /me/<token>/feed/close                                      303  303  404     404
POST /me/<token>/link/close                                      303  303  404     404
GET  /me/<token>/limits                                          200  200  404     404
POST /me/<token>/limits                                          303  303  404     404
POST /me/<token>/household/contact                               303  404  404     404
GET  /me/<token>/channels                                        200  200  404     404
POST /me/<token>/channels                                        303  404  404     404
POST /me/<token>/push                                            303  303  404     404
POST /me/<token>/line/<account_id>                               200  200  404     404
POST /me/<token>/wishes                                          303  303  404     404
GET  /calendars/<token>.ics                                      200  200  404     410
GET  /sign-in/<token>                                            200  200  200     200
POST /sign-in/<token>                                            303  303  422     422
GET  /unsubscribe/<token>                                        200  200  404     404
POST /unsubscribe/<token>                                        200  200  404     404
"""

# Programs, by the token that they send along; `link` is Aiko's personal link, which opens her own things and no office.
API = """
                                                                dan  ben  aiko chie emi  link made-up
GET  /api/v1/openapi.json                                       200  200  200  200  200  200  200
GET  /api/v1/dates                                              200  200  200  200  200  200  200
GET  /api/v1/dates/<occurrence_id>                              200  200  200  200  200  200  401
GET  /api/v1/dates/<occurrence_id>/roster                       404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/decision                     404  404  200  404  404  404  401
PUT  /api/v1/dates/<occurrence_id>/attendance                   404  404  200  404  404  404  401
GET  /api/v1/dates/<occurrence_id>/reached                      404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/ask                          404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/coming                       404  200  404  404  404  404  401
POST /api/v1/dates/<occurrence_id>/reached                      404  404  200  404  404  404  401
GET  /api/v1/activities/<activity_id>                           200  200  200  200  200  200  401
GET  /api/v1/activities/<activity_id>                  (draft)  404  404  200  404  404  404  401
POST /api/v1/activities/<activity_id>/publish          (draft)  404  404  200  404  404  404  401
POST /api/v1/organizations/<slug>/activities                    404  404  201  404  404  404  401
GET  /api/v1/organizations/<slug>/hours/<year>                  404  404  200  404  404  404  401
GET  /api/v1/organizations/<slug>/households                    404  404  200  404  404  404  401
POST /api/v1/organizations/<slug>/households                    404  404  201  404  404  404  401
POST /api/v1/organizations/<slug>/households/paste              404  404  200  404  404  404  401
GET  /api/v1/organizations/<slug>/people/duplicates             404  404  200  404  404  404  401
POST /api/v1/organizations/<slug>/people/<keep_id>/merge/<drop_id>  404  404  200  404  404  404  401
POST /api/v1/households/<household_id>                          404  404  200  404  404  404  401
POST /api/v1/households/<household_id>/members                  404  404  201  404  404  404  401
POST /api/v1/me/household/contact                               401  200  404  404  404  404  401
POST /api/v1/slots/<slot_id>/join                               201  201  201  201  201  201  401
GET  /api/v1/participations/<participation_id>                  404  200  404  404  404  404  401
POST /api/v1/participations/<participation_id>/prove            404  200  404  404  404  404  401
POST /api/v1/participations/<participation_id>/accept           404  200  404  404  404  404  401
POST /api/v1/participations/<participation_id>/reply            404  200  404  404  404  404  401
POST /api/v1/participations/<participation_id>/consent          404  404  404  200  404  404  401
POST /api/v1/participations/<participation_id>/stand-in         404  201  404  404  404  404  401
POST /api/v1/participations/<participation_id>/stand-in/stop    404  200  404  404  404  404  401
POST /api/v1/stand-ins/<stand_in_token>                         201  409  201  201  201  201  401
POST /api/v1/stand-ins/asked/<asked_search_id>                  404  404  404  200  404  404  401
GET  /api/v1/activities/<activity_id>/terms/<position>          404  404  200  404  404  404  401
POST /api/v1/activities/<activity_id>/terms/<position>          404  404  200  404  404  404  401
POST /api/v1/activities/<activity_id>/join                      201  201  201  201  201  201  401
GET  /api/v1/series/<series_id>                                 404  200  404  404  404  404  401
POST /api/v1/series/<series_id>/prove                           404  200  404  404  404  404  401
POST /api/v1/series/<series_id>/months                          404  200  404  404  404  404  401
POST /api/v1/series/<series_id>/end                             404  200  404  404  404  404  401
POST /api/v1/participations/<participation_id>/withdraw         404  200  404  404  404  404  401
GET  /api/v1/me                                                 401  200  200  200  200  200  401
GET  /api/v1/me/channels                                        401  200  200  200  200  200  401
POST /api/v1/me/channels                                        401  200  404  404  404  403  401
POST /api/v1/me/push                                            401  200  200  200  200  403  401
POST /api/v1/me/line/<account_id>                               401  201  201  201  201  403  401
GET  /api/v1/organizations/<slug>/line                          404  404  200  404  404  404  401
PUT  /api/v1/organizations/<slug>/line                          404  404  200  404  404  404  401
GET  /api/v1/me/wishes                                          401  200  200  200  200  200  401
PUT  /api/v1/me/wishes                                          401  200  200  200  200  200  401
POST /api/v1/me/feed                                            401  201  201  201  201  201  401
GET  /api/v1/me/limits                                          401  200  200  200  200  200  401
POST /api/v1/me/limits                                          401  200  200  200  200  200  401
GET  /api/v1/me/tokens                                          401  200  200  200  200  403  401
POST /api/v1/me/tokens                                          401  201  201  201  201  403  401
POST /api/v1/me/tokens/<token_id>/revoke               (own)    401  200  404  404  404  403  401
GET  /api/v1/organizations/<slug>/tokens                        401  404  200  404  404  403  401
POST /api/v1/organizations/<slug>/tokens                        401  404  201  404  404  403  401
POST /api/v1/organizations/<slug>/tokens/<token_id>/revoke      401  404  200  404  404  403  401
POST /api/v1/sign-in                                            202  202  202  202  202  202  202
POST /api/v1/sign-in/code                                       422  422  422  422  422  422  422
POST /api/v1/sign-out                                           401  200  200  200  200  200  200
"""

# A mail program ends notices, a messenger tells what was written to it: neither has seen a page of ours.
PRESSED_BY_PROGRAMS = {"POST /unsubscribe/<token>", "POST /line/<account_id>"}


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
        found[asker] = str(stage.call(row, asker, stage.world.path(row), TYPED).status_code)
        stage.reset()
    assert found == row.answers


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
        path, client = stage.world.path(row), stage.app.test_client()
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
