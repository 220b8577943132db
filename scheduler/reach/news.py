"""The latest news of a date - a decision, a change, an organiser's message - and whom it has reached."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.board.actions import MESSAGE
from scheduler.notices.models import Delivery, Notice
from scheduler.participation.models import GONE, Participation
from scheduler.reach.coming import KIND as STILL_COMING
from scheduler.reach.pending import full_minute
from scheduler.reach.told import CHANGED, Told, as_kept, comers, deliveries, says_something, told_by
from scheduler.reach.touching import Touch, touches_of

_OF_DATES = ("decision", MESSAGE, STILL_COMING)
# Nobody puts the question who still comes on the list of whom to telephone: who has no other way is shown as not
# reached.
_NOT_BY_HAND = "not_by_hand"


@dataclass(frozen=True)
class News:
    """One thing that was told about a date: its kind, generation and words, when; how far it has come for each person.

    `change_id` is 0 where it is no change. Some of them have `with_company`, who are not told; `without_maker` is for
    news of which whoever made it comes, too, and was not told.
    """

    kind: str
    version: int
    body: str
    at: datetime
    rows: list[Told]
    change_id: int = 0
    notice_id: int = 0
    with_company: bool = False
    without_maker: bool = False

    def goes_at(self, now: datetime) -> datetime | None:
        """Return when it goes out to those to whom it has not yet, where it waits; None where it is under way."""
        waiting = [row.goes_at for row in self.rows if row.group == "waiting"]
        later = [at for at in waiting if at is not None and at > now]
        return full_minute(min(later)) if later and len(later) == len(waiting) else None


def news_about(
    session: Session, occurrence: Occurrence, *, has_mail_server: bool, notice_id: int = 0
) -> News | None:
    """Return the latest news of a date, or that one, whom it concerns and has reached; None where nothing was told yet.

    Only what was sent of this very news counts: neither what was asked of one's own sign-up, nor a reminder.
    """
    touches = touches_of(session, [occurrence.id])
    slots = [slot.id for slot in occurrence.slots]
    of_date = and_(Notice.subject == "occurrence", Notice.subject_id == occurrence.id)
    of_part = and_(Notice.subject == "slot", Notice.subject_id.in_(slots))
    own = and_(Notice.kind.in_(_OF_DATES), or_(of_date, of_part))
    wanted = or_(own, *(_of_change(touch) for touch in touches))
    # Another number than that of this date's news is nobody's.
    notice = _latest(session, and_(wanted, Notice.id == notice_id) if 0 < notice_id < 2**31 else wanted)
    if notice is None:
        return None
    return _news(session, notice, touches, [occurrence.id], has_mail_server=has_mail_server)


def news_of_change(
    session: Session, dates: Collection[Occurrence], change_id: int, *, has_mail_server: bool
) -> News | None:
    """Return the latest news of a change that was about these dates; None where nobody is told of it."""
    ids = [one.id for one in dates]
    touches = [touch for touch in touches_of(session, ids) if touch.change_id == change_id]
    notice = _latest(session, or_(false(), *(_of_change(touch) for touch in touches)))
    if notice is None:
        return None
    return _news(session, notice, touches, ids, has_mail_server=has_mail_server)


def _latest(session: Session, wanted: ColumnElement[bool]) -> Notice | None:
    return session.scalar(select(Notice).where(wanted).order_by(Notice.id.desc()).limit(1))


def _of_change(touch: Touch) -> ColumnElement[bool]:
    this = and_(Notice.kind == CHANGED, Notice.subject == "change", Notice.subject_id == touch.change_id)
    return and_(this, Notice.version >= int(touch.undone))


def _news(
    session: Session,
    notice: Notice,
    touches: Collection[Touch],
    ids: Collection[int],
    *,
    has_mail_server: bool,
) -> News:
    of_change = notice.subject == "change"
    touch = next((one for one in touches if of_change and one.change_id == notice.subject_id), None)
    there: set[int] = set().union(*comers(session, touch.dates if touch else ids).values())
    wanted = deliveries().where(Notice.id == notice.id, says_something(but=(_NOT_BY_HAND,)))
    wanted = wanted.order_by(Delivery.hop)
    newest: dict[int, Told] = {}
    for row in session.execute(wanted):
        told = told_by(row, touch)
        if told.person.id in there:
            newest[told.person.id] = told if has_mail_server else as_kept(told)
    rows = sorted(newest.values(), key=lambda told: told.walking_order)
    change_id = touch.change_id if touch else 0
    facts = (notice.kind, notice.version, notice.body, notice.created_at, rows, change_id, notice.id)
    company = _has_company(session, touch.dates if touch else ids, newest)
    return News(*facts, with_company=company, without_maker=notice.by_id in there - newest.keys())


def _has_company(session: Session, occurrence_ids: Collection[int], people: Collection[int]) -> bool:
    of_them = (Slot.occurrence_id.in_(occurrence_ids), Participation.contact_id.in_(people))
    several = select(Participation.id).join(Participation.slot).where(*of_them)
    wanted = several.where(Participation.people > 1, Participation.state.not_in(GONE))
    return session.scalar(wanted.limit(1)) is not None
