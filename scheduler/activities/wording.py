"""What an activity says in other languages than Japanese: read, and written at once for all its dates to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence, Slot, SlotTemplate
from scheduler.history import StateChange, record
from scheduler.readings import well_read
from scheduler.text import fitting

ENDINGS = ("easy", "en")
LENGTHS = {"title": 120, "summary": 4000, "place": 200, "address": 200, "bring": 400}
TEXTS = {f"{name}_{ending}": length for name, length in LENGTHS.items() for ending in ENDINGS}
NAMES = {f"name_{ending}": 120 for ending in ENDINGS}


@dataclass(frozen=True)
class Wording:
    """Texts by the names of their columns; those of a part by the Japanese name of the part. What is left out stays."""

    texts: Mapping[str, str]
    parts: Mapping[str, Mapping[str, str]]


def part_names(activity: Activity) -> list[SlotTemplate]:
    """Return one part for each Japanese name that the activity uses, now or later."""
    every = [*activity.templates, *(part for version in activity.versions for part in version.templates)]
    return list({part.name: part for part in reversed(every)}.values())[::-1]


def reword(session: Session, activity: Activity, wording: Wording, by_id: int | None, now: datetime) -> None:
    """Write what an activity and its parts say in other languages; dates to come and calendars follow."""
    for name, text in _clean(wording.texts, TEXTS).items():
        setattr(activity, name, text)
    for part, names in wording.parts.items():
        _name(session, activity, part, _clean(names, NAMES), now)
    activity.revision += 1
    activity.changed_at = now
    change = StateChange(at=now, subject="activity", subject_id=activity.id, verb="reword", by_id=by_id)
    record(session, change)
    session.flush()
    session.expire(activity, ["templates", "versions"])


def _clean(typed: Mapping[str, str], known: Mapping[str, int]) -> dict[str, str]:
    lines = ("summary_easy", "summary_en")
    texts = {
        name: fitting(text, known[name], lines=name in lines) for name, text in typed.items() if name in known
    }
    for name, text in texts.items():
        if name.endswith("_easy"):
            well_read(text)
    return texts


def _name(session: Session, activity: Activity, part: str, names: Mapping[str, str], now: datetime) -> None:
    if not names:
        return
    ahead = select(Occurrence.id).where(Occurrence.activity_id == activity.id, Occurrence.ends_at > now)
    rows: Sequence[tuple[type[SlotTemplate] | type[Slot], object]] = (
        (SlotTemplate, SlotTemplate.activity_id == activity.id),
        (Slot, Slot.occurrence_id.in_(ahead)),
    )
    for table, mine in rows:
        session.execute(update(table).where(mine, table.name == part).values(**names))  # type: ignore[arg-type]
