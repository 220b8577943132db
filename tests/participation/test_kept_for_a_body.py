"""Places kept for a body are that body's, whoever else waits."""

import pytest
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import ShareFacts, SlotFacts
from scheduler.errors import Conflict
from scheduler.participation.actions import Stranger, join, join_as_stranger
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, SignUp
from scheduler.parties.actions import PersonFacts
from tests import make
from tests.cast import Cast
from tests.conftest import NOW


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """Ten places; six of them are kept for the library, and a family of five waits for more than the other four."""
    part = SlotFacts("沿道", 10, shares=(ShareFacts(cast.library.id, 6, 60),))
    made = make.slot(session, cast.midori, NOW, slots=(part,))
    join(session, made, SignUp(cast.ben.id, company=Company(adults=("",) * 4), or_wait=True), NOW)
    return made


def _pledge(session: Session, slot: Slot, cast: Cast, people: int) -> Participation:
    return join(session, slot, SignUp(cast.chie.id, organization_id=cast.library.id, pledged=people), NOW)


def test_a_body_takes_its_share_though_somebody_waits_for_other_places(
    session: Session, cast: Cast, slot: Slot
) -> None:
    pledged = _pledge(session, slot, cast, 6)
    assert (pledged.state, pledged.kept_places) == ("pledged", 6)
    assert (slot.taken, slot.reserved, slot.left) == (6, 0, 4)


def test_a_body_that_wants_more_than_its_share_does_not_overtake(
    session: Session, cast: Cast, slot: Slot
) -> None:
    with pytest.raises(Conflict, match="full"):
        _pledge(session, slot, cast, 7)


def test_who_speaks_for_a_group_has_not_said_yes_as_a_guardian(session: Session, slot: Slot) -> None:
    stranger = Stranger(PersonFacts("山田 花子", "やまだ はなこ", "hanako@example.jp"))
    yes = SignUp(0, pledged=3, contact_comes=False, or_wait=True)
    assert join_as_stranger(session, slot, stranger, yes, NOW).consented_at is None
