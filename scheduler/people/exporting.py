"""All that the service knows of somebody, for them to take along: plain values, ready for JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from scheduler.activities.models import Occurrence, Slot
from scheduler.notices.models import Delivery
from scheduler.notices.queries import points_of
from scheduler.participation.models import Participation
from scheduler.parties.models import Membership, Person
from scheduler.parties.queries import consents_about, household_of
from scheduler.series.queries import series_of


def export_of(session: Session, person: Person) -> dict[str, Any]:
    """Return everything that is stored of a person, moments in UTC as ISO 8601."""
    home = household_of(session, person)
    return {
        "person": _values(person, ("name", "kana", "email", "phone", "language", "limits", "created_at")),
        "household": home.name if home else None,
        "offices_and_memberships": [_membership(one) for one in _memberships(session, person)],
        "sign_ups": [_sign_up(row) for row in _sign_ups(session, person)],
        "every_time": [
            {"activity": one.activity.title, "every": one.every} for one in series_of(session, person.id)
        ],
        "consents": [
            _values(one, ("purpose", "how", "name", "for_name", "given_at", "ends_at"))
            for one in consents_about(session, person.id)
        ],
        "channels": [_values(one, ("channel", "address")) for one in points_of(session, person.id)],
        "notices": [_letter(one) for one in _letters(session, person)],
    }


def shown_of(session: Session, person: Person) -> dict[str, Any]:
    """Return the same for a page: the rows themselves, the last date and the newest notice first."""
    letters = [one for one in _letters(session, person) if one.state in ("sent", "by_hand")]
    return {
        "home": household_of(session, person),
        "memberships": _memberships(session, person),
        "sign_ups": sorted(_sign_ups(session, person), key=_begins, reverse=True),
        "consents": consents_about(session, person.id),
        "points": points_of(session, person.id),
        "letters": letters[::-1],
    }


def _begins(row: Participation) -> datetime:
    return row.slot.starts_at


def _values(thing: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: _plain(getattr(thing, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _memberships(session: Session, person: Person) -> Sequence[Membership]:
    wanted = select(Membership).where(Membership.person_id == person.id)
    whole = wanted.options(joinedload(Membership.organization))
    return session.scalars(whole.order_by(Membership.starts_on, Membership.id)).all()


def _membership(held: Membership) -> dict[str, Any]:
    return {"body": held.organization.name} | _values(held, ("office", "competence", "starts_on", "ends_on"))


def _sign_ups(session: Session, person: Person) -> Sequence[Participation]:
    wanted = select(Participation).where(Participation.contact_id == person.id)
    date = joinedload(Participation.slot).joinedload(Slot.occurrence).joinedload(Occurrence.activity)
    named = (selectinload(Participation.companions), selectinload(Participation.answers))
    return session.scalars(wanted.options(date, *named).order_by(Participation.id)).all()


def _sign_up(row: Participation) -> dict[str, Any]:
    date = row.slot.occurrence
    return {
        "activity": date.activity.title,
        "part": row.slot.name,
        "starts_at": row.slot.starts_at.isoformat(),
        **_values(
            row, ("state", "people", "group_name", "note", "came_people", "minutes_served", "created_at")
        ),
        "company": [_values(one, ("name", "kana", "grade", "age_months")) for one in row.companions],
        "answers": {one.key: one.value for one in row.answers},
    }


def _letters(session: Session, person: Person) -> Sequence[Delivery]:
    wanted = select(Delivery).where(Delivery.person_id == person.id)
    return session.scalars(wanted.options(joinedload(Delivery.notice)).order_by(Delivery.id)).all()


def _letter(one: Delivery) -> dict[str, Any]:
    return {"kind": one.notice.kind} | _values(one, ("channel", "state", "sent_at"))
