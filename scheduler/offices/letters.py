"""The letter to somebody who has been given an office: is it still true, and what does it say."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from scheduler.notices.models import Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.parties.letters import Sender
from scheduler.parties.models import Membership, Person


@dataclass(frozen=True)
class PostFacts:
    """What the letter says: the body's names, the office and its days; `called_off` is whether it was a mistake."""

    name: str
    name_en: str
    name_easy: str
    office: str
    starts_on: date
    ends_on: date | None
    called_off: bool


def _post(held: Membership, version: int) -> PostFacts:
    body, days = held.organization, (held.starts_on, held.ends_on)
    names = (body.name, body.name_en, body.name_easy)
    return PostFacts(*names, held.office or "", *days, called_off=version > 0)


def appointed_kind(sender: Sender) -> Kind:
    """Return the kind of notice that tells somebody of an office; once that has ended it says nothing."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        held = session.get(Membership, notice.subject_id)
        over = held is not None and held.ends_on is not None and held.ends_on < now.date()
        return "superseded" if held is None or (over and notice.version == 0) else None

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        held = session.get_one(Membership, notice.subject_id)
        person = session.get(Person, delivery.person_id)
        return sender.letter(person, "appointed", post=_post(held, notice.version))

    return Kind(still_true, compose)
