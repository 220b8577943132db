"""What somebody sends on to others of an activity or one of its dates: plain lines, with the address of the page."""

from flask import url_for

from scheduler import words
from scheduler.activities.models import Activity, Occurrence
from scheduler.activities.recurrence import to_local
from scheduler.text import without_readings


def date_to_pass_on(occurrence: Occurrence) -> str:
    """Return what a date is about, when and where, and its address, in the reader's language."""
    zone = occurrence.activity.timezone
    start, end = to_local(occurrence.starts_at, zone), to_local(occurrence.ends_at, zone)
    return _lines(
        occurrence.activity,
        f"{words.date_text(start)} {words.span_text(start, end)}",
        words.said(occurrence, "place"),
        url_for("activities.date", occurrence_id=occurrence.id, _external=True),
    )


def activity_to_pass_on(activity: Activity) -> str:
    """Return what an activity is called, whose it is, and its address, in the reader's language."""
    return _lines(activity, url_for("activities.activity", activity_id=activity.id, _external=True))


def _lines(activity: Activity, *lines: str) -> str:
    title = words.said(activity, "title") + words.aside(words.said(activity.organization, "name"))
    # It leaves this page: no reading goes along.
    return without_readings("\n".join(line for line in (title, *lines) if line))
