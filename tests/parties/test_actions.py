"""Registering, enrolling, signing in: what changes, and what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from scheduler.errors import Conflict, Invalid, NotFound
from scheduler.history import changes_of
from scheduler.notices.models import Delivery, Notice
from scheduler.parties import actions
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Allowance, Household, Organization, Person, SignedIn, SignIn
from scheduler.parties.tokens import code, derived
from scheduler.reach import ways
from tests.cast import Cast
from tests.conftest import NOW

SECRET = "a secret"
BEN = "ben@example.jp"


def asked(session: Session, email: str = BEN, minutes: int = 0) -> SignIn:
    """Ask for a sign-in mail that is sure to be sent."""
    found = actions.ask_to_sign_in(session, email, SECRET, NOW + timedelta(minutes=minutes))
    assert found is not None
    return found


def link(sign_in: SignIn) -> str:
    """Return the token of the link in the mail."""
    return derived(SECRET, "sign-in", sign_in.salt)


def digits(sign_in: SignIn) -> str:
    """Return the digits in the mail."""
    return code(SECRET, sign_in.salt)


def wrong(sign_in: SignIn) -> str:
    """Return digits that are not those in the mail."""
    return f"{(int(digits(sign_in)) + 1) % 1_000_000:06d}"


def test_the_same_reading_with_the_same_address_is_the_same_person(session: Session, cast: Cast) -> None:
    again = actions.person(session, PersonFacts("別所勉", "ベッショ　ベン", "BEN@example.jp"), NOW)
    assert again.id == cast.ben.id
    assert again.name == "別所 勉"


def test_a_family_shares_an_address(session: Session, cast: Cast) -> None:
    child = actions.person(session, PersonFacts("別所 文", "べっしょ ふみ", BEN), NOW)
    assert (child.id != cast.ben.id, child.email) == (True, BEN)


def test_a_telephone_makes_nobody_the_same_person(session: Session) -> None:
    facts = PersonFacts("田中 実", "たなか みのる", phone="０９０－１２３４－５６７８")
    one, other = actions.person(session, facts, NOW), actions.person(session, facts, NOW)
    assert one.id != other.id
    assert (one.email, one.phone, one.phone_key) == (None, "+819012345678", other.phone_key)


def test_the_address_says_who_it_is_and_the_telephone_is_kept_where_none_is_known(session: Session) -> None:
    facts = PersonFacts("田中 実", "たなか みのる", "minoru@example.jp")
    known = actions.person(session, facts, NOW)
    for phone in ("090-1234-5678", "090-8765-4321"):
        assert actions.person(session, replace(facts, phone=phone), NOW) is known
        assert (known.phone, known.phone_key) == ("+819012345678", "+819012345678")


def test_nobody_gives_a_proved_person_another_telephone(session: Session, cast: Cast) -> None:
    actions.verify_email(session, cast.ben, NOW)
    again = actions.person(session, PersonFacts("別所", "べっしょ べん", BEN, "090-1234-5678"), NOW)
    assert (again.id, again.phone, again.phone_key) == (cast.ben.id, "", None)


def test_an_address_is_proved_once(session: Session, cast: Cast) -> None:
    for minutes in (0, 5):
        actions.verify_email(session, cast.ben, NOW + timedelta(minutes=minutes))
        assert cast.ben.email_verified_at == NOW
    assert cast.aiko.email_verified_at is None


def test_signing_in_proves_the_address(session: Session, cast: Cast) -> None:
    actions.sign_in_by_link(session, link(asked(session)), NOW)
    actions.sign_in_by_code(session, "aiko@example.jp", digits(asked(session, "aiko@example.jp")), NOW)
    assert (cast.ben.email_verified_at, cast.aiko.email_verified_at) == (NOW, NOW)
    assert cast.chie.email_verified_at is None


def test_what_is_typed_of_a_person_is_cleaned(session: Session) -> None:
    typed = PersonFacts(
        "山田\r\n花子\0" + "あ" * 115, "やまだ" * 40, "hanako@example.jp", phone="０９０１２３４５６７８\0"
    )
    made = actions.person(session, typed, NOW)
    assert made.name.startswith("山田 花子あ")
    assert (len(made.name), len(made.kana), made.phone) == (120, 120, "+819012345678")


UNUSABLE = [
    (PersonFacts("", "やまだ", "a@example.jp"), "name_missing"),
    (PersonFacts("山田", "　", "a@example.jp"), "name_missing"),
    (PersonFacts("あ" * 121, "やまだ", "a@example.jp"), "name_too_long"),
    (PersonFacts("山田", "山" * 121, "a@example.jp"), "kana_too_long"),
    (PersonFacts("山田", "🎉", "a@example.jp"), "reading_unusable"),
    (PersonFacts("\0\u202e", "やまだ", "a@example.jp"), "name_missing"),
    (PersonFacts("山田", "やまだ", "a@b"), "email_unusable"),
    (PersonFacts("山田", "やまだ", phone="090"), "phone_short"),
    (PersonFacts("山田", "やまだ", "a@example.jp", "090"), "phone_short"),
    (PersonFacts("山田", "やまだ", "　", " "), "contact_missing"),
]


@pytest.mark.parametrize(("facts", "code_"), UNUSABLE)
def test_a_person_needs_a_name_a_reading_and_a_usable_contact(
    session: Session, facts: PersonFacts, code_: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.person(session, facts, NOW)
    assert refused.value.code == code_


def test_an_address_of_a_body_is_taken_once(session: Session, cast: Cast) -> None:
    with pytest.raises(Conflict) as refused:
        actions.found_body(session, Organization(slug="midori", name="別のみどり", created_at=NOW))
    assert refused.value.facts == {"slug": "midori"}


def test_a_household_has_its_members(session: Session, cast: Cast) -> None:
    home = actions.add_household(session, Household(name="別所家", created_at=NOW), [cast.ben, cast.chie])
    assert {cast.ben.household_id, cast.chie.household_id} == {home.id}


def test_enrolling_is_written_down(session: Session, cast: Cast) -> None:
    (change,) = changes_of(session, "membership", 1)
    assert (change.verb, change.after, change.why) == ("enrol", "active", "chair")


def test_asking_queues_one_mail_of_the_highest_priority(session: Session, cast: Cast) -> None:
    sign_in = asked(session)
    (delivery,) = session.query(Delivery)
    assert (delivery.person_id, delivery.priority) == (cast.ben.id, 0)
    assert delivery.deadline_at == sign_in.expires_at == NOW + timedelta(minutes=30)


def test_neither_link_nor_code_stands_in_the_database(session: Session, cast: Cast) -> None:
    sign_in = asked(session)
    stored = " ".join(str(value) for value in vars(sign_in).values())
    assert link(sign_in) not in stored
    assert digits(sign_in) not in stored


def test_an_unknown_address_gets_nothing(session: Session, cast: Cast) -> None:
    assert actions.ask_to_sign_in(session, "dan@example.jp", SECRET, NOW) is None
    assert session.query(Notice).count() == session.query(SignIn).count() == 0


@pytest.mark.parametrize("email", ["dan@example.jp", BEN])
def test_askings_are_counted_for_known_and_unknown_alike_without_keeping_the_address(
    session: Session, cast: Cast, email: str
) -> None:
    actions.ask_to_sign_in(session, email, SECRET, NOW)
    counted = session.query(Allowance).all()
    assert [row.used for row in counted] == [1, 1]
    assert not [row.key for row in counted if email in row.key]


def test_an_endless_address_is_counted_too(session: Session, cast: Cast) -> None:
    assert actions.ask_to_sign_in(session, "x" * 10_000 + "\0@example.jp", SECRET, NOW) is None
    assert max(len(row.key) for row in session.query(Allowance)) < 120


def test_a_mailbox_gets_five_mails_in_a_quarter_of_an_hour(session: Session, cast: Cast) -> None:
    addresses = [BEN, "BEN@example.jp", "ｂｅｎ＠example.jp", BEN, BEN, BEN, BEN]
    sent = [actions.ask_to_sign_in(session, address, SECRET, NOW) is not None for address in addresses]
    assert sent == [True] * 5 + [False] * 2
    asked(session, minutes=15)


def test_a_mailbox_gets_twenty_mails_a_day(session: Session, cast: Cast) -> None:
    hours = [timedelta(minutes=15 * number) for number in range(25)]
    sent = [actions.ask_to_sign_in(session, BEN, SECRET, NOW + later) is not None for later in hours]
    assert sent == [True] * 20 + [False] * 5
    asked(session, minutes=24 * 60)


def test_a_tag_is_no_other_mailbox(session: Session, cast: Cast) -> None:
    for number in range(5):
        actions.ask_to_sign_in(session, f"ben+{number}@example.jp", SECRET, NOW)
    assert actions.ask_to_sign_in(session, BEN, SECRET, NOW) is None


def test_a_link_is_spent_once(session: Session, cast: Cast) -> None:
    sign_in = asked(session)
    token = actions.sign_in_by_link(session, link(sign_in), NOW)
    assert actions.signed_in_person(session, token, NOW) == cast.ben.id
    with pytest.raises(Invalid) as refused:
        actions.sign_in_by_link(session, link(sign_in), NOW)
    assert refused.value.code == "sign_in_spent"


def test_the_link_spends_the_code_too(session: Session, cast: Cast) -> None:
    sign_in = asked(session)
    actions.sign_in_by_link(session, link(sign_in), NOW)
    assert actions.sign_in_by_code(session, BEN, digits(sign_in), NOW) is None


def test_the_code_spends_the_link_too(session: Session, cast: Cast) -> None:
    sign_in = asked(session)
    assert actions.sign_in_by_code(session, BEN, digits(sign_in), NOW) is not None
    with pytest.raises(Invalid):
        actions.sign_in_by_link(session, link(sign_in), NOW)


def test_a_link_is_good_for_half_an_hour(session: Session, cast: Cast) -> None:
    first, second = asked(session), asked(session)
    assert actions.sign_in_by_link(session, link(first), NOW + timedelta(minutes=29, seconds=59))
    with pytest.raises(Invalid):
        actions.sign_in_by_link(session, link(second), NOW + timedelta(minutes=30))


def test_an_unknown_link_is_refused_like_a_spent_one(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        actions.sign_in_by_link(session, "花子\0", NOW)
    assert refused.value.code == "sign_in_spent"


@pytest.mark.parametrize("spaced", [False, True])
def test_the_digits_may_be_typed_with_blanks_and_in_full_width(
    session: Session, cast: Cast, spaced: bool
) -> None:
    right = digits(asked(session))
    wide = right.translate({ord(str(number)): chr(0xFF10 + number) for number in range(10)})
    typed = f" {wide[:3]}　{wide[3:]} " if spaced else wide
    assert actions.sign_in_by_code(session, BEN, typed, NOW) is not None


def test_after_five_wrong_tries_the_right_digits_are_wrong_but_the_link_still_opens(
    session: Session, cast: Cast
) -> None:
    sign_in = asked(session)
    tries = [actions.sign_in_by_code(session, BEN, wrong(sign_in), NOW) for _ in range(5)]
    assert tries == [None] * 5
    assert actions.sign_in_by_code(session, BEN, digits(sign_in), NOW) is None
    assert actions.sign_in_by_link(session, link(sign_in), NOW)


def test_the_fifth_try_may_still_be_right(session: Session, cast: Cast) -> None:
    sign_in = asked(session)
    for _ in range(4):
        actions.sign_in_by_code(session, BEN, wrong(sign_in), NOW)
    assert actions.sign_in_by_code(session, BEN, digits(sign_in), NOW) is not None


def test_only_the_digits_of_the_newest_mail_count(session: Session, cast: Cast) -> None:
    first, second = asked(session), asked(session)
    assert actions.sign_in_by_code(session, BEN, digits(first), NOW) is None
    assert actions.sign_in_by_code(session, BEN, digits(second), NOW) is not None


def test_digits_are_of_one_person(session: Session, cast: Cast) -> None:
    right = digits(asked(session))
    assert actions.sign_in_by_code(session, "chie@example.jp", right, NOW) is None
    assert actions.sign_in_by_code(session, "nobody@example.jp", right, NOW) is None


def test_of_a_family_the_one_with_an_office_signs_in(session: Session, cast: Cast) -> None:
    for name, kana in (("青木 一", "あおき いち"), ("青木 二", "あおき に")):
        actions.person(session, PersonFacts(name, kana, "aiko@example.jp"), NOW)
    assert asked(session, "aiko@example.jp").person_id == cast.aiko.id


def test_signing_out_ends_the_session_on_the_server(session: Session, cast: Cast) -> None:
    tokens = [actions.sign_in_by_link(session, link(asked(session)), NOW) for _ in range(2)]
    actions.sign_out(session, tokens[0], NOW)
    assert [actions.signed_in_person(session, token, NOW) for token in tokens] == [None, cast.ben.id]
    actions.sign_out(session, "unknown", NOW)


def test_a_session_lasts_half_a_year(session: Session, cast: Cast) -> None:
    token = actions.sign_in_by_link(session, link(asked(session)), NOW)
    assert actions.signed_in_person(session, token, NOW + timedelta(days=179)) == cast.ben.id
    assert actions.signed_in_person(session, token, NOW + timedelta(days=180)) is None


def test_a_sessions_token_is_kept_as_a_hash(session: Session, cast: Cast) -> None:
    token = actions.sign_in_by_link(session, link(asked(session)), NOW)
    (kept,) = session.query(SignedIn)
    assert token not in " ".join(str(value) for value in vars(kept).values())


def test_a_new_feed_address_revokes_the_old_one(session: Session, cast: Cast) -> None:
    old = actions.new_feed_token(session, cast.ben.id, NOW)
    new = actions.new_feed_token(session, cast.ben.id, NOW)
    other = actions.new_feed_token(session, cast.chie.id, NOW)
    assert len({old, new, other}) == 3
    actions.revoke(session, cast.ben.id, "feed", NOW)


def test_a_language_is_chosen_by_somebody_who_is_there(session: Session, cast: Cast) -> None:
    actions.choose_language(session, cast.ben.id, "en")
    assert cast.ben.language == "en"
    with pytest.raises(NotFound):
        actions.choose_language(session, 10_000, "en")


def test_a_closed_personal_link_has_a_new_salt(session: Session, cast: Cast) -> None:
    salt = cast.ben.link_salt
    actions.close_personal_link(session, cast.ben)
    assert cast.ben.link_salt != salt
    assert session.query(Person).filter_by(link_salt=salt).count() == 0


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_link_from_the_operators_hand_proves_no_mailbox(
    session: Session, cast: Cast, by_hand: bool
) -> None:
    asked = actions.new_sign_in(session, cast.ben, "a secret", NOW, by_hand=by_hand)
    actions.sign_in_by_link(session, derived("a secret", "sign-in", asked.salt), NOW)
    proved = {
        cast.ben.email_verified_at,
        *(point.verified_at for point in ways.points(session, cast.ben.id, NOW)),
    }
    assert proved == {None if by_hand else NOW}
