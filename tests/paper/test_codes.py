"""The code on a sheet: slips of the pen are found, width and gaps do not matter."""

import pytest

from scheduler.paper.codes import DATE, SHEET, code_of, read, spoken


@pytest.mark.parametrize("number", [1, 42, 999, 1000, 2**31 - 1])
@pytest.mark.parametrize("kind", [DATE, SHEET])
def test_a_code_is_read_as_it_was_written(kind: str, number: int) -> None:
    code = code_of(kind, number)
    assert read(code) == read(spoken(code)) == read(f" {code[:2]}－{code[2:]}") == (kind, number)


def test_every_wrong_digit_and_every_swap_is_found() -> None:
    code = code_of(SHEET, 317)
    wrong = {code[:at] + digit + code[at + 1 :] for at in range(len(code)) for digit in "0123456789"} - {code}
    swapped = {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(len(code) - 1)} - {code}
    assert [one for one in wrong | swapped if read(one) is not None] == []


@pytest.mark.parametrize("typed", ["", "2", "abc", "²0317", "9" * 40, "20317\0", "3" + "0" * 6, "-20317"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read(typed) is None
