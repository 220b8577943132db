"""Dates, activities and posting, for programs."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities import actions
from scheduler.activities.models import Activity
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.program import Program, done, refusal
from tests.signed_in import program_of

POST = "/organizations/midori/activities"
SENT: dict[str, Any] = {
    "title": "花だんの手入れ",
    "place": "中央公園",
    "first_on": "2026-12-05",
    "first_at": "09:00",
    "minutes": 150,
    "slots": [{"name": "水やり", "places": 3}],
}


@pytest.fixture
def aiko(app: Flask, cast: Cast) -> Program:
    """Aiko's program."""
    return program_of(app, cast.aiko)


def test_a_date_has_all_that_a_calendar_and_a_volunteer_need(
    app: Flask, session: Session, cast: Cast
) -> None:
    one = make.occurrence(session, cast.midori, NOW)
    session.commit()
    found = Program(app).read(f"/dates/{one.id}")
    assert (found["uid"], found["revision"], found["state"]) == (one.uid, 0, "open")
    assert (found["starts_at"], found["timezone"]) == ("2026-11-21T23:00:00Z", "Asia/Tokyo")
    assert found["url"] == f"http://localhost/dates/{one.id}"
    assert [(slot["name_en"], slot["left"], slot["ends_at"]) for slot in found["slots"]] == [
        ("Loading", 2, "2026-11-22T01:00:00Z")
    ]


def test_the_list_has_pages_of_fifty_without_slots(app: Flask, session: Session, cast: Cast) -> None:
    make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=55")
    session.commit()
    first, second = (Program(app).read(f"/dates?page={page}") for page in (1, 2))
    assert (len(first["dates"]), first["more"], first["page"]) == (50, True, 1)
    assert (len(second["dates"]), second["more"], second["page"]) == (5, False, 2)
    assert first["dates"][0]["slots"] == []


def test_a_draft_is_its_organisers_alone(app: Flask, aiko: Program) -> None:
    draft = done(aiko.post(POST, **SENT))
    assert aiko.read(f"/activities/{draft['id']}") == draft
    assert refusal(Program(app).get(f"/activities/{draft['id']}")) == (404, "not_found")
    assert refusal(Program(app).post(f"/activities/{draft['id']}/publish")) == (404, "not_found")


def test_publishing_once_more_is_the_same(aiko: Program, session: Session) -> None:
    draft = done(aiko.post(POST, **SENT))
    states = [done(aiko.post(f"/activities/{draft['id']}/publish"))["state"] for _ in range(2)]
    assert states == ["published", "published"]
    assert len(aiko.read("/dates")["dates"]) == 1


def test_the_officer_who_posts_is_on_record(aiko: Program, session: Session, cast: Cast) -> None:
    done(aiko.post(POST, **SENT))
    session.rollback()
    assert session.query(Activity).one().created_by_id == cast.aiko.id


UNREADABLE = [
    {"first_at": "09:00Z"},
    {"first_at": "09:00:00+09:00"},
    {"first_at": 32400},
    {"decide_at": "06:30Z"},
    {"first_at": "25:00"},
    {"first_on": "2026-02-30"},
    {"minutes": "long"},
    {"minutes": 1.5},
    {"slots": [{"name": "水やり"}]},
    {"slots": "水やり"},
    {"title": None},
]


@pytest.mark.parametrize("changes", UNREADABLE, ids=str)
def test_what_has_the_wrong_shape_is_refused_with_its_place(aiko: Program, changes: dict[str, Any]) -> None:
    answer = aiko.post(POST, **SENT | changes)
    assert refusal(answer) == (422, "json_unreadable")
    assert next(iter(changes)) in answer.get_json()["message"]


HUGE = 10**30
IMPOSSIBLE = [
    ({"minutes": HUGE}, "length_out_of_range"),
    ({"reserve_days": -HUGE}, "reserve_out_of_range"),
    ({"first_on": "0001-01-01"}, "date_out_of_range"),
    ({"first_on": "9999-12-31"}, "date_out_of_range"),
    ({"timezone": "x" * 1000}, "zone_unknown"),
    ({"timezone": "\0"}, "zone_unknown"),
    ({"rule": "FREQ=DAILY;" * 1000}, "rule_too_long"),
    ({"rule": "FREQ=SECONDLY"}, "rule_too_frequent"),
    ({"website": "https://example.jp/" + "x" * 400}, "address_unusable"),
    ({"slots": []}, "slots_missing"),
    ({"slots": [{"name": "水やり", "places": 1}] * 201}, "too_many_slots"),
    ({"slots": [{"name": "水やり", "places": HUGE}]}, "places_out_of_range"),
    ({"slots": [{"name": "水やり", "places": 1, "minutes": -HUGE}]}, "length_out_of_range"),
    ({"slots": [{"name": "水やり", "places": 1, "offset_minutes": HUGE}]}, "length_out_of_range"),
    ({"slots": [{"name": "水やり", "places": 1, "competence": "x" * 41}]}, "choice_unknown"),
    ({"slots": [{"name": "水やり", "places": 1, "competence": "草刈り"}]}, "choice_unknown"),
    ({"slots": [{"name": "水やり", "places": 1, "unit": "horse"}]}, "choice_unknown"),
]


@pytest.mark.parametrize(("changes", "code"), IMPOSSIBLE, ids=lambda value: str(value)[:60])
def test_what_cannot_be_is_refused_by_name(
    aiko: Program, session: Session, changes: dict[str, Any], code: str
) -> None:
    assert refusal(aiko.post(POST, **SENT | changes)) == (422, code)
    session.rollback()
    assert session.query(Activity).count() == 0


def test_what_is_too_long_is_refused_and_never_cut(aiko: Program, session: Session) -> None:
    names = ("title", "title_en", "summary", "place", "address", "address_en", "bring", "contact")
    for name in names:
        assert refusal(aiko.post(POST, **SENT | {name: "長" * 4001})) == (422, "text_too_long")
    slot = {"name": "水" * 121, "places": 1}
    assert refusal(aiko.post(POST, **SENT | {"slots": [slot]})) == (422, "text_too_long")
    assert session.query(Activity).count() == 0


def test_nobody_posts_for_another_body(app: Flask, cast: Cast) -> None:
    for program in (Program(app), program_of(app, cast.ben), program_of(app, cast.chie)):
        assert refusal(program.post(POST, **SENT)) == (404, "not_found")
    assert refusal(program_of(app, cast.aiko).post("/organizations/nobody/activities", **SENT)) == (
        404,
        "not_found",
    )


def test_next_starts_of_a_draft_are_those_that_the_rule_would_give(aiko: Program) -> None:
    draft = done(aiko.post(POST, **SENT | {"rule": "RRULE:freq=weekly;byday=SA,WE;count=3"}))
    assert draft["rule"] == "FREQ=WEEKLY;BYDAY=WE,SA;COUNT=3"
    assert draft["next_starts"] == ["2026-12-05T00:00:00Z", "2026-12-09T00:00:00Z", "2026-12-12T00:00:00Z"]


def test_a_draft_of_the_past_has_no_starts_and_is_not_published(
    aiko: Program, session: Session, cast: Cast
) -> None:
    draft = actions.post(session, cast.midori.id, make.facts(first_on=date(2026, 1, 4)), None, NOW)
    session.commit()
    assert aiko.read(f"/activities/{draft.id}")["next_starts"] == []
    assert refusal(aiko.post(f"/activities/{draft.id}/publish")) == (422, "no_dates_ahead")


def test_a_program_asks_what_dates_a_rule_would_give(app: Flask, cast: Cast) -> None:
    asked = {
        "first_on": "2026-11-23",
        "first_at": "08:00",
        "rule": "FREQ=WEEKLY;COUNT=2",
        "on_holiday": "skip",
    }
    found = done(program_of(app, cast.aiko).post("/organizations/midori/activities/dates", **asked))
    assert found["repeats"] == "毎週 月曜日、全2回"
    assert [(line["day"], line["starts_at"], line["rest"]) for line in found["dates"]] == [
        ("2026-11-23", None, "勤労感謝の日"),
        ("2026-11-30", "2026-11-29T23:00:00Z", None),
    ]


def test_a_program_posts_listed_dates(app: Flask, cast: Cast) -> None:
    made = done(program_of(app, cast.aiko).post(POST, **SENT | {"dates": ["2026-12-20", "2026-12-13"]}))
    assert [start[:10] for start in made["next_starts"]] == ["2026-12-05", "2026-12-13", "2026-12-20"]
