"""Look for faults and name them; nothing is repaired silently."""

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import migrating
from scheduler.activities.models import Slot
from scheduler.config import Settings
from scheduler.participation.models import Participation


def faults(app: Flask, session: Session) -> list[str]:
    """Return one sentence for each fault of the installation and its rows."""
    settings: Settings = app.config["TSUDOI"]
    if not migrating.is_current(settings.database):
        return ["the tables are old: run `tsudoi migrate`"]
    found = []
    if not settings.base_url:
        found.append("TSUDOI_BASE_URL is empty: links in mail lead to this machine only")
    if settings.sms_url and not settings.has_sms:
        found.append("TSUDOI_SMS_URL has no {to}: no SMS is sent")
    return found + wrong_counters(session)


def wrong_counters(session: Session) -> list[str]:
    """Recount every slot; return one sentence for each whose counter is not what its rows say."""
    held = func.coalesce(func.sum(Participation.places), 0)
    wanted = (
        select(Slot.id, Slot.taken, held)
        .outerjoin(Participation, (Participation.slot_id == Slot.id) & Participation.holds)
        .group_by(Slot.id, Slot.taken)
        .having(Slot.taken != held)
    )
    rows = session.execute(wanted.order_by(Slot.id)).all()
    return [f"slot {slot_id}: counter says {taken}, rows say {rows_say}" for slot_id, taken, rows_say in rows]
