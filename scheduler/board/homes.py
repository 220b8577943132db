"""That a home does not come to a date, entered for it by whoever heard so; and taking that back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, null, or_, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from scheduler.activities.facts import time_version
from scheduler.activities.models import Occurrence, Slot
from scheduler.board.models import HomeNo
from scheduler.db import insert_once
from scheduler.errors import Conflict
from scheduler.history import UNDO_FOR, StateChange, record
from scheduler.participation import guards, places
from scheduler.participation.actions import withdraw
from scheduler.participation.models import GONE, Participation
from scheduler.participation.standing import Change, stood
from scheduler.participation.undoing import come_back, just_ended, waited_before
from scheduler.participation.waiting import leave
from scheduler.parties.access import Actor, is_called_by_own, may_organise
from scheduler.parties.models import Household, Person


def home_of_sign_up() -> ColumnElement[int | None]:
    """Return the home that a sign-up is of, where its contact is joined: its own, or its contact's.

    What a club or a group has pledged is of no home, whoever speaks for it.
    """
    of_body = or_(Participation.organization_id.is_not(None), Participation.group_name != "")
    return case((of_body, null()), else_=func.coalesce(Participation.household_id, Person.household_id))


def home_of(row: Participation) -> int | None:
    """Return the home that a sign-up is of, as `home_of_sign_up` does."""
    return None if is_of_body(row) else row.household_id or row.contact.household_id


def is_of_body(row: Participation) -> bool:
    """Say whether a club or a group has pledged this, so that no home can take it back."""
    return row.organization_id is not None or bool(row.group_name)


def say_no(
    session: Session,
    occurrence: Occurrence,
    home: Household,
    actor: Actor,
    now: datetime,
    *,
    say_so: bool = False,
) -> None:
    """Write down that nobody of a home comes; its sign-ups end, but for parts that have begun.

    Twice is the same as once. Raise Conflict once all parts have begun or the date is off, or where the actor may not
    end a sign-up (`end_for`).
    """
    assert actor.person_id is not None
    places.lock(session, *occurrence.slots)
    ahead = [slot for slot in occurrence.slots if slot.starts_at > now]
    guards.check_date((ahead or occurrence.slots)[0], now)
    ended = _coming(session, ahead, home)
    for row in ended:
        end_for(session, row, actor, now, say_so=say_so)
    key = {"occurrence_id": occurrence.id, "household_id": home.id, "version": time_version(occurrence)}
    is_new = insert_once(session, HomeNo, {**key, "by_id": actor.person_id, "at": now})
    if is_new or ended:
        said = StateChange(at=now, subject_id=home.id, verb="say_no", by_id=actor.person_id)
        said.facts = {"occurrence": occurrence.id, "ended": [row.id for row in ended]}
        _record(session, said)


def end_for(
    session: Session, row: Participation, actor: Actor, now: datetime, *, say_so: bool = False
) -> None:
    """End a sign-up for a party that has told the actor so; after the cut-off only who organises may.

    Raise Conflict for others then, and once the part has begun; and where a block leader ends at another body's date
    what somebody else has signed up, without its `say_so`, which is recorded.
    """
    slot = places.lock_of(session, row)
    if row.is_live and _needs_say_so(session, row, actor):
        if not say_so:
            raise Conflict("say_so_missing")
        heard = StateChange(at=now, subject_id=row.id, verb="say_so", by_id=actor.person_id)
        heard.subject, heard.on_behalf_of = "participation", f"person:{row.contact_id}"
        record(session, heard)
    if not row.comes or not slot.cancel_until <= now < slot.starts_at:
        return withdraw(session, row, actor.person_id, now)
    if not may_organise(session, actor, slot.occurrence.activity.organization_id):
        raise Conflict("too_late_to_enter_no")
    return leave(session, row, "cancelled", Change("withdraw", actor.person_id, facts=stood(row)), now)


def needs_say_so(session: Session, occurrence: Occurrence, actor: Actor) -> bool:
    """Say whether the actor passes on what homes of another body's date have said, and may end nothing of their own."""
    return not is_called_by_own(session, actor, occurrence.activity.organization)


def _needs_say_so(session: Session, row: Participation, actor: Actor) -> bool:
    own = actor.person_id in {row.contact_id, row.entered_by_id}
    return not own and needs_say_so(session, row.slot.occurrence, actor)


def _coming(session: Session, slots: Iterable[Slot], home: Household) -> list[Participation]:
    wanted = (
        select(Participation)
        .join(Person, Person.id == Participation.contact_id)
        .where(Participation.slot_id.in_([slot.id for slot in slots]), Participation.state.not_in(GONE))
        .where(home_of_sign_up() == home.id)
    )
    return list(session.scalars(wanted.order_by(Participation.id)))


@dataclass(frozen=True)
class TakenBack:
    """What is to be known of a "no" that was taken back.

    `lost` are the sign-ups whose place has gone meanwhile, so that they wait; `clashes` those whose contact has taken
    on something else for that time, each with it.
    """

    lost: list[Participation]
    clashes: list[tuple[Participation, Participation]]


def take_back(
    session: Session, occurrence: Occurrence, home: Household, actor: Actor, now: datetime
) -> TakenBack:
    """Take back for half an hour that the actor entered a home as not coming; the sign-ups that it ended stand again.

    Twice is the same as once. Raise Conflict when it is too late for that.
    """
    places.lock(session, *occurrence.slots)
    said = _said(session, occurrence, actor.person_id, now).get(home.id, [])
    if said and said[-1].verb == "take_back":
        return _taken_back(session, said[-1])
    mine = delete(HomeNo).where(HomeNo.household_id == home.id, *_own(occurrence, actor.person_id, now))
    removed = session.execute(mine.execution_options(synchronize_session=False))
    assert isinstance(removed, CursorResult)
    ended = [row for row in _ended(session, occurrence, actor.person_id, now) if row.id in _ids(said)]
    if not removed.rowcount and not ended:
        raise Conflict("undo_over")
    back = StateChange(at=now, subject_id=home.id, verb="take_back", by_id=actor.person_id)
    back.facts = {"occurrence": occurrence.id, **_bring_back(session, ended, actor.person_id, now)}
    _record(session, back)
    return _taken_back(session, back)


def _bring_back(
    session: Session, ended: Collection[Participation], by_id: int | None, now: datetime
) -> dict[str, list[Any]]:
    # Looked at before they stand again: who had two parts at one time by will has them once more, without a word.
    others = {row: guards.clash(session, row.slot, row.contact_id) for row in ended if row.contact_comes}
    waited = waited_before(session, [row.id for row in ended])
    for row in ended:
        come_back(session, row, by_id, now, clash_ok=True)
    return {
        "lost": [row.id for row in ended if row.state == "waitlisted" and row.id not in waited],
        "clashes": [[row.id, other.id] for row, other in others.items() if other is not None],
    }


def _taken_back(session: Session, back: StateChange) -> TakenBack:
    lost = [session.get_one(Participation, number) for number in back.facts.get("lost", ())]
    pairs = back.facts.get("clashes", ())
    return TakenBack(
        [row for row in lost if row.state == "waitlisted"],
        [
            (session.get_one(Participation, one), session.get_one(Participation, other))
            for one, other in pairs
        ],
    )


def may_take_back(session: Session, occurrence: Occurrence, by_id: int | None, now: datetime) -> set[int]:
    """Return the ids of the homes that this person has just entered as not coming."""
    own = set(session.scalars(select(HomeNo.household_id).where(*_own(occurrence, by_id, now))))
    ended = {row.id for row in _ended(session, occurrence, by_id, now)}
    said = _said(session, occurrence, by_id, now)
    return {home_id for home_id, changes in said.items() if home_id in own or ended & _ids(changes)}


def _said(
    session: Session, occurrence: Occurrence, by_id: int | None, now: datetime
) -> dict[int, list[StateChange]]:
    """Return by home what somebody has just entered for it: each "no" since the last taking back, or that alone."""
    wanted = select(StateChange).where(
        StateChange.subject == "household",
        StateChange.verb.in_(("say_no", "take_back")),
        StateChange.by_id == by_id,
        StateChange.at > now - UNDO_FOR,
    )
    found: dict[int, list[StateChange]] = {}
    for change in session.scalars(wanted.order_by(StateChange.id)):
        if change.facts.get("occurrence") != occurrence.id:
            continue
        before = found.get(change.subject_id, [])
        goes_on = change.verb == "say_no" and before and before[-1].verb == "say_no"
        found[change.subject_id] = [*before, change] if goes_on else [change]
    return found


def _ids(said: Iterable[StateChange]) -> set[int]:
    return {number for change in said for number in change.facts.get("ended", ())}


def _own(occurrence: Occurrence, by_id: int | None, now: datetime) -> Iterable[ColumnElement[bool]]:
    return (
        HomeNo.occurrence_id == occurrence.id,
        HomeNo.version == time_version(occurrence),
        HomeNo.by_id == by_id,
        HomeNo.at > now - UNDO_FOR,
    )


def _ended(session: Session, occurrence: Occurrence, by_id: int | None, now: datetime) -> list[Participation]:
    return just_ended(session, [slot.id for slot in occurrence.slots], by_id, now)


def noes_at(
    session: Session, occurrence_ids: Collection[int], block_id: int | None = None
) -> dict[int, set[int]]:
    """Return for dates, at their present times, which homes were entered as not coming: all, or those of one block."""
    said = select(HomeNo, Occurrence).join(Occurrence, Occurrence.id == HomeNo.occurrence_id)
    if block_id is not None:
        said = said.join(Household, Household.id == HomeNo.household_id).where(Household.block_id == block_id)
    found: dict[int, set[int]] = {}
    for one, occurrence in session.execute(said.where(Occurrence.id.in_(occurrence_ids))):
        if one.version == time_version(occurrence):
            found.setdefault(occurrence.id, set()).add(one.household_id)
    return found


def _record(session: Session, change: StateChange) -> None:
    change.subject, change.on_behalf_of = "household", f"household:{change.subject_id}"
    record(session, change)
