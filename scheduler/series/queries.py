"""What is shown of sign-ups for many dates; read-only."""

from datetime import datetime

from sqlalchemy import Select, String, cast, or_, select
from sqlalchemy.orm import Session, contains_eager

from scheduler.activities.actions import MAX_SLOTS
from scheduler.activities.models import TAKES_SIGN_UPS, Activity, Occurrence, Slot
from scheduler.activities.recurrence import to_local
from scheduler.errors import NotFound
from scheduler.participation.guards import clash_of
from scheduler.participation.models import GONE, Answer, Participation
from scheduler.participation.standing import UNPROVEN_HOLDS
from scheduler.parties.access import Actor
from scheduler.series.models import Series


def find_own_series(session: Session, actor: Actor, series_id: int) -> Series:
    """Return a sign-up for many dates for which the actor is the contact."""
    found = session.get(Series, series_id)
    if found is None or actor.person_id is None or found.contact_id != actor.person_id:
        raise NotFound
    return found


def just_joined_by_id(session: Session, series_id: int) -> Series:
    """Return the sign-up that this browser has just made; the caller knows that it has."""
    found = session.get(Series, series_id)
    if found is None:
        raise NotFound
    return found


def slots_ahead(session: Session, activity_id: int, position: int, now: datetime) -> list[Slot]:
    """Return this part of all dates ahead that take sign-ups, the next first."""
    if not 0 <= position < MAX_SLOTS:
        return []
    return list(session.scalars(_ahead(activity_id, now).where(Slot.position == position)))


def _ahead(activity_id: int, now: datetime) -> Select[tuple[Slot]]:
    return (
        select(Slot)
        .join(Slot.occurrence)
        .join(Occurrence.activity)
        .where(
            Occurrence.activity_id == activity_id,
            Activity.state == "published",
            Occurrence.state.in_(TAKES_SIGN_UPS),
            Occurrence.starts_at > now,
        )
        .options(contains_eager(Slot.occurrence).contains_eager(Occurrence.activity))
        .order_by(Occurrence.starts_at, Slot.position)
    )


def slots_to_join(session: Session, series: Series, now: datetime) -> list[Slot]:
    """Return the dates ahead that a sign-up for every time has not met yet, without its months off."""
    own = (Participation.contact_id == series.contact_id) & Participation.state.not_in(GONE)
    met = select(Participation.slot_id).where(or_(Participation.series_id == series.id, own))
    wanted = _ahead(series.activity_id, now).where(Slot.position == series.position, Slot.id.not_in(met))
    return [slot for slot in session.scalars(wanted) if month_of(slot) not in series.months_off]


def other_parts(slot: Slot) -> list[Slot]:
    """Return the other parts of a date that can be taken on for many dates at once."""
    parts = (one for one in slot.occurrence.slots if one.policy == "first_come")
    return [one for one in parts if one.position != slot.position]


def month_of(slot: Slot) -> int:
    """Return the month of a date on its own wall clock."""
    return to_local(slot.occurrence.starts_at, slot.occurrence.activity.timezone).month


def rows_of(session: Session, series_id: int, now: datetime) -> list[Participation]:
    """Return the sign-ups of a series for the dates ahead, left ones too, the next first."""
    wanted = (
        select(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .where(Participation.series_id == series_id, Occurrence.starts_at > now)
        .options(contains_eager(Participation.slot).contains_eager(Slot.occurrence))
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at)))


def clashes_of(session: Session, series: Series, now: datetime) -> dict[int, str]:
    """Return what else somebody has taken on at the times of the dates that are still to be confirmed, by sign-up."""
    found = {row.id: clash_of(session, row) for row in rows_of(session, series.id, now) if series.unproven}
    return {row_id: what for row_id, what in found.items() if what}


def rows_with_questions(session: Session, series_id: int, now: datetime) -> list[Participation]:
    """Return the live sign-ups of a series for the dates ahead whose part has questions, the next first."""
    wanted = (
        select(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .where(
            Participation.series_id == series_id,
            Participation.state.not_in(GONE),
            Occurrence.starts_at > now,
            cast(Slot.questions, String) != "[]",
        )
        .options(contains_eager(Participation.slot).contains_eager(Slot.occurrence))
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at)))


def latest_answers(session: Session, series_id: int) -> dict[str, str]:
    """Return what was last answered to each question at the dates of a series."""
    wanted = select(Answer.key, Answer.value).join(Participation, Participation.id == Answer.participation_id)
    rows = session.execute(wanted.where(Participation.series_id == series_id).order_by(Answer.id))
    return dict(rows.tuples().all())


def series_of(session: Session, person_id: int) -> list[Series]:
    """Return a person's live sign-ups for many dates."""
    wanted = select(Series).where(Series.contact_id == person_id, Series.ended_at.is_(None))
    return list(session.scalars(wanted.order_by(Series.id)))


def live_series(session: Session, activity_id: int, position: int, contact_id: int) -> Series | None:
    """Return what a person has standing for this part."""
    wanted = select(Series).where(
        Series.activity_id == activity_id, Series.position == position, Series.contact_id == contact_id
    )
    return session.scalar(wanted.where(Series.ended_at.is_(None)))


def sent_with(session: Session, activity_id: int, request_key: str | None) -> Series | None:
    """Return what has come of a form that was sent before."""
    if request_key is None:
        return None
    wanted = select(Series).where(Series.request_key == request_key, Series.activity_id == activity_id)
    return session.scalar(wanted)


def following(session: Session) -> list[int]:
    """Return the ids of all series that go on, for the tick that joins new dates."""
    wanted = select(Series.id).where(Series.every, Series.ended_at.is_(None), ~Series.unproven)
    return list(session.scalars(wanted.order_by(Series.id)))


def answered_in_vain(session: Session) -> list[Series]:
    """Return the series with answers for which no date comes any more, and whose dates keep none."""
    kept = select(Answer.id).join(Participation, Participation.id == Answer.participation_id)
    over = or_(Series.ended_at.is_not(None), ~Series.every)
    some = cast(Series.answers, String) != "{}"
    wanted = select(Series).where(over, some, ~kept.where(Participation.series_id == Series.id).exists())
    return list(session.scalars(wanted.order_by(Series.id)))


def unconfirmed(session: Session, now: datetime) -> list[int]:
    """Return the ids of series whose address was not confirmed in time."""
    late = Series.created_at <= now - UNPROVEN_HOLDS
    wanted = select(Series.id).where(Series.unproven, Series.ended_at.is_(None), late)
    return list(session.scalars(wanted.order_by(Series.id)))
