"""What every answer shares: headers, CSRF, languages, where a form may lead, how refusals look."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy.orm import Session

from scheduler import create_app
from scheduler.activities.shown import title_and_part
from scheduler.config import Settings
from scheduler.latin import name_in_latin
from scheduler.page_words import contact_text, example_apart, home_name, linked_phones
from scheduler.parties.tokens import personal
from scheduler.reader import EASY
from scheduler.readings import in_html
from scheduler.web import redirect_target
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor

JOIN = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
PATHS = [
    "/",
    "/sign-in",
    "/nowhere",
    "/calendars/public.ics",
    "/api/v1/dates",
    "/healthz",
    "/static/css/tokens.css",
    "/static/site.css",
    "/static/site.js",
]
POSTS = ["/sign-in", "/sign-out", "/language", "/nowhere", "/healthz", "/api/v1/sign-in", "/api/v1/nowhere"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}


@pytest.mark.parametrize("path", POSTS)
def test_every_refusal_has_them_too(client: FlaskClient, path: str) -> None:
    answer = client.post(path)
    assert answer.status_code >= 400
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", PATHS)
def test_asking_for_the_head_alone_gives_the_same_head(client: FlaskClient, path: str) -> None:
    whole, head = client.get(path, buffered=True), client.head(path, buffered=True)
    assert (head.status_code, head.content_type, head.data) == (whole.status_code, whole.content_type, b"")
    assert head.headers["Content-Security-Policy"] == whole.headers["Content-Security-Policy"]


def test_no_page_brings_script_or_style_of_its_own(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    browser = browser_of(app, cast.aiko)
    own = ["/me", "/organizations/midori", "/organizations/midori/activities/new", "/dates/1/decision"]
    for path in ["/", "/sign-in", "/subscribe", "/dates/1", f"/slots/{slot.id}/join", *own]:
        page = browser.text(path).lower()
        assert not [
            bad for bad in ("<script>", "<style", " style=", " onclick=", "javascript:") if bad in page
        ]


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("tsudoi=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers


def test_over_https_the_cookie_stays_there(instance: Path) -> None:
    app = create_app(Settings(instance=str(instance), base_url="https://tsudoi.example.jp", secret="s" * 40))
    answer = app.test_client().get("/sign-in", base_url="https://tsudoi.example.jp")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-tsudoi=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]


def test_pages_of_somebody_who_is_signed_in_are_not_kept(app: Flask, cast: Cast, visitor: Visitor) -> None:
    assert visitor.get("/").headers["Cache-Control"] == "private, no-cache"
    assert browser_of(app, cast.ben).get("/").headers["Cache-Control"] == "no-store"


def test_feeds_are_nobodys_cookie_and_may_be_kept(client: FlaskClient) -> None:
    answer = client.get("/calendars/public.ics")
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("token", [{}, {"csrf_token": ""}, {"csrf_token": "made.up.token"}])
def test_a_form_without_its_token_changes_nothing(
    session: Session, cast: Cast, client: FlaskClient, token: dict[str, str]
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    session.commit()
    client.get(f"/slots/{slot.id}/join")
    answer = client.post(f"/slots/{slot.id}/join", data=JOIN | token)
    assert (answer.status_code, "新しくしてからもう一度" in answer.text) == (400, True)
    session.rollback()
    assert slot.taken == 0


def test_another_sessions_token_is_refused(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    session.commit()
    stolen = Visitor(app).hidden(f"/slots/{slot.id}/join")
    victim = Visitor(app)
    victim.get("/sign-in")
    assert victim.client.post(f"/slots/{slot.id}/join", data={**stolen, **JOIN}).status_code == 400


def test_the_token_from_before_the_sign_in_is_worth_nothing_after(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    before = visitor.hidden("/sign-in")["csrf_token"]
    visitor.sign_in(session, cast.ben, app.config["TSUDOI"].secret_key, NOW)
    assert visitor.client.post("/sign-out", data={"csrf_token": before}).status_code == 400


SITES = [
    (None, 303),
    ("same-origin", 303),
    ("none", 303),
    ("same-site", 403),
    ("cross-site", 403),
    ("?", 403),
]


@pytest.mark.parametrize(("site", "status"), SITES)
def test_only_our_own_pages_may_send_forms(visitor: Visitor, site: str | None, status: int) -> None:
    token = {"csrf_token": visitor.hidden("/sign-in")["csrf_token"]}
    headers = {"Sec-Fetch-Site": site} if site else {}
    assert visitor.client.post("/sign-out", data=token, headers=headers).status_code == status


def test_a_link_from_another_site_may_lead_here(client: FlaskClient) -> None:
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


HOSTS = [
    ("localhost", 200),
    ("localhost:8000", 200),
    ("127.0.0.1", 200),
    ("evil.example", 400),
    ("localhost.evil.example", 400),
    ("evil.example:80", 400),
    ("local host", 400),
]


@pytest.mark.parametrize(("host", "status"), HOSTS)
def test_only_our_own_names_are_answered(client: FlaskClient, host: str, status: int) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == status
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("ja", "ja"), ("en-GB,en;q=0.9", "en"), ("fr", "ja"), ("", "ja"), ("de,en;q=0.5", "en")],
)
def test_the_language_is_the_browsers_or_japanese(client: FlaskClient, accepted: str, language: str) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": accepted}).text
    assert f'<html lang="{language}"' in page


def test_a_chosen_language_stays(visitor: Visitor) -> None:
    answer = visitor.submit("/language", page="/sign-in", language="en", next="/sign-in")
    assert answer.location.endswith("/sign-in")
    assert '<html lang="en"' in visitor.text("/sign-in")


OWN = [
    "/",
    "/me",
    "/dates/3",
    "/me#top",
    "/organizations/midori/hours?year=2025",
    "/?page=2&next=//evil.example",
]


@pytest.mark.parametrize("goal", OWN)
def test_own_pages_may_follow_a_form(app: Flask, goal: str) -> None:
    with app.test_request_context():
        assert redirect_target(goal) == goal


@pytest.mark.parametrize(
    "goal",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/nowhere",
        "/sign-out",
        " /me",
        "/me\r\nX: y",
        "/%2f/evil.example",
        "http:/me",
        "",
        "me",
        "?next=/me",
        "//[",
        "///evil.example",
        "/\t/evil.example",
        "/\u2028/evil.example",
        "/me\0",
        "/\u202eme",
        "https:evil.example",
        "HTTPS://evil.example",
        "/language",
        "/dates/99999999999999999999",
    ],
)
def test_nothing_else_may(app: Flask, goal: str) -> None:
    with app.test_request_context():
        assert redirect_target(goal, "/home") == "/home"


def test_what_is_not_there_says_so_in_words(client: FlaskClient) -> None:
    answer = client.get("/dates/999999")
    assert answer.status_code == 404
    assert "見つかりません" in answer.text


NOT_THERE = [
    "/dates/0",
    "/dates/-1",
    "/dates/1.5",
    "/dates/２",
    "/dates/99999999999999999999",
    "/organizations/%00",
]


@pytest.mark.parametrize("path", NOT_THERE)
def test_an_address_that_nothing_can_have_is_not_there(client: FlaskClient, cast: Cast, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("language", "way"),
    [("ja", "前のページにもどる"), ("en", "Back to the previous page"), ("ja@easy", "ページに もどる")],
)
def test_a_form_that_is_refused_leads_back_in_the_readers_language(
    client: FlaskClient, language: str, way: str
) -> None:
    client.get(f"/help?lang={language}")
    answer = client.post("/display", headers={"Referer": "http://localhost/help?words=x"})
    assert (answer.status_code, 'href="/help"' in answer.text, way in answer.text) == (400, True, True)
    away = client.post("/display", headers={"Referer": "https://elsewhere.example/help"})
    assert 'data-kind="primary" href="/display"' in away.text


def test_the_personal_page_stays_at_hand_and_a_language_keeps_what_was_asked_for(
    app: Flask, cast: Cast, visitor: Visitor
) -> None:
    page = f"/me/{personal(app.config['TSUDOI'].secret_key, cast.ben.id, cast.ben.link_salt)}"
    assert visitor.text(f"{page}/channels").count(f'href="{page}"') >= 3
    assert 'value="/?when=week"' in visitor.text("/?when=week&lang=en")


def test_a_page_that_takes_no_form_says_so(client: FlaskClient) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.put("/api/v1/dates").get_json()["error"] == "http_405"


def test_programs_get_the_same_as_json(client: FlaskClient) -> None:
    answer = client.get("/api/v1/dates/999999")
    assert answer.status_code == 404
    assert answer.get_json().keys() == {"error", "message"}


def test_too_much_is_refused_without_a_trace(client: FlaskClient) -> None:
    answer = client.post("/api/v1/sign-in", data=b"x" * 2_000_000)
    assert answer.status_code == 413
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("会長 0467-00-0000", '会長 <a href="tel:0467-00-0000">0467-00-0000</a>'),
        ("<b>03-0000-0000</b>", '&lt;b&gt;<a href="tel:03-0000-0000">03-0000-0000</a>&lt;/b&gt;'),
        ('"><script>alert(1)</script>', "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("", ""),
        ("2026-11-22", "2026-11-22"),
    ],
)
def test_a_telephone_number_can_be_pressed_and_markup_is_text(text: str, markup: str) -> None:
    assert linked_phones(text) == markup


def test_english_pages_say_offices_and_households_in_english(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        asked = linked_phones("会長 藤野 <i>")
        assert asked == 'Chair <span lang="ja">藤野 &lt;i&gt;</span>'
        # Letters say it alike.
        assert contact_text("会長 藤野") == "Chair 藤野"
        assert contact_text("図書館 本庄") == "Library, 本庄"
        assert (home_name("Whitfield家"), home_name("Team")) == ("Whitfield household", "Team")


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        *(("さとう", "Sato"), ("おおの", "Ono"), ("いのうえ", "Inoue"), ("しらいし", "Shiraishi")),
        *(("きょうこ", "Kyoko"), ("しゅん", "Shun"), ("じょうじま", "Jojima"), ("はっちょう", "Hatcho")),
        *(("なんば", "Namba"), ("みやもと", "Miyamoto"), ("ヘンリー", "Henri"), ("藤野", ""), ("", "")),
        *(("おおうち", "Ouchi"), ("たけのうち", "Takenouchi"), ("よこうち", "Yokouchi"), ("こうち", "Kochi")),
        *(("まつうら", "Matsuura"), ("ゆうき", "Yuki"), ("おおおか", "Ooka"), ("おおこうち", "Okochi")),
    ],
)
def test_a_name_in_kana_is_written_as_in_a_passport(kana: str, latin: str) -> None:
    assert name_in_latin(kana) == latin


def test_a_part_called_as_its_activity_ends_is_not_said_twice(app: Flask) -> None:
    activity = SimpleNamespace(title="公園の掃除")
    date = SimpleNamespace(activity=activity)
    parts: list[Any] = [SimpleNamespace(name=name, occurrence=date) for name in ("掃除", "受付")]
    with app.test_request_context():
        assert [title_and_part(one) for one in parts] == ["公園の掃除", "公園の掃除・受付"]


def test_easy_japanese_reads_the_house_and_the_office_in_which_to_ask(app: Flask) -> None:
    with app.test_request_context(), force_locale(EASY):
        said = [in_html(contact_text(one)) for one in ("図書館 本庄", "会長 藤野", "藤野")]
    assert ["<rt>" in one for one in said] == [True, True, False]


def test_whoever_finds_nothing_may_sign_in_and_comes_back_whether_it_is_there_or_not(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    session.commit()
    stranger, way = Visitor(app), "/sign-in?next=%s"
    for path in (f"/dates/{slot.occurrence_id}/board", "/dates/999/board", "/nowhere"):
        page = stranger.get(path)
        assert (page.status_code, f'href="{way % path}"' in page.text) == (404, True)
    assert "/sign-in?next=" not in browser_of(app, cast.chie).get("/dates/999/board").text


@pytest.mark.parametrize(
    ("said", "apart"),
    [
        ("お名前を<b>。", ("お名前を&lt;b&gt;。", "")),
        ("番号です。例：集会所 090-0000-0000", ("番号です。", "例：集会所 090-0000-0000")),
        ("入れてください。例：電話で確認。", ("入れてください。", "例：電話で確認。")),
        (
            "例：駅前商店会。ページがなくてもかまいません。",
            ("例：駅前商店会。ページがなくてもかまいません。", ""),
        ),
        ("A number. For example: hall <1>", ("A number. ", "For example: hall &lt;1&gt;")),
    ],
)
def test_an_example_at_the_end_is_told_apart(said: str, apart: tuple[str, str]) -> None:
    assert example_apart(said) == apart
