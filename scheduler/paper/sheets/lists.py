"""Lists of names: a page for each station, its leader first; and the whole roster. Each copy has its number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from scheduler import words
from scheduler.activities.models import Occurrence
from scheduler.board.lists import Copy, Station
from scheduler.paper.drawing import MARGIN, Sheet
from scheduler.paper.sheets import parts, tables
from scheduler.paper.sheets.parts import Look
from scheduler.paper.sheets.tables import Column, Table
from scheduler.participation.grades import GRADES
from scheduler.participation.models import Companion, Participation
from scheduler.parties.names import phone_text

MOST_COPIES = 20
_BOX = "□"


@dataclass(frozen=True)
class Listed:
    """What is listed: a date, its stations, the stamp of the list, and in how many numbered copies."""

    occurrence: Occurrence
    stations: Sequence[Station]
    copy: Copy
    copies: int = 1

    @property
    def title(self) -> str:
        """What the list belongs to."""
        return words.said(self.occurrence.activity, "title")


def station_list(listed: Listed, look: Look) -> bytes:
    """Return the lists of a date's stations as PDF, each on pages of its own."""
    paper = parts.sheet(gettext("%(title)s 持ち場の名簿", title=listed.title), look)
    pages = [(copy, station) for copy in range(1, listed.copies + 1) for station in listed.stations]
    for number, (copy, station) in enumerate(pages):
        if number:
            paper.new_page()
        _station(paper, listed, station, copy, look)
    return paper.bytes()


def _station(paper: Sheet, listed: Listed, station: Station, copy: int, look: Look) -> None:
    slot = station.slot
    start, _end = parts.local(listed.occurrence)
    y = parts.draw_head(paper, words.said(slot, "name"), f"{listed.title} {parts.day_text(start, look)}")
    facts = [
        (gettext("時間帯"), parts.slot_span(slot)),
        (gettext("集合"), parts.place_text(listed.occurrence)),
        (gettext("リーダー"), _leaders(station) or listed.occurrence.activity.contact),
        (gettext("人数"), ngettext("%(num)s人", "%(num)s人", station.people)),
    ]
    y = parts.draw_facts(paper, (MARGIN, y), paper.inside, [one for one in facts if one[1]], paper.pt(14)) + 2
    stamp = _stamp(listed, copy)
    room = paper.inside - 12 - 20 - 20
    columns = [
        Column(gettext("番"), 12, "center", 14),
        Column(gettext("お名前"), room, "left", 15),
        Column(gettext("人数"), 20, "center", 15),
        Column(gettext("到着"), 20, "center", 20),
    ]
    cells = list(_cells(station.rows))
    _draw(paper, y, (columns, cells), stamp, look)


def _leaders(station: Station) -> str:
    people = [row.contact for row in station.leaders]
    named = [f"{one.name} {phone_text(one.phone) if one.phone else ''}".strip() for one in people]
    return "、".join(named)


def _cells(rows: Iterable[Participation]) -> Iterable[list[str]]:
    for number, row in enumerate(rows, 1):
        name = row.party_name if row.person_id else f"{row.party_name}{words.aside(row.contact.name)}"
        yield [str(number), f"{name}  {row.contact.kana}", str(row.people), _BOX]
        for one in row.companions:
            if one.name or one.is_minor:
                yield ["", f"    {_companion(one)}", "", _BOX]


def _companion(one: Companion) -> str:
    grade = words.word(words.GRADES, one.grade) if one.grade in GRADES else ""
    age = words.months_text(one.age_months) if one.age_months is not None else grade
    return f"{one.name or gettext('お子さん')}{words.aside(age) if age else ''}"


def _stamp(listed: Listed, copy: int) -> str:
    """Say which copy this is, as of when, and until when it is given back or shredded."""
    stamp = listed.copy
    number = f"{stamp.number}-{copy}" if listed.copies > 1 else stamp.number
    as_of = f"{words.date_text(stamp.as_of)} {words.clock_text(stamp.as_of)}"
    said = gettext(
        "名簿番号 %(number)s（%(copy)s枚目／%(copies)s枚）", number=number, copy=copy, copies=listed.copies
    )
    until = gettext(
        "%(until)sまでに世話人に返すか、裁断してください。", until=words.date_text(stamp.return_by)
    )
    return f"{said} {gettext('%(when)s現在', when=as_of)}\n{until}"


def _draw(
    paper: Sheet, y: float, table: tuple[Sequence[Column], Sequence[Sequence[str]]], stamp: str, look: Look
) -> None:
    """Draw a list with its stamp at the foot of each page."""

    def further(paper: Sheet) -> float:
        _foot(paper, stamp)
        return MARGIN

    _foot(paper, stamp)
    tables.draw(paper, y, Table(*table, 11 * (1.25 if look.large else 1), further))


def _foot(paper: Sheet, stamp: str) -> None:
    paper.paragraph((MARGIN, paper.height - 20), paper.inside, stamp, 12)


def roster(listed: Listed, look: Look) -> bytes:
    """Return everybody of a date on one list, by reading, with the part that each has taken."""
    paper = parts.sheet(gettext("%(title)s 名簿", title=listed.title), look)
    rows = sorted(
        ((row, station.slot) for station in listed.stations for row in station.rows),
        key=lambda one: one[0].contact.kana_key,
    )
    cells = [
        [str(number), row.contact.kana, row.party_name, words.said(slot, "name"), str(row.people), _BOX]
        for number, (row, slot) in enumerate(rows, 1)
    ]
    room = (paper.inside - 12 - 16 - 16) / 8
    columns = [
        Column(gettext("番"), 12, "center", 14),
        Column(gettext("ふりがな"), 3 * room, "left", 13),
        Column(gettext("お名前"), 3 * room, "left", 15),
        Column(gettext("役割"), 2 * room, "left", 13),
        Column(gettext("人数"), 16, "center", 15),
        Column(gettext("到着"), 16, "center", 20),
    ]
    start, _end = parts.local(listed.occurrence)
    for copy in range(1, listed.copies + 1):
        if copy > 1:
            paper.new_page()
        heading = gettext("%(title)s 名簿", title=listed.title)
        y = parts.draw_head(paper, heading, parts.day_text(start, look))
        _draw(paper, y, (columns, cells), _stamp(listed, copy), look)
    return paper.bytes()
