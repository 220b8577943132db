"""A consent is written down once, holds until its end, and can be withdrawn by whoever may."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.errors import Invalid
from scheduler.history import changes_of
from scheduler.parties.actions import Yes, give_consent, withdraw_consent
from scheduler.parties.models import Consent
from scheduler.parties.queries import ConsentOf, consents_about, has_consent
from tests.cast import Cast
from tests.conftest import NOW

LATER = NOW + timedelta(days=1)
# A father who is not registered, for his child, on paper.
ON_PAPER = Yes("take_part", "paper", name="別所 父", for_name="別所 文")


def _of_ben(cast: Cast, **changes: Any) -> Yes:
    return Yes(
        **{"purpose": "photo", "how": "page"}
        | {"person_id": cast.ben.id, "for_person_id": cast.ben.id}
        | changes
    )


def test_a_consent_says_who_what_and_how(session: Session, cast: Cast) -> None:
    given = give_consent(session, replace(ON_PAPER, entered_by_id=cast.aiko.id), NOW)
    assert (given.name, given.for_name, given.how, given.given_at) == ("別所 父", "別所 文", "paper", NOW)
    (change,) = changes_of(session, "consent", given.id)
    assert (change.verb, change.why, change.by_id) == ("give", "take_part", cast.aiko.id)


def test_the_same_consent_again_is_the_same(session: Session, cast: Cast) -> None:
    one = give_consent(session, _of_ben(cast), NOW)
    assert give_consent(session, _of_ben(cast), LATER) is one
    assert give_consent(session, _of_ben(cast, purpose="health"), LATER) is not one
    assert give_consent(session, _of_ben(cast, for_person_id=cast.aiko.id), LATER) is not one


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"purpose": "everything"}, "choice_unknown"),
    ({"how": "by_heart"}, "choice_unknown"),
    ({"name": " \0"}, "consent_needs_names"),
    ({"for_name": ""}, "consent_needs_names"),
    ({"ends_at": NOW}, "consent_is_over"),
]


@pytest.mark.parametrize(("changes", "code"), REFUSED)
def test_a_consent_that_says_too_little_is_refused(
    session: Session, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        give_consent(session, replace(ON_PAPER, **changes), NOW)
    assert (refused.value.code, session.query(Consent).count()) == (code, 0)


def test_the_table_itself_takes_none_of_nobody(session: Session) -> None:
    session.add(Consent(purpose="photo", how="page", for_name="別所 文", given_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()


MEANT = [
    (ConsentOf("take_part", for_name="別所 文"), True),
    (ConsentOf("take_part", for_name="別所 文", name="別所 父"), True),
    (ConsentOf("take_part", for_name="別所 文", name="だれか"), False),
    (ConsentOf("take_part", for_name="別所 文", person_id=1), False),
    (ConsentOf("take_part", for_name="千田 文"), False),
    (ConsentOf("take_part", for_person_id=1), False),
    (ConsentOf("photo", for_name="別所 文"), False),
]


@pytest.mark.parametrize(("meant", "holds"), MEANT)
def test_a_consent_is_for_one_purpose_and_one_person(session: Session, meant: ConsentOf, holds: bool) -> None:
    give_consent(session, ON_PAPER, NOW)
    assert has_consent(session, meant, NOW) is holds


@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (9, True), (10, False)])
def test_a_consent_holds_from_its_day_until_its_end(session: Session, days: int, holds: bool) -> None:
    given = give_consent(session, replace(ON_PAPER, ends_at=NOW + timedelta(days=10)), NOW)
    at = NOW + timedelta(days=days)
    assert has_consent(session, ConsentOf("take_part", for_name="別所 文"), at) is given.holds(at) is holds


def test_withdrawing_ends_it_once_with_all_that_say_the_same(session: Session, cast: Cast) -> None:
    one = give_consent(session, _of_ben(cast), NOW)
    other = give_consent(session, _of_ben(cast, ends_at=NOW + timedelta(days=30)), NOW)
    for days in (1, 2):
        withdraw_consent(session, one, cast.ben.id, NOW + timedelta(days=days))
    assert (one.ends_at, other.ends_at) == (LATER, LATER)
    assert [change.verb for change in changes_of(session, "consent", one.id)] == ["give", "withdraw"]
    assert not has_consent(session, ConsentOf("photo", cast.ben.id), LATER)


def test_after_withdrawing_one_may_consent_anew(session: Session, cast: Cast) -> None:
    one = give_consent(session, _of_ben(cast), NOW)
    withdraw_consent(session, one, cast.ben.id, LATER)
    again = give_consent(session, _of_ben(cast), LATER)
    assert consents_about(session, cast.ben.id) == [one, again]
