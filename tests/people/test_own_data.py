"""What is stored of somebody: taken along as a file, and erased so that only numbers stay."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.attendance.actions import Tick, record_attendance
from scheduler.checking import wrong_counters
from scheduler.db import Base
from scheduler.errors import Conflict
from scheduler.notices.models import Delivery
from scheduler.participation.actions import join
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties import actions as parties
from scheduler.parties.access import Actor
from scheduler.parties.models import Organization, Person
from scheduler.people.erasing import NOBODY, erase
from scheduler.people.exporting import export_of
from scheduler.reports.queries import hours_of_body
from scheduler.series.actions import Wish
from scheduler.series.actions import join as join_series
from scheduler.series.models import Series
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor

PAST = NOW + timedelta(days=10)
WORDS = ("別所", "べっしょ", "ben@example.jp", "池田", "いけだ", "足が痛い")


@pytest.fixture
def slots(session: Session, cast: Cast) -> list[Slot]:
    """Ben came to one date with somebody, and is to come to another."""
    came, later = (make.slot(session, cast.midori, NOW, places=4, first_on=day) for day in _days())
    company = Company(others=(Named("池田 泉", "いけだ いずみ"),))
    row = join(session, came, SignUp(cast.ben.id, company=company, note="足が痛い"), NOW)
    record_attendance(session, came.occurrence, [(row, Tick(2))], cast.aiko.id, PAST)
    join(session, later, SignUp(cast.ben.id), NOW)
    session.commit()
    return [came, later]


def _days() -> tuple[object, object]:
    return NOW.date() + timedelta(days=6), NOW.date() + timedelta(days=20)


def _erase(session: Session, person: Person) -> None:
    erase(session, person, Actor(PAST.date(), person.id), PAST)
    session.commit()


def _everything(session: Session) -> str:
    # The history keeps what an organiser wrote; nothing of that is in this story.
    tables = [table for table in Base.metadata.sorted_tables if table.name != "allowance"]
    return "\n".join(str(session.execute(text(f'SELECT * FROM "{table.name}"')).all()) for table in tables)  # noqa: S608  # our own names


def test_no_word_of_an_erased_person_is_left_in_any_table(
    session: Session, cast: Cast, slots: list[Slot]
) -> None:
    assert all(word in _everything(session) for word in WORDS)
    _erase(session, cast.ben)
    assert [word for word in WORDS if word in _everything(session)] == []


def test_who_was_to_come_along_every_time_is_not_left_either(session: Session, cast: Cast) -> None:
    made = make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=2")
    company = Company(others=(Named("池田 泉", "いけだ いずみ"),))
    join_series(session, made, Wish(0, every=True), SignUp(cast.ben.id, company=company), NOW)
    assert "いけだ" in str(session.scalars(select(Series.company)).all())
    _erase(session, cast.ben)
    assert session.scalars(select(Series.company)).all() == [[]]


def test_what_was_counted_stays_and_what_is_to_come_is_free(
    session: Session, cast: Cast, slots: list[Slot]
) -> None:
    before = [(line.dates, line.hours) for line in hours_of_body(session, cast.midori.id, 2026)]
    _erase(session, cast.ben)
    lines = hours_of_body(session, cast.midori.id, 2026)
    assert [(line.dates, line.hours) for line in lines] == before != []
    assert [slot.taken for slot in slots] == [2, 0]
    assert wrong_counters(session) == []


def test_whoever_waited_is_offered_the_place(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, places=1, first_on=NOW.date() + timedelta(days=20))
    make.participation(session, slot, cast.ben, NOW)
    waits = join(session, slot, SignUp(cast.chie.id, or_wait=True), NOW)
    _erase(session, cast.ben)
    assert waits.state == "offered"


def test_nothing_more_is_sent_to_them(session: Session, cast: Cast, slots: list[Slot]) -> None:
    _erase(session, cast.ben)
    wanted = select(Delivery.state).where(Delivery.person_id == cast.ben.id)
    assert set(session.scalars(wanted)) <= {"dropped", "sent"}


def test_the_last_officer_asks_somebody_to_follow_first(session: Session, cast: Cast) -> None:
    with pytest.raises(Conflict, match="last_officer"):
        _erase(session, cast.aiko)
    casting.hold_office(session, cast.ben, cast.midori, "secretary", NOW)
    _erase(session, cast.aiko)
    assert cast.aiko.name == NOBODY


def test_the_file_holds_what_is_stored(session: Session, cast: Cast, slots: list[Slot]) -> None:
    told = export_of(session, cast.ben)
    assert told["person"]["email"] == "ben@example.jp"
    assert [(one["state"], one["came_people"]) for one in told["sign_ups"]] == [
        ("done", 2),
        ("confirmed", None),
    ]
    assert told["sign_ups"][0]["company"][0]["name"] == "池田 泉"


def test_the_page_says_what_is_stored_and_the_link_of_a_mail_opens_it_too(
    app: Flask, session: Session, cast: Cast, slots: list[Slot], visitor: Visitor
) -> None:
    own = parties.personal_link(cast.ben, app.config["TSUDOI"].secret_key)
    session.commit()
    signed_in, by_link = browser_of(app, cast.ben).text("/me/data"), visitor.text(f"{own}/data")
    for page in (signed_in, by_link):
        assert all(text in page for text in ("別所 勉", "池田 泉", "参加済</span>"))
    for private in ("ben@<wbr>example<wbr>.jp", "足が痛い"):  # the link may have been passed on
        assert (private in signed_in, private in by_link) == (True, False)
    assert ("tsudoi.json" in by_link, "/me/erase" in by_link, "data.json" in signed_in) == (
        False,
        False,
        True,
    )
    assert f'href="{own}/data"' in visitor.text(own)


def test_somebody_takes_the_file_and_goes(
    app: Flask, session: Session, cast: Cast, slots: list[Slot]
) -> None:
    ben = browser_of(app, cast.ben)
    file = ben.get("/me/data.json")
    assert file.headers["Content-Disposition"] == 'attachment; filename="tsudoi.json"'
    assert file.json is not None
    assert file.json["person"]["name"] == "別所 勉"
    assert "ここに印をつけてから" in ben.submit("/me/erase", page="/me/data").text
    assert ben.submit("/me/erase", page="/me/data", sure="y").status_code == 303
    assert ben.get("/me").status_code == 303


def test_what_is_known_of_somebody_takes_as_many_queries_for_one_sign_up_as_for_five(
    session: Session, cast: Cast
) -> None:
    def queries() -> int:
        session.commit()
        session.expunge_all()
        asked: list[str] = []
        engine = session.connection().engine

        def listen(*call: Any) -> None:
            asked.append(call[2])

        event.listen(engine, "before_cursor_execute", listen)
        export_of(session, session.get_one(Person, ben))
        event.remove(engine, "before_cursor_execute", listen)
        return len(asked)

    ben, midori = cast.ben.id, cast.midori.id
    counts = []
    for many in (1, 4):
        for _more in range(many):
            slot = make.slot(session, session.get_one(Organization, midori), NOW)
            join(session, slot, SignUp(ben, clash_ok=True), NOW)
        counts.append(queries())
    assert counts[0] == counts[1]
