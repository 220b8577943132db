"""Letters about a sign-up: each goes out while it is true, once, and the newest word is the last."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.parts import SlotFacts
from scheduler.notices.models import Delivery, Notice
from scheduler.participation.actions import withdraw
from scheduler.participation.capacity import change_people, change_places
from scheduler.participation.giving import ask_back, decline, remove, take_back_in, take_out
from scheduler.participation.letters import TRUE_WHILE, sign_up_kinds
from scheduler.participation.models import COMING, GONE, PENDING, WAITING
from scheduler.participation.standing import LETTERS, LETTERS_OF_VERBS
from scheduler.participation.undoing import come_back
from scheduler.parties.letters import Sender
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at, tokyo
from tests.participation.signing import people, yes

BEN = "ben@example.jp"
STATES = {*COMING, *PENDING, *WAITING, *GONE}


def _subject(app: Flask, session: Session) -> str:
    """Return the first words of the one mail that has arrived for Ben."""
    session.commit()
    return str(mailbox.new_mail(app, BEN)["Subject"]).partition("：")[0]


def test_every_state_has_its_letter_which_is_true_in_that_state() -> None:
    assert LETTERS.keys() == STATES - {"checked_in", "done", "absent", "excused"}
    assert [state for state, kind in LETTERS.items() if state not in TRUE_WHILE[kind]] == []
    assert set(LETTERS_OF_VERBS.values()) <= TRUE_WHILE.keys()


@pytest.mark.parametrize("kind", TRUE_WHILE)
def test_a_letter_is_dropped_in_every_other_state(session: Session, cast: Cast, kind: str) -> None:
    row = make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    row.slot.questions = [{"key": "size", "required": True}]
    notice, delivery = Notice(subject_id=row.id), Delivery(person_id=cast.ben.id)
    still_true = sign_up_kinds(Sender("http://localhost", "s"))[kind].still_true
    for state in STATES:
        row.state = state
        dropped = still_true(session, notice, delivery, NOW) is not None
        assert dropped == (state not in TRUE_WHILE[kind]), state


def test_another_number_is_told_as_one(app: Flask, session: Session, cast: Cast) -> None:
    row = yes(session, make.slot(session, cast.midori, NOW, 3), cast.ben, 3)
    change_people(session, row, 2, cast.ben.id, NOW)
    # The first word had not gone out yet, and says the new number.
    assert _subject(app, session) == "申し込みが決まりました"
    change_people(session, row, 3, cast.ben.id, NOW)
    session.commit()
    mail = mailbox.new_mail(app, BEN)
    assert mail["Subject"].startswith("人数を3人に変えました：")
    # That one comes all the same goes without saying.
    assert ("人数を3人に変えました。\n" in mailbox.text(mail), "いまのようす" in mailbox.text(mail)) == (
        True,
        False,
    )
    waits = yes(session, row.slot, cast.chie)
    session.commit()
    mailbox.new_mails(app, "chie@example.jp")
    change_people(session, waits, 2, cast.chie.id, NOW)
    session.commit()
    (said,) = mailbox.new_mails(app, "chie@example.jp")
    # Who waits gets no date to write into a calendar.
    files = [[part.get_filename() for part in one.iter_attachments()] for one in (mail, said)]
    assert (said["Subject"].startswith("人数を2人に"), len(files[0]), files[1]) == (True, 1, [])


def test_who_signs_up_and_leaves_before_the_mail_goes_gets_the_last_word_only(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    withdraw(session, yes(session, slot, cast.ben), None, NOW)
    session.commit()
    with at("2026-11-16 10:03"):
        assert _subject(app, session) == "欠席の連絡を受け付けました"


def test_a_no_that_is_taken_back_at_once_is_told_to_nobody(app: Flask, session: Session, cast: Cast) -> None:
    row = yes(session, make.slot(session, cast.midori, NOW), cast.ben)
    assert _subject(app, session) == "申し込みが決まりました"
    withdraw(session, row, None, NOW)
    session.commit()
    assert mailbox.new_mails(app, BEN) == []
    come_back(session, row, None, NOW)
    session.commit()
    with at("2026-11-16 10:05"):
        assert mailbox.new_mails(app, BEN) == []


def test_a_waiting_list_is_told_at_every_step(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    other, before = people(session, 2)
    has = yes(session, slot, other)
    first = yes(session, slot, before)
    yes(session, slot, cast.ben)
    session.commit()
    mail = mailbox.new_mail(app, BEN)
    assert "補欠で受け付けました" in mail["Subject"]
    assert ("前に1組" in mailbox.text(mail), "期限" in mailbox.text(mail)) == (True, False)
    (next_one,) = [one for one in mailbox.mails(app) if mailbox.is_to(one, before.email or "")]
    assert "次があなたの番です" in mailbox.text(next_one)
    withdraw(session, first, None, NOW)
    withdraw(session, has, None, NOW)
    session.commit()
    offer = mailbox.new_mail(app, BEN)
    assert "11月17日（火） 午前10時まで" in mailbox.text(offer)
    with at("2026-11-17 10:00"):
        assert "返事がなかったので" in mailbox.text(mailbox.new_mail(app, BEN))


def test_what_is_offered_at_night_is_told_in_the_morning(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    has = yes(session, slot, people(session, 1)[0])
    yes(session, slot, cast.ben)
    session.commit()
    mailbox.new_mail(app, BEN)
    withdraw(session, has, None, tokyo("2026-11-16 22:00"))
    session.commit()
    with at("2026-11-17 06:59"):
        assert mailbox.new_mails(app, BEN) == []
    with at("2026-11-17 07:00"):
        assert "場所が空きました" in mailbox.new_mail(app, BEN)["Subject"]


def test_who_is_keyed_in_to_wait_is_told_once_and_right(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    yes(session, slot, people(session, 1)[0])
    row = yes(session, slot, cast.ben, 4, entered_by_id=cast.aiko.id)
    session.commit()
    assert mailbox.new_mails(app, BEN) == []
    # Four was a slip of the key: they are two.
    change_people(session, row, 2, cast.aiko.id, NOW)
    session.commit()
    with at("2026-11-16 10:03"):
        assert "2人" in mailbox.text(mailbox.new_mail(app, BEN))
    # What has gone out and is wrong is mended by another word.
    change_people(session, row, 3, cast.aiko.id, NOW)
    session.commit()
    with at("2026-11-16 10:06"):
        assert "3人" in mailbox.text(mailbox.new_mail(app, BEN))
    # Whoever has heard that they wait hears that it was a mistake, even while another word is on its way.
    change_people(session, row, 2, cast.aiko.id, NOW)
    take_out(session, row, cast.aiko.id, NOW, {})
    assert _subject(app, session) == "申し込みを取り消しました"


def test_who_was_keyed_in_to_wait_by_mistake_hears_nothing_of_it(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    yes(session, slot, people(session, 1)[0])
    row = yes(session, slot, cast.ben, entered_by_id=cast.aiko.id)
    take_out(session, row, cast.aiko.id, NOW, {})
    session.commit()
    with at("2026-11-16 10:03"):
        assert mailbox.new_mails(app, BEN) == []


def test_an_organisers_words_reach_the_party(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("屋台", 2, policy="approval"),))
    row = yes(session, slot, cast.ben)
    assert _subject(app, session) == "申し込みをお預かりしました"
    ask_back(session, row, "何を出しますか", cast.aiko.id, NOW)
    session.commit()
    assert "何を出しますか" in mailbox.text(mailbox.new_mail(app, BEN))
    decline(session, row, "火が使えません", cast.aiko.id, NOW)
    session.commit()
    assert "火が使えません" in mailbox.text(mailbox.new_mail(app, BEN))


def test_taken_out_and_back_in_are_told_each_time(app: Flask, session: Session, cast: Cast) -> None:
    row = yes(session, make.slot(session, cast.midori, NOW), cast.ben)
    told = [_subject(app, session)]
    for _ in range(2):
        remove(session, row, "重複", cast.aiko.id, NOW)
        told.append(_subject(app, session))
        take_back_in(session, row, cast.aiko.id, NOW)
        told.append(_subject(app, session))
    assert told == [
        "申し込みが決まりました",
        *["申し込みが取り消されました", "申し込みが決まりました"] * 2,
    ]


def test_who_loses_the_place_to_fewer_places_is_told_to_wait(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 2)
    yes(session, slot, people(session, 1)[0])
    yes(session, slot, cast.ben)
    assert _subject(app, session) == "申し込みが決まりました"
    change_places(session, slot, 1, cast.aiko.id, NOW, demote=True)
    assert _subject(app, session) == "補欠で受け付けました"


def test_a_letter_says_ones_own_time_and_not_that_of_all_parts(
    app: Flask, session: Session, cast: Cast
) -> None:
    parts = (SlotFacts("積込み", 3, offset_minutes=30, minutes=60), SlotFacts("受付", 3))
    loading, _desk = make.occurrence(session, cast.midori, NOW, slots=parts).slots
    yes(session, loading, cast.ben)
    session.commit()
    letter = mailbox.text(mailbox.new_mail(app, BEN))
    assert "いつ：11月22日（日） 午前8時30分〜9時30分\n" in letter
    assert "役割：積込み\n" in letter
    assert "午前8時〜10時" not in letter
