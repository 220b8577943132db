"""People who are not signed in: an address must be confirmed, and what a stranger types goes to nobody else."""

import re
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.errors import Invalid, Refused
from scheduler.participation import actions
from scheduler.participation.actions import Stranger, join_as_stranger
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties.actions import PersonFacts
from tests import cast as casting
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.participation.signing import yes
from tests.participation.test_checking_mail import main_of
from tests.program import Program, done
from tests.visitor import Visitor

HANAKO = PersonFacts("山田 花子", "やまだ はなこ", "hanako@example.jp")
BY_PHONE = PersonFacts("佐藤 梅", "さとう うめ", phone="090-1234-5678")
LURE = "https://evil.example/"
TEEN = {
    "name": "中田 学",
    "kana": "なかだ まなぶ",
    "email": "manabu@example.jp",
    "contact_grade": "j2",
    "guardian_name": "中田 母",
    "guardian_kana": "なかだ はは",
    "guardian_email": "haha@example.jp",
}


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """A slot of five places."""
    made = make.slot(session, cast.midori, NOW, 5)
    session.commit()
    return made


def _join(session: Session, slot: Slot, who: PersonFacts, key: str | None = None) -> Participation:
    row = join_as_stranger(session, slot, Stranger(who), SignUp(0, request_key=key), NOW)
    session.commit()
    return row


def _all_of(mail: EmailMessage) -> str:
    """Return everything in a mail, headers read as a mail program reads them."""
    return "\n".join([*map(str, mail.values()), mail.as_string(), mailbox.text(mail)])


def test_an_address_is_asked_holds_half_an_hour_and_then_is_told_that_the_place_is_free(
    app: Flask, session: Session, slot: Slot
) -> None:
    row = _join(session, slot, HANAKO)
    assert "11月16日（月） 午前10時30分まで" in mailbox.text(mailbox.new_mail(app, HANAKO.email))
    with at("2026-11-16 10:29"):
        assert mailbox.new_mails(app, HANAKO.email) == []
    with at("2026-11-16 10:30"):
        told = mailbox.new_mail(app, HANAKO.email)
    assert "取り消されました" in told["Subject"]
    assert "もう一度申し込んで" in mailbox.text(told)
    session.rollback()
    assert (row.state, slot.taken) == ("expired", 0)


def test_the_button_in_the_mail_is_in_time_at_29_minutes_and_a_second_mail_says_so(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    row = _join(session, slot, HANAKO)
    page = mailbox.path(mailbox.new_mail(app, HANAKO.email), "/me/")
    with at("2026-11-16 10:29"):
        assert visitor.submit(f"{page}/prove", page=page).status_code == 303
        second = mailbox.new_mail(app, HANAKO.email)
    assert "申し込みが決まりました" in second["Subject"]
    assert "山田 花子さん" in mailbox.text(second)
    session.rollback()
    assert (row.state, row.contact.email_verified_at is not None) == ("confirmed", True)


def test_the_button_pressed_too_late_says_that_the_place_is_gone(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    row = _join(session, slot, HANAKO)
    page = mailbox.path(mailbox.new_mail(app, HANAKO.email), "/me/")
    with at("2026-11-16 10:31"):
        assert visitor.submit(f"{page}/prove", page=page).status_code == 409
        mailbox.new_mail(app, HANAKO.email)
    session.rollback()
    assert row.state == "expired"


@pytest.mark.parametrize(
    ("terms", "said"), [({"places": 1}, "補欠で待ちます"), ({"policy": "approval"}, "世話人に届きます")]
)
def test_where_no_place_is_held_the_mail_and_the_page_to_confirm_promise_none(
    app: Flask,
    session: Session,
    cast: Cast,
    slot: Slot,
    visitor: Visitor,
    terms: dict[str, object],
    said: str,
) -> None:
    yes(session, slot, cast.ben)
    for name, value in terms.items():
        setattr(slot, name, value)
    session.commit()
    typed = {"name": HANAKO.name, "kana": HANAKO.kana, "email": HANAKO.email, "wait": "1"}
    with mailbox.server(app):
        asked = visitor.text(visitor.submit(f"/slots/{slot.id}/join", **typed).location)
    assert (said in asked, "それで決まります" in asked) == (True, False)
    mail = mailbox.new_mail(app, HANAKO.email)
    for text in (mailbox.text(mail), visitor.text(mailbox.path(mail, "/me/"))):
        assert (said in text, "場所を取ってあります" in text, "決まります" in text) == (True, False, False)


@pytest.mark.parametrize(
    ("terms", "company", "code"),
    [
        ({"places": 1}, Company(), "full"),
        ({"places": 2}, Company(("山田 太郎",)), "full"),
        ({"places": 5, "min_children": 1}, Company(), "children_missing"),
        ({"places": 5, "closes_before": 60 * 24 * 60}, Company(), "sign_up_closed"),
    ],
)
def test_who_is_there_already_is_refused_like_anybody_else_for_whoever_types_the_address(
    session: Session, slot: Slot, terms: dict[str, int], company: Company, code: str
) -> None:
    _join(session, slot, HANAKO)
    for name, value in terms.items():
        setattr(slot, name, value)
    session.commit()
    for who in (HANAKO, replace(HANAKO, email="umi@example.jp")):
        with pytest.raises(Refused) as refused:
            join_as_stranger(session, slot, Stranger(who), SignUp(0, company=company), NOW)
        session.rollback()
        assert refused.value.code == code


def test_nothing_that_a_stranger_types_goes_to_the_address_that_was_typed(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    typed = {"name": LURE, "kana": LURE, "adults": LURE, "guardian_name": LURE, "guardian_kana": LURE}
    company = {
        **typed,
        "email": "victim@example.jp",
        "contact_grade": "j2",
        "guardian_email": "mum@example.jp",
    }
    assert visitor.submit(f"/slots/{slot.id}/join", **company).status_code == 303
    visitor.submit("/sign-in", email="victim@example.jp")
    asked = mailbox.new_mails(app, "victim@example.jp")
    with at("2026-11-16 10:30"):
        asked += mailbox.new_mails(app, "victim@example.jp")
    assert len(asked) == 3
    assert len(mailbox.mails(app)) == 3
    for mail in asked:
        assert "evil" not in _all_of(mail), _all_of(mail)
        assert mail["To"].addresses[0].display_name == ""


def test_a_guardian_is_asked_without_a_word_that_a_stranger_typed(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    typed = TEEN | {"name": LURE, "guardian_name": LURE, "guardian_kana": LURE}
    visitor.submit(f"/slots/{slot.id}/join", **typed)
    page = mailbox.path(mailbox.new_mail(app, "manabu@example.jp"), "/me/")
    visitor.submit(f"{page}/prove", page=page)
    asked = mailbox.new_mail(app, "haha@example.jp")
    assert "evil" not in _all_of(asked)
    assert asked["To"].addresses[0].display_name == ""


BEN = {"name": "別所 勉", "kana": "べっしょ べん", "email": "ben@example.jp"}
NOBODY_KNOWN = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}


@pytest.mark.parametrize("needs", ["competence", "briefing"])
def test_a_stranger_does_not_learn_whether_somebody_is_trained(
    app: Flask, session: Session, cast: Cast, needs: str
) -> None:
    briefing = make.slot(session, cast.midori, NOW, first_on=date(2026, 11, 18), title="説明会")
    make.participation(session, briefing, cast.ben, NOW)
    casting.be_trained(session, cast.ben, cast.midori, "mower", NOW)
    part = (
        {"competence": "mower"} if needs == "competence" else {"briefing_id": briefing.occurrence.activity_id}
    )
    mowing = make.slot(session, cast.midori, NOW, slots=(SlotFacts("草刈り", 3, **part),))
    make.participation(session, mowing, cast.ben, NOW)
    session.commit()
    for path in (f"/slots/{mowing.id}/join", f"/activities/{mowing.occurrence.activity_id}/series"):
        answers = [Program(app).post(path, **who) for who in (BEN, NOBODY_KNOWN)]
        assert len({(answer.status_code, answer.text) for answer in answers}) == 1
    pages = [Visitor(app).submit(f"/slots/{mowing.id}/join", **who) for who in (BEN, NOBODY_KNOWN)]
    assert [page.status_code for page in pages] == [403, 403]
    assert all("サインインしてから" in page.text for page in pages)


def test_a_known_address_with_another_name_is_somebody_else_and_changes_nobody(
    app: Flask, session: Session, cast: Cast, slot: Slot
) -> None:
    row = _join(session, slot, PersonFacts(LURE, "にせもの", "ben@example.jp"))
    same = _join(session, slot, PersonFacts(LURE, "べっしょ べん", "Ben@example.jp"))
    assert row.contact_id != cast.ben.id
    assert (same.contact_id, same.state, cast.ben.name) == (cast.ben.id, "unverified", "別所 勉")
    mails = mailbox.new_mails(app, "ben@example.jp")
    assert len(mails) == 2
    assert all("evil" not in _all_of(mail) and "別所" not in _all_of(mail) for mail in mails)


def test_a_telephone_is_sure_at_once_and_the_same_form_twice_is_one_sign_up(
    session: Session, slot: Slot
) -> None:
    one, again = (_join(session, slot, BY_PHONE, key="k" * 43) for _ in range(2))
    assert (one.id, one.state, slot.taken) == (again.id, "confirmed", 1)
    other = _join(session, slot, BY_PHONE, key="j" * 43)
    assert (other.contact_id != one.contact_id, slot.taken) == (True, 2)


def test_who_has_a_telephone_only_gets_the_own_page_on_the_screen(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    typed = {"name": BY_PHONE.name, "kana": BY_PHONE.kana, "phone": BY_PHONE.phone}
    thanks = visitor.text(visitor.submit(f"/slots/{slot.id}/join", **typed).location)
    assert ("自分のページを開く" in thanks, BY_PHONE.phone in thanks) == (True, True)
    # The only way back stands before all else.
    assert thanks.index("あなただけのページ") < thanks.index("お名前")
    # To send to oneself, to photograph and to copy: no mail will ever bring it again.
    assert 'href="sms:+819012345678?&amp;body=' in thanks
    address = re.search(r"readonly>http://localhost(/me/[^<]+)<", thanks)
    assert (address is not None, "data:image/svg+xml" in thanks) == (True, True)
    assert ("世話人が電話などでお伝えします" in thanks, "前の日の夜" in thanks) == (True, False)
    assert mailbox.new_mails(app, "") == []
    # A telephone at home takes no text message.
    typed |= {"phone": "0280-12-3456", "name": "別所 勉"}
    assert "sms:" not in visitor.text(visitor.submit(f"/slots/{slot.id}/join", **typed).location)


def test_who_waits_by_telephone_is_promised_no_mail(
    session: Session, cast: Cast, slot: Slot, visitor: Visitor
) -> None:
    yes(session, slot, cast.ben, 5)
    session.commit()
    typed = {"name": BY_PHONE.name, "kana": BY_PHONE.kana, "phone": BY_PHONE.phone, "contact": "phone"}
    waits = visitor.text(visitor.submit(f"/slots/{slot.id}/join", **typed, wait="1").location)
    told = re.sub("自分に(ショート)?メールで送る", "", waits)
    assert ("順番にご案内します" in told, "メール" in told) == (True, False)


def test_without_any_way_to_be_reached_nobody_signs_up(session: Session, slot: Slot) -> None:
    with pytest.raises(Invalid, match="contact_missing"):
        _join(session, slot, PersonFacts("佐藤 梅", "さとう うめ"))


def test_a_teenager_confirms_the_guardian_consents_and_both_are_told_in_turn(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    visitor.submit(f"/slots/{slot.id}/join", **TEEN)
    assert mailbox.new_mails(app, "haha@example.jp") == []
    session.rollback()
    row = session.query(Participation).one()
    page = mailbox.path(mailbox.mails(app)[0], "/me/")
    visitor.submit(f"{page}/prove", page=page)
    consent = mailbox.path(mailbox.new_mail(app, "haha@example.jp"), "/me/")
    assert (
        "保護者の同意を待っています" in mailbox.mails(app)[-1]["Subject"] + mailbox.mails(app)[-2]["Subject"]
    )
    session.rollback()
    assert row.state == "awaiting_guardian"
    assert "中田 学" in visitor.text(consent)
    assert visitor.submit(consent, guardian="中田 母").status_code == 303
    assert "申し込みが決まりました" in mailbox.new_mail(app, "manabu@example.jp")["Subject"]
    session.rollback()
    assert (row.state, row.guardian) == ("confirmed", "中田 母")


def test_children_whom_a_stranger_does_not_accompany_have_the_strangers_consent(
    session: Session, slot: Slot
) -> None:
    children = SignUp(0, contact_comes=False, company=Company(others=(Named(grade="e2"), Named(grade="e4"))))
    row = join_as_stranger(session, slot, Stranger(HANAKO), children, NOW)
    assert (row.state, row.guardian, row.people) == ("unverified", "山田 花子", 2)


def test_an_unconfirmed_party_keeps_nobody_out_for_longer_than_its_time(
    app: Flask, session: Session, cast: Cast
) -> None:
    last = make.slot(session, cast.midori, NOW, 1)
    _join(session, last, HANAKO)
    waits = yes(session, last, cast.ben)
    session.commit()
    with at("2026-11-16 10:30"):
        mailbox.new_mails(app, HANAKO.email)
    session.rollback()
    assert (waits.state, waits.hold_until) == ("offered", NOW + timedelta(minutes=30, days=1))


@pytest.mark.parametrize("adults", ["", "山田 一郎"])
def test_nobody_learns_by_typing_an_address_whether_that_one_has_signed_up(
    app: Flask, session: Session, slot: Slot, visitor: Visitor, adults: str
) -> None:
    row = _join(session, slot, HANAKO)
    actions.prove(session, row, NOW)
    session.commit()
    mailbox.new_mail(app, HANAKO.email)
    typed = {"name": "山田 花子", "kana": "やまだ はなこ", "email": HANAKO.email, "adults": adults}
    new = typed | {"email": "umi@example.jp"}
    with mailbox.server(app):
        page, other = (
            visitor.text(visitor.submit(f"/slots/{slot.id}/join", **one).location).replace("<wbr>", "")
            for one in (typed, new)
        )
    for words in ("メールを確かめてください", "メールを送りました。", "午前\u206010時\u206030分</span>まで"):
        assert (words in page, words in other) == (True, True), words
    assert "申し込みが決まりました" not in page
    assert (HANAKO.email in page, new["email"] in other) == (True, True)
    assert main_of(page) == main_of(other.replace(new["email"], HANAKO.email))
    mail = mailbox.new_mail(app, HANAKO.email)
    assert "もう申し込んでいます" in mail["Subject"]
    assert "人数は1人のままです。" in mailbox.text(mail)
    assert f"/participations/{row.id}\n" in mailbox.text(mail)
    told = done(
        Program(app).post(f"/slots/{slot.id}/join", **{key: typed[key] for key in ("name", "kana", "email")})
    )
    assert (told["id"], told["state"], told["people"]) == (None, "unverified", 1)
    session.rollback()
    # What was typed of the other address holds places of its own.
    assert (row.state, row.people, slot.taken) == ("confirmed", 1, 2 + bool(adults))


def test_nobody_learns_by_typing_an_address_what_that_one_does_at_the_time(
    app: Flask, session: Session, cast: Cast, slot: Slot, visitor: Visitor
) -> None:
    other = make.slot(session, cast.midori, NOW, 5, slots=(SlotFacts("受付", 5),))
    yes(session, other, cast.ben)
    session.commit()
    typed = {"name": cast.ben.name, "kana": cast.ben.kana, "email": "ben@example.jp"}
    answer = visitor.submit(f"/slots/{slot.id}/join", **typed)
    assert (answer.status_code, "受付" in visitor.text(answer.location)) == (303, False)
    mails = mailbox.new_mails(app, "ben@example.jp")
    page = mailbox.path(next(mail for mail in mails if "確認" in mail["Subject"]), "/me/")
    assert "・受付」にも</span>申し込んでいます" in visitor.text(page)
    visitor.submit(f"{page}/prove", page=page, clash="")
    session.rollback()
    row = session.query(Participation).filter_by(slot_id=slot.id).one()
    assert row.state == "unverified"
    visitor.submit(f"{page}/prove", page=page)
    session.rollback()
    assert row.state == "confirmed"


def test_a_group_that_stands_is_not_opened_to_who_types_its_address(
    app: Flask, session: Session, slot: Slot
) -> None:
    typed = {"name": HANAKO.name, "kana": HANAKO.kana, "email": HANAKO.email, "group_name": "商店会"}
    sent = [Program(app).post(f"/slots/{slot.id}/join/group", **typed, people=2)]
    session.rollback()
    actions.prove(session, session.query(Participation).one(), NOW)
    session.commit()
    sent.append(Program(app).post(f"/slots/{slot.id}/join/group", **typed, people=2))
    one, other = (done(answer) for answer in sent)
    assert one == other
    assert (one["id"], one["names_url"], one["state"]) == (None, "", "unverified")
