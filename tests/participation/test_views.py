"""Signing up and withdrawing, and the own page."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.participation.actions import join
from scheduler.participation.giving import remove
from scheduler.participation.models import Companion, Participation
from scheduler.participation.signing import Company, SignUp
from scheduler.parties.models import Person
from scheduler.parties.tokens import personal
from tests import make
from tests.cast import Cast, be_trained
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of
from tests.visitor import Visitor

HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
FAMILY = {"children-0": "", "children-1": "", "children-2": "", "grown_ups": "0"}


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """A slot of five places, counted in people."""
    made = make.slot(session, cast.midori, NOW, places=5)
    session.commit()
    return made


@pytest.fixture
def families(session: Session, cast: Cast) -> Slot:
    """A slot of two places, counted in families."""
    made = make.slot(session, cast.midori, NOW, slots=(SlotFacts("親子", 2, unit="family"),))
    session.commit()
    return made


def sign_up(session: Session) -> Participation:
    """Return the one sign-up as it is now."""
    session.rollback()
    return session.query(Participation).one()


def own_page(app: Flask, person: Person) -> str:
    """Return the path of a person's own page, as a mail has it."""
    return f"/me/{personal(app.config['TSUDOI'].secret_key, person.id, person.link_salt)}"


def test_somebody_without_an_account_signs_up(session: Session, slot: Slot, visitor: Visitor) -> None:
    answer = visitor.submit(f"/slots/{slot.id}/join", **HANAKO)
    assert answer.status_code == 303, answer.text
    assert "いまは、メールを送れません" in visitor.text(answer.location)
    assert (sign_up(session).contact.email, slot.taken) == ("hanako@example.jp", 1)


def test_the_page_of_thanks_is_for_the_browser_that_signed_up(
    app: Flask, slot: Slot, visitor: Visitor
) -> None:
    thanks = visitor.submit(f"/slots/{slot.id}/join", **HANAKO).location
    assert Visitor(app).get(thanks).status_code == 404


def test_each_line_is_one_more_person(session: Session, slot: Slot, visitor: Visitor) -> None:
    visitor.submit(f"/slots/{slot.id}/join", **HANAKO, adults="山田 一郎\r\n\r\n  \r\n山田 二郎\r\n")
    assert (sign_up(session).people, slot.taken) == (3, 3)
    assert [one.name for one in session.query(Companion)] == ["山田 一郎", "山田 二郎"]


def test_a_party_that_does_not_fit_is_told_and_keeps_what_it_typed(
    session: Session, slot: Slot, visitor: Visitor
) -> None:
    answer = visitor.submit(f"/slots/{slot.id}/join", **HANAKO, adults="\n".join("一二三四五"))
    assert answer.status_code == 409
    assert "空きはあと5人です" in answer.text
    assert 'value="山田 花子"' in answer.text
    session.rollback()
    assert (session.query(Participation).count(), slot.taken) == (0, 0)


def test_a_family_takes_one_place_and_names_ages_only(
    session: Session, families: Slot, visitor: Visitor
) -> None:
    typed = FAMILY | {"children-0": "8か月", "children-3": "2歳6か月", "grown_ups": "1"}
    assert visitor.submit(f"/slots/{families.id}/join", **HANAKO, **typed).status_code == 303
    assert (sign_up(session).people, sign_up(session).places, families.taken) == (4, 1, 1)
    assert sorted(one.age_months or 0 for one in session.query(Companion)) == [0, 8, 30]


WRONG: list[tuple[dict[str, str], str]] = [
    ({"name": ""}, "お名前を入れてください。"),
    ({"name": "\0"}, "お名前とふりがなを入れてください。"),
    ({"kana": "　"}, "ふりがなを入れてください。"),
    ({"email": ""}, "メールアドレスを入れてください。"),
    ({"email": "hanako"}, "メールアドレスの形を確かめてください。"),
    ({"email": "hanako@example.jp\r\nBcc: eve@example.com"}, "メールアドレスの形を確かめてください。"),
    ({"name": "あ" * 121}, "山田花子の読み"),
    ({"adults": "あ" * 420}, "ああ…」は長すぎます。120字までにしてください。"),
    ({"kana": "🎉"}, "ふりがなは、ひらがな、カタカナ、ローマ字のどれかで"),
    ({"email": "", "contact": "phone", "phone": "abc"}, "電話番号を確かめてください。"),
    ({"email": "", "contact": "phone", "phone": "123"}, "電話番号の数字が足りません。"),
    ({"adults": "\n".join("あ" * 60)}, "人数は1人から60人まで"),
    ({"children_only": "y"}, "来るお子さんの年齢を入れてください。"),
    ({"guardian_name": "山田 太郎"}, "申し込む方の学年を選んでください。"),
    ({"contact_grade": "h1", "guardian_email": "oya@example.jp"}, "保護者のお名前を入れてください。"),
]


@pytest.mark.parametrize(("typed", "sentence"), WRONG)
def test_what_cannot_be_used_is_said_and_the_rest_is_kept(
    session: Session, slot: Slot, visitor: Visitor, typed: dict[str, str], sentence: str
) -> None:
    reading = {"kana": "山田花子の読み"}
    answer = visitor.submit(f"/slots/{slot.id}/join", **HANAKO | reading | typed)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    session.rollback()
    assert session.query(Participation).count() == 0


def test_all_that_has_to_be_mended_is_said_at_once(slot: Slot, visitor: Visitor) -> None:
    typed = {"name": "あ" * 121, "kana": "🎉", "email": "hanako", "phone": "123", "adults": "い" * 121}
    page = visitor.submit(f"/slots/{slot.id}/join", **typed, contact="email").text
    summary = page.split("error-summary")[1].split("</ul>")[0]
    assert [name for name in typed if f'href="#{name}"' in summary] == list(typed)
    assert all(f"{text}<" in page or f'value="{text}"' in page for text in typed.values())


WAYS = [
    ({"contact": "email"}, ("hanako@example.jp", "+819012345678"), None),
    (
        {"contact": "phone"},
        (None, "+819012345678"),
        "お知らせは電話でします。入れたメールアドレスは使いません。",
    ),
]


@pytest.mark.parametrize(("chosen", "kept", "said"), WAYS, ids=str)
def test_a_second_contact_is_kept_or_said_to_be_left_out(
    session: Session,
    slot: Slot,
    visitor: Visitor,
    chosen: dict[str, str],
    kept: tuple[str | None, str],
    said: str | None,
) -> None:
    thanks = visitor.submit(f"/slots/{slot.id}/join", **HANAKO, phone="090-1234-5678", **chosen).location
    contact = sign_up(session).contact
    assert (contact.email, contact.phone) == kept
    assert ("使いません" in visitor.text(thanks)) == (said is not None)


def test_a_guardian_without_an_address_is_written_down_for_the_organiser(
    session: Session, slot: Slot, visitor: Visitor
) -> None:
    young = {"contact_grade": "h1", "guardian_name": "山田 太郎", "guardian_kana": "やまだ たろう"}
    visitor.submit(f"/slots/{slot.id}/join", **HANAKO, **young)
    assert sign_up(session).note == "保護者：山田 太郎（やまだ たろう）"


ODD: list[dict[str, Any]] = [
    {"children-0": "-1"},
    {"children-0": "18"},
    {"children-0": "x"},
    {"grown_ups": "10"},
    {"grown_ups": "-1"},
]


@pytest.mark.parametrize("typed", ODD)
def test_a_family_of_odd_numbers_is_asked_again(
    families: Slot, visitor: Visitor, typed: dict[str, Any]
) -> None:
    assert visitor.submit(f"/slots/{families.id}/join", **HANAKO, **FAMILY | typed).status_code == 422


def test_a_name_is_text_and_never_markup(app: Flask, session: Session, slot: Slot, cast: Cast) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    Visitor(app).submit(f"/slots/{slot.id}/join", **HANAKO | {"name": hostile}, adults=hostile)
    with at("2026-11-22 08:00"):
        aiko = browser_of(app, cast.aiko)
        for page in ("board", "attendance", "decision"):
            assert "<img src=x" not in aiko.text(f"/dates/{slot.occurrence_id}/{page}")
    contact = sign_up(session).contact
    assert "<img src=x" not in Visitor(app).text(own_page(app, contact))


def test_who_is_signed_in_types_nothing_again(app: Flask, session: Session, slot: Slot, cast: Cast) -> None:
    browser = browser_of(app, cast.ben)
    page = browser.text(f"/slots/{slot.id}/join")
    assert 'name="email"' not in page
    assert browser.submit(f"/slots/{slot.id}/join").status_code == 303
    assert sign_up(session).contact_id == cast.ben.id


def test_a_part_for_the_trained_refuses_others_in_words(app: Flask, session: Session, cast: Cast) -> None:
    mowing = make.slot(session, cast.midori, NOW, slots=(SlotFacts("草刈り", 3, competence="mower"),))
    be_trained(session, cast.ben, cast.midori, "mower", NOW)
    path = f"/slots/{mowing.id}/join"
    refused = browser_of(app, cast.chie).submit(path)
    assert (refused.status_code, "講習済みの方だけ" in refused.text) == (403, True)
    assert browser_of(app, cast.ben).submit(path).status_code == 303


def test_what_has_begun_takes_no_more_and_shows_no_form(slot: Slot, visitor: Visitor) -> None:
    path = f"/slots/{slot.id}/join"
    with at("2026-11-22 08:00"):
        assert 'name="email"' not in visitor.text(path)
        assert visitor.submit(path, **HANAKO).status_code == 409


def test_the_own_page_shows_what_comes_and_what_was(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    make.participation(session, slot, cast.ben, NOW)
    session.commit()
    page = Visitor(app).text(own_page(app, cast.ben))
    assert "積込み" in page
    assert "withdraw" in page
    english = Visitor(app).get(own_page(app, cast.ben), headers={"Accept-Language": "en"}).text
    assert f'<span lang="ja">{cast.ben.name}</span>' in english
    with at("2026-11-23 09:00"):
        later = Visitor(app).text(own_page(app, cast.ben))
    assert "積込み" in later
    assert "withdraw" not in later


def test_a_party_finds_on_its_own_page_how_to_say_that_some_do_not_come(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    row = join(session, slot, SignUp(cast.ben.id, company=Company(("",), (36,))), NOW)
    session.commit()
    browser = browser_of(app, cast.ben)
    for page in ("/me", f"/participations/{row.id}"):
        text = browser.text(page)
        assert f'href="/participations/{row.id}/company"' in text
        assert "全員行けなくなりました" in text


def test_a_personal_link_is_kept_out_of_referrers_and_caches(
    app: Flask, cast: Cast, visitor: Visitor
) -> None:
    answer = visitor.get(own_page(app, cast.ben))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex")


def test_a_closed_personal_link_opens_nothing_any_more(app: Flask, cast: Cast, visitor: Visitor) -> None:
    page = own_page(app, cast.ben)
    assert visitor.submit(f"{page}/link/close", page=page).status_code == 303
    assert visitor.get(page).status_code == 404


def test_withdrawing_asks_once_more_and_looking_changes_nothing(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    row = make.participation(session, slot, cast.ben, NOW)
    browser, path = browser_of(app, cast.ben), f"/participations/{row.id}/withdraw"
    assert "行けないことを伝える" in browser.text(path)
    assert sign_up(session).state == "confirmed"
    assert browser.submit(path).location == "/me"
    assert sign_up(session).state == "cancelled"


def test_who_was_taken_out_by_others_is_not_thanked_for_a_withdrawal(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    row = make.participation(session, slot, cast.ben, NOW)
    session.commit()
    browser, path = browser_of(app, cast.ben), f"/participations/{row.id}/withdraw"
    typed = browser.hidden(path)
    remove(session, row, "人数がたりました。", cast.aiko.id, NOW)
    session.commit()
    browser.client.post(path, data=typed)
    for page in ("/me", path):
        assert "欠席の連絡を受け付けました" not in browser.text(page)
    assert "人数がたりました。" in browser.text(path)


def test_who_cannot_come_can_take_that_back_while_it_is_fresh(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    row = make.participation(session, slot, cast.ben, NOW)
    session.commit()
    browser, path = browser_of(app, cast.ben), f"/participations/{row.id}"
    assert "場所を空けて" in browser.text(f"{path}/withdraw")
    browser.submit(f"{path}/withdraw")
    assert browser.text("/me").count(f'action="{path}/back"') == 1
    # The bar is gone after one page; the date stays on the own page, and its letter opens a page with the same button.
    assert all(f'action="{path}/back"' in browser.text(page) for page in ("/me", path))
    assert browser.submit(f"{path}/back", page=f"{path}/withdraw").location == path
    assert sign_up(session).state == "confirmed"
    browser.text(browser.submit(f"{path}/withdraw").location)
    with at("2026-11-17 09:30"):
        assert f'action="{path}/back"' not in browser.text(f"{path}/withdraw")
        assert browser.submit(f"{path}/back", page="/me").status_code == 409
    assert sign_up(session).state == "cancelled"


def test_who_comes_back_to_a_place_that_is_gone_waits(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    slot.places = 1
    row = make.participation(session, slot, cast.ben, NOW)
    session.commit()
    browser, path = browser_of(app, cast.ben), f"/participations/{row.id}"
    browser.submit(f"{path}/withdraw")
    session.rollback()
    session.refresh(slot)
    make.participation(session, slot, cast.chie, NOW)
    session.commit()
    browser.submit(f"{path}/back", page=f"{path}/withdraw")
    assert "補欠" in browser.text(path)
    session.refresh(row)
    assert row.state == "waitlisted"


def test_a_second_tap_on_withdraw_is_no_fault(app: Flask, session: Session, slot: Slot, cast: Cast) -> None:
    row = make.participation(session, slot, cast.ben, NOW)
    browser, path = browser_of(app, cast.ben), f"/participations/{row.id}/withdraw"
    answers = [browser.submit(path, page="/me") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    session.rollback()
    assert slot.taken == 0


def test_what_has_begun_cannot_be_left_on_the_page(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    row = make.participation(session, slot, cast.ben, NOW)
    session.commit()
    with at("2026-11-22 08:00"):
        answer = browser_of(app, cast.ben).submit(f"/participations/{row.id}/withdraw", page="/me")
        assert (answer.status_code, "もう始まっています" in answer.text) == (409, True)
    assert sign_up(session).state == "confirmed"


def test_nobody_withdraws_for_another(app: Flask, session: Session, slot: Slot, cast: Cast) -> None:
    row = make.participation(session, slot, cast.ben, NOW)
    session.commit()
    paths = [
        f"/participations/{row.id}/withdraw",
        f"{own_page(app, cast.chie)}/participations/{row.id}/withdraw",
    ]
    browser = browser_of(app, cast.chie)
    assert [browser.submit(path, page="/me").status_code for path in paths] == [404, 404]
    assert sign_up(session).state == "confirmed"
