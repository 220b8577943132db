"""How pages show sign-ups: what templates call to say who comes, how that stands, and how many wait."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from flask_babel import gettext

from scheduler import clock, words
from scheduler.activities.models import Occurrence, Slot
from scheduler.participation import queries, undoing, visits
from scheduler.participation.fields import (
    coming_word,
    company_text,
    people_text,
    withdraw_word,
    withdrawing_word,
)
from scheduler.participation.models import Participation
from scheduler.parties.login import current_actor
from scheduler.parties.names import is_mobile
from scheduler.web import db_session, settings


def fit(pages: Blueprint) -> None:
    """Let the templates of an app, once it has these pages, call all of this by name."""
    for name, function in _FILTERS.items():
        pages.add_app_template_filter(function, name)
    for name, function in _GLOBALS.items():
        pages.add_app_template_global(function, name)


def own_sign_ups(occurrence_id: int) -> dict[int, Participation]:
    """Return the signed-in person's sign-ups at a date, by slot."""
    return queries.own_by_slot(db_session(), current_actor(), occurrence_id)


def may_come_back(row: Participation) -> bool:
    """Say whether one can still take back that one cannot come."""
    return undoing.word_to_take_back(db_session(), row, clock.now()) is not None


def standing_word(row: Participation) -> str:
    """Return the word for how a sign-up stands: a lottery is waited for, and who was removed has not said no."""
    if row.state == "applied" and row.slot.is_lottery:
        return str(gettext("抽選待ち"))
    if row.state == "declined" and queries.was_removed(db_session(), row):
        return str(gettext("世話人が外しました"))
    return words.word(words.PARTICIPATION_STATES, row.state)


def folded(rows: list[Participation]) -> list[list[Participation]]:
    """Return one's dates in order, each alone; but the later ones of a sign-up for many dates together.

    They stand where the second of them does. What is not sure yet stays alone: something may be to do about it.
    """
    groups: list[list[Participation]] = []
    later: dict[int, list[Participation]] = {}
    for row in rows:
        if row.series_id is None or not row.comes:
            groups.append([row])
        elif row.series_id not in later:
            groups.append([row])
            later[row.series_id] = []
        else:
            if not later[row.series_id]:
                groups.append(later[row.series_id])
            later[row.series_id].append(row)
    return groups


def mail_leaves() -> bool:
    """Say whether mail goes out; without a server it is only written down."""
    return settings().mail_leaves


def sent_anew_word(count: int) -> str:
    """Say that what never came goes to a new address; empty for nothing."""
    if not count:
        return ""
    return str(gettext("まだ届いていなかったお知らせがあれば、新しいアドレスに送ります。"))


def unconfirmed_at(occurrence: Occurrence) -> int:
    """Return how many have not confirmed their mail yet; of a date that was joined with another, there."""
    return queries.unconfirmed_at(db_session(), occurrence.merged_into_id or occurrence.id)


def waiting_words(slots: list[Slot]) -> dict[int, str]:
    """Return how many parties wait for each of these parts that are full; the database is asked once, or not at all."""
    full = [slot.id for slot in slots if slot.is_waited_for]
    counted = queries.waiting_at(db_session(), full) if full else {}
    return {slot_id: _waiting_word(counted.get(slot_id, 0)) for slot_id in full}


def _waiting_word(parties: int) -> str:
    if not parties:
        return str(gettext("補欠で待っている方は、まだいません"))
    return str(gettext("%(count)s組が補欠で待っています", count=parties))


_FILTERS: dict[str, Callable[..., Any]] = {
    "company_text": company_text,
    "people_text": people_text,
    "standing_word": standing_word,
    "coming_word": coming_word,
    "withdraw_word": withdraw_word,
    "withdrawing_word": withdrawing_word,
}
_GLOBALS: dict[str, Callable[..., Any]] = {
    "own_sign_ups": own_sign_ups,
    "may_come_back": may_come_back,
    "is_mobile": is_mobile,
    "folded": folded,
    "waiting_words": waiting_words,
    "unconfirmed_at": unconfirmed_at,
    "last_visit": visits.last_visit,
    "mail_leaves": mail_leaves,
}
