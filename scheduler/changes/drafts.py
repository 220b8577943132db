"""Back to a draft soon after publishing, and a draft thrown away; each is taken back, or refused with a reason."""

from datetime import datetime

from sqlalchemy import Select, and_, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.activities.actions import TAKEN_ANEW, lock
from scheduler.activities.models import Activity, Occurrence, Slot, SlotShare, SlotTemplate
from scheduler.changes.models import SeriesChange
from scheduler.errors import Conflict, NotFound
from scheduler.history import UNDO_FOR, StateChange, changes_of, record
from scheduler.notices.actions import forget
from scheduler.notices.models import CLAIMED, SENT, Delivery, Notice
from scheduler.participation.measure import CALL
from scheduler.participation.models import Participation
from scheduler.parties.access import Actor, may_organise


def discard(session: Session, activity: Activity, by_id: int | None, now: datetime) -> None:
    """Throw a draft away: no list has it any more.

    Raise Conflict for what is published, and while people are to be briefed by it.
    """
    if lock(session, activity).state != "draft":
        raise Conflict("already_published")
    if _is_briefing(session, activity):
        raise Conflict("draft_is_briefing")
    _turn(session, activity, ("discard", "discarded"), by_id, now)


def restore(session: Session, activity: Activity, by_id: int | None, now: datetime) -> None:
    """Take a draft out of the bin again within half an hour. Twice is the same as once.

    Raise Conflict later, and where it was taken over from its calendar anew meanwhile: it would stand there twice.
    """
    if lock(session, activity).state == "draft":
        return
    if any(one.verb == TAKEN_ANEW for one in changes_of(session, "activity", activity.id)):
        raise Conflict("draft_taken_anew")
    if now >= _last(session, activity, "discard") + UNDO_FOR:
        raise Conflict("undo_over")
    _turn(session, activity, ("restore", "draft"), by_id, now)


def unpublish(session: Session, activity: Activity, by_id: int | None, now: datetime) -> None:
    """Make a draft again of what was just published, without its dates; raise Conflict where others know of it.

    Twice is the same as once.
    """
    if lock(session, activity).state == "draft":
        return
    check_new(session, activity, now)
    try:
        with session.begin_nested():
            _drop_dates(session, activity)
    except IntegrityError as error:
        # Somebody has signed up at this very moment, or written something down about a date.
        raise Conflict("unpublish_touched") from error
    activity.revision += 1
    _turn(session, activity, ("unpublish", "draft"), by_id, now)


def check_new(session: Session, activity: Activity, now: datetime) -> None:
    """Raise Conflict where an activity stays published: it has been so for long, or others know of it."""
    dates = select(Occurrence.id).where(Occurrence.activity_id == activity.id)
    if activity.state != "published" or not is_new(session, activity, now):
        raise Conflict("undo_over")
    joined = select(Participation.id).join(Participation.slot).where(Slot.occurrence_id.in_(dates))
    if session.scalar(joined.limit(1)) is not None:
        raise Conflict("unpublish_joined")
    slots = select(Slot.id).where(Slot.occurrence_id.in_(dates))
    told = (
        select(Delivery.id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(
            or_(
                and_(Notice.subject == "occurrence", Notice.subject_id.in_(dates)),
                # That a part is short its organisers hear, who are those that take it back.
                and_(Notice.kind == CALL, Notice.subject == "slot", Notice.subject_id.in_(slots)),
            )
        )
    )
    if session.scalar(told.where(Delivery.state.in_((CLAIMED, SENT))).limit(1)) is not None:
        raise Conflict("unpublish_told")
    changed = select(SeriesChange.id).where(SeriesChange.activity_id == activity.id).limit(1)
    # What another calendar leaves out or moves would be made again as the rule has it.
    own = dates.where(
        or_(Occurrence.state == "cancelled", Occurrence.starts_at.is_distinct_from(Occurrence.planned_at))
    )
    if any(session.scalar(one) is not None for one in (changed, own.limit(1), _touched(dates, slots))):
        raise Conflict("unpublish_touched")


def _touched(dates: Select[tuple[int]], slots: Select[tuple[int]]) -> Select[tuple[int]]:
    # What was done to a part would be taken for what was done to another one, which gets its number later.
    decided = and_(StateChange.subject == "occurrence", StateChange.subject_id.in_(dates))
    changed = and_(StateChange.subject == "slot", StateChange.subject_id.in_(slots))
    return select(StateChange.id).where(or_(decided, changed)).limit(1)


def _is_briefing(session: Session, activity: Activity) -> bool:
    made = select(Slot.id).where(Slot.briefing_id == activity.id)
    planned = select(SlotTemplate.id).join(Activity, Activity.id == SlotTemplate.activity_id)
    planned = planned.where(SlotTemplate.briefing_id == activity.id, Activity.state != "discarded")
    return any(session.scalar(one.limit(1)) is not None for one in (made, planned))


def is_new(session: Session, activity: Activity, now: datetime) -> bool:
    """Say whether it was published within the last half hour."""
    return now < _last(session, activity, "publish") + UNDO_FOR


def find_discarded(session: Session, actor: Actor, activity_id: int) -> Activity:
    """Return a draft, thrown away or out of the bin again, to whoever organises it; raise NotFound for others."""
    found = session.get(Activity, activity_id)
    if found is None or found.is_published or not may_organise(session, actor, found.organization_id):
        raise NotFound
    return found


def _drop_dates(session: Session, activity: Activity) -> None:
    ids = list(session.scalars(select(Occurrence.id).where(Occurrence.activity_id == activity.id)))
    slots = list(session.scalars(select(Slot.id).where(Slot.occurrence_id.in_(ids))))
    for subject, numbers in (("occurrence", ids), ("slot", slots)):
        for number in numbers:
            forget(session, subject, number)
    for gone in (
        delete(SlotShare).where(SlotShare.slot_id.in_(slots)),
        delete(Slot).where(Slot.occurrence_id.in_(ids)),
        delete(Occurrence).where(Occurrence.id.in_(ids)),
    ):
        session.execute(gone.execution_options(synchronize_session=False))


def _last(session: Session, activity: Activity, verb: str) -> datetime:
    found = (row.at for row in changes_of(session, "activity", activity.id) if row.verb == verb)
    return max(found, default=activity.created_at)


def _turn(
    session: Session, activity: Activity, change: tuple[str, str], by_id: int | None, now: datetime
) -> None:
    verb, after = change
    facts = {"verb": verb, "before": activity.state, "after": after}
    activity.state, activity.changed_at = after, now
    record(session, StateChange(at=now, subject="activity", subject_id=activity.id, by_id=by_id, **facts))
