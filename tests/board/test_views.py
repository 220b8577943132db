"""The board as an organiser uses it: gaps on top, one page for each sign-up, every verb with its way back."""

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import Question, ShareFacts, SlotFacts
from scheduler.participation.actions import join
from scheduler.participation.models import Companion, Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties.models import Person
from tests import make
from tests.board.people import block, counter, two_slots
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of
from tests.visitor import Visitor

BOARD = "/dates/1/board"


@pytest.fixture
def slots(session: Session, cast: Cast) -> list[Slot]:
    """Two slots of one date; Ben and Chie come to the first, which is full then."""
    made = two_slots(session, cast)
    for person in (cast.ben, cast.chie):
        make.participation(session, made[0], person, NOW)
    session.commit()
    return made


@pytest.fixture
def aiko(app: Flask, cast: Cast, slots: list[Slot]) -> Visitor:
    """Aiko's browser; she organises the date."""
    return browser_of(app, cast.aiko)


def _undo(browser: Visitor) -> str:
    found = re.search(r"/board/undo/\d+", browser.text(BOARD))
    assert found is not None
    return found[0]


def _row(session: Session, number: int = 1) -> Participation:
    session.rollback()
    return session.get_one(Participation, number)


def test_parts_come_as_on_the_dates_page_and_people_by_reading(aiko: Visitor) -> None:
    page = aiko.text(BOARD)
    parts = page[page.index('class="board"') :]
    assert parts.index("積込み") < parts.index("受付")
    assert page.index("ちだ ちえ") < page.index("べっしょ べん")
    assert "mailto:ben@example.jp" in page


def test_the_leaf_names_a_public_holiday_to_organisers_too(app: Flask, session: Session, cast: Cast) -> None:
    made = make.occurrence(session, cast.midori, NOW, first_on=date(2026, 11, 23))
    session.commit()
    aiko = browser_of(app, cast.aiko)
    for page in ("board", "decision"):
        assert "勤労感謝の日" in aiko.text(f"/dates/{made.id}/{page}"), page


def test_one_slot_alone_can_be_asked_for(aiko: Visitor, slots: list[Slot]) -> None:
    assert "べっしょ べん" not in aiko.text(f"{BOARD}?slot={slots[1].id}")
    assert "べっしょ べん" in aiko.text(f"{BOARD}?slot={slots[0].id}")
    for other in ("999", "x", "-1"):
        assert "べっしょ べん" in aiko.text(f"{BOARD}?slot={other}")


def test_the_board_says_what_is_kept_what_was_answered_and_why_somebody_waits(
    app: Flask, session: Session, cast: Cast
) -> None:
    share, question = ShareFacts(cast.library.id, 1, 60), Question("lunch", "昼食はいりますか", "yes_no")
    part = SlotFacts("係", 4, min_people=2, shares=(share,), questions=(question,))
    slot = make.slot(session, cast.midori, NOW, slots=(part,))
    company = Company(others=(Named("別所 花", grade="e3"), Named("別所 次郎")))
    join(session, slot, SignUp(cast.ben.id, company=company, answers={"lunch": "yes"}), NOW)
    join(session, slot, SignUp(cast.chie.id, or_wait=True), NOW)
    page = browser_of(app, cast.aiko).text(BOARD)
    for said in (
        "市立図書館のために1人分",
        "昼食はいりますか：はい",
        "小学3年",
        "いっしょに来る方：別所 次郎",
        "1組・3人",
        "待っている理由：満員です",
        "最少2人・",
    ):
        assert said in page


def test_what_needs_an_answer_stands_on_top(app: Flask, session: Session, cast: Cast) -> None:
    part = SlotFacts("係", 3, min_people=3, policy="approval")
    make.participation(session, make.slot(session, cast.midori, NOW, slots=(part,)), cast.ben, NOW)
    page = browser_of(app, cast.aiko).text(BOARD)
    assert "別所 勉さんの申し込みに返事をする" in page
    assert "あと3人で最少人数です" in page
    assert page.index("返事をする") < page.index('class="board"')


def test_who_may_not_come_to_anything_is_marked(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 5)
    tanaka = block(session, cast)
    make.participation(session, slot, tanaka.member, NOW)
    make.participation(session, slot, cast.chie, NOW)
    page = browser_of(app, cast.aiko).text(BOARD)
    # Marked beside the name; but it is no errand while there is nothing to tell.
    assert page.count("電話もメールもありません") == 1
    assert ("気がかりな方" in page, "世話人から伝えて" in page) == (False, False)


def test_yes_no_and_a_question_are_given_on_the_page_of_the_sign_up(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("係", 3, policy="approval"),))
    for person in (cast.ben, cast.chie):
        make.participation(session, slot, person, NOW)
    browser = browser_of(app, cast.aiko)
    assert browser.submit(f"{BOARD}/1/ask", page=f"{BOARD}/1", question="車で来ますか").status_code == 303
    assert "質問中：車で来ますか" in browser.text(BOARD)
    browser.submit(f"{BOARD}/1/approve", page=f"{BOARD}/1")
    browser.submit(f"{BOARD}/2/decline", page=f"{BOARD}/2", reason="今回は足りています")
    assert [_row(session, number).state for number in (1, 2)] == ["confirmed", "declined"]


def test_a_no_without_a_reason_is_not_sent_and_the_form_stays_open(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("係", 3, policy="approval"),))
    make.participation(session, slot, cast.ben, NOW)
    answer = browser_of(app, cast.aiko).submit(f"{BOARD}/1/decline", page=f"{BOARD}/1", reason=" ")
    assert answer.status_code == 422
    assert '<details class="verb" open>' in answer.text
    assert _row(session).state == "applied"


def test_a_yes_where_it_is_full_offers_the_waiting_list(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("係", 1, policy="approval"),))
    for person in (cast.ben, cast.chie):
        make.participation(session, slot, person, NOW)
    browser = browser_of(app, cast.aiko)
    browser.submit(f"{BOARD}/1/approve", page=f"{BOARD}/1")
    refused = browser.submit(f"{BOARD}/2/approve", page=f"{BOARD}/2")
    assert (refused.status_code, "補欠にする" in refused.text) == (409, True)
    browser.submit(f"{BOARD}/2/approve", page=f"{BOARD}/2", or_wait="1")
    assert _row(session, 2).state == "waitlisted"


def test_moving_needs_their_word_and_keeps_what_was_typed(
    session: Session, aiko: Visitor, slots: list[Slot]
) -> None:
    to = str(slots[1].id)
    refused = aiko.submit(f"{BOARD}/1/move", page=f"{BOARD}/1", to=to, agreed="")
    assert (refused.status_code, "本人がどのように承知したか" in refused.text) == (422, True)
    aiko.submit(f"{BOARD}/1/move", page=f"{BOARD}/1", to=to, agreed="電話で確認")
    assert _row(session).slot_id == slots[1].id
    assert "電話で確認" in aiko.text(f"{BOARD}/1")


def test_nobody_is_moved_to_another_date(session: Session, aiko: Visitor, cast: Cast) -> None:
    other = make.slot(session, cast.midori, NOW)
    session.commit()
    answer = aiko.submit(f"{BOARD}/1/move", page=f"{BOARD}/1", to=str(other.id), agreed="電話")
    assert answer.status_code == 422


def test_every_removal_can_be_taken_back_for_half_an_hour(session: Session, aiko: Visitor) -> None:
    aiko.submit(f"{BOARD}/1/remove", page=f"{BOARD}/1", why="都合により")
    assert _row(session).state == "declined"
    assert "別所 勉さんを外しました。" in aiko.text(BOARD)
    assert aiko.submit(_undo(aiko), page=BOARD).location == BOARD
    assert _row(session).state == "confirmed"
    assert "undo-bar" not in aiko.text(BOARD)


def test_whoever_has_decided_about_the_date_since_is_past_what_they_did_before(
    session: Session, aiko: Visitor
) -> None:
    aiko.submit(f"{BOARD}/1/remove", page=f"{BOARD}/1", why="都合により")
    assert "さんを外しました。" in aiko.text(f"{BOARD}/1")
    aiko.submit("/dates/1/decision", early="1", outcome="cancel")
    assert "さんを外しました。" not in aiko.text(f"{BOARD}/1") + aiko.text(BOARD)


def test_when_it_is_too_late_to_take_it_back_the_bar_is_gone_and_the_page_says_so(
    session: Session, aiko: Visitor
) -> None:
    aiko.submit(f"{BOARD}/1/remove", page=f"{BOARD}/1", why="都合により")
    path = _undo(aiko)
    with at("2026-11-16 10:31"):
        assert "undo-bar" not in aiko.text(BOARD)
        aiko.submit(path, page=BOARD)
        assert "もう元にもどせません" in aiko.text(BOARD)
    assert _row(session).state == "declined"


def test_a_place_taken_meanwhile_is_waited_for_and_the_page_says_so(
    app: Flask, session: Session, aiko: Visitor, slots: list[Slot]
) -> None:
    aiko.submit(f"{BOARD}/1/remove", page=f"{BOARD}/1", why="都合により")
    session.rollback()
    make.participation(session, slots[0], make.person(session, 1, NOW), NOW)
    session.commit()
    aiko.submit(_undo(aiko), page=BOARD)
    assert "場所はもう埋まっていました。別所 勉さんは補欠です。" in aiko.text(BOARD)


def test_the_number_of_people_is_corrected(session: Session, aiko: Visitor, slots: list[Slot]) -> None:
    answer = aiko.submit(f"{BOARD}/1/people", page=f"{BOARD}/1", people="3")
    assert (answer.status_code, "満員" in answer.text) == (409, True)
    aiko.submit(f"{BOARD}/1/move", page=f"{BOARD}/1", to=str(slots[1].id), agreed="電話")
    aiko.submit(f"{BOARD}/1/people", page=f"{BOARD}/1", people="2")
    assert _row(session).people == 2


def test_a_consent_on_paper_confirms_a_child(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    join(session, slot, SignUp(cast.ben.id, contact_grade="j2"), NOW)
    browser = browser_of(app, cast.aiko)
    assert "保護者の同意を待っています" in browser.text(BOARD)
    browser.submit(f"{BOARD}/1/consent", page=f"{BOARD}/1", guardian="別所 母", how="paper")
    assert (_row(session).state, _row(session).guardian) == ("confirmed", "別所 母")


def test_the_history_says_who_did_what_for_whom_and_why(
    app: Flask, session: Session, aiko: Visitor, cast: Cast
) -> None:
    aiko.submit(f"{BOARD}/1/remove", page=f"{BOARD}/1", why="都合により")
    head, _, history = aiko.text(f"{BOARD}/1").partition("これまでのこと")
    assert "世話人が外しました" in head
    assert re.search(r"外した.*青木 愛子.*都合により.*申し込み", history, re.S)
    # Nobody has said no, and it was not for the party.
    assert "見送り" not in head + history
    assert "に代わって" not in history


def test_whom_an_organiser_removed_reads_so_and_not_that_they_passed(
    app: Flask, aiko: Visitor, cast: Cast
) -> None:
    aiko.submit(f"{BOARD}/1/remove", page=f"{BOARD}/1", why="都合により")
    page = browser_of(app, cast.ben).text("/me/data")
    assert "世話人が外しました" in page
    assert "見送り" not in page


def test_fewer_places_name_who_would_lose_theirs_before_anything_happens(
    session: Session, aiko: Visitor, slots: list[Slot]
) -> None:
    path = f"{BOARD}/places?slot={slots[0].id}"
    asked = aiko.asked(path, places="1")
    assert (asked.status_code, "千田 知恵" in asked.text, "別所 勉" in asked.text) == (200, True, False)
    assert _row(session, 2).state == "confirmed"
    aiko.submit(path, places="1", waits="2")
    assert (_row(session, 2).state, _row(session, 1).state) == ("waitlisted", "confirmed")


def test_nobody_loses_a_place_who_was_not_named(session: Session, aiko: Visitor, slots: list[Slot]) -> None:
    answer = aiko.asked(f"{BOARD}/places?slot={slots[0].id}", places="1", waits="1")
    assert "この方たちの場所がなくなります" in answer.text
    assert [_row(session, number).state for number in (1, 2)] == ["confirmed", "confirmed"]


def test_the_counter_enters_without_seeing_the_board(
    app: Flask, session: Session, cast: Cast, slots: list[Slot]
) -> None:
    browser = browser_of(app, counter(session, cast))
    assert "/dates/1/enter" in browser.text("/dates/1")
    assert browser.get(BOARD).status_code == 404
    path = f"/dates/1/enter?slot={slots[1].id}"
    answer = browser.submit(path, name="佐藤 花子", kana="さとう はなこ", slot=str(slots[1].id))
    assert answer.location == path
    assert "佐藤 花子さんの申し込みを入れました。" in browser.text(path)
    assert "ben@" not in browser.asked(path, find="1", name="別所").text


def test_a_childs_age_is_typed_in_figures_by_whoever_enters_it_too(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 5)
    session.commit()
    aiko, path = browser_of(app, cast.aiko), f"/dates/{slot.occurrence_id}/board/add"
    who = {"name": "野田 梅", "kana": "のだ うめ", "people": "3", "slot": str(slot.id)}
    refused = aiko.submit(path, **who, **{"children-0": "小さい"})
    assert (refused.status_code, "年齢を数字で入れてください。" in refused.text) == (422, True)
    assert aiko.submit(path, **who, **{"children-0": "８", "children-1": "9か月"}).status_code == 303
    session.rollback()
    assert [one.age_months for one in session.query(Companion)] == [96, 9]


def test_a_name_in_latin_letters_needs_no_reading_from_whoever_enters_it(
    session: Session, aiko: Visitor, slots: list[Slot]
) -> None:
    path, who = "/dates/1/board/add", {"name": "Linh Nguyễn", "slot": str(slots[1].id)}
    assert aiko.submit(path, name="別所 梅", slot=who["slot"]).status_code == 422
    assert aiko.submit(path, **who).status_code == 303
    session.rollback()
    assert session.query(Person).filter_by(name="Linh Nguyễn").one().kana_key == "linhnguyễn"
    # Without a name there is none to be read yet.
    empty = aiko.submit(path, slot=who["slot"]).text
    assert ("お名前を入れてください。" in empty, "ふりがなを入れてください。" in empty) == (True, False)
    # Written in once more, she is known.
    assert "Linh Nguyễn" in aiko.asked(path, find="1", name="Linh").text


def test_a_block_leader_finds_the_own_block_only(
    app: Flask, session: Session, cast: Cast, slots: list[Slot]
) -> None:
    own, _other = block(session, cast, 1), block(session, cast, 2)
    browser, path = browser_of(app, own.leader), "/dates/1/enter"
    page = browser.asked(path, find="1", name="田中").text
    assert ("田中 1" in page, "田中 2" in page) == (True, False)
    refused = browser.submit(path, slot=str(slots[1].id), name="佐藤 花子", kana="さとう はなこ")
    assert (refused.status_code, "班の名簿にいません" in refused.text) == (403, True)
    answer = browser.submit(path, slot=str(slots[1].id), known=f"p{own.member.id}")
    assert answer.status_code == 303


def test_who_entered_somebody_by_mistake_takes_it_back(
    app: Flask, session: Session, cast: Cast, slots: list[Slot]
) -> None:
    browser = browser_of(app, counter(session, cast))
    path = f"/dates/1/enter?slot={slots[1].id}"
    browser.submit(path, slot=str(slots[1].id), name="佐藤 花子", kana="さとう はなこ")
    undo = re.search(r"/board/undo/\d+", browser.text(path))
    assert undo is not None
    assert browser.submit(undo[0], page=path).location == "/dates/1/enter"
    assert _row(session, 3).state == "cancelled"


def test_a_message_shows_first_whom_it_reaches_and_how(
    session: Session, cast: Cast, aiko: Visitor, slots: list[Slot]
) -> None:
    tanaka = block(session, cast)
    make.participation(session, slots[1], tanaka.member, NOW)
    session.commit()
    preview = aiko.asked(f"{BOARD}/message", text="雨具をお持ちください", slot="")
    said = "電話や紙で伝える方 1人</span>。メールで受け取る2人には、いまは送れません.*一覧は、送ったあとに開けます"
    assert re.search(f"あとからも届きません.*{said}", preview.text, re.S)
    assert "送ったあとは取り消せません" in preview.text
    sent = aiko.submit(f"{BOARD}/message", text="雨具をお持ちください", slot="", sure="1")
    assert sent.location == BOARD
    after = aiko.text(BOARD)
    assert "お知らせを送ります。まだ届いていない方は、この下に出ます。" in after
    assert "まだ届いていない方が2人います。" in after


def test_everything_that_cannot_be_is_said_at_once(aiko: Visitor, slots: list[Slot]) -> None:
    typed = {"name": "佐藤 花子", "kana": "", "phone": "abc", "email": "hanako＠", "people": "99"}
    page = aiko.submit(f"{BOARD}/add", **typed)
    wrong = re.findall(r'<li><a href="#([a-z_]+)">', page.text)
    assert (page.status_code, wrong) == (422, ["kana", "phone", "email", "people"])
    long = aiko.submit(f"{BOARD}/message", text="😀" * 3000, slot="")
    assert (long.status_code, "2000字までにしてください。" in long.text) == (422, True)
    assert "maxlength" not in long.text.split("<textarea", 1)[1].split(">", 1)[0]


def test_of_two_things_done_the_newer_stands_open_and_the_other_on_its_own_page(
    aiko: Visitor, slots: list[Slot]
) -> None:
    aiko.submit(f"{BOARD}/add", name="佐藤 花子", kana="さとう はなこ", slot=str(slots[1].id))
    assert "もう1人入れる" in aiko.text(BOARD)
    aiko.submit("/dates/1/decision", early="1", outcome="confirm")
    page = aiko.text(BOARD)
    assert ("を取り消す</button>" in page, "申し込みを元にもどす" in page) == (True, False)
    entered = max(int(one) for one in re.findall(f"{BOARD}/([0-9]+)", page))
    own = aiko.text(f"{BOARD}/{entered}")
    assert ("申し込みを元にもどす" in own, "undo-bar" in own, "もう1人入れる" in own) == (True, False, False)


def test_once_it_has_begun_there_is_only_who_came(app: Flask, session: Session, cast: Cast) -> None:
    made = make.occurrence(session, cast.midori, NOW)
    make.participation(session, made.slots[0], cast.ben, NOW)
    session.commit()
    page = f"/dates/{made.id}"
    offered = [
        (cast.aiko, f"{page}/board", "申し込みを入れる"),
        (cast.aiko, f"{page}/board", "実施・順延・中止を決める"),
        (cast.aiko, f"{page}/board", f'href="{page}/change"'),
        (cast.ben, page, "行けなくなりました"),
    ]
    for person, path, words in offered:
        assert words in browser_of(app, person).text(path), words
        with at("2026-11-22 12:00"):
            assert words not in browser_of(app, person).text(path), words
