"""One place where a party changes how many of it come, in both directions, and what its errors call the buttons."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.participation.actions import join
from scheduler.participation.capacity import THE_CONTACT
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties.tokens import personal
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of
from tests.visitor import Visitor

FATHER, CHILD = Named("山田 一郎", "やまだ いちろう"), Named(grade="e3")


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    return make.slot(session, cast.midori, NOW, places=5)


@pytest.fixture
def row(session: Session, cast: Cast, slot: Slot) -> Participation:
    made = join(session, slot, SignUp(cast.ben.id, company=Company(others=(FATHER, CHILD))), NOW)
    session.commit()
    return made


def test_the_own_page_leads_to_where_somebody_can_be_taken_out_and_added(
    app: Flask, cast: Cast, row: Participation
) -> None:
    own = f"/me/{personal(app.config['TSUDOI'].secret_key, cast.ben.id, cast.ben.link_salt)}"
    page = f"{own}/participations/{row.id}"
    shown = Visitor(app).text(own)
    assert (f'href="{page}/company"' in shown, f'href="{page}"' in shown) == (True, True)
    shown = Visitor(app).text(f"{page}/company")
    assert (f'action="{page}/fewer#fewer"' in shown, f'action="{page}/more#more"' in shown) == (True, True)


def test_the_link_that_changes_nothing_does_not_sound_like_withdrawing(
    app: Flask, cast: Cast, row: Participation
) -> None:
    page = f"/participations/{row.id}/company"
    shown = browser_of(app, cast.ben).text(page)
    assert ("変えないでもどる" in shown, ">やめる<" in shown) == (True, False)


def test_whoever_comes_alone_can_bring_somebody_too(
    app: Flask, session: Session, cast: Cast, slot: Slot
) -> None:
    alone = join(session, slot, SignUp(cast.ben.id), NOW)
    session.commit()
    page = browser_of(app, cast.ben).text(f"/participations/{alone.id}/company")
    assert ("来る人が増えました" in page, "来る人が減りました" in page) == (True, False)
    assert f'href="/participations/{alone.id}/company"' in browser_of(app, cast.ben).text("/me")


def test_once_sign_ups_are_closed_nobody_is_added_but_some_can_still_stay_away(
    app: Flask, session: Session, cast: Cast, row: Participation
) -> None:
    row.slot.closes_before = 60 * 24 * 90
    session.commit()
    page = browser_of(app, cast.ben).text(f"/participations/{row.id}/company")
    assert ("来る人が減りました" in page, "来る人が増えました" in page) == (True, False)
    assert "ここでは人を加えられません。" in page


@pytest.mark.parametrize("language", ["ja", "en", "ja@easy"])
@pytest.mark.parametrize("minors", ["", "present"])
def test_an_error_calls_the_button_by_its_name(
    app: Flask, session: Session, cast: Cast, row: Participation, language: str, minors: str
) -> None:
    adults = [str(THE_CONTACT), str(row.companions[0].id)]
    row.slot.occurrence.activity.minors = minors or row.slot.occurrence.activity.minors
    everybody = [*adults, str(row.companions[1].id)]
    session.commit()
    ben, page = browser_of(app, cast.ben), f"/participations/{row.id}"
    ben.submit("/language", "/", language=language)
    answer = ben.submit(f"{page}/fewer", f"{page}/company", without=adults if minors else everybody)
    error, rest = _said(answer.text[answer.text.index("error-summary") :]).split("</p>", 1)
    named = re.findall("[「“]([^」”]+)[」”]", error)[0]
    assert (answer.status_code >= 400, f">{named}</a>" in rest) == (True, True)


@pytest.mark.parametrize(
    ("pressed", "field", "sentence", "other"),
    [
        ("more", "name", "加える方のお名前か、お子さんの年齢を入れてください。", "fewer"),
        ("fewer", "without", "来なくなった方を選んでください。", "more"),
    ],
)
def test_a_refusal_stands_at_the_form_and_the_field_it_is_about(
    app: Flask, cast: Cast, row: Participation, pressed: str, field: str, sentence: str, other: str
) -> None:
    ben, page = browser_of(app, cast.ben), f"/participations/{row.id}"
    answer = ben.submit(f"{page}/{pressed}", f"{page}/company", name="")
    own, its_neighbour = (_section(answer.text, one) for one in (pressed, other))
    assert re.search(f'<li><a href="#{field}(-0)?">[^<]*{sentence}', own)
    # Without a script the browser shows the form that was pressed, not the top of the page.
    assert f'action="{page}/{pressed}#{pressed}"' in own
    assert (
        f'id="{field}-error"' in own,
        answer.text.count("error-summary"),
        "data-error" in its_neighbour,
    ) == (
        True,
        1,
        False,
    )


def _section(page: str, name: str) -> str:
    return page.split(f'<section id="{name}">', 1)[1].split("</section>", 1)[0]


def test_a_refusal_whose_form_is_gone_stands_on_top(
    app: Flask, session: Session, cast: Cast, row: Participation
) -> None:
    row.slot.closes_before = 60 * 24 * 90
    session.commit()
    page = f"/participations/{row.id}"
    answer = browser_of(app, cast.ben).submit(f"{page}/more", f"{page}/company", name="山田 次郎")
    assert "申し込みは締め切りました。" in answer.text.split("<section")[0]


def test_who_comes_along_is_named_or_a_child_where_children_may_come(
    app: Flask, session: Session, cast: Cast, slot: Slot
) -> None:
    alone = join(session, slot, SignUp(cast.ben.id), NOW)
    session.commit()
    ben, page = browser_of(app, cast.ben), f"/participations/{alone.id}"
    assert ben.text(f"{page}/company").count("どちらかは必須") == 2
    slot.occurrence.activity.minors = "no"
    session.commit()
    assert "どちらかは必須" not in ben.text(f"{page}/company")
    answer = ben.submit(f"{page}/more", f"{page}/company", name="")
    assert (answer.status_code, "加える方のお名前を入れてください。" in answer.text) == (422, True)


def _said(page: str) -> str:
    return re.sub(r"<rt>.*?</rt>|<rp>.*?</rp>|</?(ruby|span|bdi)[^>]*>|[\s\u2060]", "", page)


def test_the_page_of_a_date_says_what_one_has_signed_up_for_and_leads_there(
    app: Flask, cast: Cast, row: Participation
) -> None:
    date = f"/dates/{row.slot.occurrence_id}"
    shown = browser_of(app, cast.ben).text(date)
    assert "申し込み済みです（参加・3人）" in shown
    assert shown.count(f'href="/participations/{row.id}"') == 2
    for other in (Visitor(app), browser_of(app, cast.chie)):
        assert f"/participations/{row.id}" not in other.text(date)
    assert "お知らせや紙にある" in Visitor(app).text(date)


def test_a_browser_that_has_just_signed_up_finds_that_on_the_page_of_the_date(
    session: Session, slot: Slot, visitor: Visitor
) -> None:
    session.commit()
    date, typed = f"/dates/{slot.occurrence_id}", {"name": "山田 花子", "kana": "やまだ はなこ"}
    assert "この端末から" not in visitor.text(date)
    visitor.submit(f"/slots/{slot.id}/join", **typed, contact="phone", phone="090-1234-5678")
    shown = visitor.text(date)
    assert ("この端末から申し込みを送りました。" in shown, f"/slots/{slot.id}/joined" in shown) == (
        True,
        True,
    )
    visitor.submit(f"/slots/{slot.id}/joined/forget", f"/slots/{slot.id}/joined")
    assert "この端末から" not in visitor.text(date).split("notice-banner")[0]


def test_what_is_over_offers_no_other_number(app: Flask, cast: Cast, row: Participation) -> None:
    ben = browser_of(app, cast.ben)
    with at("2026-11-22 12:00"):
        assert "/company" not in ben.text(f"/participations/{row.id}")
