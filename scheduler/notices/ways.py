"""What becomes of a person's ways when one of them refuses for good: it is switched off, the next one is tried."""

import re
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.db import claim
from scheduler.notices.actions import give_up, try_next
from scheduler.notices.claims import ways_left
from scheduler.notices.dsn import Report, Returned
from scheduler.notices.models import DEAD, SENT, Attempt, Delivery
from scheduler.notices.outcomes import Outcome
from scheduler.notices.outlet import Outlet
from scheduler.text import text_in

_ENHANCED = re.compile(r"\b5\.(\d{1,3})\.(\d{1,3})\b")
# RFC 3463: X.1.* is about the address, X.2.0 and X.2.1 about a mailbox that is closed. A full mailbox, a policy against
# the sender or a fault of the way say nothing about it: one angry server must not switch off a whole town.
_ABOUT_ADDRESS = ("1",)
_CLOSED_MAILBOX = (("2", "0"), ("2", "1"))
# Without such a code: no mailbox, not local, bad name; no such subscription; no such person. 0 is our own refusal,
# or for SMS that of the library, which knows a number that cannot be.
_ABOUT_ADDRESS_CODES = {"email": {0, 550, 551, 553}, "push": {0, 404, 410}, "line": {400}, "sms": {0}}


def ends_address(channel: str, outcome: Outcome) -> bool:
    """Say whether a refusal is about the address itself, so that nothing need be sent there any more."""
    found = _ENHANCED.search(outcome.text) if channel == "email" else None
    if found is None:
        return outcome.code in _ABOUT_ADDRESS_CODES.get(channel, ())
    return found[1] in _ABOUT_ADDRESS or found.groups() in _CLOSED_MAILBOX


def bounced(session: Session, outlet: Outlet, returned: Returned, now: datetime) -> bool:
    """Write down that a mail came back, and if for good, treat it as refused; return whether it was one of ours.

    The same report twice, or after somebody has told the person by hand, changes nothing more.
    """
    of_letter = select(Delivery).where(Delivery.letter_id == returned.message_id).order_by(Delivery.id)
    deliveries = session.scalars(of_letter).all()
    for delivery in deliveries:
        _came_back(session, outlet, delivery, returned.report, now)
    return bool(deliveries)


def _came_back(session: Session, outlet: Outlet, delivery: Delivery, report: Report, now: datetime) -> None:
    name = "bounced" if report.is_final else "delayed"
    session.add(
        Attempt(
            delivery_id=delivery.id,
            channel=delivery.channel,
            at=now,
            owner="bounce",
            outcome=name,
            code=0,
            text=text_in(report.text)[:400],
        )
    )
    sent = update(Delivery).where(
        Delivery.id == delivery.id, Delivery.state == SENT, Delivery.by_id.is_(None)
    )
    if report.is_final and claim(session, sent.values(state=DEAD, reason=name)):
        session.refresh(delivery)
        refused(session, outlet, delivery.id, Outcome("refused", 550, f"{report.status} {report.text}"), now)


def refused(session: Session, outlet: Outlet, delivery_id: int, outcome: Outcome, now: datetime) -> None:
    """Switch the contact point off if it was to blame, and try the person's next one with this notice, once."""
    delivery = session.get_one(Delivery, delivery_id)
    if delivery.contact_point_id is not None and ends_address(delivery.channel, outcome):
        give_up(session, delivery.contact_point_id, delivery.reason or outcome.name, now)
    # As it would look to the next row: what this one was sent by counts as refused.
    tried = delivery.contact_point_id
    ways = [point for point in ways_left(session, outlet, delivery, now) if point.id != tried]
    if ways:
        try_next(session, delivery, ways[0].channel, now)
