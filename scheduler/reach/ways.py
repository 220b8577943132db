"""How each person can be reached: contact points follow from what is known of them, and they put them in order."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import insert_many_once, insert_once
from scheduler.errors import Invalid, NotFound
from scheduler.notices.actions import Telling, queue, switch_off
from scheduler.notices.crowd import forget, of_person
from scheduler.notices.models import BY_NEIGHBOURS, CHANNELS, ContactPoint
from scheduler.notices.queries import POINTS, points_of
from scheduler.parties.models import Person, SignIn
from scheduler.parties.names import is_mobile

# Room between them, so that the person's own order is written without touching the others.
_STEP = 100
_COPIED = ("person_id", "channel", "address", "facts", "position", "verified_at", "created_at", "off_reason")


def points(session: Session, person_id: int, now: datetime) -> list[ContactPoint]:
    """Return a person's contact points in order, after adding what has become known of the person since."""
    person = of_person(session, Person, person_id, partial(_people, session))
    if person is None:
        return []
    for point in _missing(session, person, now):
        # Two dispatchers may find it missing at the same time.
        insert_once(session, ContactPoint, {name: getattr(point, name) for name in _COPIED})
        forget(session, POINTS)
    return current_points(session, person, now)


def _people(session: Session, person_ids: Collection[int]) -> dict[int, Person]:
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(person_ids)))}


def store_known(session: Session, person_ids: Collection[int], now: datetime) -> None:
    """Write down what is known of many people's ways, in few statements, before they are all told something."""
    people = list(session.scalars(select(Person).where(Person.id.in_(person_ids))))
    stored = _stored_ways(session, person_ids)
    rows = [
        {name: getattr(_point(session, person, way, now), name) for name in _COPIED}
        for person in people
        for way in _known_ways(person)
        if way not in stored[person.id]
    ]
    insert_many_once(session, ContactPoint, rows)


def _stored_ways(session: Session, person_ids: Collection[int]) -> dict[int, set[tuple[str, str]]]:
    wanted = select(ContactPoint.person_id, ContactPoint.channel, ContactPoint.address)
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for person_id, channel, address in session.execute(wanted.where(ContactPoint.person_id.in_(person_ids))):
        found[person_id].add((channel, address))
    return found


@dataclass(frozen=True)
class Reached:
    """How some people are reached: how many by each channel, and how many people in how many homes by hand."""

    channels: dict[str, int]
    homes: int
    by_hand: int

    @property
    def people(self) -> int:
        """How many of them a message reaches by itself."""
        return sum(self.channels.values())


def reached_by(session: Session, person_ids: Collection[int]) -> Reached:
    """Say how these people would be told now, each by the first way that is not off; nothing is written."""
    firsts = _firsts(session, person_ids)
    by_hand = [person for person, channel in firsts if channel in BY_NEIGHBOURS]
    homes = {
        ("home", person.household_id) if person.household_id else ("person", person.id) for person in by_hand
    }
    counted = Counter(channel for _, channel in firsts if channel not in BY_NEIGHBOURS)
    return Reached({name: counted[name] for name in CHANNELS if counted[name]}, len(homes), len(by_hand))


def told_by_hand(session: Session, person_ids: Collection[int]) -> set[int]:
    """Return which of these people would be told by telephone or on paper now."""
    return {person.id for person, channel in _firsts(session, person_ids) if channel in BY_NEIGHBOURS}


def _firsts(session: Session, person_ids: Collection[int]) -> list[tuple[Person, str]]:
    people = session.scalars(select(Person).where(Person.id.in_(person_ids)))
    points: dict[int, list[ContactPoint]] = defaultdict(list)
    for point in session.scalars(select(ContactPoint).where(ContactPoint.person_id.in_(person_ids))):
        points[point.person_id].append(point)
    return [(person, _first_channel(person, points[person.id])) for person in people]


def _first_channel(person: Person, stored: list[ContactPoint]) -> str:
    known = _known_ways(person)
    there = {(point.channel, point.address) for point in stored}
    live = [point for point in stored if point.is_live and _still_stands(point, set(known))]
    ways = [(point.position, point.channel) for point in live]
    ways += [(CHANNELS.index(way[0]) * _STEP, way[0]) for way in known if way not in there]
    return min(ways)[1] if ways else BY_NEIGHBOURS[0]


def current_points(session: Session, person: Person, now: datetime) -> list[ContactPoint]:
    """Return a person's contact points in order as they would be, without writing: for pages that only show them."""
    known = {(channel, address) for channel, address in _known_ways(person)}
    stored = [point for point in points_of(session, person.id) if _still_stands(point, known)]
    new = [] if _all_stored(stored, known) else _missing(session, person, now)
    return sorted(stored + new, key=lambda point: (point.position, point.id or 0))


def _still_stands(point: ContactPoint, known: set[tuple[str, str]]) -> bool:
    # A mailbox or telephone that the person has given up is not used any more; the row stays, for what was sent there.
    if point.channel == "sms":
        return ("phone", point.address) in known
    return point.channel not in {"email", *BY_NEIGHBOURS} or (point.channel, point.address) in known


def _all_stored(stored: list[ContactPoint], known: set[tuple[str, str]]) -> bool:
    return known <= {(point.channel, point.address) for point in stored}


def _known_ways(person: Person) -> list[tuple[str, str]]:
    ways = [("email", person.email)] if person.email else []
    ways += [("phone", person.phone)] if person.phone else []
    # Somebody walks there: to a home that is on the block's list, or where there is no other way at all.
    if person.household_id is not None or not ways:
        ways.append(("paper", ""))
    return ways


def _missing(session: Session, person: Person, now: datetime) -> list[ContactPoint]:
    stored = {(point.channel, point.address) for point in points_of(session, person.id)}
    return [_point(session, person, way, now) for way in _known_ways(person) if way not in stored]


def _point(session: Session, person: Person, way: tuple[str, str], now: datetime) -> ContactPoint:
    channel, address = way
    return ContactPoint(
        person_id=person.id,
        channel=channel,
        address=address,
        facts={},
        position=CHANNELS.index(channel) * _STEP,
        verified_at=_proven_at(session, person) if channel == "email" else None,
        off_reason="",
        created_at=now,
    )


def _proven_at(session: Session, person: Person) -> datetime | None:
    # Whoever has signed in with a mail reads that mailbox.
    spent = select(SignIn.spent_at).where(
        SignIn.person_id == person.id,
        SignIn.spent_at.is_not(None),
        ~SignIn.by_hand,
        SignIn.printed_by_id.is_(None),
    )
    return session.scalar(spent.order_by(SignIn.id).limit(1))


def add_sms(session: Session, person: Person, now: datetime) -> None:
    """Let a person be told by SMS on the telephone that is known of them; once more switches it on again.

    Raise Invalid where no mobile telephone is known.
    """
    if not is_mobile(person.phone):
        raise Invalid("no_mobile_phone")
    points(session, person.id, now)
    values = {name: getattr(_point(session, person, ("sms", person.phone), now), name) for name in _COPIED}
    insert_once(session, ContactPoint, values)
    mine = select(ContactPoint).where(ContactPoint.person_id == person.id, ContactPoint.channel == "sms")
    point = session.scalars(mine.where(ContactPoint.address == person.phone)).one()
    point.off_at, point.off_reason = None, ""


def change(session: Session, person: Person, key: str, verb: str, now: datetime) -> None:
    """Do what a person asks of one contact point: `first`, `off`, `on`, `plain`, `rich` or `test`.

    Raise NotFound for one that is not the person's, Invalid for an unknown verb, or where nothing would be left.
    """
    mine = points(session, person.id, now)
    point = next((one for one in mine if one.key == key), None)
    if point is None:
        raise NotFound
    if verb not in _VERBS:
        raise Invalid("choice_unknown")
    _VERBS[verb](session, point, mine, now)


def _first(session: Session, point: ContactPoint, mine: list[ContactPoint], now: datetime) -> None:
    point.position = min(one.position for one in mine) - 1


def _off(session: Session, point: ContactPoint, mine: list[ContactPoint], now: datetime) -> None:
    if not any(one.is_live for one in mine if one is not point):
        raise Invalid("last_way")
    switch_off(session, point.id, "own", now)


def _on(session: Session, point: ContactPoint, mine: list[ContactPoint], now: datetime) -> None:
    point.off_at, point.off_reason = None, ""


def _plain(session: Session, point: ContactPoint, mine: list[ContactPoint], now: datetime) -> None:
    point.facts = {**point.facts, "plain": True}


def _rich(session: Session, point: ContactPoint, mine: list[ContactPoint], now: datetime) -> None:
    point.facts = {**point.facts, "plain": False}


def _test(session: Session, point: ContactPoint, mine: list[ContactPoint], now: datetime) -> None:
    if point.channel in BY_NEIGHBOURS:
        raise Invalid("choice_unknown")
    # One a minute, however often it is pressed; an SMS costs somebody something, so one an hour.
    minute = int(now.timestamp() // (3600 if point.channel == "sms" else 60))
    telling = Telling("channel_test", "contact_point", point.id, minute, due_at=now, priority=0)
    queue(session, telling, [point.person_id], now)


_Verb = Callable[[Session, ContactPoint, list[ContactPoint], datetime], None]
_VERBS: dict[str, _Verb] = {
    "first": _first,
    "off": _off,
    "on": _on,
    "plain": _plain,
    "rich": _rich,
    "test": _test,
}
