"""Which sign-ups may come to nothing: an address not confirmed, a briefing or an answer missing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.notices.models import DEAD, SENT, ContactPoint, Delivery
from scheduler.participation.models import COMING, Participation
from scheduler.parties.models import Person

# So long everybody has to answer, before being silent is a risk.
_PATIENCE = timedelta(hours=12)
JUST_ASKED = "just_asked"
# Shown, but no sign that a place stays empty: whoever has neither telephone nor mail comes as surely as others.
NO_WORRY = {JUST_ASKED, "unreachable"}


@dataclass(frozen=True)
class Risks:
    """What puts sign-ups at risk: mail comes back from these people, these have LINE, these were briefed when."""

    bounced: set[int]
    connected: set[int]
    briefed: dict[tuple[int, int], list[datetime]]
    now: datetime

    def of(self, row: Participation) -> tuple[str, ...]:
        """Return the codes of what puts this sign-up at risk."""
        checks = (
            ("unverified", row.state == "unverified"),
            ("not_briefed", self._missed_briefing(row)),
            ("unreachable", self._is_unreachable(row)),
            ("bounced", row.contact_id in self.bounced),
            ("asked_again", self._is_silent(row)),
            (JUST_ASKED, row.is_asked_again and not self._is_silent(row)),
            ("answer_missing", bool(row.missing_answers) and self.now < row.slot.starts_at),
        )
        return tuple(code for code, holds in checks if holds)

    def _is_unreachable(self, row: Participation) -> bool:
        return row.contact.email is None and not row.contact.phone and row.contact_id not in self.connected

    def _is_silent(self, row: Participation) -> bool:
        # Right after the question nobody can have answered.
        asked_at = row.asked_again_at
        return row.is_asked_again and asked_at is not None and asked_at <= self.now - _PATIENCE

    def _missed_briefing(self, row: Participation) -> bool:
        slot = row.slot
        if slot.briefing_id is None:
            return False
        ends = self.briefed.get((row.contact_id, slot.briefing_id), [])
        return not any(end <= slot.starts_at for end in ends)


def risks_at(session: Session, rows: list[Participation], now: datetime) -> Risks:
    """Look up for all these sign-ups at once what may put them at risk."""
    contacts = {row.contact_id for row in rows}
    briefings = {row.slot.briefing_id for row in rows if row.slot.briefing_id is not None}
    return Risks(
        bounced_among(session, contacts),
        _connected(session, contacts),
        _briefed(session, contacts, briefings) if briefings else {},
        now,
    )


def _connected(session: Session, people: Collection[int]) -> set[int]:
    wanted = select(ContactPoint.person_id).where(
        ContactPoint.person_id.in_(people), ContactPoint.channel == "line", ContactPoint.off_at.is_(None)
    )
    return set(session.scalars(wanted))


def bounced_among(session: Session, people: Collection[int]) -> set[int]:
    """Return from which of these people mail has come back."""
    # The last word counts: an address that took a letter since is alive again.
    failed = (Delivery.state == DEAD) & (Delivery.reason != "no_address")
    # Whoever has another address now is not known to be out of reach.
    stands = or_(
        ContactPoint.id.is_(None), ContactPoint.channel != "email", ContactPoint.address == Person.email
    )
    dead = func.max(Delivery.id).filter(failed, stands)
    sent = func.coalesce(func.max(Delivery.id).filter(Delivery.state == SENT, Delivery.by_id.is_(None)), 0)
    wanted = (
        select(Delivery.person_id)
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(ContactPoint, ContactPoint.id == Delivery.contact_point_id)
        .where(Delivery.person_id.in_(people))
        .group_by(Delivery.person_id)
    )
    return set(session.scalars(wanted.having(dead > sent)))


def _briefed(
    session: Session, people: Collection[int], briefings: Collection[int]
) -> dict[tuple[int, int], list[datetime]]:
    wanted = (
        select(Participation.contact_id, Occurrence.activity_id, Occurrence.ends_at)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .where(
            Occurrence.activity_id.in_(briefings),
            Participation.contact_id.in_(people),
            Participation.contact_comes,
            Participation.state.in_(set(COMING) - {"absent"}),
        )
    )
    found: dict[tuple[int, int], list[datetime]] = {}
    for person_id, activity_id, ends_at in session.execute(wanted):
        found.setdefault((person_id, activity_id), []).append(ends_at)
    return found
