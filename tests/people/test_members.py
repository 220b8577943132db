"""Somebody whom others have put on the list of a household is corrected by them, until it is for the person to say."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from scheduler.parties import actions as parties
from scheduler.parties.actions import PersonFacts, ask_to_sign_in, sign_in_by_link, verify_email
from scheduler.parties.models import Household, Membership, Organization, Person
from scheduler.parties.tokens import derived
from scheduler.people.members import correct
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of, program_of


@pytest.fixture
def block(session: Session, cast: Cast) -> Organization:
    """A block of Midori's, which Ben leads."""
    made = casting.block(session, cast.midori, "midori-1", NOW)
    casting.hold_office(session, cast.ben, made, "block_leader", NOW)
    return made


@pytest.fixture
def kiyo(session: Session, block: Organization) -> Person:
    """Somebody of that block, entered with an address that is mistyped."""
    home = Household(name="小川家", block_id=block.id, created_at=NOW)
    made = parties.person(session, PersonFacts("小川 キヨ", "おがわ きよ", "kiy@example.jp"), NOW)
    parties.add_household(session, home, [made])
    session.commit()
    return made


def _page(one: Person) -> str:
    return f"/households/{one.household_id}/members/{one.id}"


def test_an_officer_corrects_a_contact_and_the_name(
    app: Flask, session: Session, cast: Cast, kiyo: Person
) -> None:
    aiko, home = browser_of(app, cast.aiko), f"/households/{kiyo.household_id}"
    assert f'href="{_page(kiyo)}"' in aiko.text(home)
    assert 'value="kiy@example.jp"' in aiko.text(_page(kiyo))
    typed = {"name": "小川 清", "kana": "おがわ きよ", "email": "kiyo@example.jp", "phone": "090-8888-1111"}
    assert aiko.submit(_page(kiyo), **typed | {"phone": "12"}).status_code == 422
    assert aiko.submit(_page(kiyo), **typed).location == home
    shown = aiko.text(home)
    assert ("小川 清さんを直しました。" in shown, "tel:+819088881111" in shown) == (True, True)
    session.rollback()
    assert (kiyo.name, kiyo.email, kiyo.phone_key) == ("小川 清", "kiyo@example.jp", "+819088881111")
    done = changes_of(session, "household", int(kiyo.household_id or 0))[-1]
    assert (done.verb, done.by_id, done.facts) == ("correct_member", cast.aiko.id, {"person_id": kiyo.id})


def test_who_no_mail_reaches_is_corrected_on_the_list_of_the_household(
    app: Flask, session: Session, cast: Cast, kiyo: Person
) -> None:
    row = make.participation(session, make.slot(session, cast.midori, NOW), kiyo, NOW)
    row.entered_by_id = cast.aiko.id
    kiyo.email = kiyo.email_key = None
    session.commit()
    shown = browser_of(app, cast.aiko).text(f"/dates/{row.slot.occurrence_id}/board/{row.id}")
    assert f'href="{_page(kiyo)}"' in shown
    assert "電話番号かメールを入れる" not in shown


def test_the_block_leader_corrects_a_name_without_seeing_the_contact(
    app: Flask, session: Session, cast: Cast, kiyo: Person
) -> None:
    leader, page = browser_of(app, cast.ben), _page(kiyo)
    assert ("kiy@example.jp" in leader.text(page), 'name="email"' in leader.text(page)) == (False, False)
    assert leader.submit(page, name="小川 清", kana="おがわ きよ", email="mine@example.jp").status_code == 303
    program = program_of(app, cast.ben)
    assert program.post(page, name="小川 清", kana="おがわ せい", email="mine@example.jp").status_code == 200
    session.rollback()
    assert (kiyo.name, kiyo.kana, kiyo.email) == ("小川 清", "おがわ せい", "kiy@example.jp")


def test_nobody_is_corrected_who_has_the_say_or_whom_others_know(
    app: Flask, session: Session, cast: Cast, kiyo: Person, block: Organization
) -> None:
    facts = PersonFacts("小川 キヨ", "おがわ きよ", "mine@example.jp")
    elsewhere = make.participation(session, make.slot(session, cast.library, NOW), kiyo, NOW)
    elsewhere.entered_by_id = cast.chie.id
    session.flush()
    with pytest.raises(Conflict, match="contact_known"):
        correct(session, block, kiyo, facts, (cast.aiko.id, NOW))
    session.delete(elsewhere)
    verify_email(session, kiyo, NOW)
    session.commit()
    aiko = browser_of(app, cast.aiko)
    assert f'href="{_page(kiyo)}"' not in aiko.text(f"/households/{kiyo.household_id}")
    refused = aiko.submit(_page(kiyo), name=facts.name, kana=facts.kana, email=facts.email)
    assert (refused.status_code, "直せるのは、ご本人だけです" in refused.text) == (409, True)


def test_an_address_of_somebody_else_of_that_name_is_refused(
    app: Flask, session: Session, cast: Cast, kiyo: Person
) -> None:
    parties.person(session, PersonFacts("小川 キヨ", "おがわ きよ", "kiyo@example.jp"), NOW)
    session.commit()
    typed = {"name": kiyo.name, "kana": kiyo.kana, "email": "kiyo@example.jp"}
    assert browser_of(app, cast.aiko).submit(_page(kiyo), **typed).status_code == 409
    assert browser_of(app, cast.chie).get(_page(kiyo)).status_code == 404


def test_whom_another_body_has_trained_is_not_corrected(
    session: Session, cast: Cast, kiyo: Person, block: Organization
) -> None:
    trained = Membership(organization=cast.library, person_id=kiyo.id, competence="reading")
    trained.starts_on, trained.created_at = NOW.date(), NOW
    session.add(trained)
    session.flush()
    with pytest.raises(Conflict, match="contact_known"):
        correct(session, block, kiyo, PersonFacts(kiyo.name, kiyo.kana), (cast.aiko.id, NOW))


def test_a_link_that_was_asked_for_from_the_wrong_mailbox_signs_nobody_in_any_more(
    app: Flask, session: Session, cast: Cast, kiyo: Person, block: Organization
) -> None:
    secret = app.config["TSUDOI"].secret_key
    asked = ask_to_sign_in(session, "kiy@example.jp", secret, NOW)
    assert asked is not None
    facts = PersonFacts(kiyo.name, kiyo.kana, "kiyo@example.jp")
    correct(session, block, kiyo, facts, (cast.aiko.id, NOW))
    with pytest.raises(Invalid, match="sign_in_spent"):
        sign_in_by_link(session, derived(secret, "sign-in", asked.salt), NOW)
    assert kiyo.email_verified_at is None


def test_a_leader_corrects_the_name_of_whom_no_number_calls(
    app: Flask, session: Session, cast: Cast, kiyo: Person
) -> None:
    kiyo.phone = "呼び出し 佐藤"
    session.commit()
    assert (
        browser_of(app, cast.ben).submit(_page(kiyo), name="小川 清", kana="おがわ きよ").status_code == 303
    )
    session.rollback()
    assert (kiyo.name, kiyo.phone, kiyo.phone_key) == ("小川 清", "呼び出し 佐藤", None)
