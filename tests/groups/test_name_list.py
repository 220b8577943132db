"""Reading a pasted list of people."""

import pytest

from scheduler.errors import Invalid
from scheduler.groups.name_list import grade_of, read
from scheduler.participation.signing import Named

LISTS = [
    ("山田 花子\tやまだ はなこ", [Named("山田 花子", "やまだ はなこ")]),
    ("山田 花子,やまだ はなこ,高1", [Named("山田 花子", "やまだ はなこ", grade="h1")]),
    ("山田 花子、やまだ はなこ\n\n 佐藤 太郎，サトウ タロウ ", None),
    (
        "氏名\tふりがな\t学年\n山田 花子\tやまだ はなこ\t中学3年",
        [Named("山田 花子", "やまだ はなこ", grade="j3")],
    ),
    ("山田 花子,やまだ はなこ,,みどり町1-1", [Named("山田 花子", "やまだ はなこ")]),
]


@pytest.mark.parametrize(("pasted", "people"), LISTS)
def test_a_line_is_somebody(pasted: str, people: list[Named] | None) -> None:
    two = [Named("山田 花子", "やまだ はなこ"), Named("佐藤 太郎", "サトウ タロウ")]
    assert read(pasted) == (people or two)


GRADES = [
    ("", ""),
    ("h1", "h1"),
    ("高1", "h1"),
    ("高校２年", "h2"),
    ("高等学校3年生", "h3"),
    ("中学1年", "j1"),
    ("小6", "e6"),
    ("高4", None),
    ("小7", None),
    ("大人", None),
]


@pytest.mark.parametrize(("typed", "code"), GRADES)
def test_a_grade_is_understood_as_people_write_it(typed: str, code: str | None) -> None:
    assert grade_of(typed) == code


WRONG = [
    ("", "list_empty"),
    ("氏名,ふりがな", "list_empty"),
    ("山田 花子", "list_has_problems"),
    (f"{'あ' * 121},やまだ", "list_name_too_long"),
    (",やまだ はなこ", "list_has_problems"),
    ("山田 花子,やまだ はなこ,大人", "list_has_problems"),
    ("山田 花子,やまだ はなこ\n" * 61, "list_too_long"),
]


@pytest.mark.parametrize(("pasted", "code"), WRONG)
def test_what_cannot_be_read_is_refused(pasted: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        read(pasted)


def test_the_line_that_has_to_be_mended_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        read("山田 花子,やまだ はなこ\n佐藤 太郎")
    assert refused.value.facts == {"line": 2}
