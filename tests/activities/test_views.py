"""What is on, and posting it, as pages."""

import re
from datetime import date, datetime, time

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities import actions
from scheduler.activities.models import Activity
from scheduler.activities.parts import SlotFacts
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of
from tests.visitor import Visitor

NEW = "/organizations/midori/activities/new"
TYPED = {
    "title": "花だんの手入れ",
    "place": "中央公園",
    "first_on": "2026-12-05",
    "first_at": "09:00",
    "ends_at": "11:30",
    "repeats": "once",
    "weather_rule": "none",
    "slots-0-name": "水やり",
    "slots-0-places": "3",
}


def posted(session: Session) -> Activity:
    """Return the one activity as it is now."""
    session.rollback()
    return session.query(Activity).one()


@pytest.fixture
def aiko(app: Flask, cast: Cast) -> Visitor:
    """Aiko's browser."""
    return browser_of(app, cast.aiko)


def test_an_empty_board_says_what_to_do(visitor: Visitor) -> None:
    assert "いま募集している活動はありません" in visitor.text("/")


def test_the_list_shows_the_next_first_with_place_and_places_left(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    make.activity(session, cast.midori, NOW, title="あとの活動", first_on=date(2026, 12, 1))
    make.activity(session, cast.library, NOW, title="先の活動", first_on=date(2026, 11, 20))
    session.commit()
    page = visitor.text("/")
    assert page.index("先の活動") < page.index("あとの活動")
    assert "みどり公園前" in page
    assert "あと2人" in page


def test_the_list_has_pages_and_a_wild_number_is_the_first_or_an_empty_one(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=25")
    session.commit()
    assert visitor.text("/").count("/dates/") == 20
    assert visitor.text("/?page=2").count("/dates/") == 5
    assert [visitor.text(f"/?page={page}").count("/dates/") for page in ("0", "-5", "x")] == [20] * 3
    assert visitor.text("/?page=99999999999999999999").count("/dates/") == 0


def test_the_page_of_a_date_offers_what_can_be_taken_only(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    slots = (SlotFacts("受付", 1), SlotFacts("積込み", 2))
    taken, free = make.occurrence(session, cast.midori, NOW, slots=slots).slots
    make.participation(session, taken, cast.ben, NOW)
    session.commit()
    page = visitor.text("/dates/1")
    assert re.search(rf'href="/slots/{taken.id}/join">補欠で待つ<', page)
    assert re.search(rf'href="/slots/{free.id}/join">この役割で申し込む<', page)
    assert "満員" in page


@pytest.mark.parametrize(("moment", "offered"), [("2026-11-22 07:59", True), ("2026-11-22 08:00", False)])
def test_what_has_begun_is_not_offered(
    session: Session, cast: Cast, visitor: Visitor, moment: str, offered: bool
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    session.commit()
    with at(moment):
        assert (f"/slots/{slot.id}/join" in visitor.text("/dates/1")) is offered


def test_who_has_signed_up_sees_it_and_may_withdraw(app: Flask, session: Session, cast: Cast) -> None:
    row = make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    page = browser_of(app, cast.ben).text("/dates/1")
    assert f"/participations/{row.id}/withdraw" in page
    assert f"/slots/{row.slot_id}/join" not in page


def test_nobodys_name_is_on_a_public_page(session: Session, cast: Cast, visitor: Visitor) -> None:
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    for path in ("/", "/dates/1", "/activities/1", "/organizations/midori", "/calendars/public.ics"):
        assert "別所" not in visitor.text(path)


def test_only_its_organiser_sees_the_work_on_a_date(app: Flask, session: Session, cast: Cast) -> None:
    make.occurrence(session, cast.midori, NOW)
    session.commit()
    for person, sees in ((cast.aiko, True), (cast.ben, False), (cast.chie, False)):
        assert ("/dates/1/board" in browser_of(app, person).text("/dates/1")) is sees


def test_what_an_organiser_types_is_text_and_never_markup(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    hostile = "<script>alert(1)</script>'\"><img src=x onerror=alert(1)>{{7*7}}"
    names = ("title", "summary", "place", "address", "bring", "contact")
    slots = (SlotFacts(hostile, 2),)
    made = make.activity(session, cast.midori, NOW, **dict.fromkeys(names, hostile), slots=slots)
    session.commit()
    for path in ("/", "/dates/1", f"/activities/{made.id}", "/slots/1/join"):
        page = visitor.text(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "{{7*7}}" in page or path == "/slots/1/join"


def test_a_draft_is_its_organisers_alone(aiko: Visitor, session: Session, visitor: Visitor) -> None:
    draft = aiko.submit(NEW, **TYPED).location
    assert visitor.get(draft).status_code == 404
    assert "花だんの手入れ" not in visitor.text("/organizations/midori")
    assert re.search("12月5日（土） 午前9時.*子どももいっしょに来られます", aiko.text(draft), re.S)
    assert "下\u2060書き" in aiko.text("/organizations/midori")


def test_a_draft_that_is_opened_shows_what_was_typed_to_be_corrected(aiko: Visitor, session: Session) -> None:
    draft = aiko.submit(NEW, **TYPED | {"repeats": "weekly"}).location
    shown = aiko.text(f"{draft}/edit")
    assert 'value="花だんの手入れ"' in shown
    assert 'selected value="weekly"' in shown
    assert aiko.submit(f"{draft}/edit", **TYPED | {"title": "水やり当番"}).location == draft
    assert (posted(session).title, posted(session).rule) == ("水やり当番", None)


WRONG = [
    ({"title": " "}, "ここは必ず入れてください。"),
    ({"first_on": "tomorrow"}, "入力を確かめてください"),
    ({"slots-0-name": "", "slots-0-places": ""}, "人数を入れてください。"),
    ({"slots-0-places": "many"}, "入力を確かめてください"),
    ({"weather_rule": "postpone_if_rain"}, "予備日がありません。"),
    ({"website": "javascript:alert(1)"}, "https:// で始まる"),
]


@pytest.mark.parametrize(("typed", "sentence"), WRONG)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(
    aiko: Visitor, session: Session, typed: dict[str, str], sentence: str
) -> None:
    answer = aiko.submit(NEW, **{**TYPED, "summary": "みんなで水をやります", **typed})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "みんなで水をやります" in answer.text
    session.rollback()
    assert session.query(Activity).count() == 0


def test_all_mistakes_are_said_at_once_each_with_a_link_to_its_field(aiko: Visitor) -> None:
    wrong = {"place": "", "ends_at": "09:00", "slots-0-name": "受付", "slots-0-places": "0"}
    second = {"slots-1-name": "積込み", "slots-1-places": "2", "slots-1-min_people": "5"}
    box = aiko.submit(NEW, **TYPED | wrong | second).text.split('class="error-list"', 1)[1].split("</ul>")[0]
    assert re.findall('href="#([^"]+)">([^<]+)', box) == [
        ("ends_at", "終わりの時刻は、始まりより後にしてください。"),
        ("place", "集まる場所：ここは必ず入れてください。"),
        ("slots-0-places", "受付：人数は、1から5000までにしてください。"),
        ("slots-1-min_people", "積込み：最少人数は、人数以下にしてください。"),
    ]


def test_a_refusal_is_in_the_readers_language(aiko: Visitor) -> None:
    aiko.submit("/language", page="/", language="en")
    answer = aiko.submit(NEW, **TYPED | {"ends_at": "08:00"})
    assert "終わりの時刻" not in answer.text
    assert '<html lang="en"' in answer.text


def test_correcting_a_draft_leaves_what_the_form_does_not_ask(
    aiko: Visitor, session: Session, cast: Cast
) -> None:
    facts = make.facts(timezone="Europe/Berlin", minors="no")
    draft = actions.post(session, cast.midori.id, facts, None, NOW)
    session.commit()
    aiko.submit(f"/activities/{draft.id}/edit", **TYPED)
    kept = posted(session)
    assert (kept.title, kept.timezone) == ("花だんの手入れ", "Europe/Berlin")
    assert kept.minors == "no"


def test_what_is_published_cannot_be_rewritten_on_this_page(
    aiko: Visitor, session: Session, cast: Cast
) -> None:
    made = make.activity(session, cast.midori, NOW)
    session.commit()
    answer = aiko.submit(f"/activities/{made.id}/edit", f"/activities/{made.id}/correct", **TYPED)
    assert (answer.status_code, "もう公開しています" in answer.text) == (409, True)
    assert posted(session).title == "資源回収の日"


def test_publishing_without_any_date_ahead_is_refused_in_words(
    aiko: Visitor, session: Session, cast: Cast
) -> None:
    old = make.facts(first_on=date(2026, 1, 4))
    draft = actions.post(session, cast.midori.id, old, None, datetime(2026, 1, 1, tzinfo=NOW.tzinfo))
    session.commit()
    answer = aiko.submit(f"/activities/{draft.id}/publish", page=f"/activities/{draft.id}")
    assert (answer.status_code, "これから先の日付がありません" in answer.text) == (422, True)
    assert posted(session).state == "draft"


def test_a_second_tap_on_publish_is_the_same_as_one(
    aiko: Visitor, session: Session, visitor: Visitor
) -> None:
    draft = aiko.submit(NEW, **TYPED).location
    answers = [aiko.submit(f"{draft}/publish", page="/") for _ in range(2)]
    assert [answer.location for answer in answers] == [draft, draft]
    assert visitor.text("/").count("/dates/") == 1


def test_only_officers_post(app: Flask, cast: Cast, visitor: Visitor) -> None:
    for browser in (visitor, browser_of(app, cast.ben), browser_of(app, cast.chie)):
        assert browser.get(NEW).status_code == 404
        assert browser.submit(NEW, page="/sign-in", **TYPED).status_code == 404


def test_a_body_without_dates_says_so_and_offers_its_organiser_to_begin(
    aiko: Visitor, visitor: Visitor
) -> None:
    assert "これから先の日程はまだありません" in visitor.text("/organizations/midori")
    assert "はじめに活動をのせてください" in aiko.text("/organizations/midori")
    assert "/organizations/midori/activities/start" in aiko.text("/organizations/midori")


def test_the_organiser_finds_the_dates_to_tick(aiko: Visitor, session: Session, cast: Cast) -> None:
    make.occurrence(session, cast.midori, NOW)
    session.commit()
    assert "/dates/1/attendance" not in aiko.text("/organizations/midori")
    with at("2026-11-22 06:00"):
        assert "/dates/1/attendance" in aiko.text("/organizations/midori")


def test_every_body_with_something_to_show_has_a_feed_to_subscribe_to(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    make.activity(session, cast.midori, NOW)
    session.commit()
    page = visitor.text("/subscribe")
    assert "webcal://localhost/calendars/public.ics" in page
    assert "http://localhost/organizations/midori/calendar.ics" in page
    assert "/organizations/library/calendar.ics" not in page


SHOW = {"show_dates": "1", "title": "", "repeats": "weekly", "on_holiday": "next_week"}


def test_the_dates_are_shown_without_script_and_nothing_typed_is_lost(
    session: Session, aiko: Visitor
) -> None:
    typed = TYPED | SHOW | {"first_on": "2026-11-23", "place": "中央公園の東口"}
    answer = aiko.submit(NEW, **typed)
    assert answer.status_code == 200
    assert "毎週 月曜日" in answer.text
    assert "勤労感謝の日なので、お休み" in answer.text
    assert "11月30日（月） 午前9時" in answer.text
    assert "中央公園の東口" in answer.text
    assert session.query(Activity).count() == 0


def test_the_era_is_shown_on_request(aiko: Visitor) -> None:
    assert "令和" not in aiko.submit(NEW, **TYPED | SHOW).text
    assert "令和8年12月5日（土）" in aiko.submit(NEW, **TYPED | SHOW | {"era": "y"}).text


def test_a_bomb_is_answered_with_a_sentence_and_stays_in_its_field(aiko: Visitor) -> None:
    answer = aiko.submit(NEW, **TYPED | SHOW | {"repeats": "rule", "rrule": "FREQ=SECONDLY;COUNT=1000000000"})
    assert answer.status_code == 200
    assert "くり返しは、いちばん多くて1日1回です。" in answer.text
    assert "FREQ=SECONDLY;COUNT=1000000000" in answer.text


def test_a_first_day_that_is_over_is_said_to_be(aiko: Visitor) -> None:
    asked = "/organizations/midori/activities/dates?first_at=09:00&repeats=monthly_date&first_on="
    said = "はじめの日（11月1日（日））は過ぎています。"
    assert [said in aiko.text(asked + day) for day in ("2026-11-01", "2026-12-05")] == [True, False]


def test_a_script_may_ask_for_the_dates_while_one_types(aiko: Visitor) -> None:
    piece = aiko.text(
        "/organizations/midori/activities/dates?first_on=2026-12-05&first_at=09:00&repeats=monthly_date"
    )
    assert "毎月 5日" in piece
    assert piece.count("<li") == 12
    assert "<html" not in piece
    assert "入れると" in aiko.text("/organizations/midori/activities/dates")


def test_the_dates_while_one_types_say_until_when_and_that_an_end_comes_too_early(aiko: Visitor) -> None:
    asked = "/organizations/midori/activities/dates?first_on=2026-12-05&first_at=09:00&repeats=once&ends_at="
    assert "午前9時〜11時\u206030分" in aiko.text(f"{asked}11:30")
    assert "終わりの時刻は、始まりより後にしてください。" in aiko.text(f"{asked}08:00")


def test_a_draft_says_what_else_its_body_does_then(aiko: Visitor, session: Session, cast: Cast) -> None:
    other = make.occurrence(session, cast.midori, NOW, title="資源回収の日", first_on=date(2026, 12, 5))
    make.occurrence(session, cast.library, NOW, title="おはなし会", first_on=date(2026, 12, 5))
    session.commit()
    drafts = [
        aiko.submit(
            NEW, **TYPED | {"first_on": day, "first_at": start, "ends_at": end, "place": place}
        ).location
        for day, start, end, place in (
            ("2026-12-05", "08:30", "11:30", "集会所"),
            ("2026-12-05", "15:00", "16:00", other.place),
            ("2026-12-05", "15:00", "16:00", "集会所"),
            ("2026-12-06", "08:30", "11:30", other.place),
        )
    ]
    said = ["同じ日に、ほかの活動があります。" in aiko.text(draft) for draft in drafts]
    assert said == [True, True, False, False]
    assert "おはなし会" not in aiko.text(drafts[0])


def test_what_is_wrong_is_listed_in_the_order_of_the_page(aiko: Visitor) -> None:
    page = aiko.submit(
        NEW, **TYPED | {"title": "", "first_on": "", "place": "", "slots-0-places": "many"}
    ).text
    listed = re.findall(r'<li><a href="#([a-z0-9_-]+)">', page)
    assert listed == ["title", "first_on", "place", "slots-0-places"]


def test_a_date_on_a_holiday_says_so(session: Session, cast: Cast, visitor: Visitor) -> None:
    made = make.occurrence(session, cast.midori, NOW, first_on=date(2026, 11, 23))
    session.commit()
    assert "勤労感謝の日" in visitor.text(f"/dates/{made.id}")
    assert "勤労感謝の日" in visitor.text("/")


def test_a_draft_says_which_dates_gave_way(session: Session, cast: Cast, aiko: Visitor) -> None:
    made = actions.post(
        session, cast.midori.id, make.facts(first_on=date(2026, 11, 23), on_holiday="day_after"), None, NOW
    )
    session.commit()
    assert "11月23日（月）が勤労感謝の日なので" in aiko.text(f"/activities/{made.id}")
    assert "11月24日（火）" in aiko.text(f"/activities/{made.id}")


def test_where_the_place_is_on_the_map_is_pasted_and_opened_only_by_who_presses(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    aiko = browser_of(app, cast.aiko)
    short = aiko.submit(NEW, **TYPED | {"map_point": "https://maps.app.goo.gl/AbC"})
    assert short.status_code == 422
    assert "短いリンクからは、場所がわかりません。" in short.text
    assert 'value="https://maps.app.goo.gl/AbC"' in short.text
    link = "https://www.openstreetmap.org/?mlat=35.658034&mlon=139.701636#map=17/35.1/139.1"
    aiko.submit(NEW, **TYPED | {"map_point": link})
    actions.publish(session, posted(session), None, NOW)
    session.commit()
    page = visitor.text("/dates/1")
    assert 'href="geo:35.65803,139.70164?q=35.65803,139.70164"' in page
    assert "https://www.openstreetmap.org/?mlat=35.65803&amp;mlon=139.70164#map=17/35.65803/139.70164" in page
    assert not re.findall(r"<(?:img|iframe|script|link)[^>]*openstreetmap", page)


def test_the_parts_of_a_date_are_sent_again_only_when_something_has_changed(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    slot = make.slot(session, cast.midori, NOW, places=2)
    session.commit()
    address = f"/dates/{slot.occurrence_id}/parts"
    assert f'data-live="{address}"' in visitor.text(f"/dates/{slot.occurrence_id}")
    tag = visitor.get(address).headers["ETag"]
    same = visitor.get(address, headers={"If-None-Match": tag})
    assert (same.status_code, same.data) == (304, b"")
    make.participation(session, slot, cast.ben, NOW)
    session.commit()
    assert "あと1人" in visitor.get(address, headers={"If-None-Match": tag}).text


def test_a_day_that_is_near_has_a_word_beside_its_date(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    for day in (16, 17, 22):
        make.activity(
            session, cast.midori, NOW, first_on=date(2026, 11, day), first_at=time(18), decide_at=time(12)
        )
    session.commit()
    assert re.findall(r'class="soon">(.+?)<', visitor.text("/")) == ["今日", "あした"]
