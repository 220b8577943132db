"""What is waiting to be told, and who was told."""

from datetime import timedelta

from sqlalchemy.orm import Session

from scheduler.notices import queries
from scheduler.notices.outlet import ChannelError, OutgoingMessage, Trouble
from tests.notices import make
from tests.notices.conftest import Store
from tests.notices.make import Box, Clock

LATER = make.NOON + timedelta(minutes=10)


def _one_fails(trouble: Trouble) -> Box:
    def before(message: OutgoingMessage) -> None:
        if message.letter.address == "p1@example.org":
            raise ChannelError(trouble)

    return Box(before)


def test_an_empty_outbox_is_well(session: Session) -> None:
    assert queries.queue_state(session, make.NOON) == queries.QueueState(0, 0, 0)


def test_what_waits_is_counted_with_its_age(store: Store, session: Session) -> None:
    make.queued(store, [1, 2])
    make.queued(store, [3], due_at=LATER + timedelta(seconds=1))
    assert queries.queue_state(session, LATER) == queries.QueueState(2, 600, 0)


def test_a_mail_server_that_is_away_shows(store: Store, session: Session) -> None:
    clock = Clock()
    make.queued(store, [1])
    while clock.at < LATER:
        make.deliver(store, _one_fails("nobody_there"), clock)
        clock.advance(minutes=1)
    assert queries.queue_state(session, LATER).oldest_due_seconds == 600


def test_a_mailbox_that_puts_us_off_is_no_alarm(store: Store, session: Session) -> None:
    make.queued(store, [1, 2])
    make.deliver(store, _one_fails("not_now"))
    assert queries.queue_state(session, LATER) == queries.QueueState(1, 0, 0)


def test_a_letter_that_we_cannot_make_is_an_alarm(store: Store, session: Session) -> None:
    make.queued(store, [1])
    make.deliver(store, _one_fails("fault"))
    assert queries.queue_state(session, LATER).oldest_due_seconds == 600


def test_the_dead_are_counted(store: Store, session: Session) -> None:
    make.queued(store, [1, 2])
    make.deliver(store, _one_fails("refused"))
    assert queries.queue_state(session, LATER) == queries.QueueState(0, 0, 1)


def test_the_list_of_told_and_not_told(store: Store, session: Session) -> None:
    make.queued(store, [1, 2])
    make.queued(store, [2], subject_id=8)
    make.deliver(store, _one_fails("refused"))
    first, second = queries.deliveries_about(session, "occurrence", 7)
    assert (first.person_id, first.state, first.reason, first.sent_at) == (1, "dead", "refused", None)
    assert (second.person_id, second.kind, second.state, second.sent_at) == (2, "reminder", "sent", make.NOON)


def test_a_correction_goes_to_whom_the_old_word_reached_or_perhaps_reached(
    store: Store, session: Session
) -> None:
    make.queued(store, [1, 2])
    make.deliver(store, _one_fails("perhaps_sent"))
    make.queued(store, [3], due_at=LATER)
    assert queries.people_told(session, "occurrence", 7, ["reminder"]) == {1, 2}
    assert queries.people_told(session, "occurrence", 7, ["change"]) == set()


def test_whom_the_old_word_is_reaching_this_moment_counts_as_told(store: Store) -> None:
    told: list[set[int]] = []

    def asks(message: OutgoingMessage) -> None:
        with store.new_session() as session:
            told.append(queries.people_told(session, "occurrence", 7, ["reminder"]))

    make.queued(store, [1])
    make.deliver(store, Box(asks))
    assert told == [{1}]
