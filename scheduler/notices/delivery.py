"""Take each due delivery out of the outbox and send it, once: claim, commit, send, record.

A crash anywhere loses nothing: what was claimed is claimed again when its lease has run out, and goes out with the
same Message-ID. Only what was in flight (`Outlet.in_flight`) can be repeated.
"""

import logging
import time
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from scheduler.db import begin_writing
from scheduler.notices.claims import Takings, take
from scheduler.notices.outcomes import Claimed, Outcome, record
from scheduler.notices.outlet import ChannelError, Letter, OutgoingMessage, Outlet
from scheduler.notices.ways import refused

log = logging.getLogger(__name__)

# A database that restarts is back in seconds; an outcome not recorded would be a message sent twice.
_PAUSES = (0.5, 1, 2, 4, 8)
# While one message takes its time, others may have come due.
_LOOK_AGAIN_SECONDS = 1

_Flying = dict[Future[Outcome], Claimed]


def deliver_due(outlet: Outlet, now: Callable[[], datetime]) -> int:
    """Send all that is due, `outlet.in_flight` at a time; return how many a channel has taken.

    Ends when nothing more is due, when no way is open, or when the outlet is stopping, with what is under way brought
    home. Any number of processes may run it at once. Only this thread talks to the database; the others send.
    """
    flying: _Flying = {}
    sent = 0
    with ThreadPoolExecutor(outlet.in_flight, "delivery") as pool:
        try:
            while _take_off(outlet, pool, flying, now):
                sent += _land(outlet, flying, now)
        finally:
            while flying:
                sent += _land(outlet, flying, now)
            for channel in outlet.channels.values():
                channel.close()
    return sent


def _take_off(outlet: Outlet, pool: Executor, flying: _Flying, now: Callable[[], datetime]) -> bool:
    while len(flying) < outlet.in_flight and not outlet.stopping():
        takings = _claim(outlet, outlet.in_flight - len(flying), now())
        for claimed, letter in takings.letters:
            flying[pool.submit(_send, outlet, claimed, letter)] = claimed
        if not takings.seen:
            break
    return bool(flying)


def _claim(outlet: Outlet, room: int, now: datetime) -> Takings:
    with outlet.new_session() as session:
        begin_writing(session)
        takings = take(session, outlet, room, now)
        session.commit()
    return takings


def _send(outlet: Outlet, claimed: Claimed, letter: Letter) -> Outcome:
    try:
        content = outlet.render(letter)
        message = OutgoingMessage(claimed.message_id, claimed.date, letter, content)
        outlet.channels[claimed.channel].deliver(message)
    except ChannelError as error:
        return Outcome(error.trouble, error.code, error.text, error.retry_after)
    except Exception as error:
        log.error("delivery %d could not be sent: %s", claimed.id, type(error).__name__)
        return Outcome("fault", text=repr(error))
    return Outcome("sent")


def _land(outlet: Outlet, flying: _Flying, now: Callable[[], datetime]) -> int:
    landed, _ = wait(flying, _LOOK_AGAIN_SECONDS, FIRST_COMPLETED)
    outcomes = [(flying.pop(future), future.result()) for future in landed]
    if outcomes:
        _record(outlet, outcomes, now())
    return sum(outcome.name == "sent" for _, outcome in outcomes)


def _record(outlet: Outlet, outcomes: Collection[tuple[Claimed, Outcome]], now: datetime) -> None:
    for pause in _PAUSES:
        try:
            return _record_now(outlet, outcomes, now)
        except DBAPIError as error:
            log.warning("outcomes could not be recorded, again in %s s: %s", pause, type(error).__name__)
            time.sleep(pause)
    _record_now(outlet, outcomes, now)


def _record_now(outlet: Outlet, outcomes: Collection[tuple[Claimed, Outcome]], now: datetime) -> None:
    with outlet.new_session() as session:
        begin_writing(session)
        for claimed, outcome in outcomes:
            if not record(session, claimed, outcome, now):
                log.warning("delivery %d came back after its lease", claimed.id)
            elif outcome.name == "refused":
                refused(session, outlet, claimed.id, outcome, now)
        session.commit()
