"""The letter with which a person tries a way out."""

from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.notices.models import ContactPoint, Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.parties.letters import Sender
from scheduler.parties.models import Person


def channel_test_kind(sender: Sender) -> Kind:
    """Return the kind of notice that goes to one contact point alone, asked for by its person."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        point = session.get(ContactPoint, notice.subject_id)
        return None if point is not None and point.person_id == delivery.person_id else "removed"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        return sender.letter(session.get(Person, delivery.person_id), "channel_test")

    def fits(notice: Notice, point: ContactPoint) -> bool:
        return point.id == notice.subject_id

    return Kind(still_true, compose, fits=fits)
