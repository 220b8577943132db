"""Letters about many dates at once: are they still true, and what do they say."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.activities.facts import date_facts
from scheduler.activities.recurrence import to_local
from scheduler.notices.models import Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.participation.letters import part_facts
from scheduler.participation.standing import UNPROVEN_HOLDS
from scheduler.parties.letters import Sender, to_mailbox
from scheduler.series.models import Series
from scheduler.series.queries import rows_of

# Kinds, and what must be so while they are true: confirmed, and still standing.
TRUE_WHILE = {
    "series_verify": (True, True),
    "series_joined": (False, True),
    "series_ended": (False, False),
    "series_expired": (True, False),
}


def series_kinds(sender: Sender) -> dict[str, Kind]:
    """Return all kinds of notice about a sign-up for many dates."""
    return {kind: _kind(sender, kind, facts) for kind, facts in TRUE_WHILE.items()}


def _kind(sender: Sender, template: str, facts: tuple[bool, bool]) -> Kind:
    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        series = session.get(Series, notice.subject_id)
        same = series is not None and (series.unproven, series.is_live) == facts
        return None if same else "superseded"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        series = session.get_one(Series, notice.subject_id)
        rows = [row for row in rows_of(session, series.id, notice.created_at) if row.is_live]
        zone = series.activity.timezone
        return sender.letter(
            series.contact,
            template,
            known=not series.unproven,
            series_id=series.id,
            activity_id=series.activity_id,
            dates=[(date_facts(row.slot.occurrence), part_facts(row)) for row in rows],
            holds=any(row.holds for row in rows),
            every=series.every,
            title=series.activity.title,
            title_en=series.activity.title_en,
            title_easy=series.activity.title_easy,
            hold_until=to_local(series.created_at + UNPROVEN_HOLDS, zone),
        )

    kind = Kind(still_true, compose)
    return replace(kind, fits=to_mailbox) if template == "series_verify" else kind
