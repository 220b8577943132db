"""The neighbours' street festival: thirty places along the road, six of them kept for the library."""

import pytest
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import ShareFacts, SlotFacts
from scheduler.groups.actions import Speaker, join
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.parties.access import Actor
from scheduler.parties.models import Person
from tests import make
from tests.cast import Cast
from tests.conftest import NOW

TODAY = NOW.date()


def actor(person: Person) -> Actor:
    """Return somebody who is signed in."""
    return Actor(TODAY, person.id)


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """The places along the road."""
    part = SlotFacts("沿道", 30, name_en="Roadside", shares=(ShareFacts(cast.library.id, 6, 24 * 60),))
    made = make.slot(session, cast.midori, NOW, slots=(part,))
    session.commit()
    return made


@pytest.fixture
def pledge(session: Session, cast: Cast, slot: Slot) -> Participation:
    """Ben speaks for the shops, five of them, and comes along."""
    yes = SignUp(cast.ben.id, group_name="駅前商店会", pledged=5)
    made = join(session, slot, yes, Speaker(actor(cast.ben)), NOW)
    session.commit()
    return made
