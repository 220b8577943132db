"""What becomes of a delivery after a try: sent, dead, or due again later. Commits nothing."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import Update, and_, bindparam, update
from sqlalchemy.orm import Session

from scheduler.notices.models import CLAIMED, DEAD, PLANNED, SENT, Attempt, Delivery
from scheduler.notices.outlet import Trouble
from scheduler.text import text_in

# Greylisting lets most mail in at the second or third time; RFC 5321 4.5.4.1 then asks for about 30 minutes.
_LADDER = (1, 5, 15, 30)
_HOURLY = 60
_PROBE = timedelta(seconds=30)
_AFTER_A_CUT = timedelta(minutes=5)
_TEXT = 400


@dataclass(frozen=True)
class Claimed:
    """A delivery in the hands of one dispatcher: `owner` and `fence` say whose it is."""

    id: int
    owner: str
    fence: int
    tries: int
    deadline_at: datetime | None
    channel: str
    message_id: str
    date: datetime
    due_at: datetime


@dataclass(frozen=True)
class Outcome:
    """How one try ended; `code` and `text` are the other side's, if it answered."""

    name: Literal["sent"] | Trouble
    code: int = 0
    text: str = ""
    retry_after: int = 0


def record(session: Session, claims: Sequence[Claimed], outcome: Outcome, now: datetime) -> list[Claimed]:
    """Write down how one message fared, and move its deliveries on that are still ours; return those.

    A dispatcher that slept past its lease finds the fence raised: by then the delivery is another one's. All are due
    again at the same time, to go out in one message again.
    """
    session.add_all(trace(claimed, outcome, now) for claimed in claims)
    wait = pause(claims, outcome)
    return [one for one in claims if _finish(session, one, after(one, outcome, now, wait))]


def pause(claims: Sequence[Claimed], outcome: Outcome) -> timedelta:
    """Return how long to wait before the next try."""
    if outcome.name == "sent":
        return timedelta()
    tries = max(_tries(claimed, outcome) for claimed in claims)
    return max(_wait(outcome.name, tries), timedelta(seconds=outcome.retry_after))


def _tries(claimed: Claimed, outcome: Outcome) -> int:
    # A closed way says nothing about the message: its ladder does not move.
    return claimed.tries + (outcome.name not in {"sent", "nobody_there"})


def give_back(session: Session, claimed: Claimed) -> bool:
    """Let others take what was claimed and not begun; nothing has come of it."""
    return _finish(session, claimed, {"owner": None, "lease_until": None, "state": PLANNED})


def _finish(session: Session, claimed: Claimed, row: Mapping[str, Any]) -> bool:
    ours = {"its_id": claimed.id, "its_owner": claimed.owner, "its_fence": claimed.fence}
    return session.connection().execute(_update(tuple(row)), ours | dict(row)).rowcount == 1


@lru_cache
def _update(changed: tuple[str, ...]) -> Update:
    ours = and_(
        Delivery.id == bindparam("its_id"),
        Delivery.owner == bindparam("its_owner"),
        Delivery.fence == bindparam("its_fence"),
        Delivery.state == CLAIMED,
    )
    return update(Delivery).where(ours).values({name: bindparam(name) for name in changed})


def trace(claimed: Claimed, outcome: Outcome, now: datetime) -> Attempt:
    """Return the record of one try."""
    return Attempt(
        delivery_id=claimed.id,
        channel=claimed.channel,
        at=now,
        owner=claimed.owner,
        outcome=outcome.name,
        code=outcome.code,
        text=text_in(outcome.text)[:_TEXT],
    )


def after(claimed: Claimed, outcome: Outcome, now: datetime, wait: timedelta | None = None) -> dict[str, Any]:
    """Return the new values of a claimed delivery; a retry is due at the deadline at the latest, to end there."""
    tries = _tries(claimed, outcome)
    row = {"owner": None, "lease_until": None, "reason": outcome.name, "tries": tries, "sent_at": None}
    if outcome.name == "sent":
        return row | {"state": SENT, "reason": "", "sent_at": now, "due_at": claimed.due_at}
    if outcome.name == "refused":
        return row | {"state": DEAD, "due_at": claimed.due_at}
    due_at = now + (pause([claimed], outcome) if wait is None else wait)
    if claimed.deadline_at is not None:
        due_at = min(due_at, claimed.deadline_at)
    return row | {"state": PLANNED, "due_at": due_at}


def _wait(trouble: Trouble, tries: int) -> timedelta:
    if trouble == "nobody_there":
        return _PROBE
    if trouble == "perhaps_sent":
        return _AFTER_A_CUT
    minutes = _LADDER[tries - 1] if tries <= len(_LADDER) else _HOURLY
    # Spread, lest all that were turned away together come back together.
    return timedelta(minutes=minutes * random.uniform(0.8, 1.2))


def is_resting(outcome: str, at: datetime, now: datetime) -> bool:
    """Say whether a channel is left alone: nobody was there at its newest try, less than half a minute ago."""
    return outcome == "nobody_there" and now - _PROBE < at
