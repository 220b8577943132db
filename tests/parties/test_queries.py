"""Who is shown to whom: nothing is found by somebody who may not see it."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from scheduler.errors import NotFound
from scheduler.parties import actions, queries
from scheduler.parties.access import Actor
from scheduler.parties.tokens import personal
from tests.cast import Cast
from tests.conftest import NOW

SECRET = "a secret"
STRANGER = Actor(NOW.date())


def test_a_stranger_is_nobody(session: Session, cast: Cast) -> None:
    for actor in (STRANGER, Actor(NOW.date(), 10_000)):
        with pytest.raises(NotFound):
            queries.find_me(session, actor)
    assert queries.find_me(session, Actor(NOW.date(), cast.ben.id, by_link=True)) is cast.ben


def test_a_body_is_found_by_its_address(session: Session, cast: Cast) -> None:
    assert queries.find_body(session, "midori") is cast.midori
    for unknown in ("", "Midori", "midori\0", "no-such-body"):
        with pytest.raises(NotFound):
            queries.find_body(session, unknown)


def test_a_body_is_organised_by_its_officers_only(session: Session, cast: Cast) -> None:
    assert queries.find_organised_body(session, Actor(NOW.date(), cast.aiko.id), "midori") is cast.midori
    for other in (STRANGER, Actor(NOW.date(), cast.chie.id), Actor(NOW.date(), cast.aiko.id, by_link=True)):
        with pytest.raises(NotFound):
            queries.find_organised_body(session, other, "midori")


def test_a_personal_link_is_its_persons_until_it_is_closed(session: Session, cast: Cast) -> None:
    token = personal(SECRET, cast.ben.id, cast.ben.link_salt)
    assert queries.find_by_personal_token(session, token, SECRET) is cast.ben
    actions.close_personal_link(session, cast.ben)
    with pytest.raises(NotFound):
        queries.find_by_personal_token(session, token, SECRET)


@pytest.mark.parametrize("token", ["", "1", "1.", "1.wrong", "99999.x", "花子", "1.\0"])
def test_a_malformed_personal_link_is_nobodys(session: Session, cast: Cast, token: str) -> None:
    with pytest.raises(NotFound):
        queries.find_by_personal_token(session, token, SECRET)


def test_a_token_is_found_for_its_purpose_also_when_it_is_revoked(session: Session, cast: Cast) -> None:
    token = actions.new_feed_token(session, cast.ben.id, NOW)
    assert queries.find_token(session, token, "feed").person_id == cast.ben.id
    with pytest.raises(NotFound):
        queries.find_token(session, token, "other")
    actions.revoke(session, cast.ben.id, "feed", NOW + timedelta(days=1))
    assert queries.find_token(session, token, "feed").revoked_at == NOW + timedelta(days=1)
    assert queries.live_token(session, cast.ben.id, "feed") is None
