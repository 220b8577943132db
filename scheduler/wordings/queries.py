"""What is shown of a body's own words; read-only."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence
from scheduler.wordings.kinds import KINDS, MESSAGES, Texts
from scheduler.wordings.models import OwnWords


def usual(kind: str) -> Texts:
    """Return what a kind says before a body has adapted it."""
    return MESSAGES.get(kind, Texts(""))


def _texts(row: OwnWords | None, kind: str) -> Texts:
    return usual(kind) if row is None else Texts(row.text, row.text_easy, row.text_en)


def adapted(session: Session, organization_id: int) -> dict[str, OwnWords]:
    """Return what a body has adapted, by kind."""
    wanted = select(OwnWords).where(OwnWords.organization_id == organization_id)
    return {row.kind: row for row in session.scalars(wanted)}


def words_of(session: Session, organization_id: int) -> dict[str, Texts]:
    """Return what every kind says for a body."""
    own = adapted(session, organization_id)
    return {kind: _texts(own.get(kind), kind) for kind in KINDS}


def words_at(session: Session, occurrence_id: int, kind: str) -> Texts | None:
    """Return the own words of a date's body in a letter of this kind; None where it has none."""
    wanted = (
        select(OwnWords)
        .join(Activity, Activity.organization_id == OwnWords.organization_id)
        .join(Occurrence, Occurrence.activity_id == Activity.id)
        .where(Occurrence.id == occurrence_id, OwnWords.kind == kind)
    )
    row = session.scalar(wanted)
    return None if row is None else _texts(row, kind)
