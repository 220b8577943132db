"""What stands on the sheets, read as a search would read it: text, faces, sizes, pages."""

import re

from flask import Flask
from sqlalchemy.orm import Session

from scheduler.decisions import actions as decisions
from scheduler.paper.codes import DATE, code_of, spoken
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.paper.pdf import read
from tests.paper.streets import date, sheet, street
from tests.participation.test_actions import statements
from tests.signed_in import browser_of
from tests.visitor import Visitor

A4 = (595, 842)


def test_a_poster_says_what_when_and_where_and_its_code(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    occurrence = make.occurrence(session, cast.midori, NOW, bring="軍手", contact="会長 090-0000-0001")
    session.commit()
    answer = visitor.get(f"/dates/{occurrence.id}/poster.pdf")
    paper = read(answer.data)
    said = (
        "みどり町内会",
        "11月",
        "22",
        "日曜日",
        "午前8時〜10時",
        "みどり公園前",
        "軍手",
        "当日の午前6時30分に決めます",
    )
    assert [word for word in said if word not in paper.tight] == []
    assert spoken(code_of(DATE, occurrence.id)) in paper.text
    assert (answer.mimetype, paper.title, len(paper.pages)) == ("application/pdf", "資源回収の日", 1)
    assert tuple(round(side) for side in paper.size) == A4
    assert set(paper.embedded.values()) == {True}
    assert all("BIZUDPGothic" in name for name in paper.embedded)
    assert paper.smallest >= 12


def test_what_was_postponed_says_so_with_the_old_day_and_no_further_reserve_day(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    homes, day = street(session, cast), date(session, cast)
    session.commit()
    before = read(visitor.get(f"/dates/{day.id}/poster.pdf").data).tight
    assert ("11月29日（日）に順延します" in before, "から順延しました" in before) == (True, False)
    session.rollback()
    decisions.postpone(session, day, decisions.Ruling(cast.aiko.id, day.revision, cause="rain"), NOW)
    circular = sheet(session, cast, homes, day, "circular")
    session.commit()
    browser = browser_of(app, cast.aiko)
    for path in (f"/dates/{day.id}/poster.pdf", f"/sheets/{circular.code}/paper.pdf"):
        text = read(browser.get(path).data).tight
        assert ("順延" in text, "11月22日（日）から順延しました。雨のためです。" in text) == (True, True)
        assert "順延します" not in text


def test_the_poster_of_a_date_that_is_called_off_asks_nobody_to_come(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    day = date(session, cast)
    decisions.cancel(session, day, decisions.Ruling(cast.aiko.id, day.revision), NOW)
    session.commit()
    text = read(visitor.get(f"/dates/{day.id}/poster.pdf").data).tight
    said = [
        word
        for word in ("この日は中止です", "手伝う人をさがしています", "申し込む", "お名前")
        if word in text
    ]
    assert said == ["この日は中止です"]


def test_a_poster_speaks_the_language_and_counts_the_years_that_are_asked_for(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    path = f"/dates/{make.occurrence(session, cast.midori, NOW).id}/poster.pdf"
    session.commit()
    assert "令和8年" in read(visitor.get(f"{path}?era=1").data).text
    english = read(visitor.get(f"{path}?lang=en&era=1").data).text
    assert ("Sign up with your phone" in english, "2026" in english, "令和" in english) == (True, True, False)
    easy = read(visitor.get(f"{path}?lang=ja@easy").data)
    assert ("にち" in easy.text, easy.title, "2026" in easy.text) == (True, "資源回収の日", True)


def test_a_sheet_to_sign_up_on_names_the_homes_in_walking_order_on_one_page(
    app: Flask, session: Session, cast: Cast
) -> None:
    homes = street(session, cast)
    homes.homes[2].name = "𠮷田家"
    printed = sheet(session, cast, homes, date(session, cast))
    session.commit()
    path = f"/sheets/{printed.code}/paper.pdf"
    browser = browser_of(app, cast.aiko)
    paper = read(browser.get(path).data)
    places = [paper.text.index(name) for name in ("青山家", "池田家", "〓田家", "江口家", "髙橋家")]
    assert (places, len(paper.pages)) == (sorted(places), 1)
    assert spoken(printed.code) in paper.text
    assert "〓は、この書体にない字です" in paper.text
    assert paper.smallest >= 12
    large = read(browser.get(f"{path}?large=1").data)
    assert (len(large.pages), spoken(printed.code) in large.pages[1]) == (2, True)


def test_the_day_after_which_a_circular_is_of_no_use_stands_on_top(
    app: Flask, session: Session, cast: Cast
) -> None:
    homes, day = street(session, cast), date(session, cast)
    session.commit()
    typed = {
        "kind": "circular",
        "block": str(homes.block.id),
        "text": "びんは朝8時までに\n出してください",
        "useful_until": "2026-11-20",
    }
    browser = browser_of(app, cast.aiko)
    late = browser.submit(
        f"/dates/{day.id}/sheets", page=f"/dates/{day.id}/paper", **typed | {"useful_until": "2020-11-20"}
    )
    assert late.status_code == 422
    assert re.search('id="useful_until-error".+今日から1年のうちの日', late.text)
    after = browser.submit(
        f"/dates/{day.id}/sheets", page=f"/dates/{day.id}/paper", **typed | {"useful_until": "2026-11-23"}
    )
    assert re.search('id="useful_until-error".+活動の日か、それより前の日', after.text)
    made = browser.submit(f"/dates/{day.id}/sheets", page=f"/dates/{day.id}/paper", **typed)
    page = browser.text(made.headers["Location"])
    paper = re.search(r'href="(/sheets/\d+/paper\.pdf)" target="_blank"', page)
    assert paper is not None
    assert "回覧ができました。番号は" in page
    text = read(browser.get(paper[1]).data).text
    assert "来ない家は 0 と書いてください" in text.replace("\n", "")
    assert (
        text.index("11月20日（金）までに全部の家へ") < text.index("びんは朝8時までに") < text.index("青山家")
    )


def test_one_press_prints_a_sheet_for_each_block_in_one_file_and_each_is_withdrawn_by_itself(
    app: Flask, session: Session, cast: Cast
) -> None:
    first, _second = (street(session, cast, 2, slug) for slug in ("midori-1", "midori-2"))
    day = date(session, cast)
    session.commit()
    page, browser = f"/dates/{day.id}/paper", browser_of(app, cast.aiko)
    assert "全部の班" not in browser_of(app, first.leader).text(page)
    browser.submit(f"/dates/{day.id}/sheets", page=page, kind="circular", block="each", text="軍手を持って")
    said = browser.text(page)
    assert ("紙が2枚できました" in said, "2枚まとめて印刷する" in said) == (True, True)
    asked, codes = (
        re.findall(rf'/dates/{day.id}/sheets\.pdf\?[^"]*', said)[0],
        re.findall(r"code=(\d+)", said),
    )
    # Of any number of blocks the cookie with the sentence keeps one number.
    assert asked.partition("?")[2] == f"with={codes[0]}"
    paper = read(browser.get(asked).data)
    assert [spoken(code) in text for code, text in zip(codes, paper.pages, strict=False)] == [True, True]
    assert [len(paper.pages), paper.tight.count("軍手を持って")] == [2, 2]
    browser.submit(f"/sheets/{codes[0]}/withdraw", page=page)
    left = read(browser.get(f"/dates/{day.id}/sheets.pdf").data)
    assert [spoken(code) in left.text for code in codes[:2]] == [False, True]
    assert "2枚まとめて印刷する" not in browser.text(page)


def test_no_sheet_or_home_more_is_a_question_more_to_the_database(
    app: Flask, session: Session, cast: Cast
) -> None:
    block = street(session, cast, 1, "midori-1").block.id
    day = date(session, cast)
    session.commit()
    page, browser = f"/dates/{day.id}/paper", browser_of(app, cast.aiko)
    counts = []
    for _more in range(2):
        browser.submit(f"/dates/{day.id}/sheets", page=page, kind="sign_up", block=str(block))
        browser.text(page)
        with statements(session) as asked:
            browser.text(page)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    with statements(session) as asked:
        browser.get(f"/dates/{day.id}/sheets.pdf")
    assert not [one for one in asked if "WHERE household.id = ?" in one]
