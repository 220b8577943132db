"""A member list as spreadsheets give it, as tables."""

from dataclasses import replace

import pytest

from scheduler.errors import Invalid
from scheduler.parties.member_list import MAX_LINES, Line, address_key, home_name, homes, read

# One sign more than is kept; it stays as it is, so that it can be mended.
LONG = "あ" * 121
ICHIRO = Line(1, "佐藤 一郎", "さとう いちろう", "みどり町1-1", "090-1234-5678")
SECOND, THIRD = replace(ICHIRO, number=2), replace(ICHIRO, number=3)

LISTS = [
    ("佐藤 一郎\tさとう いちろう\tみどり町1-1\t090-1234-5678", [ICHIRO]),
    ("佐藤 一郎,さとう いちろう,みどり町1-1,090-1234-5678\r\n\r\n", [ICHIRO]),
    ("\n\t\t\t\n佐藤　一郎\tさとう  いちろう\tみどり町1-1\t090-1234-5678", [THIRD]),
    ("氏名\tふりがな\t住所\t電話\n佐藤 一郎\tさとう いちろう\tみどり町1-1\t090-1234-5678", [SECOND]),
    ('\ufeff"氏名","ふりがな"\n佐藤,さとう', [Line(2, "佐藤", "さとう")]),
    ("番号,電話番号,フリガナ,お名前,住所\n1,090-1234-5678,さとう いちろう,佐藤 一郎,みどり町1-1", [SECOND]),
    ("名前,ｶﾅ,住所,電話,携帯\n佐藤 一郎,さとう いちろう,みどり町1-1,,090-1234-5678", [SECOND]),
    ('"佐藤 一郎","さとう いちろう","みどり町1-1","090-1234-5678"', [ICHIRO]),
    ('佐藤 一郎\tさとう いちろう\t"みどり町1-1"\t090-1234-5678\t何か', [ICHIRO]),
    ("佐藤,さとう", [Line(1, "佐藤", "さとう")]),
    ("佐藤 一郎", [Line(1, "佐藤 一郎", "", problem="name_missing")]),
    ("Linh Nguyễn,,みどり町2", [Line(1, "Linh Nguyễn", "Linh Nguyễn", "みどり町2")]),
    ("\tさとう\t住所", [Line(1, "", "さとう", "住所", problem="name_missing")]),
    (
        f"佐藤,さとう\n{LONG},さとう",
        [Line(1, "佐藤", "さとう"), Line(2, LONG, "さとう", problem="name_too_long")],
    ),
    (f"佐藤,{LONG}", [Line(1, "佐藤", LONG, problem="kana_too_long")]),
    (f"佐藤,さとう,{LONG * 2}", [Line(1, "佐藤", "さとう", LONG * 2, problem="address_too_long")]),
    ("佐藤,さとう,,12", [Line(1, "佐藤", "さとう", phone="12", problem="phone_short")]),
    ('佐藤,"さ', [Line(1, "佐藤", "さ")]),
]


@pytest.mark.parametrize(("pasted", "lines"), LISTS)
def test_a_list_is_read_as_it_was_meant(pasted: str, lines: list[Line]) -> None:
    assert read(pasted) == lines


UNREADABLE = [
    ("", "list_empty"),
    (" \n\t\t\n,,,", "list_empty"),
    ("氏名\tふりがな", "list_empty"),
    ("佐藤,さとう\n" * (MAX_LINES + 1), "list_too_long"),
    ('"' + "佐" * 140_000, "list_unreadable"),
]


@pytest.mark.parametrize(("pasted", "code"), UNREADABLE)
def test_what_is_no_list_is_refused(pasted: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(pasted)
    assert refused.value.code == code


def test_the_people_of_one_address_are_a_household() -> None:
    pasted = "佐藤 一郎,あ,みどり町1-1\n鈴木,い,\n佐藤 花子,う,みどり町１－１ \n田中 実,え,"
    found = [(home.name, home.address, [line.number for line in home.lines]) for home in homes(read(pasted))]
    assert found == [("佐藤家", "みどり町1-1", [1, 3]), ("鈴木", "", [2]), ("田中家", "", [4])]


NAMES = [
    ("佐藤 一郎", "佐藤家"),
    ("佐藤", "佐藤"),
    ("James Whitfield", "James Whitfield"),
    ("マリア サントス", "マリア家"),
]


@pytest.mark.parametrize(("name", "home"), NAMES)
def test_a_household_is_called_by_its_family_name(name: str, home: str) -> None:
    assert home_name(name) == home


@pytest.mark.parametrize(
    "address", ["みどり町1-2", "みどり町 １－２", "みどり町1ー2", "みどり町1−2", "みどり町　1‐2"]
)
def test_an_address_is_compared_without_width_blanks_and_hyphens(address: str) -> None:
    assert address_key(address) == "みどり町1-2"
