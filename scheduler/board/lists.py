"""The lists that go out on paper: who stands at a station, and who is insured; computed as of now, never stored."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.recurrence import to_local
from scheduler.board.queries import coming_to
from scheduler.participation.models import Participation
from scheduler.parties.access import ORGANISING, live
from scheduler.parties.models import Membership
from scheduler.text import csv_cell

# The competence of whoever leads a station, as bodies record it.
LEADER = "station_leader"
_RETURN_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Station:
    """The people of one slot, its leaders first.

    They are who is trained to lead; else who stands in the station's own leader slot; else the body's officers.
    """

    slot: Slot
    rows: list[Participation]
    leaders: list[Participation]

    @property
    def people(self) -> int:
        """How many heads, named or not."""
        return sum(row.people for row in self.rows)


@dataclass(frozen=True)
class _Lead:
    trained: frozenset[int]
    officers: frozenset[int]


@dataclass(frozen=True)
class Copy:
    """What every printed list carries: its number, as of when (local), and until when it is given back or shredded."""

    number: str
    as_of: datetime
    return_by: date


def copy_of(occurrence: Occurrence, slot_id: int | None, now: datetime) -> Copy:
    """Return the stamp of a list that is printed now."""
    zone = occurrence.activity.timezone
    as_of = to_local(now, zone)
    number = f"{occurrence.id}-{slot_id or 0}-{as_of:%m%d%H%M%S}"
    return Copy(number, as_of, to_local(occurrence.ends_at, zone).date() + _RETURN_AFTER)


def stations_of(
    session: Session, occurrence: Occurrence, slot_id: int | None, now: datetime
) -> list[Station]:
    """Return the slots of a date, or one of them, each with its people."""
    everybody = coming_to(session, occurrence.id)
    lead = _leaders(session, occurrence, now)
    return [
        _station(slot, occurrence, everybody, lead) for slot in occurrence.slots if slot_id in {None, slot.id}
    ]


def _station(slot: Slot, occurrence: Occurrence, everybody: list[Participation], lead: _Lead) -> Station:
    rows = [row for row in everybody if row.slot_id == slot.id]
    own = {one.id for one in occurrence.slots if one.competence == LEADER and _same_place(one, slot)}
    leaders = (
        [row for row in rows if row.contact_id in lead.trained]
        or [row for row in everybody if row.slot_id in own]
        or [row for row in rows if row.contact_id in lead.officers]
    )
    first = {row.id for row in leaders}
    return Station(slot, sorted(rows, key=lambda row: row.id not in first), leaders)


def _same_place(one: Slot, other: Slot) -> bool:
    # 「第1給水所 リーダー」 leads 「第1給水所」: the first word of the name is the place.
    return one.name.split()[:1] == other.name.split()[:1]


def _leaders(session: Session, occurrence: Occurrence, now: datetime) -> _Lead:
    activity = occurrence.activity
    wanted = select(Membership.person_id, Membership.competence).where(
        Membership.organization_id == activity.organization_id,
        (Membership.competence == LEADER) | Membership.office.in_(ORGANISING),
        Membership.person_id.is_not(None),
        live(to_local(now, activity.timezone).date()),
    )
    found = [(person, competence) for person, competence in session.execute(wanted) if person is not None]
    trained = frozenset(person for person, competence in found if competence == LEADER)
    return _Lead(trained, frozenset(person for person, _competence in found) - trained)


def csv_of(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """Return a table for a spreadsheet: UTF-8 with byte order mark, CRLF, no cell that could be a formula."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for line in (headings, *lines):
        writer.writerow([csv_cell(cell) for cell in line])
    return file.getvalue().encode("utf-8-sig")
