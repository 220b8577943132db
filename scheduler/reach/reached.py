"""The list of whom somebody has still to telephone or to walk to, and who ticks it off."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import and_, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence
from scheduler.activities.queries import find_activity, find_occurrence, find_organised_activity
from scheduler.db import claim
from scheduler.errors import Conflict, Invalid, NotFound
from scheduler.history import UNDO_FOR
from scheduler.notices.models import BY_HAND, DEAD, DROPPED, PLANNED, SENT, Delivery
from scheduler.participation import reconfirming
from scheduler.participation.models import Participation
from scheduler.parties.access import Actor, led_blocks, may_organise
from scheduler.parties.models import Organization, Person
from scheduler.reach.told import KEPT, SAYS_NOTHING, Told, left_of, told_of
from scheduler.reach.touching import activity_changed, touches_of

# A delivery that nobody has told yet.
_ON_LIST = {"state": BY_HAND, "sent_at": None, "by_id": None}


@dataclass(frozen=True)
class Round:
    """The list that somebody takes along: for which dates, who has been told how far; `whole` is the organiser's.

    `change_id` names the change that it is about alone; 0 where it is all about one date.
    """

    activity: Activity
    dates: list[Occurrence]
    told: list[Told]
    whole: bool
    change_id: int = 0

    @property
    def occurrence(self) -> Occurrence:
        """The date, or the first of them."""
        return self.dates[0]

    @property
    def rows(self) -> list[Told]:
        """Who is left to be told."""
        return [row for row in self.told if row.is_left]

    def unsent(self, *, has_mail_server: bool) -> int:
        """Return how many more have no news and are not on it, because their mail never left."""
        rows = left_of(self.told, has_mail_server=has_mail_server)
        return len({row.person.id for row in rows if row.group == KEPT})

    def shows_phone(self, row: Told) -> bool:
        """Say whether whoever holds the list is shown this person's telephone, and there is one."""
        may_see = self.whole or (row.household is not None and row.household.releases_contact)
        return may_see and bool(row.person.phone)

    @property
    def called(self) -> list[Told]:
        """Who is left to be told by telephone: the quickest, so they come first."""
        return [row for row in self.rows if self.shows_phone(row)]

    @property
    def blocks(self) -> list[tuple[Organization | None, list[Told]]]:
        """Who is left without a telephone, by block, in the order in which one walks."""
        visited = [row for row in self.rows if not self.shows_phone(row)]
        groups = groupby(visited, key=lambda row: row.walking_order[0])
        found = [list(rows) for _name, rows in groups]
        return [(rows[0].block, rows) for rows in found]

    @property
    def in_order(self) -> list[Told]:
        """Who is left, first those who are telephoned, then the homes as one walks."""
        return self.called + [row for _block, rows in self.blocks for row in rows]

    def of(self, delivery_id: int) -> "Round":
        """Return the same for one home on it alone, with all words for it; raise NotFound for anybody else."""
        home = next((row.home for row in self.rows if row.delivery_id == delivery_id), None)
        if home is None:
            raise NotFound
        return replace(self, told=[row for row in self.rows if row.home == home])

    def has_told(self, delivery_id: int) -> Told | None:
        """Return whom this was for where somebody has told them: they are not on the list any more."""
        return next((row for row in self.told if row.delivery_id == delivery_id and row.by_id), None)

    def ticked(self, by_id: int | None, now: datetime) -> list[Told]:
        """Return whom this person has told and may still put back on the list."""
        since = now - UNDO_FOR
        return [row for row in self.told if row.by_id == by_id and row.at is not None and row.at > since]


def find_round(session: Session, actor: Actor, occurrence_id: int) -> Round:
    """Return what is to be brought by hand about a date: all of it to organisers, the own block's homes to its leader.

    Raise NotFound for anybody else.
    """
    occurrence = find_occurrence(session, actor, occurrence_id)
    told = told_of(session, [occurrence.id]).get(occurrence.id, [])
    return own_part(session, actor, Round(occurrence.activity, [occurrence], told, whole=True))


def find_change_round(session: Session, actor: Actor, change_id: int) -> Round:
    """Return the same of a change: each person once, with those of their dates for which no newer word stands."""
    activity_id = activity_changed(session, change_id)
    if activity_id is None:
        raise NotFound
    activity = find_activity(session, actor, activity_id)
    dates = dates_of_change(session, activity_id, change_id)
    found: dict[int, Told] = {}
    for number, rows in _in_order(dates, told_of(session, [one.id for one in dates])):
        for row in rows:
            if row.word.change_id == change_id:
                one = found.setdefault(row.delivery_id, row)
                found[row.delivery_id] = replace(one, dates=(*one.dates, number))
    told = sorted(found.values(), key=lambda row: row.walking_order)
    return own_part(session, actor, Round(activity, dates, told, whole=True, change_id=change_id))


def find_organised_change(session: Session, actor: Actor, change_id: int) -> Activity:
    """Return the activity of which a change was made, to its organisers; raise NotFound for anybody else."""
    activity_id = activity_changed(session, change_id)
    if activity_id is None:
        raise NotFound
    return find_organised_activity(session, actor, activity_id)


def dates_of_change(session: Session, activity_id: int, change_id: int) -> list[Occurrence]:
    """Return the dates that a change was about, in their order."""
    every = select(Occurrence).where(Occurrence.activity_id == activity_id)
    dates = session.scalars(every.order_by(Occurrence.starts_at, Occurrence.id)).all()
    touches = touches_of(session, [one.id for one in dates])
    named = {number for touch in touches if touch.change_id == change_id for number in touch.dates}
    return [one for one in dates if one.id in named]


def _in_order(dates: list[Occurrence], told: dict[int, list[Told]]) -> list[tuple[int, list[Told]]]:
    return [(one.id, told.get(one.id, [])) for one in dates]


def own_part(session: Session, actor: Actor, round_: Round) -> Round:
    """Return of a list what this person may see: all to organisers, the own block's homes to its leader.

    Raise NotFound for anybody else.
    """
    if may_organise(session, actor, round_.activity.organization_id):
        return round_
    blocks = {block.id for block in led_blocks(session, actor)}
    if not blocks:
        raise NotFound
    homes = [row for row in round_.told if row.block is not None and row.block.id in blocks]
    return replace(round_, told=homes, whole=False)


def tick_off(
    session: Session, round_: Round, delivery_ids: Collection[int], by_id: int, now: datetime
) -> int:
    """Write down that somebody has told these people themselves; return how many. What is not on the list stays."""
    on_list = {row.delivery_id for row in round_.rows} & set(delivery_ids)
    # What was taken back meanwhile is not told any more, whoever holds the list.
    lost = and_(Delivery.state == DROPPED, Delivery.reason.not_in(SAYS_NOTHING))
    told = update(Delivery).where(
        Delivery.id.in_(on_list),
        or_(Delivery.state.in_((BY_HAND, DEAD, PLANNED)), lost),
        Delivery.by_id.is_(None),
    )
    values = {"state": SENT, "sent_at": now, "by_id": by_id}
    result = session.execute(told.values(values).execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount


def put_on_list(session: Session, rows: Collection[Told]) -> int:
    """Put people on the list of whom to tell by hand whose mail was written and never left; return how many."""
    phoned = {row.delivery_id for row in rows if row.group == KEPT and row.person.phone}
    visited = {row.delivery_id for row in rows if row.group == KEPT} - phoned
    count = 0
    for channel, ids in (("phone", phoned), ("paper", visited)):
        unsent = update(Delivery).where(
            Delivery.id.in_(ids), Delivery.state.in_((PLANNED, SENT)), Delivery.by_id.is_(None)
        )
        values = {**_ON_LIST, "channel": channel}
        result = session.execute(unsent.values(values).execution_options(synchronize_session=False))
        assert isinstance(result, CursorResult)
        count += result.rowcount
    return count


def tick_all(
    session: Session, round_: Round, delivery_ids: Collection[int], by_id: int, now: datetime
) -> int:
    """Tick off all of these and return how many people that is, also those whose tick was sent as it was made.

    Raise Invalid where nobody is ticked, Conflict where none of them is on the list any more.
    """
    if not delivery_ids:
        raise Invalid("nobody_ticked")
    people = {
        row.person.id
        for row in round_.told
        if row.delivery_id in delivery_ids and (row.is_left or row.by_id == by_id)
    }
    if not people:
        raise Conflict("not_on_list")
    tick_off(session, round_, delivery_ids, by_id, now)
    return len(people)


def asked_again(session: Session, round_: Round) -> dict[int, list[Participation]]:
    """Return, by person, the sign-ups of those left on the list who are asked whether they come after all."""
    left, found = {row.person.id for row in round_.rows}, defaultdict(list)
    for date in round_.dates:
        for one in reconfirming.asked_at(session, date.id):
            if one.contact_id in left:
                found[one.contact_id].append(one)
    return dict(found)


def take_answer(
    session: Session, round_: Round, delivery_id: int, said: str, by: tuple[int, datetime]
) -> Told:
    """Write down what somebody on the list said when asked whether they come, and tick them off; return who it was.

    Raise Conflict where they are not on the list any more, or were not asked.
    """
    row = next((one for one in round_.rows if one.delivery_id == delivery_id), None)
    asked = asked_again(session, round_).get(row.person.id, []) if row is not None else []
    if row is None or not asked:
        raise Conflict("not_on_list")
    tick_off(session, round_, [delivery_id], *by)
    for one in asked:
        reconfirming.answer(session, one, said, *by)
    return row


@dataclass(frozen=True)
class Answered:
    """Somebody whose answer was entered from a list: who, what they said, and by which sign-ups."""

    person: Person
    said: str
    entries: list[reconfirming.Entered]


def answered_by(session: Session, round_: Round, by: tuple[int | None, datetime]) -> list[Answered]:
    """Return whose answers this person has entered for these dates and may still take back, the latest first."""
    dates = [one.id for one in round_.dates]
    found: dict[int, list[reconfirming.Entered]] = defaultdict(list)
    for one in reconfirming.entered_for_others(session, dates, *by):
        found[one.row.contact_id].append(one)
    return [Answered(rows[0].row.contact, rows[0].said, rows) for rows in found.values()]


def take_answer_back(session: Session, round_: Round, person_id: int, by: tuple[int, datetime]) -> Answered:
    """Put somebody back on the list whose answer was entered by mistake: they are asked again, and have their places.

    Raise Conflict where it is too late for that.
    """
    mine = next((one for one in answered_by(session, round_, by) if one.person.id == person_id), None)
    if mine is None:
        raise Conflict("undo_over")
    for one in mine.entries:
        reconfirming.take_back(session, one, *by)
    # One press has answered and ticked off; who had left stands on no list to look it up.
    pressed = Delivery.sent_at.in_({one.change.at for one in mine.entries})
    ticked = update(Delivery).where(Delivery.person_id == person_id, Delivery.by_id == by[0], pressed)
    session.execute(ticked.values(**_ON_LIST).execution_options(synchronize_session=False))
    return mine


def tick_one(
    session: Session, round_: Round, delivery_id: int, by_id: int, now: datetime, *, told: bool
) -> None:
    """Tick one off as soon as they are told, or take that back for half an hour; the same again changes nothing.

    Raise Conflict where it is too late for that, or they are not on the list any more.
    """
    own = {row.delivery_id for row in round_.told if row.by_id == by_id}
    if delivery_id not in own | {row.delivery_id for row in round_.rows}:
        raise Conflict("not_on_list")
    if not told and delivery_id in own:
        return _take_back(session, delivery_id, by_id, now)
    if told and delivery_id not in own and not tick_off(session, round_, [delivery_id], by_id, now):
        raise Conflict("not_on_list")
    return None


def _take_back(session: Session, delivery_id: int, by_id: int, now: datetime) -> None:
    mistaken = update(Delivery).where(
        Delivery.id == delivery_id, Delivery.by_id == by_id, Delivery.sent_at > now - UNDO_FOR
    )
    if not claim(session, mistaken.values(**_ON_LIST)):
        raise Conflict("undo_over")
