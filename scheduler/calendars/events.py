"""A date in the words of a calendar entry: public, or with the part that somebody has taken."""

from datetime import datetime

from flask_babel import gettext

from scheduler import words
from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.recurrence import to_local
from scheduler.calendars.ics import Event, Status, invitation_file
from scheduler.notices.outlet import Attachment
from scheduler.participation.models import Participation

_STATUS: dict[str, Status] = {
    "cancelled": "CANCELLED",
    "planned": "TENTATIVE",
    "awaiting_decision": "TENTATIVE",
}
_MARKED = ("cancelled", "postponed", "awaiting_decision", "stopped")


def public_event(occurrence: Occurrence, address: str) -> Event:
    """Return a date as everybody may see it: no name, no contact of any person."""
    return _event(occurrence, _title(occurrence), address, None)


def own_event(row: Participation, address: str) -> Event:
    """Return the part that somebody has taken, at the part's own time."""
    occurrence = row.slot.occurrence
    title = f"{_title(occurrence)}{words.dot()}{words.said(row.slot, 'name')}"
    return _event(occurrence, title, address, row)


def _title(occurrence: Occurrence) -> str:
    # The word stands in the title too: clients show a cancellation in five different ways, one of them as taking place.
    title = words.said(occurrence.activity, "title")
    return f"{words.mark(occurrence.state)}{title}" if occurrence.state in _MARKED else title


def _event(occurrence: Occurrence, title: str, address: str, row: Participation | None) -> Event:
    activity = occurrence.activity
    timed = row.slot if row is not None else occurrence
    return Event(
        uid=occurrence.uid if row is None else f"{row.id}-{occurrence.uid}",
        sequence=occurrence.revision,
        starts_at=timed.starts_at,
        ends_at=timed.ends_at,
        zone=activity.timezone,
        summary=title,
        location=_place(occurrence),
        description=_description(occurrence),
        url=f"{address}/dates/{occurrence.id}",
        status=_STATUS.get(occurrence.state, "CONFIRMED"),
        created_at=occurrence.created_at,
        changed_at=max(occurrence.changed_at, activity.changed_at),
        categories=(words.said(activity.organization, "name"),),
        last_word=_updated(occurrence),
    )


def _place(occurrence: Occurrence) -> str:
    return " ".join(part for part in (words.said(occurrence, "place"), occurrence.address) if part)


def _description(occurrence: Occurrence) -> str:
    activity = occurrence.activity
    bring = words.said(activity, "bring")
    parts = [
        _moved(occurrence),
        words.said(activity, "summary"),
        gettext("持ち物・服装：%(bring)s", bring=bring) if bring else "",
        words.word(words.WEATHER, activity.weather_rule) if activity.needs_decision else "",
        "\n".join(_slot_line(slot) for slot in occurrence.slots),
        gettext("問い合わせ：%(contact)s", contact=activity.contact) if activity.contact else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _moved(occurrence: Occurrence) -> str:
    if not occurrence.has_moved:
        return occurrence.reason
    first = words.date_text(_local(occurrence, occurrence.first_starts_at))
    moved = gettext("%(first)sから変わりました。", first=first)
    return f"{moved}{occurrence.reason}"


def _slot_line(slot: Slot) -> str:
    start, end = (_local(slot.occurrence, at) for at in (slot.starts_at, slot.ends_at))
    return f"・{words.said(slot, 'name')} {words.span_text(start, end)}"


def _updated(occurrence: Occurrence) -> str:
    at = _local(occurrence, max(occurrence.changed_at, occurrence.activity.changed_at))
    return str(gettext("更新：%(day)s %(clock)s", day=words.date_text(at), clock=words.clock_text(at)))


def _local(occurrence: Occurrence, at: datetime) -> datetime:
    return to_local(at, occurrence.activity.timezone)


def attachment(occurrence: Occurrence, address: str) -> Attachment:
    """Return a date as the file that goes with a letter; it has the UID of the feeds, so that it moves with them."""
    content = invitation_file(public_event(occurrence, address), words.language())
    return Attachment(f"tsudoi-{occurrence.id}.ics", "text/calendar", content)
