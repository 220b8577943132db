"""Which bodies stand on a desk, and in which order."""

from sqlalchemy.orm import Session

from scheduler.desk.queries import find_desk
from tests import cast as casting
from tests.board.people import actor
from tests.cast import Cast
from tests.conftest import NOW


def test_the_body_whose_head_one_is_comes_first(session: Session, cast: Cast) -> None:
    cast.midori.name = "鷲町内会"
    casting.hold_office(session, cast.aiko, cast.library, "organiser", NOW)
    desk = find_desk(session, actor(cast.aiko), NOW)
    assert [one.slug for one in desk.bodies] == ["midori", "library"]
