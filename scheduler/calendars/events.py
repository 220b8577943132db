"""A date in the words of a calendar entry: public, the part that somebody has taken, what is to be decided, the inside.

Every date names its year, so that a feed is the same to the byte when the year ends.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from scheduler import words
from scheduler.activities.facts import decision_time
from scheduler.activities.map_points import stored_point
from scheduler.activities.models import Occurrence, Slot, Tag
from scheduler.activities.recurrence import to_local, to_utc
from scheduler.activities.weather_words import weather_words
from scheduler.calendars.ics import Event, Status, invitation_file
from scheduler.notices.outlet import Attachment
from scheduler.participation.models import PENDING, WAITING, Participation
from scheduler.text import without_readings

_STATUS: dict[str, Status] = {
    "cancelled": "CANCELLED",
    "merged": "CANCELLED",
    "planned": "TENTATIVE",
    "awaiting_decision": "TENTATIVE",
}
_MARKED = ("cancelled", "merged", "postponed", "awaiting_decision", "stopped")
# Sign-ups that do not hold yet, and the word that says so before the title.
_UNSURE = {
    "unverified": _("確認待ち"),
    "awaiting_guardian": _("確認待ち"),
    "awaiting_helpers": _("確認待ち"),
    "offered": _("返事待ち"),
    "applied": _("申し込み中"),
    "waitlisted": _("補欠"),
}
_LEVELS = {"open": _("募集しています"), "few": _("あと少しです"), "full": _("満員です")}
# Who decides sees it in the calendar from so long before the time by which it has to be decided.
_TO_DECIDE = timedelta(minutes=30)


def public_event(occurrence: Occurrence, address: str, level: str = "") -> Event:
    """Return a date as everybody may see it: no name, no contact of any person; `level` says how full it is."""
    full = gettext("申し込み：%(level)s", level=str(_LEVELS[level])) if level else ""
    return _event(occurrence, address, _parts(occurrence), full)


def part_event(slot: Slot, address: str) -> Event:
    """Return one part of a date as everybody may see it, at the part's own time."""
    event = public_event(slot.occurrence, address)
    return replace(
        event,
        uid=f"part-{slot.position}-{event.uid}",
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        summary=f"{event.summary}{words.dot()}{words.said(slot, 'name')}",
    )


def _parts(occurrence: Occurrence) -> str:
    return "\n".join(_slot_line(slot) for slot in occurrence.slots)


def _contact(occurrence: Occurrence) -> str:
    # For those who come only: what a public feed says is copied and kept by others, long after the office has changed.
    contact = occurrence.activity.contact
    return gettext("問い合わせ：%(contact)s", contact=contact) if contact else ""


def own_event(row: Participation, address: str, alarm_minutes: int | None = None) -> Event:
    """Return the part that somebody has taken, at the part's own time; what does not hold yet is tentative."""
    occurrence = row.slot.occurrence
    event = _event(occurrence, address, _parts(occurrence), _contact(occurrence))
    unsure = row.state in (*PENDING, *WAITING) and event.status != "CANCELLED"
    mark = words.marked(str(_UNSURE[row.state])) if unsure else ""
    return replace(
        event,
        uid=f"{row.id}-{occurrence.uid}",
        starts_at=row.slot.starts_at,
        ends_at=row.slot.ends_at,
        summary=f"{mark}{event.summary}{words.dot()}{words.said(row.slot, 'name')}",
        status="TENTATIVE" if unsure else event.status,
        changed_at=max(event.changed_at, row.changed_at),
        alarm_minutes=alarm_minutes,
    )


def decision_event(occurrence: Occurrence, address: str, alarm_minutes: int | None = None) -> Event | None:
    """Return the half hour in which a date has to be decided about; None where nothing is decided."""
    decided_by = decision_time(occurrence)
    if decided_by is None:
        return None
    event, end = public_event(occurrence, address), to_utc(decided_by, occurrence.activity.timezone)
    by = gettext("%(clock)sまでに決めてください。", clock=words.clock_text(decided_by))
    return replace(
        event,
        uid=f"decision-{occurrence.uid}",
        starts_at=end - _TO_DECIDE,
        ends_at=end,
        summary=gettext("実施の判断：%(title)s", title=event.summary),
        description=f"{by}\n\n{event.description}",
        url=f"{address}/dates/{occurrence.id}/decision",
        is_free=True,
        alarm_minutes=alarm_minutes,
    )


def inside_event(occurrence: Occurrence, address: str) -> Event:
    """Return a date as its organisers see it: with the places of each part and how many are taken, never by whom."""
    taken, places = (sum(getattr(slot, name) for slot in occurrence.slots) for name in ("taken", "places"))
    parts = "\n".join(f"{_slot_line(slot)} {slot.taken}/{slot.places}" for slot in occurrence.slots)
    event = _event(occurrence, address, parts)
    title = f"{event.summary}{words.aside(f'{taken}/{places}')}"
    board = f"{address}/dates/{occurrence.id}/board"
    return replace(event, uid=f"inside-{occurrence.uid}", summary=title, url=board)


def open_events(slots: Iterable[Slot], address: str) -> Iterator[Event]:
    """Go through the dates that these parts belong to, each with the parts that one can take."""
    for occurrence, parts in groupby(slots, lambda slot: slot.occurrence):
        event = _event(occurrence, address, "\n".join(_slot_line(slot) for slot in parts))
        title = gettext("募集：%(title)s", title=event.summary)
        yield replace(event, uid=f"open-{occurrence.uid}", summary=title, status="TENTATIVE", is_free=True)


def title_of(occurrence: Occurrence) -> str:
    """Return the title of a date, with the word of its state before it where that matters."""
    # The word stands in the title too: clients show a cancellation in five different ways, one of them as taking place.
    title = words.said(occurrence.activity, "title")
    return f"{words.mark(occurrence.state)}{title}" if occurrence.state in _MARKED else title


def tag_word(tag: Tag) -> str:
    """Return what a programme is called in the reader's language."""
    return without_readings(words.word(words.TAGS, tag.slug)) if tag.slug in words.TAGS else tag.name


def _event(occurrence: Occurrence, address: str, *parts: str) -> Event:
    activity = occurrence.activity
    changed_at = max(occurrence.changed_at, activity.changed_at)
    return Event(
        uid=occurrence.uid,
        sequence=occurrence.revision,
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        zone=activity.timezone,
        summary=title_of(occurrence),
        location=_place(occurrence),
        description=_description(occurrence, parts),
        url=f"{address}/dates/{occurrence.id}",
        status=_STATUS.get(occurrence.state, "CONFIRMED"),
        created_at=occurrence.created_at,
        changed_at=changed_at,
        categories=(*map(tag_word, activity.tags), words.said(activity.organization, "name")),
        geo=_geo(occurrence),
        last_word=gettext("更新：%(day)s %(clock)s", **_moment(_local(occurrence, changed_at))),
    )


def _geo(occurrence: Occurrence) -> tuple[float, float] | None:
    point = stored_point(occurrence.map_point)
    return (point.north, point.east) if point else None


def _place(occurrence: Occurrence) -> str:
    return " ".join(
        part for part in (words.said(occurrence, "place"), words.said(occurrence, "address")) if part
    )


def _description(occurrence: Occurrence, parts: Iterable[str]) -> str:
    activity = occurrence.activity
    bring = words.said(activity, "bring")
    texts = [
        _moved(occurrence),
        words.said(activity, "summary"),
        gettext("持ち物・服装：%(bring)s", bring=bring) if bring else "",
        weather_words(occurrence) if activity.needs_decision else "",
        *parts,
    ]
    return "\n\n".join(text for text in texts if text)


def _moved(occurrence: Occurrence) -> str:
    if not occurrence.has_moved:
        return words.why(occurrence)
    first = words.dated_text(_local(occurrence, occurrence.first_starts_at))
    moved = gettext("%(first)sから変わりました。", first=first)
    return f"{moved}{words.why(occurrence)}"


def _slot_line(slot: Slot) -> str:
    start, end = (_local(slot.occurrence, at) for at in (slot.starts_at, slot.ends_at))
    return f"・{words.said(slot, 'name')} {_span(start, end)}"


@lru_cache(maxsize=1024)
def _span_of_a_day(language: str, begin: time, until: time) -> str:
    # The same for every date of an activity: hours are put into words once, for each language.
    return words.span_text(*(datetime.combine(date.min, at) for at in (begin, until)))


def _span(start: datetime, end: datetime) -> str:
    if start.date() == end.date():
        return _span_of_a_day(words.language(), start.time(), end.time())
    return " – ".join("{day} {clock}".format(**_moment(at)) for at in (start, end))


def _moment(local: datetime) -> dict[str, str]:
    return {"day": words.dated_text(local), "clock": words.clock_text(local)}


def _local(occurrence: Occurrence, at: datetime) -> datetime:
    return to_local(at, occurrence.activity.timezone)


def attachment(dates: Sequence[Occurrence], address: str) -> Attachment:
    """Return dates as the file that goes with a letter; by their UIDs they move with the feeds."""
    content = invitation_file([public_event(date, address) for date in dates], words.language_tag())
    name = f"tsudoi-{dates[0].id}.ics" if len(dates) == 1 else "tsudoi.ics"
    return Attachment(name, "text/calendar", content)
