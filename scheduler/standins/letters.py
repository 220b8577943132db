"""The letter that asks a waiting party to take over: is it still true, and what does it say."""

from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.activities.facts import date_facts
from scheduler.activities.recurrence import to_local
from scheduler.notices.models import Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.participation import measure
from scheduler.participation.letters import part_facts
from scheduler.parties.letters import Sender
from scheduler.parties.models import Person
from scheduler.standins.models import StandIn


def stand_in_kind(sender: Sender) -> Kind:
    """Return the kind of notice that asks to take over, true while this very asking is open."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        search = session.get(StandIn, notice.subject_id)
        asked = search is not None and search.is_open and search.asked_id is not None
        return None if asked and search is not None and search.asked_count == notice.version else "superseded"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        search = session.get_one(StandIn, notice.subject_id)
        row = search.participation
        assert search.asked_until is not None, "the letter is true while somebody is asked"
        until = to_local(search.asked_until, row.slot.occurrence.activity.timezone)
        person = session.get(Person, delivery.person_id)
        date, parts = date_facts(row.slot.occurrence), [part_facts(row)]
        return sender.letter(
            person, "stand_in_asked", date=date, parts=parts, search_id=search.id, until=until
        )

    def not_before(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> datetime:
        slot = session.get_one(StandIn, notice.subject_id).participation.slot
        return measure.awake_to_be_told(session, delivery.person_id, slot, now)

    return Kind(still_true, compose, not_before=not_before)
