"""The dates and changes of which a word has not reached everybody; read-only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, contains_eager

from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.board.actions import MESSAGE
from scheduler.history import StateChange
from scheduler.notices.models import (
    BY_HAND,
    BY_NEIGHBOURS,
    CLAIMED,
    DEAD,
    DROPPED,
    PLANNED,
    SENT,
    Delivery,
    Notice,
)
from scheduler.participation.models import Participation
from scheduler.reach.told import KEPT, LISTED_AT_ONCE, MISSED, Told, left_of, told_about, told_of
from scheduler.reach.touching import CHANGES

_UNREACHED = (MISSED, KEPT)
# News by mail: where no mail leaves, it makes no difference whether it was written down already.
_UNSENT = and_(
    Delivery.state.in_((PLANNED, CLAIMED, SENT)),
    Delivery.channel == "email",
    Delivery.by_id.is_(None),
    Notice.kind.in_(LISTED_AT_ONCE),
)

# A dispatcher would only put it on the list, maybe not at once: whoever walks or calls need not wait for that.
_TO_BE_LISTED = and_(
    Delivery.state == PLANNED, Delivery.channel.in_(BY_NEIGHBOURS), Notice.kind.in_(LISTED_AT_ONCE)
)


@dataclass(frozen=True)
class Trouble:
    """A date, or a change by its first date, of which somebody has still to be told: not reached, or by hand."""

    occurrence: Occurrence
    rows: tuple[Told, ...]
    change_id: int = 0

    @property
    def missed(self) -> int:
        """How many people could not be reached, also those whose mail never left."""
        return len({row.person.id for row in self.rows if row.group in _UNREACHED})

    @property
    def people(self) -> int:
        """How many people have still to be told, whichever way."""
        return len({row.person.id for row in self.rows})

    @property
    def listed(self) -> set[int]:
        """Who is on the list of whom to tell by hand."""
        return {row.person.id for row in self.rows if row.is_left}

    @property
    def unsent(self) -> int:
        """How many people are on no list and have no news, because their mail never left."""
        return len({row.person.id for row in self.rows if row.group == KEPT})

    @property
    def unreached(self) -> list[Told]:
        """What has not reached somebody who is on no list."""
        return [row for row in self.rows if row.group in _UNREACHED]

    @property
    def newest_unsent(self) -> int:
        """The number of the newest news of which mails never left; 0 for none."""
        return max((row.word.notice_id for row in self.rows if row.group == KEPT), default=0)

    @property
    def is_unsent(self) -> bool:
        """Whether mails are among it that never left: whom they were for is on no list to go by yet."""
        return self.unsent > 0

    @property
    def homes(self) -> int:
        """How many homes somebody has to go to."""
        return len({row.home for row in self.rows})


def troubles_of(
    session: Session,
    bodies: Collection[int],
    now: datetime,
    *,
    block_id: int | None = None,
    has_mail_server: bool = True,
) -> list[Trouble]:
    """Return the dates of these bodies, not yet over, and their changes, of which not everybody has been told.

    A change of several dates stands here once. With a block, only its homes count. Without a mail server no mail has
    told anybody what is new.
    """
    wanted = (
        select(Occurrence)
        .join(Occurrence.activity)
        .where(Activity.organization_id.in_(bodies), Occurrence.ends_at > now)
        .where(_is_left_over(bodies, has_mail_server=has_mail_server))
        .options(contains_eager(Occurrence.activity))
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    dates = session.scalars(wanted).all()
    told = told_of(session, [one.id for one in dates]) if dates else {}
    found: dict[tuple[int, int], tuple[Occurrence, dict[int, Told]]] = {}
    for one in dates:
        for row in left_of(told.get(one.id, ()), has_mail_server=has_mail_server):
            if block_id is None or (row.block is not None and row.block.id == block_id):
                key = (row.word.change_id, 0 if row.word.change_id else one.id)
                found.setdefault(key, (one, {}))[1][row.delivery_id] = row
    return [Trouble(one, tuple(rows.values()), key[0]) for key, (one, rows) in found.items()]


def trouble_at(session: Session, occurrence: Occurrence, *, has_mail_server: bool) -> Trouble:
    """Return who has still to be told something about one date, as the list of all dates counts them; maybe nobody."""
    rows = left_of(told_about(session, occurrence.id), has_mail_server=has_mail_server)
    changes = {row.word.change_id for row in rows if row.group == KEPT}
    return Trouble(occurrence, tuple(rows), changes.pop() if len(changes) == 1 else 0)


def _is_left_over(bodies: Collection[int], *, has_mail_server: bool) -> ColumnElement[bool]:
    # From the few that are dead, by their own index, to what they are about.
    slots = select(Slot.id).where(Slot.occurrence_id == Occurrence.id).correlate(Occurrence)
    own = select(Participation.id).join(Participation.slot).where(Slot.occurrence_id == Occurrence.id)
    own = own.correlate(Occurrence)
    about = or_(
        and_(Notice.subject == "occurrence", Notice.subject_id == Occurrence.id),
        and_(Notice.subject == "participation", Notice.subject_id.in_(own)),
        and_(Notice.subject == "slot", Notice.kind == MESSAGE, Notice.subject_id.in_(slots)),
    )
    lost = or_(Delivery.state == DEAD, and_(Delivery.state == DROPPED, Delivery.reason == "too_late"))
    listed = and_(Delivery.state == BY_HAND, Delivery.by_id.is_(None))
    left = [lost, listed, _TO_BE_LISTED, *([] if has_mail_server else [_UNSENT])]
    found = select(Delivery.id).join(Delivery.notice)
    changed = Occurrence.activity_id.in_(_changed(bodies, or_(*left)))
    return or_(*(found.where(one, about).exists() for one in left), changed)


def _changed(bodies: Collection[int], left: ColumnElement[bool]) -> Select[tuple[int]]:
    """Return the activities of these bodies of which a change has not reached everybody."""
    of_change = and_(
        Notice.subject == "change", Notice.subject_id == StateChange.facts["change"].as_integer()
    )
    own = select(Activity.id).where(Activity.organization_id.in_(bodies))
    return (
        select(StateChange.subject_id)
        .join(Notice, of_change)
        .join(Delivery, Delivery.notice_id == Notice.id)
        .where(StateChange.subject == "activity", StateChange.subject_id.in_(own), left)
        .where(StateChange.verb.in_(CHANGES))
    )
