"""Signing in and out and choosing a language, as pages."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.parties.models import SignedIn
from scheduler.parties.tokens import personal
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of
from tests.visitor import Visitor

AIKO = "aiko@example.jp"


def asked(app: Flask, visitor: Visitor, email: str = AIKO) -> tuple[str, str]:
    """Ask for the mail; return the path of its link and its digits."""
    visitor.submit("/sign-in", email=email)
    mail = mailbox.new_mail(app, email)
    return mailbox.path(mail, "/sign-in/"), mailbox.code(mail)


def session_cookie(visitor: Visitor) -> str:
    """Return what the browser keeps."""
    cookie = visitor.client.get_cookie("tsudoi")
    assert cookie is not None
    return cookie.value


def test_looking_at_a_link_never_spends_it(app: Flask, cast: Cast, visitor: Visitor) -> None:
    link, _ = asked(app, visitor)
    for _ in range(3):
        assert visitor.client.head(link).status_code == visitor.get(link).status_code == 200
    assert visitor.submit(link).status_code == 303


def test_a_link_is_spent_by_its_first_post(app: Flask, cast: Cast, visitor: Visitor) -> None:
    link, _ = asked(app, visitor)
    visitor.submit(link)
    late = Visitor(app)
    looked = late.get(link)
    assert (looked.status_code, "サインインする" in looked.text) == (422, False)
    again = late.submit(link, page="/sign-in")
    assert (again.status_code, "使い終わったか、期限が切れています" in again.text) == (422, True)
    assert "/sign-in" in again.text


def test_a_link_is_kept_out_of_referrers_caches_and_search_engines(
    app: Flask, cast: Cast, visitor: Visitor
) -> None:
    answer = visitor.get(asked(app, visitor)[0])
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_a_link_from_yesterday_says_so(app: Flask, cast: Cast, visitor: Visitor) -> None:
    link, _ = asked(app, visitor)
    with at("2026-11-17 10:00"):
        assert visitor.get(link).status_code == visitor.submit(link, page="/sign-in").status_code == 422


def test_who_has_no_mailbox_reads_where_the_own_page_is(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    session.commit()
    page = visitor.text("/sign-in")
    assert "電話番号だけで申し込んだ方は、サインインはいりません。" in page
    assert "/joined" not in page
    typed = {"name": "山田 花子", "kana": "やまだ はなこ", "phone": "090-1234-5678", "contact": "phone"}
    visitor.submit(f"/slots/{slot.id}/join", **typed)
    assert f'href="/slots/{slot.id}/joined"' in visitor.text("/sign-in?next=/me")


def test_an_unknown_address_gets_the_same_page_and_no_mail(app: Flask, cast: Cast) -> None:
    known, unknown = Visitor(app), Visitor(app)
    answers = [known.submit("/sign-in", email=AIKO), unknown.submit("/sign-in", email="dan@example.jp")]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/sign-in/code")] * 2
    pages = [known.text("/sign-in/code"), unknown.text("/sign-in/code").replace("dan@", "aiko@")]
    assert len({len(page) for page in pages}) == 1
    assert mailbox.new_mails(app, "dan@example.jp") == []


def test_a_sixth_asking_gets_the_same_page_and_no_mail(app: Flask, cast: Cast, visitor: Visitor) -> None:
    answers = [visitor.submit("/sign-in", email=AIKO) for _ in range(6)]
    assert {answer.location for answer in answers} == {"/sign-in/code"}
    assert len(mailbox.new_mails(app, AIKO)) == 5


def test_an_empty_address_is_asked_for_again(visitor: Visitor) -> None:
    answer = visitor.submit("/sign-in", email=" ")
    assert answer.status_code == 422
    assert "メールアドレスを入れてください。" in answer.text


def test_five_wrong_codes_are_counted_although_each_was_refused(
    app: Flask, cast: Cast, visitor: Visitor
) -> None:
    link, digits = asked(app, visitor)
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    tries = [visitor.submit("/sign-in/code", digits=wrong) for _ in range(5)]
    assert {answer.status_code for answer in tries} == {422}
    assert visitor.submit("/sign-in/code", digits=digits).status_code == 422
    assert visitor.submit(link).status_code == 303


def test_the_page_for_the_digits_needs_an_address_first(visitor: Visitor) -> None:
    assert visitor.get("/sign-in/code").location == "/sign-in"


def test_one_is_taken_to_where_one_wanted_to_go(app: Flask, cast: Cast, visitor: Visitor) -> None:
    assert visitor.get("/me").location == "/sign-in?next=/me"
    visitor.get("/sign-in?next=/organizations/midori/hours")
    assert visitor.submit(asked(app, visitor)[0]).location == "/organizations/midori/hours"


ELSEWHERE = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/no/page"]


@pytest.mark.parametrize("goal", ELSEWHERE)
def test_nobody_is_taken_elsewhere(app: Flask, cast: Cast, visitor: Visitor, goal: str) -> None:
    visitor.get("/sign-in", query_string={"next": goal})
    assert visitor.submit(asked(app, visitor)[0]).location == "/desk"


def test_whoever_holds_no_office_begins_with_the_own_dates(app: Flask, cast: Cast, visitor: Visitor) -> None:
    assert visitor.submit(asked(app, visitor, "ben@example.jp")[0]).location == "/me"


def test_signing_in_leaves_nothing_of_the_session_before(app: Flask, cast: Cast, visitor: Visitor) -> None:
    with visitor.client.session_transaction() as planted:
        planted.update(token="planted", joined=1, csrf_token="planted", language="en")
    visitor.submit(asked(app, visitor)[0])
    with visitor.client.session_transaction() as kept:
        assert (kept["token"] == "planted", kept["language"]) == (False, "en")
        assert "joined" not in kept
        assert kept.get("csrf_token") != "planted"


def test_a_cookie_from_before_the_sign_in_is_nobodys(app: Flask, cast: Cast, visitor: Visitor) -> None:
    link, _ = asked(app, visitor)
    before = session_cookie(visitor)
    visitor.submit(link)
    thief = Visitor(app)
    thief.client.set_cookie("tsudoi", before)
    assert thief.get("/me").location == "/sign-in?next=/me"


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, cast: Cast) -> None:
    browser, thief = browser_of(app, cast.aiko), Visitor(app)
    thief.client.set_cookie("tsudoi", session_cookie(browser))
    assert thief.get("/me").status_code == 200
    assert browser.submit("/sign-out", page="/me").location == "/"
    assert [visitor.get("/me").status_code for visitor in (browser, thief)] == [303, 303]


def test_signing_out_elsewhere_is_left_alone(app: Flask, session: Session, cast: Cast) -> None:
    phone, computer = browser_of(app, cast.aiko), browser_of(app, cast.aiko)
    phone.submit("/sign-out", page="/me")
    assert computer.get("/me").status_code == 200
    session.rollback()
    assert [row.ended_at is None for row in session.query(SignedIn).order_by(SignedIn.id)] == [False, True]


def test_who_is_not_signed_in_may_sign_out(visitor: Visitor) -> None:
    assert visitor.submit("/sign-out", page="/").location == "/"


def test_a_language_is_chosen_for_this_browser_and_kept(visitor: Visitor) -> None:
    assert '<html lang="ja"' in visitor.text("/")
    assert visitor.submit("/language", page="/", language="en", next="/subscribe").location == "/subscribe"
    assert '<html lang="en"' in visitor.text("/")


def test_the_language_of_somebody_who_is_signed_in_is_written_down(
    app: Flask, session: Session, cast: Cast
) -> None:
    browser_of(app, cast.aiko).submit("/language", page="/", language="en", next="/")
    session.rollback()
    assert cast.aiko.language == "en"


@pytest.mark.parametrize("language", ["", "xx", "ja\r\nX: y"])
def test_an_unknown_language_is_refused(visitor: Visitor, language: str) -> None:
    assert visitor.submit("/language", page="/", language=language).status_code == 422
    assert '<html lang="ja"' in visitor.text("/")


def test_the_mail_is_in_the_persons_language(app: Flask, session: Session, cast: Cast) -> None:
    cast.aiko.language = "en"
    session.commit()
    Visitor(app).submit("/sign-in", email=AIKO)
    assert mailbox.new_mail(app, AIKO)["Subject"].startswith("Sign in to Tsudoi: ")


def test_a_personal_link_is_nobodys_way_to_an_office(
    app: Flask, session: Session, cast: Cast, client: FlaskClient
) -> None:
    secret = app.config["TSUDOI"].secret_key
    own_page = f"/me/{personal(secret, cast.aiko.id, cast.aiko.link_salt)}"
    assert client.get(own_page).status_code == 200
    assert client.get("/organizations/midori/hours").status_code == 404
    assert "/organizations/midori" not in client.get(own_page).text
