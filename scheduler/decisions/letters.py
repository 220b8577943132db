"""The letter that tells a decision: is it still true, and what does it say."""

from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.notices.models import Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.participation.letters import comes, date_letter
from scheduler.parties.letters import Sender


def decision_kind(sender: Sender) -> Kind:
    """Return the kind of notice that tells a decision; a later decision makes an earlier one untrue."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        occurrence = session.get(Occurrence, notice.subject_id)
        if occurrence is None or occurrence.revision != notice.version:
            return "superseded"
        return None if comes(session, delivery.person_id, occurrence.id) else "left"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        return date_letter(sender, "decision", session, notice, delivery)

    return Kind(still_true, compose)
