"""The page of a date for all strangers: kept for each state, never older than the last commit, cacheable."""

from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor


def _date(session: Session, cast: Cast) -> Occurrence:
    made = make.occurrence(session, cast.midori, NOW)
    session.commit()
    return made


def test_a_stranger_gets_a_page_that_caches_may_keep_for_seconds(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    _date(session, cast)
    answer = visitor.get("/dates/1")
    assert answer.headers["Cache-Control"] == "public, max-age=5, stale-while-revalidate=25"
    assert {"Cookie", "Accept-Language"} <= set(answer.vary)
    assert "Set-Cookie" not in answer.headers
    assert "csrf_token" not in answer.text
    assert '<meta property="og:title" content="11月22日（日） 資源回収の日">' in answer.text
    again = visitor.client.get("/dates/1", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    # Also the one that nothing was drawn for.
    assert visitor.get("/dates/1").headers["Link"] == answer.headers["Link"]


def test_a_decision_is_on_it_at_once(app: Flask, session: Session, cast: Cast, visitor: Visitor) -> None:
    _date(session, cast)
    before = visitor.get("/dates/1").headers["ETag"]
    browser_of(app, cast.aiko).submit("/dates/1/decision", early="1", outcome="cancel")
    after = visitor.client.get("/dates/1", headers={"If-None-Match": before})
    assert (after.status_code, "中止" in after.text, after.headers["ETag"] != before) == (200, True, True)
    assert 'content="【中止】11月22日（日） 資源回収の日"' in after.text


def test_whoever_is_known_gets_a_page_of_their_own(app: Flask, session: Session, cast: Cast) -> None:
    _date(session, cast)
    aiko = browser_of(app, cast.aiko)
    answer = aiko.get("/dates/1")
    assert (answer.headers["Cache-Control"], "世話人の仕事" in answer.text) == ("no-store", True)


def test_each_language_has_its_own(session: Session, cast: Cast, visitor: Visitor) -> None:
    _date(session, cast)
    assert "資源回収の日" in visitor.text("/dates/1")
    english = visitor.client.get("/dates/1", headers={"Accept-Language": "en"})
    assert "Resource recovery day" in english.text
    assert 'href="?lang=en"' in visitor.text("/dates/1")


def test_larger_letters_and_dark_are_not_those_of_the_next_visitor(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    _date(session, cast)
    visitor.submit("/display", theme="dark", letters="large")
    visitor.get("/")
    assert 'data-type="large" data-theme="dark"' in visitor.text("/dates/1")
    other = Visitor(app)
    assert "data-theme" not in other.text("/dates/1")
    assert 'data-type="large"' in visitor.text("/dates/1")


def test_what_sets_a_cookie_is_for_one_browser_alone(session: Session, cast: Cast, visitor: Visitor) -> None:
    _date(session, cast)
    visitor.get("/?lang=en")
    answer = visitor.get("/dates/1")
    assert answer.headers["Cache-Control"].startswith("public") is ("Set-Cookie" not in answer.headers)
