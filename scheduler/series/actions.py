"""Sign up for many dates, leave single ones, follow new ones, end it all; each goes through the one way to join."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Slot
from scheduler.db import insert_once
from scheduler.errors import Conflict, Invalid, Refused
from scheduler.history import UNDO_FOR, StateChange, record
from scheduler.notices.actions import Telling, queue
from scheduler.notices.queries import is_about_to_be_told
from scheduler.participation import actions as sign_ups
from scheduler.participation import mending, places
from scheduler.participation.actions import Stranger
from scheduler.participation.answering import ask_for
from scheduler.participation.giving import take_back_in
from scheduler.participation.guards import (
    MAX_ANSWER,
    check,
    check_answers,
    check_clash,
    check_stranger_of,
    usable_answers,
)
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties.actions import PersonFacts
from scheduler.series.models import Series
from scheduler.series.queries import (
    answered_in_vain,
    latest_answers,
    live_series,
    month_of,
    rows_of,
    rows_with_questions,
    sent_with,
    slots_ahead,
    slots_to_join,
)
from scheduler.text import fitting

# What a date refuses to whoever has signed up for it before: a stranger is not told whose address that is.
_OWN = {"already_with_another_number", "already_signed_up"}
_SHUT = {"takes_no_sign_ups", "already_begun", "assigned_by_organiser", "not_open_yet", "sign_up_closed"}


@dataclass(frozen=True)
class Wish:
    """Which dates: every time but for some months, or the chosen ones (by their ids)."""

    position: int
    every: bool = False
    months_off: tuple[int, ...] = ()
    dates: tuple[int, ...] = ()


@dataclass(frozen=True)
class NotJoined:
    """A date that could not be joined, and why."""

    slot: Slot
    refused: Refused

    @property
    def code(self) -> str:
        """The code of why."""
        return self.refused.code

    @property
    def is_for_anybody(self) -> bool:
        """Whether nobody can join that date now, which says nothing about who has tried."""
        return self.code in _SHUT


@dataclass(frozen=True)
class Joined:
    """What became of a wish: the series, and the dates that could not be joined."""

    series: Series
    not_joined: tuple[NotJoined, ...]


def join_as_stranger(
    session: Session, activity: Activity, wish: Wish, sign_up: SignUp, now: datetime, *, stranger: Stranger
) -> Joined:
    """Sign somebody up who is not signed in: one mail asks to confirm the address for all dates together.

    Who types somebody else's address gets no other answer than who types a new one: the mailbox is told what stands.
    The same form sent twice is one sign-up, also by telephone, where everybody is a new person.
    """
    slots = _lock(session, activity, wish, now)
    check_stranger_of(slots)
    sent_before = sent_with(session, activity.id, sign_up.request_key)
    if sent_before is not None:
        return Joined(sent_before, ())
    contact = sign_ups.registered(session, activity.organization, stranger, now)
    yes = replace(sign_up, contact_id=contact.id, proven=stranger.is_proven)
    standing = live_series(session, activity.id, wish.position, contact.id)
    if standing is not None and not stranger.is_proven:
        not_joined = _as_if_new(session, slots, yes, now)
        _tell_again(session, standing, now)
        return Joined(standing, not_joined)
    return join(session, activity, wish, yes, now)


def join(session: Session, activity: Activity, wish: Wish, sign_up: SignUp, now: datetime) -> Joined:
    """Sign a known person up for many dates; full ones are waited for. The same again gets what stands.

    Raise Invalid when no date is chosen, Conflict when none at all could be joined.
    """
    slots = _lock(session, activity, wish, now)
    standing = live_series(session, activity.id, wish.position, sign_up.contact_id)
    if standing is not None:
        return Joined(standing, ())
    _check_asked(session, slots[0], sign_up, now)
    new_id = insert_once(session, Series, _values(activity, wish, sign_up, now))
    if new_id is None:
        raise Conflict("already_signed_up")
    series = session.get_one(Series, new_id)
    series.answers = _answers(slots, sign_up)
    not_joined = _join_all(session, series, slots, sign_up, now)
    _check_any(slots, not_joined if sign_up.proven else [one for one in not_joined if one.code not in _OWN])
    _say(session, series, ("join", None, "live"), sign_up.entered_by_id, now)
    if not series.unproven:
        tell(session, series, "series_joined", now)
    elif series.contact.email is not None:
        tell(session, series, "series_verify", now)
    return Joined(series, tuple(not_joined))


def _lock(session: Session, activity: Activity, wish: Wish, now: datetime) -> list[Slot]:
    # Who sends the same twice at once takes turns at the first slot, so that the second finds what the first has made.
    slots = _chosen(slots_ahead(session, activity.id, wish.position, now), wish)
    if not slots:
        raise Invalid("no_date_chosen")
    places.lock(session, min(slots, key=lambda one: one.id))
    return slots


def _chosen(slots: Sequence[Slot], wish: Wish) -> list[Slot]:
    if any(not 1 <= month <= 12 for month in wish.months_off):
        raise Invalid("choice_unknown")
    if wish.every:
        return [slot for slot in slots if month_of(slot) not in wish.months_off]
    return [slot for slot in slots if slot.occurrence_id in wish.dates]


def _check_asked(session: Session, one: Slot, sign_up: SignUp, now: datetime) -> None:
    # The form asks what the next date asks.
    check_answers(slots_ahead(session, one.occurrence.activity_id, one.position, now)[0], sign_up)


def _check_any(slots: Sequence[Slot], not_joined: Sequence[NotJoined]) -> None:
    if len(not_joined) < len(slots):
        return
    # Where all of them refuse the same, that is what has to be mended.
    raise not_joined[0].refused if len({one.code for one in not_joined}) == 1 else Conflict("no_date_joined")


def _as_if_new(
    session: Session, slots: Sequence[Slot], sign_up: SignUp, now: datetime
) -> tuple[NotJoined, ...]:
    """Return the dates that nobody could join with this, and why, or raise that: it says nothing about anybody."""
    _check_asked(session, slots[0], sign_up, now)
    found = [(slot, _why_not(session, slot, sign_up, now)) for slot in sorted(slots, key=lambda one: one.id)]
    not_joined = tuple(NotJoined(slot, why) for slot, why in found if why is not None)
    _check_any(slots, not_joined)
    return not_joined


def _why_not(session: Session, slot: Slot, sign_up: SignUp, now: datetime) -> Refused | None:
    try:
        check(session, slot, _for_date(slot, sign_up), now)
    except Refused as refused:
        return refused
    return None


def _for_date(slot: Slot, sign_up: SignUp) -> SignUp:
    # A date may ask what nobody was asked: what it can use of the answers counts, the rest is asked by letter.
    return replace(sign_up, answers=usable_answers(slot, sign_up.answers), follows=True)


def _answers(slots: Sequence[Slot], sign_up: SignUp) -> dict[str, str]:
    asked = {question["key"] for slot in slots for question in slot.questions}
    given = {key: fitting(value, MAX_ANSWER) for key, value in sign_up.answers.items() if key in asked}
    return {key: value for key, value in given.items() if value}


def _values(activity: Activity, wish: Wish, sign_up: SignUp, now: datetime) -> dict[str, Any]:
    return {
        "activity_id": activity.id,
        "position": wish.position,
        "contact_id": sign_up.contact_id,
        "entered_by_id": sign_up.entered_by_id,
        "every": wish.every,
        "months_off": sorted(set(wish.months_off)),
        "company": [vars(one) for one in sign_up.company.named],
        "request_key": sign_up.request_key,
        "unproven": not sign_up.proven,
        "created_at": now,
    }


def _join_all(
    session: Session, series: Series, slots: Sequence[Slot], sign_up: SignUp, now: datetime
) -> list[NotJoined]:
    not_joined, joined = [], []
    # In the order of the slots' ids, as everybody who locks several: so nobody waits for anybody in a circle.
    for slot in sorted(slots, key=lambda one: one.id):
        yes = replace(_for_date(slot, sign_up), series_id=series.id, or_wait=True, request_key=None)
        try:
            # What is refused here is refused before anything is written.
            joined.append(sign_ups.join(session, slot, yes, now))
        except Refused as refused:
            not_joined.append(NotJoined(slot, refused))
    ask_for(session, joined, now)
    return not_joined


def prove(session: Session, series: Series, now: datetime, *, clash_ok: bool = False) -> None:
    """Confirm the address for all dates of a series; twice is the same as once.

    Raise Conflict when its time is over, and where the person comes to something else at a time, until the second tap.
    """
    if not series.is_live:
        raise Conflict("hold_over")
    if not series.unproven:
        return
    rows = [row for row in _by_slot(rows_of(session, series.id, now)) if row.is_live]
    for row in rows:
        if row.contact_comes and not clash_ok:
            check_clash(session, row.slot, row.contact_id)
    for row in rows:
        sign_ups.prove(session, row, now, clash_ok=True)
    ask_for(session, rows, now)
    series.unproven = False
    mending.forget_sent(session, series.request_key)
    _say(session, series, ("prove", None, "live"), None, now)
    tell(session, series, "series_joined", now)


def _by_slot(rows: Sequence[Participation]) -> list[Participation]:
    return sorted(rows, key=lambda row: row.slot_id)


def follow(session: Session, series: Series, now: datetime) -> int:
    """Join the dates that have been made since; return how many. A date that was left is not joined again.

    They carry the answers that were given. A question that is new since then keeps nobody out: it is asked by letter,
    and the organiser sees that it has no answer.
    """
    ask_for(session, rows_with_questions(session, series.id, now), now)
    slots = slots_to_join(session, series, now)
    if not slots:
        return 0
    series.answers = latest_answers(session, series.id) | series.answers
    company = Company(others=tuple(Named(**one) for one in series.company))
    yes = SignUp(series.contact_id, company=company, answers=series.answers, follows=True)
    sign_up = replace(yes, entered_by_id=series.entered_by_id)
    return len(slots) - len(_join_all(session, series, slots, sign_up, now))


def set_months_off(session: Session, series: Series, months: Sequence[int], now: datetime) -> None:
    """Change in which months somebody does not come: dates in them are left, others stay as they are."""
    if any(not 1 <= month <= 12 for month in months):
        raise Invalid("choice_unknown")
    series.months_off = sorted(set(months))
    for row in _by_slot(rows_of(session, series.id, now)):
        if row.is_live and month_of(row.slot) in series.months_off:
            sign_ups.withdraw(session, row, series.contact_id, now, quiet=True)
    _say(session, series, ("months_off", "live", "live"), None, now)


def come_after_all(session: Session, row: Participation, now: datetime) -> None:
    """Come to a date of a series that was left before: where it is full meanwhile, one waits."""
    if row.slot.starts_at <= now:
        raise Conflict("already_begun")
    take_back_in(session, row, row.contact_id, now)


def end(session: Session, series: Series, by_id: int | None, now: datetime, *, quiet: bool = False) -> int:
    """End a series: all dates ahead that can still be left are; return how many. Twice is the same as once.

    A `quiet` end is told by the caller.
    """
    if not series.is_live:
        return 0
    left = 0
    for row in _by_slot(rows_of(session, series.id, now)):
        if row.is_live and now < row.slot.cancel_until:
            sign_ups.withdraw(session, row, by_id, now, quiet=True)
            left += 1
    series.ended_at = now
    _say(session, series, ("end", "live", "ended"), by_id, now)
    if not quiet:
        tell(session, series, "series_ended", now)
    return left


def may_be_undone(series: Series, now: datetime) -> bool:
    """Say whether the whole of it can still be taken back in one go, as just done."""
    return series.is_live and not series.unproven and now < series.created_at + UNDO_FOR


def undo(session: Session, series: Series, now: datetime) -> int:
    """Take back for the one who made it all that was just signed up for, and return how many dates; once is enough.

    Raise Conflict when it is too late.
    """
    if series.is_live and not may_be_undone(series, now):
        raise Conflict("undo_over")
    return end(session, series, None, now)


def lapse(session: Session, series: Series, now: datetime) -> None:
    """End a series whose address nobody has confirmed in time, and say so once; its places lapse by themselves."""
    if series.unproven and series.is_live:
        series.ended_at = now
        _say(session, series, ("lapse", "live", "ended"), None, now)
        tell(session, series, "series_expired", now)


def let_go(session: Session, activity: Activity, request_key: str, typed: PersonFacts, now: datetime) -> None:
    """End the series that is mended, before the person `typed` now makes it anew; locks its dates.

    Only one that this very form has made and nobody has confirmed, as `mending.let_go` does for a single date.
    """
    series = sent_with(session, activity.id, request_key)
    if series is None:
        return
    rows = _by_slot(rows_of(session, series.id, now))
    # Also the dates that are joined next: all at once, so that nobody waits for anybody in a circle.
    places.lock(
        session, *slots_ahead(session, activity.id, series.position, now), *(row.slot for row in rows)
    )
    session.refresh(series)
    if not (series.unproven and series.is_live):
        return
    for row in (one for one in rows if one.is_live and one.unproven):
        mending.end(session, row, typed, now)
    series.ended_at = now
    _say(session, series, ("mend", "live", "ended"), None, now)


def forget_answers(session: Session) -> None:
    """Erase the answers kept for later dates where there will be none, once those of the last date are erased."""
    for series in answered_in_vain(session):
        series.answers = {}


def _tell_again(session: Session, series: Series, now: datetime) -> None:
    # At most once in a quarter of an hour.
    kind, quarter = "series_verify" if series.unproven else "series_joined", int(now.timestamp() // 900)
    if not is_about_to_be_told(session, kind, "series", series.id):
        telling = Telling(kind, "series", series.id, quarter, due_at=now, priority=1)
        queue(session, telling, [series.contact_id], now)


def tell(session: Session, series: Series, kind: str, now: datetime) -> None:
    """Queue the one letter about all dates of a series."""
    telling = Telling(kind, "series", series.id, series.revision, due_at=now, priority=1)
    queue(session, telling, [series.contact_id], now)


def _say(
    session: Session, series: Series, change: tuple[str, str | None, str], by_id: int | None, now: datetime
) -> None:
    verb, before, after = change
    series.revision += 1
    session.flush()
    facts = {"verb": verb, "before": before, "after": after}
    who = by_id if by_id is not None else series.contact_id
    proxy = f"person:{series.contact_id}" if who != series.contact_id else None
    change_row = StateChange(
        at=now, subject="series", subject_id=series.id, by_id=who, on_behalf_of=proxy, **facts
    )
    record(session, change_row)
