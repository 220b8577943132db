"""What the outbox asks of others: of a feature (Kind), of the templates (Content), of a way out (Channel).

Only shapes; the dispatcher that uses them is `delivery`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from sqlalchemy.orm import Session

from scheduler.notices.models import ContactPoint, Delivery, Notice
from scheduler.notices.queries import points_of


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """What a feature wants told to one person: whom, by which template, with which facts.

    `unsubscribe` is the address of the page on which the person can end such letters. `address`, `channel` and `way`
    (what the channel needs beside the address) are filled in when it is known how the person is reached.
    """

    address: str
    name: str
    language: str
    template: str
    facts: Mapping[str, object]
    attachments: tuple[Attachment, ...] = ()
    unsubscribe: str = ""
    channel: str = "email"
    way: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether no link may stand in it: some telephone companies take no mail with one."""
        return bool(self.way.get("plain"))


@dataclass(frozen=True)
class Content:
    """A letter in words."""

    subject: str
    text: str
    html: str | None = None
    link: str = ""


@dataclass(frozen=True)
class OutgoingMessage:
    """All that a channel needs; the same delivery always has the same `message_id` and `date`."""

    message_id: str
    date: datetime
    letter: Letter
    content: Content


Trouble = Literal["refused", "not_now", "nobody_there", "perhaps_sent", "fault"]


class ChannelError(Exception):
    """Say why a channel could not hand a message over; the trouble decides whether and when it is tried again.

    refused       for good: this address will never take this message
    not_now       the other side asks to come back later
    nobody_there  the way itself is closed, for this message and for all others
    perhaps_sent  cut off after the message was on its way; it may have arrived
    fault         ours: it could not be made or handed over
    """

    def __init__(self, trouble: Trouble, text: str = "", code: int = 0, retry_after: int = 0) -> None:
        super().__init__(f"{trouble} {code} {text}")
        self.trouble: Trouble = trouble
        self.code = code
        self.text = text
        # For so many seconds the other side wants to be left alone.
        self.retry_after = retry_after

    @property
    def permanent(self) -> bool:
        """Whether it is of no use to try again."""
        return self.trouble == "refused"


class Channel(Protocol):
    """A way out: e-mail, push, paper."""

    def deliver(self, message: OutgoingMessage) -> None:
        """Hand one message over, well within a lease; raise ChannelError if it was not taken.

        Called by several threads at once.
        """

    def close(self) -> None:
        """Let go of what was kept open from message to message; called at the end of each round."""


def _at_once(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> datetime:
    return now


def _one_alone(session: Session, letters: Sequence["Letter"]) -> "Letter":
    (letter,) = letters
    return letter


def _is_live(notice: Notice, point: ContactPoint) -> bool:
    return point.is_live


@dataclass(frozen=True)
class Kind:
    """A kind of notice, as its feature explains it; both are asked at the moment of the claim and must not write.

    `still_true` returns None, or in a word why not any more: superseded, left, cancelled, erased ...
    `compose` returns None if there is nobody to tell. `group` is what people switch off when they do not want such
    notices; without one they cannot, since it concerns their own dates or their signing in. `fits` says which of a
    person's contact points will do; `not_before` puts it off, out of quiet hours. Only a kind `by_hand` is worth a
    neighbour's walk or call to those without other ways. `gather` makes one letter of those that a person gets at once
    by one way, where tellings of this kind are bundled.
    """

    still_true: Callable[[Session, Notice, Delivery, datetime], str | None]
    compose: Callable[[Session, Notice, Delivery], Letter | None]
    group: str = ""
    fits: Callable[[Notice, ContactPoint], bool] = _is_live
    by_hand: bool = False
    not_before: Callable[[Session, Notice, Delivery, datetime], datetime] = _at_once
    gather: Callable[[Session, Sequence[Letter]], Letter] = _one_alone


def _facts_of(session: Session, point: ContactPoint) -> Mapping[str, Any]:
    return dict(point.facts or {})


def _running() -> bool:
    return False


@dataclass(frozen=True)
class Outlet:
    """Everything a dispatcher works with.

    `points` returns how a person can be reached, in the order of their choice, `way` what the channel needs for one of
    them. `owner` names the running dispatcher.
    `in_flight` is the number of sends under way at once, hence the most that a crash can repeat. `lease` must be longer
    than a send may take. `render` is called outside any transaction and by several threads. Once `stopping` says True,
    nothing more is claimed.
    """

    new_session: Callable[[], Session]
    kinds: Mapping[str, Kind]
    render: Callable[[Letter], Content]
    channels: Mapping[str, Channel]
    owner: str
    in_flight: int = 4
    lease: timedelta = timedelta(seconds=180)
    stopping: Callable[[], bool] = _running
    points: Callable[[Session, int, datetime], Sequence[ContactPoint]] = points_of
    way: Callable[[Session, ContactPoint], Mapping[str, Any]] = _facts_of
