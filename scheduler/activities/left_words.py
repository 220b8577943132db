"""How many places are left, in words: of one part, and of a date over all its parts; pure but for the language."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext, ngettext

from scheduler import words
from scheduler.activities.models import Slot
from scheduler.activities.queries import DateLine, Left

# So many come together at most: to know that fewer fit into any part helps no larger party.
_PARTY = 10
# So many parts are named on a card; more are counted together.
_NAMED = 3


def left_in(slot: Slot) -> str:
    """Return how many places a part has left; of one that is drawn, how many are drawn."""
    return (
        _said(Left(slot.unit, slot.is_lottery, slot.left, slot.left))
        if slot.left > 0
        else str(gettext("満員"))
    )


def capacity_of(slot: Slot) -> str:
    """Return how many a part has places for, in what it counts; nothing where that is how many are drawn."""
    if slot.is_lottery:
        return ""
    if slot.unit == "family":
        return str(ngettext("定員 %(num)s組", "定員 %(num)s組", slot.places))
    return str(ngettext("定員 %(num)s人", "定員 %(num)s人", slot.places))


def parts_left(line: DateLine) -> list[Slot]:
    """Return the parts of a date that have places, where each is named on a list; where one number says it, none.

    That is where a party may fit into some of them only, and they are few enough for a line.
    """
    if len({one.unit for one in line.left}) == 1 and not any(map(_is_narrow, line.left)):
        return []
    free = [slot for slot in line.occurrence.slots if slot.left > 0]
    return free if len(free) <= _NAMED else []


def _is_narrow(left: Left) -> bool:
    """Say whether fewer come together into one part than there are places."""
    return left.most < min(left.places, _PARTY)


def left_on(line: DateLine) -> Iterator[tuple[str, str, datetime | None]]:
    """Go through what is left on a date, saying for whom where its parts are for several kinds of people.

    With each comes how many get into one part together, where those are fewer, and when the first of its lots are
    drawn, where they are.
    """
    several = len({one.unit for one in line.left}) > 1
    for one in line.left:
        if one.places > 0:
            said = _said_for(one) if several else _said(one)
            yield said, words.aside(_together(one)) if _is_narrow(one) else "", _draw_of(line, one)


def _draw_of(line: DateLine, left: Left) -> datetime | None:
    drawn = (slot for slot in line.occurrence.slots if slot.is_lottery and slot.unit == left.unit)
    return min((slot.closes_at for slot in drawn), default=None) if left.drawn else None


def _together(left: Left) -> str:
    if left.unit == "family":
        return str(gettext("同じ役割には、あと%(most)s組", most=left.most))
    return str(gettext("同じ役割には、あと%(most)s人", most=left.most))


def _said(left: Left) -> str:
    if left.unit == "family":
        if left.drawn:
            return str(ngettext("抽選で%(num)s組", "抽選で%(num)s組", left.places))
        return str(ngettext("あと%(num)s組", "あと%(num)s組", left.places))
    if left.drawn:
        return str(ngettext("抽選で%(num)s人", "抽選で%(num)s人", left.places))
    return str(ngettext("あと%(num)s人", "あと%(num)s人", left.places))


def _said_for(left: Left) -> str:
    if left.unit == "family":
        return str(gettext("親子 %(left)s", left=_said(left)))
    if left.unit == "person":
        return str(gettext("手伝う人 %(left)s", left=_said(left)))
    return str(gettext("参加する人 %(left)s", left=_said(left)))
