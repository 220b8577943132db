"""How somebody entered without telephone and mail is reached: written down later, corrected, never overwritten."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from scheduler.participation.contacting import allowed, give
from scheduler.participation.models import Participation
from scheduler.participation.undoing import undo
from scheduler.parties.actions import (
    PersonFacts,
    enrol,
    person,
    personal_link,
    unreachable_person,
    verify_email,
)
from scheduler.parties.models import Membership
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.participation.test_actions import statements
from tests.signed_in import browser_of, program_of

PHONE = "090-8888-1111"


@pytest.fixture
def row(session: Session, cast: Cast) -> Participation:
    """A sign-up that Aiko has entered for somebody without telephone and mail."""
    slot = make.slot(session, cast.midori, NOW, 5)
    who = unreachable_person(session, PersonFacts("山田 ハル", "やまだ はる"), NOW)
    made = make.participation(session, slot, who, NOW)
    made.entered_by_id = cast.aiko.id
    session.commit()
    return made


def test_a_number_is_added_on_the_board_and_taken_back(
    app: Flask, session: Session, cast: Cast, row: Participation
) -> None:
    aiko, page = browser_of(app, cast.aiko), f"/dates/{row.slot.occurrence_id}/board/{row.id}"
    assert "電話番号かメールを入れる" in aiko.text(page)
    assert aiko.submit(f"{page}/contact", phone=PHONE).status_code == 303
    shown = aiko.text(page)
    assert (
        "さんの連絡先を入れました。" in shown,
        "連絡先なし" in shown,
        "tel:+819088881111" in shown,
    ) == (
        True,
        False,
        True,
    )
    session.rollback()
    given = changes_of(session, "participation", row.id)[-1]
    assert (given.verb, given.by_id, given.facts) == ("contact", cast.aiko.id, {"given": ["phone"]})
    assert aiko.submit(f"/board/undo/{given.id}").status_code == 303
    assert "連絡先なし" in aiko.text(page)


def test_programs_add_it_too(app: Flask, session: Session, cast: Cast, row: Participation) -> None:
    path = f"/dates/{row.slot.occurrence_id}/board/{row.id}/contact"
    assert program_of(app, cast.aiko).post(path, phone=PHONE, email="").status_code == 200
    session.refresh(row.contact)
    assert row.contact.phone_key == "+819088881111"


def test_what_was_mistyped_is_corrected_after_the_half_hour(
    session: Session, cast: Cast, row: Participation
) -> None:
    give(session, row, PHONE, "", (cast.aiko.id, NOW))
    given = changes_of(session, "participation", row.id)[-1]
    later = NOW + timedelta(hours=1)
    give(session, row, "090-8888-2222", "haru@example.jp", (cast.aiko.id, later))
    assert (row.contact.phone_key, row.contact.email) == ("+819088882222", "haru@example.jp")
    with pytest.raises(Conflict, match="undo_over"):
        undo(session, given, cast.aiko.id, NOW)


def test_what_was_mistyped_on_entering_is_corrected_until_somebody_else_knows_them_too(
    app: Flask, session: Session, cast: Cast, row: Participation
) -> None:
    row.contact = person(session, PersonFacts("山田 ハル", "やまだ はる", "horu@example.jp"), NOW)
    session.commit()
    aiko, page = browser_of(app, cast.aiko), f"/dates/{row.slot.occurrence_id}/board/{row.id}"
    shown = aiko.text(page)
    assert ("連絡先を直す" in shown, 'value="horu@example.jp"' in shown) == (True, True)
    assert aiko.submit(f"{page}/contact", page=page, email="haru@example.jp").status_code == 303
    assert "haru@example.jp" in aiko.text(page)
    session.rollback()
    make.participation(session, make.slot(session, cast.library, NOW), row.contact, NOW).entered_by_id = 1
    session.commit()
    refused = aiko.submit(f"{page}/contact", page=page, email="other@example.jp")
    assert ("連絡先を直す" in aiko.text(page), refused.status_code) == (False, 409)


def test_nobodys_own_words_are_overwritten(session: Session, cast: Cast, row: Participation) -> None:
    give(session, row, "", "haru@example.jp", (cast.aiko.id, NOW))
    given = changes_of(session, "participation", row.id)[-1]
    verify_email(session, row.contact, NOW)
    for press in (
        lambda: give(session, row, PHONE, "haruko@example.jp", (cast.aiko.id, NOW)),
        lambda: undo(session, given, cast.aiko.id, NOW),
    ):
        with pytest.raises(Conflict):
            press()
    own = make.participation(session, row.slot, cast.ben, NOW)
    assert allowed(session, own).gives
    with pytest.raises(Conflict, match="contact_known"):
        give(session, own, PHONE, "other@example.jp", (cast.aiko.id, NOW))


def test_a_mail_address_lets_nobody_in_as_somebody_with_an_office(
    session: Session, cast: Cast, row: Participation
) -> None:
    office = Membership(organization=cast.midori, person_id=row.contact_id, office="chair")
    office.starts_on, office.created_at = NOW.date(), NOW
    enrol(session, office, None, NOW)
    with pytest.raises(Conflict, match="mail_not_given"):
        give(session, row, "", "other@example.jp", (cast.aiko.id, NOW))
    give(session, row, PHONE, "", (cast.aiko.id, NOW))
    assert (row.contact.phone_key, row.contact.email) == ("+819088881111", None)


def test_one_way_is_needed_and_it_must_be_nobody_elses(
    session: Session, cast: Cast, row: Participation
) -> None:
    with pytest.raises(Invalid, match="contact_missing"):
        give(session, row, " ", "", (cast.aiko.id, NOW))
    person(session, PersonFacts("山田 はる", "やまだ はる", "haru@example.jp"), NOW)
    with pytest.raises(Conflict, match="mail_not_given"):
        give(session, row, "", "haru@example.jp", (cast.aiko.id, NOW))


def test_a_corrected_address_closes_the_link_that_was_sent_to_the_wrong_mailbox(
    app: Flask, session: Session, cast: Cast, row: Participation
) -> None:
    give(session, row, "", "horu@example.jp", (cast.aiko.id, NOW))
    session.commit()
    secret = app.config["TSUDOI"].secret_key
    link = personal_link(row.contact, secret)
    assert app.test_client().get(link).status_code == 200
    give(session, row, PHONE, "horu@example.jp", (cast.aiko.id, NOW))
    assert personal_link(row.contact, secret) == link
    give(session, row, PHONE, "haru@example.jp", (cast.aiko.id, NOW))
    session.commit()
    assert app.test_client().get(link).status_code == 404


def test_what_is_known_of_somebody_with_whom_they_are_one_stays(
    session: Session, cast: Cast, row: Participation
) -> None:
    give(session, row, PHONE, "", (cast.aiko.id, NOW))
    given = changes_of(session, "participation", row.id)[-1]
    known = person(session, PersonFacts("山田 ハル", "やまだ はる", phone="03-1234-5678"), NOW)
    make.participation(
        session, make.slot(session, cast.library, NOW), known, NOW
    ).entered_by_id = cast.aiko.id
    row.contact = known
    session.flush()
    assert not allowed(session, row).gives
    with pytest.raises(Conflict, match="undo_over"):
        undo(session, given, cast.aiko.id, NOW)
    assert row.contact.phone_key == "+81312345678"


def test_the_page_of_a_sign_up_reads_its_history_once_to_know_what_may_be_written(
    app: Flask, session: Session, cast: Cast, row: Participation
) -> None:
    give(session, row, PHONE, "", (cast.aiko.id, NOW))
    aiko, page = browser_of(app, cast.aiko), f"/dates/{row.slot.occurrence_id}/board/{row.id}"
    with statements(session) as made:
        aiko.text(page)
    assert sum("FROM contact_point" in one and "channel IN" in one for one in made) == 1


def test_no_address_is_given_to_somebody_whom_other_bodies_know(
    session: Session, cast: Cast, row: Participation
) -> None:
    elsewhere = make.participation(session, make.slot(session, cast.library, NOW), row.contact, NOW)
    elsewhere.entered_by_id = cast.chie.id
    session.flush()
    with pytest.raises(Conflict, match="mail_not_given"):
        give(session, row, "", "aiko@example.jp", (cast.aiko.id, NOW))
    give(session, row, PHONE, "", (cast.aiko.id, NOW))
    assert (row.contact.phone_key, row.contact.email) == ("+819088881111", None)


def test_a_block_of_the_same_association_is_no_other_body(
    session: Session, cast: Cast, row: Participation
) -> None:
    block = casting.block(session, cast.midori, "midori-1", NOW)
    casting.hold_office(session, cast.ben, block, "block_leader", NOW)
    there = make.participation(session, make.slot(session, block, NOW), row.contact, NOW)
    there.entered_by_id = cast.aiko.id
    session.flush()
    give(session, row, "", "haru@example.jp", (cast.aiko.id, NOW))
    give(session, there, "", "haruko@example.jp", (cast.aiko.id, NOW))
    assert row.contact.email == "haruko@example.jp"


def test_a_club_under_the_association_is_another_body(
    session: Session, cast: Cast, row: Participation
) -> None:
    club = casting.block(session, cast.midori, "midori-park", NOW)
    there = make.participation(session, make.slot(session, club, NOW), row.contact, NOW)
    there.entered_by_id = cast.aiko.id
    give(session, row, PHONE, "", (cast.aiko.id, NOW))
    for one in (row, there):
        assert not allowed(session, one).corrects
        with pytest.raises(Conflict, match="mail_not_given"):
            give(session, one, "", "mine@example.jp", (cast.aiko.id, NOW))
