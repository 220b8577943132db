"""The two addresses that are keys: each opens its own row and no other."""

import pytest

from scheduler.groups.links import (
    is_names_token,
    is_share_token,
    names_token,
    row_named_by,
    share_token,
)


def test_a_link_opens_the_row_that_it_names_with_the_secret_of_the_service() -> None:
    token = names_token("secret", 7, "salt")
    assert (row_named_by(token), is_names_token(token, "secret", 7, "salt")) == (7, True)
    assert not is_names_token(token, "secret", 8, "salt")
    assert not is_names_token(token, "another", 7, "salt")


def test_a_new_salt_closes_the_link_and_no_salt_opens_nothing() -> None:
    assert not is_names_token(names_token("secret", 7, "salt"), "secret", 7, "new")
    assert not is_names_token(names_token("secret", 7, ""), "secret", 7, "")


def test_the_links_of_names_and_of_shares_are_not_each_others() -> None:
    assert is_share_token(share_token("secret", 7), "secret", 7)
    assert not is_share_token(names_token("secret", 7, "7"), "secret", 7)


@pytest.mark.parametrize("token", ["", ".", "x.AAAA", "-1.AAAA", "٣.AAAA", "1" * 10, "9999999999.A"])
def test_what_names_no_row_names_none(token: str) -> None:
    assert row_named_by(token) is None
