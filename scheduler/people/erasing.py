"""Somebody's name, contact and words are erased; the places they held go on, and what was counted stays true.

Invariant 22: reports keep their numbers, for the row stays without anything that says whose it was.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from scheduler.activities.models import Slot
from scheduler.errors import Conflict
from scheduler.history import StateChange, record
from scheduler.notices.models import BY_HAND, DROPPED, PLANNED, ContactPoint, Delivery, Wish
from scheduler.participation import places
from scheduler.participation.models import GONE, Answer, Companion, Participation
from scheduler.participation.standing import AFTER_THE_DATE, Change
from scheduler.participation.waiting import leave
from scheduler.parties.access import Actor, has_other_officer, organised_bodies
from scheduler.parties.api_tokens import ApiToken
from scheduler.parties.models import (
    AccessToken,
    Consent,
    KeptForm,
    LineCode,
    Membership,
    Person,
    SignedIn,
    SignIn,
)
from scheduler.parties.tokens import new_token
from scheduler.reach.models import ComingAnswer
from scheduler.series.actions import end
from scheduler.series.models import Series
from scheduler.series.queries import series_of

# What stands where a name stood.
NOBODY = "―"
_DELETED: tuple[InstrumentedAttribute[Any], ...] = (
    ContactPoint.person_id,
    Wish.person_id,
    ComingAnswer.person_id,
    SignIn.person_id,
    SignedIn.person_id,
    AccessToken.person_id,
    ApiToken.person_id,
    LineCode.person_id,
)


def erase(session: Session, person: Person, actor: Actor, now: datetime) -> None:
    """Erase a person for good: leave what is to come, blank what was written, close every door.

    Raise Conflict for the last officer of a body: somebody must follow first.
    """
    # In the order of their numbers, as everybody who locks several.
    for body_id in sorted(body.id for body in organised_bodies(session, actor)):
        if not has_other_officer(session, body_id, actor.today, Membership.person_id == person.id):
            raise Conflict("last_officer")
    for series in series_of(session, person.id):
        end(session, series, person.id, now, quiet=True)
    _leave_what_is_to_come(session, person, now)
    _blank_sign_ups(session, person)
    _end_offices(session, person, actor)
    _drop_letters(session, person)
    for column in _DELETED:
        session.execute(
            delete(column.class_).where(column == person.id).execution_options(synchronize_session=False)
        )
    _blank(session, person)
    record(
        session, StateChange(at=now, subject="person", subject_id=person.id, verb="erase", by_id=person.id)
    )


def _leave_what_is_to_come(session: Session, person: Person, now: datetime) -> None:
    wanted = (
        select(Participation)
        .where(Participation.contact_id == person.id, Participation.state.not_in((*GONE, *AFTER_THE_DATE)))
        .order_by(Participation.id)
    )
    ahead = [row for row in session.scalars(wanted) if row.slot.ends_at > now]
    slots: set[Slot] = {row.slot for row in ahead}
    if slots:
        places.lock(session, *slots)
    for row in ahead:
        session.refresh(row)
        if row.is_live:
            leave(session, row, "cancelled", Change("erase", person.id, quiet=True), now)


def _blank_sign_ups(session: Session, person: Person) -> None:
    own = select(Participation.id).where(Participation.contact_id == person.id)
    sent = select(Participation.request_key).where(Participation.contact_id == person.id)
    given = select(Participation.consent_id).where(Participation.contact_id == person.id)
    blanks = (
        delete(Answer).where(Answer.participation_id.in_(own)),
        delete(KeptForm).where(KeptForm.request_key.in_(sent)),
        update(Companion).where(Companion.participation_id.in_(own)).values(name="", kana=""),
        update(Participation).where(Participation.contact_id == person.id).values(note=""),
        update(Series).where(Series.contact_id == person.id).values(answers={}, company=[]),
        update(Consent).where(Consent.id.in_(given)).values(name=NOBODY, for_name=NOBODY),
        update(Consent).where(Consent.person_id == person.id).values(name=""),
        update(Consent).where(Consent.for_person_id == person.id).values(for_name=""),
    )
    session.flush()
    for statement in blanks:
        session.execute(statement.execution_options(synchronize_session=False))


def _end_offices(session: Session, person: Person, actor: Actor) -> None:
    held = select(Membership).where(Membership.person_id == person.id)
    for one in session.scalars(held):
        if one.ends_on is None or one.ends_on >= actor.today:
            one.ends_on = max(actor.today - timedelta(days=1), one.starts_on - timedelta(days=1))


def _drop_letters(session: Session, person: Person) -> None:
    waiting = update(Delivery).where(Delivery.person_id == person.id, Delivery.state.in_((PLANNED, BY_HAND)))
    dropped = waiting.values(state=DROPPED, reason="removed")
    session.execute(dropped.execution_options(synchronize_session=False))


def _blank(session: Session, person: Person) -> None:
    person.name, person.kana, person.kana_key = NOBODY, NOBODY, ""
    person.email = person.email_key = person.email_verified_at = None
    person.phone, person.phone_key, person.household_id = "", None, None
    person.limits, person.link_salt, person.is_operator = {}, new_token(), False
    session.flush()
    session.expire_all()
