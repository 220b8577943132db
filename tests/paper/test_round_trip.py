"""Print, write, key in: fifteen households on paper stand exactly as fifteen that answered by telephone."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.participation.actions import join
from scheduler.participation.models import GONE, Participation
from scheduler.participation.signing import Company, Named, SignUp
from tests.cast import Cast
from tests.conftest import NOW
from tests.paper.streets import Street, date, sheet, street
from tests.signed_in import browser_of

# How many come of each home, for the two parts; the first part has room for twelve.
FIRST = (1, 2, 0, 3, 1, 0, 2, 1, 2, 1, 0, 3, 1, 0, 2)
SECOND = (0, 1, 0, 0, 1, 2, 0, 0, 0, 0, 1, 2, 0, 0, 1)
ANSWERS = list(zip(FIRST, SECOND, strict=True))


def _by_phone(session: Session, homes: Street, day: Occurrence) -> None:
    for speaker, answer in zip(homes.speakers, ANSWERS, strict=True):
        for slot, people in zip(day.slots, answer, strict=True):
            if people:
                company = Company(others=(Named(),) * (people - 1))
                join(session, slot, SignUp(speaker.id, company=company, or_wait=True, clash_ok=True), NOW)


def _state(session: Session, day: Occurrence) -> list[tuple[str, int | None, int, str, bool]]:
    slots = {slot.id: slot.name for slot in day.slots}
    wanted = select(Participation).where(Participation.slot_id.in_(slots), Participation.state.not_in(GONE))
    rows = session.scalars(
        wanted.order_by(Participation.slot_id, Participation.queue_no, Participation.contact_id)
    )
    return [(slots[row.slot_id], row.contact_id, row.people, row.state, row.holds) for row in rows]


def test_fifteen_households_on_paper_stand_as_fifteen_by_telephone(
    app: Flask, session: Session, cast: Cast
) -> None:
    homes = street(session, cast)
    phone, paper = (date(session, cast, 12, 9) for _ in range(2))
    _by_phone(session, homes, phone)
    printed = sheet(session, cast, homes, paper)
    typed = {
        f"n-{number}-{slot.id}": str(people)
        for number, answer in enumerate(ANSWERS, 1)
        for slot, people in zip(paper.slots, answer, strict=True)
    }
    session.commit()
    path, browser = f"/sheets/{printed.code}", browser_of(app, cast.aiko)
    for _ in range(2):
        assert browser.submit(path, **typed).headers["Location"] == path
        session.rollback()
        assert _state(session, paper) == _state(session, phone)
    assert [slot.taken for slot in paper.slots] == [slot.taken for slot in phone.slots]
    assert [row.answered_at for row in printed.rows[:15]] == [NOW] * 15
