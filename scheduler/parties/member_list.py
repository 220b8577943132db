"""Read a member list as a spreadsheet gives it: name, kana, address, telephone; pure. Writes nothing."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scheduler.errors import Invalid
from scheduler.parties.names import MAX_NAME, names_in, phone_in, reading_of
from scheduler.text import text_in

# Written in one go while others wait: about a second.
MAX_LINES = 300
MAX_ADDRESS = 200
_MOST = {"name_too_long": MAX_NAME, "kana_too_long": MAX_NAME, "address_too_long": MAX_ADDRESS}
_COLUMNS = ("name", "kana", "address", "phone")
_HEADINGS = {
    "name": ("氏名", "名前", "お名前", "name"),
    "kana": ("ふりがな", "フリガナ", "かな", "カナ", "よみ", "よみがな", "kana"),
    "address": ("住所", "所在地", "番地", "address"),
    "phone": ("電話", "電話番号", "tel", "携帯", "携帯電話", "連絡先", "phone"),
}


@dataclass(frozen=True)
class Line:
    """One person of a list, in which line of what was pasted; `problem` is the code of what has to be mended first."""

    number: int
    name: str
    kana: str
    address: str = ""
    phone: str = ""
    problem: str | None = None

    @property
    def refusal(self) -> Invalid | None:
        """What has to be mended, as it is said."""
        return Invalid(self.problem, most=_MOST.get(self.problem)) if self.problem else None

    @property
    def home_key(self) -> str:
        """The address as compared; empty where there is none: then nobody else lives there."""
        return address_key(self.address)


@dataclass(frozen=True)
class Home:
    """The people of one address, in the order of the list."""

    name: str
    address: str
    lines: list[Line] = field(default_factory=list)


def address_key(address: str) -> str:
    """Fold an address: width, case, blanks and the many hyphens."""
    folded = unicodedata.normalize("NFKC", address).casefold()
    return "".join("-" if char in "‐‑‒–—―−ー" else char for char in folded if not char.isspace())


def read(pasted: str) -> list[Line]:
    """Read what was pasted, tab- or comma-separated; raise Invalid when it is empty or longer than MAX_LINES."""
    rows = {number: row for number, row in _rows(pasted) if any(cell.strip() for cell in row)}
    columns = _columns(next(iter(rows.values()))) if rows else None
    people = list(rows.items())[1:] if columns else list(rows.items())
    if not people:
        raise Invalid("list_empty")
    if len(people) > MAX_LINES:
        raise Invalid("list_too_long", most=MAX_LINES)
    return [line_of(number, **_named(row, columns or _COLUMNS)) for number, row in people]


def _rows(pasted: str) -> Iterator[tuple[int, list[str]]]:
    # By the lines as they were pasted, headings and empty ones counted: somebody has to find the one that is meant.
    # Spreadsheets begin a file with a mark of its own, which is no part of the first heading.
    lines = pasted.removeprefix("\ufeff").splitlines()
    reader = csv.reader(lines, delimiter="\t" if "\t" in pasted.strip() else ",")
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise Invalid("list_unreadable") from error


def _columns(first: list[str]) -> tuple[str, ...] | None:
    # A heading names at least name and kana; then the columns may stand in any order.
    keys = [unicodedata.normalize("NFKC", cell).strip().casefold() for cell in first]
    found = tuple(
        next((column for column, words in _HEADINGS.items() if _is_one_of(key, words)), "") for key in keys
    )
    return found if {"name", "kana"} <= set(found) else None


def _is_one_of(key: str, words: Iterable[str]) -> bool:
    return key in {unicodedata.normalize("NFKC", word).casefold() for word in words}


def _named(row: list[str], columns: tuple[str, ...]) -> dict[str, str]:
    cells = dict.fromkeys(_COLUMNS, "")
    for column, cell in zip(columns, row, strict=False):
        # The first of two columns with one heading counts, unless it is empty.
        if column and not cells[column]:
            cells[column] = cell
    return cells


def line_of(number: int, *, name: str, kana: str, address: str = "", phone: str = "") -> Line:
    """Clean one line and find its problem."""
    reading = text_in(reading_of(name, kana))
    cleaned = Line(number, text_in(name), reading, text_in(address), text_in(phone))
    return Line(**{**vars(cleaned), "problem": _problem(cleaned)})


def _problem(line: Line) -> str | None:
    try:
        names_in(line.name, line.kana)
        if line.phone:
            phone_in(line.phone)
        if len(line.address) > MAX_ADDRESS:
            raise Invalid("address_too_long", most=MAX_ADDRESS)
    except Invalid as refused:
        return refused.code
    return None


def homes(lines: list[Line]) -> list[Home]:
    """Put the people of one address together; a household is called by the family name of its first."""
    found: dict[str, Home] = {}
    for line in lines:
        key = line.home_key or f"line {line.number}"
        home = found.setdefault(key, Home(home_name(line.name), line.address))
        home.lines.append(line)
    return list(found.values())


def home_name(name: str) -> str:
    """Return how the household of somebody is called: 佐藤家, or the whole name where it is one word."""
    family, _, given = name.partition(" ")
    return f"{family}家" if given and not name.isascii() else name
