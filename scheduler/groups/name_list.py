"""Read a pasted list of people: one a line, name, reading and, of somebody under age, the school grade; pure."""

import re
import unicodedata

from scheduler.errors import Invalid
from scheduler.participation.grades import GRADES
from scheduler.participation.guards import MAX_PEOPLE
from scheduler.participation.signing import Named
from scheduler.parties.names import MAX_NAME, kana_key
from scheduler.text import text_in

_BETWEEN = re.compile(r"\t|[,，、]")
_HEADINGS = ("氏名", "名前", "お名前", "name")
_SCHOOLS = {"小学校": "e", "小学": "e", "小": "e", "中学校": "j", "中学": "j", "中": "j"}
_SCHOOLS |= {"高等学校": "h", "高校": "h", "高": "h"}
_GRADE = re.compile(rf"({'|'.join(_SCHOOLS)})([1-6])年?生?")


def read(pasted: str) -> list[Named]:
    """Return the people of a list; raise Invalid when it is empty, too long, or a line lacks name or reading."""
    lines = [(number, _cells(line)) for number, line in enumerate(pasted.splitlines(), 1) if line.strip()]
    if lines and lines[0][1][0].casefold() in _HEADINGS:
        lines = lines[1:]
    if not lines:
        raise Invalid("list_empty")
    if len(lines) > MAX_PEOPLE:
        raise Invalid("list_too_long", most=MAX_PEOPLE)
    return [_person(number, *cells) for number, cells in lines]


def _cells(line: str) -> list[str]:
    name, kana, grade, *_ = *map(text_in, _BETWEEN.split(line)), "", ""
    return [name, kana, grade]


def _person(number: int, name: str, kana: str, grade: str) -> Named:
    code = grade_of(grade)
    if not name or not kana_key(kana) or code is None:
        raise Invalid("list_has_problems", line=number)
    if max(len(name), len(kana)) > MAX_NAME:
        raise Invalid("list_name_too_long", line=number, most=MAX_NAME)
    return Named(name, kana, grade=code)


def grade_of(typed: str) -> str | None:
    """Return the code of a grade as people write it (高1, 中学2年, h1); empty for an adult, None for what is none."""
    folded = unicodedata.normalize("NFKC", typed).strip()
    if folded == "" or folded in GRADES:
        return folded
    found = _GRADE.fullmatch(folded)
    code = f"{_SCHOOLS[found[1]]}{found[2]}" if found else ""
    return code if code in GRADES else None
