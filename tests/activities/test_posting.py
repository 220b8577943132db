"""Posting an activity with the form: nothing typed is dropped, and the draft shows what will be."""

import re
from datetime import date
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, SlotTemplate
from tests import make
from tests.activities.test_views import NEW, TYPED, posted
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of
from tests.visitor import Visitor


@pytest.fixture
def aiko(app: Flask, cast: Cast) -> Visitor:
    """Aiko's browser."""
    return browser_of(app, cast.aiko)


def test_a_reserve_date_says_itself_that_rain_postpones_and_is_shown_beside_each_date(
    aiko: Visitor, session: Session
) -> None:
    answer = aiko.submit(NEW, **TYPED | {"reserve_days": "7", "weather_rule": ""})
    assert (posted(session).weather_rule, posted(session).reserve_days) == ("postpone_if_rain", 7)
    assert "予備日 12月12日（土）" in aiko.text(answer.location)
    asked = "/organizations/midori/activities/dates?first_on=2026-12-05&first_at=09:00&repeats=once&"
    shown = ["予備日 12月12日" in aiko.text(asked + more) for more in ("reserve_days=7", "reserve_days=700")]
    assert shown == [True, False]


def test_a_reserve_date_beside_a_choice_to_decide_nothing_is_asked_about(
    aiko: Visitor, session: Session
) -> None:
    page = aiko.submit(NEW, **TYPED | {"reserve_days": "7", "weather_rule": "none"}).text
    assert "予備日を消すか、「雨のとき」\u2060を選び直してください。" in page
    assert 'value="7"' in page
    assert session.query(Activity).count() == 0


def test_the_first_day_is_marked_as_needed_only_where_no_weekday_is_chosen(aiko: Visitor) -> None:
    marked = aiko.text(NEW).partition('for="first_on"')[2].partition("</label>")[0]
    assert "曜日や日を選ばないときは必須" in marked
    answer = aiko.submit(NEW, **TYPED | {"first_on": "", "repeats": "weekly"})
    assert "はじめの日を入れるか、くり返す曜日や日を選んでください。" in answer.text


def test_who_decides_and_when_is_not_dropped_where_nothing_is_chosen_about_the_rain(
    aiko: Visitor, session: Session
) -> None:
    answer = aiko.submit(NEW, **TYPED | {"decide_at": "06:30"})
    assert "雨のときにどうするかも選んでください。" in answer.text
    assert 'value="06:30"' in answer.text
    assert session.query(Activity).count() == 0


def test_whom_to_ask_is_what_the_body_has_published_never_an_own_number_and_is_missed_where_it_is_empty(
    aiko: Visitor, session: Session, cast: Cast
) -> None:
    cast.aiko.phone = "0467-11-2222"
    session.commit()
    assert "0467-11-2222" not in aiko.text(NEW)
    cast.midori.contact = "集会所 0467-11-3333"
    session.commit()
    assert 'value="集会所 0467-11-3333"' in aiko.text(NEW)
    draft = aiko.submit(NEW, **TYPED | {"contact": ""}).location
    assert "申し込んだ方が質問できるように、入れてください。" in aiko.text(draft)


def test_a_draft_leads_to_where_each_fact_is_typed_and_says_how_many_there_are_in_all(
    aiko: Visitor, session: Session
) -> None:
    draft = aiko.submit(NEW, **TYPED | {"slots-1-places": "4"}).location
    page = aiko.text(draft)
    assert ("お手伝い：4人" in page, "合わせて 7人" in page) == (True, True)
    assert f'href="{draft}/edit?at=rain#rain"' in page
    assert 'id="rain" open' in aiko.text(f"{draft}/edit?at=rain")
    assert 'id="rain" open' not in aiko.text(f"{draft}/edit")


def test_parts_without_a_name_keep_each_its_own_terms_when_the_draft_is_corrected(
    session: Session, aiko: Visitor
) -> None:
    typed = TYPED | {"slots-0-name": "", "slots-1-name": "", "slots-1-places": "4"}
    draft = aiko.submit(NEW, **typed).location
    first, second = session.scalars(select(SlotTemplate).order_by(SlotTemplate.position))
    first.max_age, second.min_age = 6, 15
    session.commit()
    assert aiko.submit(f"{draft}/edit", **typed).status_code == 303
    session.rollback()
    parts = session.scalars(select(SlotTemplate).order_by(SlotTemplate.position))
    assert [(one.name, one.max_age, one.min_age) for one in parts] == [
        ("お手伝い", 6, None),
        ("お手伝い", None, 15),
    ]


def test_the_rhythm_gives_the_first_day_where_nobody_types_one(aiko: Visitor, session: Session) -> None:
    rhythm = {"first_on": "", "repeats": "monthly_weekday", "weeks": "2", "weekdays": "6"}
    asked = "/organizations/midori/activities/dates?first_at=09:00&repeats=monthly_weekday&weeks=2&weekdays=6"
    assert '<data value="2026-12-13" hidden>' in aiko.text(asked)
    assert "<data" not in aiko.text(f"{asked}&first_on=2027-01-10")
    # Where it does not say the day by itself, or somebody has typed something else, that is asked for as before.
    for wrong in ({"weeks": ""}, {"repeats": "once"}, {"first_on": "来月"}, {"repeats": "monthly_date"}):
        assert 'href="#first_on"' in aiko.submit(NEW, **TYPED | rhythm | wrong).text
    # Without script, too: the button that only shows the dates has it filled in.
    assert 'value="2026-12-13"' in aiko.submit(NEW, **TYPED | rhythm | {"show_dates": "1"}).text
    aiko.submit(NEW, **TYPED | rhythm)
    assert posted(session).first_on == date(2026, 12, 13)


def test_a_draft_names_who_decides_only_where_they_will_be_asked(aiko: Visitor, session: Session) -> None:
    rain = {"weather_rule": "postpone_if_rain", "reserve_days": "7"}
    draft = aiko.submit(NEW, **TYPED | rain).location
    said = ("決める時刻は、まだありません" in aiko.text(draft), ">決める人<" in aiko.text(draft))
    assert said == (True, False)
    assert aiko.submit(f"{draft}/edit", **TYPED | rain | {"decide_at": "06:30"}).status_code == 303
    said = ("決める時刻は、まだありません" in aiko.text(draft), ">決める人<" in aiko.text(draft))
    assert said == (False, True)


def test_what_else_is_on_the_same_days_is_said_above_the_draft_and_the_time_can_be_mended(
    aiko: Visitor, session: Session, cast: Cast
) -> None:
    make.activity(session, cast.midori, NOW, rule=make.SECOND_SUNDAY)
    session.commit()
    typed = {"first_on": "2026-12-13", "first_at": "08:00", "ends_at": "09:00", "reserve_days": "7"}
    answer = aiko.submit(NEW, **TYPED | typed | {"repeats": "weekly", "weather_rule": ""})
    page = aiko.text(answer.location)
    clash, draft = page.index("同じ日に、ほかの活動があります。"), page.index("まだほかの人には")
    assert (clash < draft, "ほかに同じ日が" in page[clash:draft]) == (True, True)
    # The rhythm, the hours and the reserve date each lead to where they are typed.
    assert page.count("/edit?at=when#when") == 3


def test_who_has_published_can_send_it_by_line_or_print_a_poster_at_once(
    aiko: Visitor, session: Session
) -> None:
    path = aiko.submit(NEW, **TYPED).location
    page = aiko.text(aiko.submit(f"{path}/publish", page=path).location)
    told = page.partition("公開しました。だれでも申し込めます。")[2].partition("</p>")[0]
    assert ("https://line.me/R/share?text=" in told, '/poster.pdf" ' in told) == (True, True)
    assert quote(f"{posted(session).title}（みどり町内会）\nhttp://localhost{path}") in told


def _whole(page: str) -> str:
    # What is held together on a line is one piece of markup.
    return re.sub("<[^>]+>|\u2060", "", page)


@pytest.mark.parametrize(
    ("language", "draft", "published"),
    [
        (
            "ja",
            "「花だんの手入れ」は、もう下書きにあります。",
            "「花だんの手入れ」は、もう公開してあります。",
        ),
        ("en", "“花だんの手入れ” is among your drafts.", "“花だんの手入れ” has been published."),
        ("ja@easy", "もう1つの", "もう1つの"),
    ],
)
def test_who_goes_back_to_the_empty_form_reads_that_nothing_was_lost(
    aiko: Visitor, app: Flask, cast: Cast, language: str, draft: str, published: str
) -> None:
    aiko.submit("/language", page="/", language=language)
    assert "もう1つの" not in aiko.text(NEW)
    path = aiko.submit(NEW, **TYPED).location
    page = aiko.text(NEW)
    assert (draft in _whole(page), f'href="{path}"' in page) == (True, True)
    aiko.submit(f"{path}/publish", page=path)
    page = aiko.text(f"{NEW}?starter=clean_up")
    assert (published in _whole(page), f'href="{path}"' in page) == (True, True)
    # Not while something is mended, nor later, nor to others.
    assert f'href="{path}"' not in aiko.submit(NEW, **TYPED | {"title": ""}).text
    with at("2026-11-16 11:00"):
        assert f'href="{path}"' not in browser_of(app, cast.aiko).text(NEW)
