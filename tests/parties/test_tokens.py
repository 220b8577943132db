"""Tokens cannot be guessed, and what is stored of them opens nothing."""

import pytest

from scheduler.parties import tokens

SECRET = "a secret of the tests"


def test_a_new_token_is_another_one_each_time() -> None:
    made = {tokens.new_token() for _ in range(100)}
    assert len(made) == 100
    assert {len(token) for token in made} == {43}


def test_a_derived_token_is_the_same_each_time_and_depends_on_everything() -> None:
    made = tokens.derived(SECRET, "sign-in", "salt")
    assert made == tokens.derived(SECRET, "sign-in", "salt")
    others = {("other", "sign-in", "salt"), (SECRET, "feed", "salt"), (SECRET, "sign-in", "other")}
    assert len({made, *(tokens.derived(*other) for other in others)}) == 4


def test_a_code_has_six_digits() -> None:
    codes = [tokens.code(SECRET, str(number)) for number in range(200)]
    assert {len(code) for code in codes} == {6}
    assert all(code.isdecimal() for code in codes)
    assert len(set(codes)) > 190


def test_what_is_stored_is_not_the_token() -> None:
    assert tokens.hashed("token") != "token"
    assert len(tokens.hashed("token")) == 64
    assert tokens.code_hash("one", "123456") != tokens.code_hash("two", "123456")


NAMED = [
    ("12.proof", 12),
    ("12", 12),
    ("", None),
    (".proof", None),
    ("-1.proof", None),
    ("１２.proof", None),
    ("²", None),
    ("999999999.x", 999999999),
    ("9999999999.x", None),
    ("1e3.x", None),
]


@pytest.mark.parametrize(("token", "person_id"), NAMED)
def test_a_personal_token_names_its_person(token: str, person_id: int | None) -> None:
    assert tokens.person_named_by(token) == person_id


def test_a_personal_token_is_of_one_person_and_one_salt() -> None:
    token = tokens.personal(SECRET, 12, "salt")
    assert tokens.person_named_by(token) == 12
    assert token.partition(".")[2] != tokens.personal(SECRET, 13, "salt").partition(".")[2]
    assert tokens.same(token, tokens.personal(SECRET, 12, "salt"))
    assert not tokens.same(token, "１２.花子")
