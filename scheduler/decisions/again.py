"""Who is asked again after a date was moved or joined with another; nobody loses a place by saying nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.activities.models import Occurrence
from scheduler.decisions.models import Decision
from scheduler.decisions.queries import decisions_of, standing, standing_of
from scheduler.participation.models import Participation
from scheduler.reach.touching import touches_of


@dataclass(frozen=True)
class AskedAgain:
    """Who was asked whether they come to the new date, by reading: who said yes, who cannot, who has said nothing."""

    yes: list[Participation]
    cannot: list[Participation]
    silent: list[Participation]


def asked_again(session: Session, occurrence: Occurrence) -> AskedAgain | None:
    """Return who was asked again about a date; None where it was neither moved nor joined by another."""
    slots = [slot.id for slot in occurrence.slots]
    wanted = select(Participation).where(
        Participation.slot_id.in_(slots), Participation.asked_again_at.is_not(None)
    )
    asked = session.scalars(wanted.options(joinedload(Participation.contact))).all()
    # Mostly nobody was: then nothing need be known of the decisions.
    causes = _causes(session, occurrence) if asked else set()
    rows = sorted(
        (row for row in asked if row.asked_again_at in causes), key=lambda row: row.contact.kana_key
    )
    if not rows:
        return None
    return AskedAgain(
        [row for row in rows if row.is_live and not row.asked_again],
        [row for row in rows if not row.is_live],
        [row for row in rows if row.is_live and row.asked_again],
    )


def _causes(session: Session, occurrence: Occurrence) -> set[datetime]:
    made = decisions_of(session, occurrence.id)
    own, back = standing(made), {one.at for one in made if one.takes_back}
    causes = [own] if own is not None and own.outcome == "postpone" else _joined_here(session, occurrence)
    changes = touches_of(session, [occurrence.id])
    return back | {one.at for one in causes} | {one.at for one in changes if not (one.corrects or one.undone)}


def _joined_here(session: Session, occurrence: Occurrence) -> list[Decision]:
    others = select(Occurrence.id).where(
        Occurrence.merged_into_id == occurrence.id, Occurrence.state == "merged"
    )
    found = (standing_of(session, other_id) for other_id in session.scalars(others))
    return [decision for decision in found if decision is not None]
