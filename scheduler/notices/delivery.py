"""Take each due delivery out of the outbox and send it, once: claim, commit, send, record.

A crash anywhere loses nothing: what was claimed is claimed again when its lease has run out, and goes out with the
same Message-ID. Only what was in flight (`Outlet.in_flight`) can be repeated.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from scheduler.db import begin_writing
from scheduler.notices.claims import Claims, Takings, take
from scheduler.notices.outcomes import Claimed, Outcome, give_back, record
from scheduler.notices.outlet import ChannelError, Letter, OutgoingMessage, Outlet
from scheduler.notices.ways import refused

log = logging.getLogger(__name__)

# A database that restarts is back in seconds; an outcome not recorded would be a message sent twice.
_PAUSES = (0.5, 1, 2, 4, 8)
# While one message takes its time, others may have come due.
_LOOK_AGAIN_SECONDS = 1
# What was true when it was claimed may not be so for longer: it is given back, and asked about anew.
_TRUE_FOR_SECONDS = 1
# So many times as many as are in flight are claimed at once, where all of them are begun while they are true.
_MOST_AHEAD = 8


def deliver_due(outlet: Outlet, now: Callable[[], datetime]) -> int:
    """Send all that is due, `outlet.in_flight` at a time; return how many a channel has taken.

    Ends when nothing more is due, when no way is open, or when the outlet is stopping, with what is under way brought
    home. Any number of processes may run it at once. Only this thread talks to the database; the others send.
    """
    with ThreadPoolExecutor(outlet.in_flight, "delivery") as pool:
        work = _Round(outlet, now, pool)
        try:
            while work.take_off():
                work.land()
        finally:
            work.come_home()
            for channel in outlet.channels.values():
                channel.close()
    return work.sent


@dataclass
class _Round:
    """One round of a dispatcher: what is in its hands and not begun, and what is under way.

    Nothing is begun before the outcome of what was sent before it is recorded, so that no crash repeats more than
    were in flight, however many are claimed ahead.
    """

    outlet: Outlet
    now: Callable[[], datetime]
    pool: Executor
    flying: dict[Future[Outcome], Claims] = field(default_factory=dict)
    hand: deque[tuple[Claims, Letter]] = field(default_factory=deque)
    claimed_at: float = 0.0
    ahead: int = 1
    sent: int = 0

    def take_off(self) -> bool:
        """Begin as many as may be in flight, of what is still sure to be true; return whether any is."""
        if time.monotonic() - self.claimed_at > _TRUE_FOR_SECONDS:
            self._hand_back()
        while len(self.flying) < self.outlet.in_flight and not self.outlet.stopping():
            if not self.hand and not self._claim():
                break
            if self.hand:
                claims, letter = self.hand.popleft()
                self.flying[self.pool.submit(_send, self.outlet, claims[0], letter)] = claims
        return bool(self.flying)

    def land(self) -> None:
        """Wait for what comes back and record it; where a way is closed, give back what is in our hands."""
        landed, _ = wait(self.flying, _LOOK_AGAIN_SECONDS, FIRST_COMPLETED)
        outcomes = [(self.flying.pop(future), future.result()) for future in landed]
        closed = any(outcome.name == "nobody_there" for _, outcome in outcomes)
        back = self._let_go() if closed else []
        if outcomes or back:
            _record(self.outlet, outcomes, back, self.now())
        self.sent += sum(outcome.name == "sent" for _, outcome in outcomes)

    def come_home(self) -> None:
        """Let what is under way land; give back the rest."""
        self._hand_back()
        while self.flying:
            self.land()

    def _claim(self) -> bool:
        takings = _claim(self.outlet, self.outlet.in_flight * self.ahead - len(self.flying), self.now())
        self.hand.extend(takings.letters)
        self.claimed_at = time.monotonic()
        self.ahead = min(self.ahead * 2, _MOST_AHEAD)
        return takings.seen > 0

    def _hand_back(self) -> None:
        if back := self._let_go():
            _record(self.outlet, [], back, self.now())

    def _let_go(self) -> list[Claimed]:
        back = [claimed for claims, _ in self.hand for claimed in claims]
        self.hand.clear()
        self.ahead = 1 if back else self.ahead
        return back


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


_Outcomes = list[tuple[Claims, Outcome]]


def _record(outlet: Outlet, outcomes: _Outcomes, back: list[Claimed], now: datetime) -> None:
    for pause in _PAUSES:
        try:
            return _record_now(outlet, outcomes, back, now)
        except DBAPIError as error:
            log.warning("outcomes could not be recorded, again in %s s: %s", pause, type(error).__name__)
            time.sleep(pause)
    _record_now(outlet, outcomes, back, now)


def _record_now(outlet: Outlet, outcomes: _Outcomes, back: list[Claimed], now: datetime) -> None:
    with outlet.new_session() as session:
        begin_writing(session)
        for claims, outcome in outcomes:
            ours = record(session, claims, outcome, now)
            for claimed in set(claims).difference(ours):
                log.warning("delivery %d came back after its lease", claimed.id)
            for claimed in ours if outcome.name == "refused" else ():
                refused(session, outlet, claimed.id, outcome, now)
        for claimed in back:
            give_back(session, claimed)
        session.commit()
