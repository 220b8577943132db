"""A way that refuses for good is left, and the person's next way is tried, once."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from scheduler.notices.models import ContactPoint, Delivery
from scheduler.notices.outcomes import Outcome
from scheduler.notices.outlet import ChannelError, OutgoingMessage
from scheduler.notices.queries import points_of
from scheduler.notices.ways import ends_address
from tests.notices import make
from tests.notices.conftest import Store
from tests.notices.make import NOON, Box, Clock


def _refuses(code: int = 550, text: str = "5.1.1 no such mailbox") -> Box:
    def before(message: OutgoingMessage) -> None:
        raise ChannelError("refused", text, code)

    return Box(before)


def _reach(store: Store, *channels: str, person_id: int = 1) -> None:
    with store.new_session() as session:
        for position, channel in enumerate(channels):
            address = f"{channel} of {person_id}"
            point = ContactPoint(
                person_id=person_id, channel=channel, address=address, position=position, created_at=NOON
            )
            session.add(point)
        session.commit()


def _deliver(store: Store, clock: Clock | None = None, by_hand: bool = False, **channels: Box) -> int:
    kinds = {"reminder": make.true_kind(by_hand=by_hand)}
    return make.deliver(store, Box(), clock, channels=channels, points=points_of, kinds=kinds)


def _rows(store: Store) -> list[tuple[str, str, str]]:
    return [(row.channel, row.state, row.reason) for row in make.deliveries(store)]


def _off(store: Store) -> list[str]:
    with store.new_session() as session:
        return [point.channel for point in points_of(session, 1) if not point.is_live]


def test_the_first_live_way_is_used_and_no_other(store: Store) -> None:
    _reach(store, "line", "email")
    make.queued(store)
    line, mail = Box(), Box()
    assert _deliver(store, line=line, email=mail) == 1
    assert (line.addresses, mail.addresses) == (["line of 1"], [])
    assert line.taken[0].letter.channel == "line"


def test_what_one_way_refuses_goes_on_by_the_next_under_another_name(store: Store) -> None:
    _reach(store, "line", "email")
    make.queued(store)
    mail = Box()
    assert _deliver(store, line=_refuses(400), email=mail) == 1
    assert _rows(store) == [("line", "dead", "refused"), ("email", "sent", "")]
    assert len({row.message_id for row in make.deliveries(store)}) == 2
    assert _off(store) == ["line"]


def test_a_later_notice_does_not_try_the_way_that_is_off(store: Store) -> None:
    _reach(store, "line", "email")
    make.queued(store)
    line = _refuses(400)
    _deliver(store, line=line, email=Box())
    make.queued(store, subject_id=8)
    assert _deliver(store, line=line, email=Box()) == 1
    assert [row.channel for row in make.deliveries(store)] == ["line", "email", "email"]


def test_when_all_have_refused_it_is_dead_and_stays_so(store: Store) -> None:
    _reach(store, "line", "email")
    make.queued(store)
    assert _deliver(store, line=_refuses(400), email=_refuses()) == 0
    assert _deliver(store, line=Box(), email=Box()) == 0
    assert _rows(store) == [("line", "dead", "refused"), ("email", "dead", "refused")]


def test_queued_again_after_that_nobody_is_told_twice(store: Store) -> None:
    _reach(store, "line", "email")
    make.queued(store)
    _deliver(store, line=_refuses(400), email=Box())
    assert make.queued(store) == 0


def test_an_angry_server_switches_no_mailbox_off(store: Store) -> None:
    _reach(store, "email", "line")
    make.queued(store)
    angry, line = _refuses(554, "5.7.1 blocked by policy"), Box()
    assert _deliver(store, email=angry, line=line) == 1
    assert _off(store) == []
    assert line.addresses == ["line of 1"]


def test_a_way_that_is_closed_for_now_is_waited_for(store: Store) -> None:
    def nobody(message: OutgoingMessage) -> None:
        raise ChannelError("nobody_there")

    clock, line = Clock(), Box()
    _reach(store, "email", "line")
    make.queued(store)
    assert _deliver(store, clock, email=Box(nobody), line=line) == 0
    clock.advance(minutes=1)
    assert _deliver(store, clock, email=Box(), line=line) == 1
    assert line.taken == []


def test_who_prefers_another_way_does_not_wait_for_a_closed_one(store: Store) -> None:
    def nobody(message: OutgoingMessage) -> None:
        raise ChannelError("nobody_there")

    _reach(store, "email", person_id=1)
    _reach(store, "line", person_id=2)
    make.queued(store, [1])
    clock, line = Clock(), Box()
    _deliver(store, clock, email=Box(nobody), line=line)
    make.queued(store, [1, 2], subject_id=8)
    assert _deliver(store, clock, email=Box(), line=line) == 1
    assert line.addresses == ["line of 2"]


def test_without_a_way_of_our_own_it_waits_for_a_neighbour(store: Store) -> None:
    _reach(store, "phone")
    make.queued(store)
    assert _deliver(store, by_hand=True, email=Box()) == 0
    assert _rows(store) == [("phone", "by_hand", "")]


def test_no_neighbour_walks_for_what_is_not_worth_it(store: Store) -> None:
    _reach(store, "paper")
    make.queued(store)
    _deliver(store, email=Box())
    assert _rows(store) == [("paper", "dropped", "not_by_hand")]


def test_once_tried_the_same_way_is_tried_again_whatever_comes_first_now(store: Store) -> None:
    def cut(message: OutgoingMessage) -> None:
        raise ChannelError("perhaps_sent")

    clock, mail, line = Clock(), Box(), Box()
    _reach(store, "email")
    make.queued(store)
    _deliver(store, clock, email=Box(cut), line=line)
    with store.new_session() as session:
        session.add(_line(NOON))
        session.commit()
    clock.advance(minutes=6)
    assert _deliver(store, clock, email=mail, line=line) == 1
    assert (len(mail.taken), line.taken) == (1, [])


def _line(at: datetime) -> ContactPoint:
    return ContactPoint(person_id=1, channel="line", address="U1", position=-1, created_at=at)


ANSWERS = [
    ("email", 550, "5.1.1 no such user", True),
    ("email", 550, "no such user", True),
    ("email", 0, "the address is none", True),
    ("email", 550, "5.2.1 mailbox disabled", True),
    ("email", 552, "5.2.2 mailbox full", False),
    ("email", 554, "5.7.1 rejected", False),
    ("email", 550, "5.7.26 unauthenticated mail", False),
    ("email", 554, "transaction failed", False),
    ("push", 410, "Gone", True),
    ("push", 404, "Not Found", True),
    ("push", 403, "Forbidden", False),
    ("push", 400, "Bad Request", False),
    ("line", 400, "'to' is invalid", True),
    ("line", 403, "Forbidden", False),
]


@pytest.mark.parametrize(("channel", "code", "text", "ends"), ANSWERS)
def test_only_an_answer_about_the_address_ends_it(channel: str, code: int, text: str, ends: bool) -> None:
    assert ends_address(channel, Outcome("refused", code, text)) is ends


def test_two_dispatchers_write_the_next_hop_once(store: Store, session: Session) -> None:
    _reach(store, "line", "email")
    make.queued(store)
    _deliver(store, line=_refuses(400), email=Box())
    assert session.query(Delivery).filter(Delivery.hop == 1).count() == 1
