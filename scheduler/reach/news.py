"""The latest news of a date - a decision, a change, an organiser's message - and whom it has reached."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.board.actions import MESSAGE
from scheduler.history import changes_of
from scheduler.notices.models import DROPPED, Delivery, Notice
from scheduler.parties.models import Household, Organization, Person
from scheduler.reach.coming import KIND as STILL_COMING
from scheduler.reach.reached import SAYS_NOTHING, Told, comes_there, told_by

# Mail is written to a folder where the service has no mail server: nobody has it.
KEPT = "kept"
_OF_DATES = ("decision", MESSAGE, STILL_COMING)
_CHANGED = "changed"
# Nobody puts these on the list of whom to telephone, so that whoever has no other way is shown as not reached.
_NOT_BY_HAND = "not_by_hand"


@dataclass(frozen=True)
class News:
    """One thing that was told about a date: its kind, its generation, when; and how far it has come for each person."""

    kind: str
    version: int
    at: datetime
    rows: list[Told]


def news_about(session: Session, occurrence: Occurrence, *, has_mail_server: bool) -> News | None:
    """Return the latest news of a date and whom it concerns and has reached; None where nothing was told yet.

    Only what was sent of this very news counts: neither what was asked of one's own sign-up, nor a reminder.
    """
    wanted = select(Notice).where(_is_news(session, occurrence)).order_by(Notice.id.desc()).limit(1)
    notice = session.scalar(wanted)
    if notice is None:
        return None
    rows = [row if has_mail_server else _kept(row) for row in _rows(session, occurrence, notice)]
    return News(notice.kind, notice.version, notice.created_at, rows)


def _is_news(session: Session, occurrence: Occurrence) -> ColumnElement[bool]:
    of_date = and_(Notice.subject == "occurrence", Notice.subject_id == occurrence.id)
    slots = [slot.id for slot in occurrence.slots]
    of_part = and_(Notice.subject == "slot", Notice.subject_id.in_(slots))
    changes = [
        one.facts["change"]
        for one in changes_of(session, "activity", occurrence.activity_id)
        if occurrence.id in one.facts.get("dates", ())
    ]
    of_change = and_(Notice.kind == _CHANGED, Notice.subject == "change", Notice.subject_id.in_(changes))
    return or_(and_(Notice.kind.in_(_OF_DATES), or_(of_date, of_part)), of_change)


def _rows(session: Session, occurrence: Occurrence, notice: Notice) -> list[Told]:
    wanted = (
        select(Delivery, Person, Household, Organization)
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(Household, Household.id == Person.household_id)
        .outerjoin(Organization, Organization.id == Household.block_id)
        .join(Occurrence, Occurrence.id == occurrence.id)
        .where(Delivery.notice_id == notice.id, comes_there())
        .where(or_(Delivery.state != DROPPED, Delivery.reason.not_in(_SILENT)))
        .order_by(Delivery.hop)
    )
    newest = {
        delivery.person_id: told_by(delivery, notice.kind, *rest)
        for delivery, *rest in session.execute(wanted)
    }
    return sorted(newest.values(), key=lambda told: told.walking_order)


_SILENT = tuple(reason for reason in SAYS_NOTHING if reason != _NOT_BY_HAND)


def _kept(row: Told) -> Told:
    is_mail = row.group == "reached" and row.channel == "email" and row.by_id is None
    return replace(row, group=KEPT) if is_mail else row
