"""Many dates on pages: one form, one mail, one page to leave a day or end it all."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity
from scheduler.activities.parts import SlotFacts
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.parties.models import KeptForm
from scheduler.series import actions
from scheduler.series.actions import Wish
from scheduler.series.models import Series
from scheduler.series.queries import slots_ahead
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import TOKYO, at
from tests.signed_in import browser_of
from tests.visitor import Visitor

HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}


@pytest.fixture
def weekly(session: Session, cast: Cast) -> Activity:
    """Three Sundays from 22 November on."""
    made = make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=3")
    session.commit()
    return made


def states(session: Session) -> list[str]:
    """Return the states of all sign-ups."""
    session.rollback()
    return [row.state for row in session.query(Participation).order_by(Participation.id)]


def test_one_form_and_one_mail_are_three_dates(
    app: Flask, session: Session, weekly: Activity, visitor: Visitor
) -> None:
    page = f"/activities/{weekly.id}/join/0"
    assert page in visitor.text("/slots/1/join")
    answer = visitor.submit(page, **HANAKO, scope="every")
    thanks = visitor.text(answer.location)
    for said in ("いまは、メールを送れません", weekly.place, "午前8時〜10時"):
        assert said in thanks
    asked = mailbox.path(mailbox.new_mail(app, "hanako@example.jp"), "/me/")
    visitor.submit(f"{asked}/prove", page=asked)
    assert states(session) == ["confirmed"] * 3
    assert "12月6日（日）" in mailbox.text(mailbox.new_mail(app, "hanako@example.jp"))


def test_a_family_says_yes_to_every_time_with_its_children(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    parts = (SlotFacts("親子のへや", 5, unit="family"),)
    stories = make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=3", slots=parts)
    session.commit()
    page = f"/activities/{stories.id}/join/0"
    visitor.submit(page, **HANAKO, **{"children-0": "8", "children-1": ""}, grown_ups="1", scope="every")
    session.rollback()
    rows = session.query(Participation).all()
    assert [(row.people, row.places) for row in rows] == [(3, 1)] * 3


def test_the_page_of_thanks_is_for_the_browser_that_signed_up(
    app: Flask, weekly: Activity, visitor: Visitor
) -> None:
    thanks = visitor.submit(f"/activities/{weekly.id}/join/0", **HANAKO, scope="every").location
    assert Visitor(app).get(thanks).status_code == 404


def test_one_day_is_left_and_taken_up_again(
    app: Flask, session: Session, weekly: Activity, cast: Cast
) -> None:
    ben = browser_of(app, cast.ben)
    ben.submit(f"/activities/{weekly.id}/join/0", scope="some", dates=["2"])
    assert states(session) == ["confirmed"]
    assert "/series/1" in ben.text("/me")
    ben.submit("/participations/1/withdraw")
    assert "この日も行く" in ben.text("/series/1")
    ben.submit("/participations/1/come", page="/series/1")
    assert states(session) == ["confirmed"]


def test_months_off_and_the_end(app: Flask, session: Session, weekly: Activity, cast: Cast) -> None:
    ben = browser_of(app, cast.ben)
    ben.submit(f"/activities/{weekly.id}/join/0", scope="every")
    ben.submit("/series/1/months", page="/series/1", months_off=["12"])
    assert sorted(states(session)) == ["cancelled"] + ["confirmed"] * 2
    ben.submit("/series/1/end", page="/series/1")
    assert set(states(session)) == {"cancelled"}
    assert "終わっています" in ben.text("/series/1")


def test_nobody_is_signed_up_for_ever_by_a_button_alone(
    app: Flask, session: Session, cast: Cast, weekly: Activity
) -> None:
    ben, page = browser_of(app, cast.ben), f"/activities/{weekly.id}/join/0"
    assert " checked" not in ben.text(page)
    answer = ben.submit(page)
    assert (answer.status_code, "どれかを選んでください。" in answer.text) == (422, True)
    assert ben.submit(page, scope="all").status_code == 303
    assert (states(session), session.query(Series).one().every) == (["confirmed"] * 3, False)


def test_a_month_off_is_left_out_of_the_dates_there_are_now_too(
    app: Flask, session: Session, cast: Cast, weekly: Activity
) -> None:
    ben, page = browser_of(app, cast.ben), f"/activities/{weekly.id}/join/0"
    assert ben.submit(page, scope="all", months_off=["12"]).status_code == 303
    assert states(session) == ["confirmed"] * 2


def test_later_dates_of_one_sign_up_are_one_row_that_opens(
    app: Flask, session: Session, cast: Cast, weekly: Activity
) -> None:
    ben = browser_of(app, cast.ben)
    ben.submit(f"/activities/{weekly.id}/join/0", scope="every")
    row = ben.text("/me").partition("<details>")[2].partition("</details>")[0]
    assert "あと2回（12月6日（日）まで）" in row
    assert (row.count("/withdraw"), "11月22日" in row) == (2, False)


def test_nothing_chosen_keeps_what_was_typed(weekly: Activity, visitor: Visitor) -> None:
    answer = visitor.submit(f"/activities/{weekly.id}/join/0", **HANAKO, scope="some")
    assert (answer.status_code, "来られる日を1つは" in answer.text) == (422, True)
    assert 'value="山田 花子"' in answer.text


def test_a_part_that_is_not_there_is_no_page(weekly: Activity, visitor: Visitor) -> None:
    assert visitor.get(f"/activities/{weekly.id}/join/5").status_code == 404


def test_the_last_date_leads_to_no_others_once_it_has_begun(
    session: Session, weekly: Activity, visitor: Visitor
) -> None:
    date = slots_ahead(session, weekly.id, 0, NOW)[-1].occurrence
    last, form = f"/dates/{date.id}", f"/activities/{weekly.id}/join/0"
    assert form in visitor.text(last)
    with at(f"{date.starts_at.astimezone(TOKYO):%Y-%m-%d %H:%M}"):
        assert (visitor.get(form).status_code, form in visitor.text(last)) == (404, False)


def test_nobody_learns_by_typing_an_address_what_that_one_has_signed_up_for(
    app: Flask, session: Session, weekly: Activity, visitor: Visitor
) -> None:
    page = f"/activities/{weekly.id}/join/0"
    visitor.submit(page, **HANAKO, scope="every")
    asked = mailbox.path(mailbox.new_mail(app, "hanako@example.jp"), "/me/")
    visitor.submit(f"{asked}/prove", page=asked)
    mailbox.new_mail(app, "hanako@example.jp")
    stranger = Visitor(app)
    text = stranger.text(stranger.submit(page, **HANAKO, scope="every").location)
    assert "いまは、メールを送れません" in text
    assert "参加します" not in text
    assert "12月6日" not in text
    assert "12月6日（日）" in mailbox.text(mailbox.new_mail(app, "hanako@example.jp"))


def test_a_question_that_nobody_was_asked_is_asked_by_mail_and_answered_on_its_page(
    app: Flask, session: Session, weekly: Activity, cast: Cast, visitor: Visitor
) -> None:
    aiko = browser_of(app, cast.aiko)
    asked = {"key": "car", "kind": "text", "label": "車のナンバー", "purpose": "", "choices": []}
    last = slots_ahead(session, weekly.id, 0, NOW)[-1]
    last.questions = [asked | {"required": True, "erase_days": 7}]
    actions.join(session, weekly, Wish(0, every=True), SignUp(cast.ben.id), NOW)
    session.commit()
    board = f"/dates/{last.occurrence_id}/board"
    assert "答えがまだです" in aiko.text(board)
    mails = mailbox.new_mails(app, "ben@example.jp")
    page = mailbox.path(next(mail for mail in mails if "質問に答えてください" in mail["Subject"]), "/me/")
    assert "車のナンバー" in visitor.text(page)
    assert visitor.submit(page, **{"q-car": ""}).status_code == 422
    assert visitor.submit(page, **{"q-car": "12-34"}).status_code == 303
    assert 'value="12-34"' in visitor.text(page)
    assert "答えがまだです" not in aiko.text(board)
    number = page.split("/")[-2]
    assert "別所 勉さん" in aiko.text(f"/participations/{number}/answers")
    assert (
        aiko.submit(f"/participations/{number}/answers", **{"q-car": "56-78"}).location == f"{board}/{number}"
    )
    assert "車のナンバー：56-78" in aiko.text(f"{board}/{number}")


def test_nothing_that_a_browser_is_given_tells_whether_an_address_has_signed_up(
    app: Flask, session: Session, weekly: Activity
) -> None:
    page, shown = f"/activities/{weekly.id}/join/0", []
    Visitor(app).submit(page, **HANAKO, scope="every")
    asked = mailbox.path(mailbox.new_mail(app, HANAKO["email"]), "/me/")
    Visitor(app).submit(f"{asked}/prove", page=asked)
    for email in (HANAKO["email"], "umi@example.jp"):
        browser = Visitor(app)
        address = browser.submit(page, **HANAKO | {"email": email}, scope="every").location
        with browser.client.session_transaction() as cookie:
            # But for two keys that nobody else can read anything by.
            made = [one for at, one in enumerate(cookie["series"]) if at not in {3, 5}]
        told = browser.text(address).partition("<main")[2].replace(email, "?")
        shown.append((address, made, re.sub(r'<input type="hidden"[^>]*>', "", told.partition("</main")[0])))
    assert shown[0] == shown[1]


@pytest.mark.parametrize("stands", ["series", "one date"])
def test_no_refusal_tells_whether_an_address_has_signed_up(
    app: Flask, session: Session, weekly: Activity, stands: str
) -> None:
    page, first = f"/activities/{weekly.id}/join/0", slots_ahead(session, weekly.id, 0, NOW)[0]
    wanted = {"scope": "some", "dates": str(first.occurrence_id)}
    session.commit()
    if stands == "series":
        Visitor(app).submit(page, **HANAKO, scope="every")
        first.closes_before = 60 * 24 * 30
    else:
        Visitor(app).submit(f"/slots/{first.id}/join", **HANAKO)
    session.commit()
    emails = (HANAKO["email"], "umi@example.jp")
    typed = [HANAKO | wanted | {"email": email, "adults": "山田 太郎"} for email in emails]
    answers = [Visitor(app).submit(page, **one).status_code for one in typed]
    assert answers == ([409, 409] if stands == "series" else [303, 303])


def test_days_that_could_not_be_joined_are_named_with_why_and_all_is_taken_back_at_once(
    app: Flask, session: Session, weekly: Activity, cast: Cast
) -> None:
    first, second, _ = slots_ahead(session, weekly.id, 0, NOW)
    first.closes_before = 60 * 24 * 30
    session.commit()
    ben = browser_of(app, cast.ben)
    page = f"/activities/{weekly.id}/join/0"
    assert f'href="{page}"' in ben.text(f"/dates/{second.occurrence_id}")
    assert "いま決まっている3回だけ、12月\u20606日\u2060（日）まで" in ben.text(page)
    thanks = ben.submit(page, scope="every").location
    page = ben.text(thanks)
    assert "申し込めなかった日：11月\u206022日\u2060（日）。申し込みは締め切りました。" in page
    assert f"<dd>{cast.ben.name}</dd>" in page
    assert ben.submit(f"{thanks}/undo", page=thanks).status_code == 303
    assert set(states(session)) == {"cancelled"}
    assert "全部元にもどす" not in ben.text(thanks)


def test_what_was_typed_for_many_dates_is_mended_while_its_mail_is_waited_for(
    app: Flask, session: Session, weekly: Activity, visitor: Visitor
) -> None:
    page = f"/activities/{weekly.id}/join/0"
    days = [str(slot.occurrence_id) for slot in slots_ahead(session, weekly.id, 0, NOW)[:2]]
    typed: dict[str, Any] = {**HANAKO, "email": "hanoko@example.jp", "scope": "some", "dates": days}
    thanks = visitor.submit(page, **typed).location
    mend = f"{page}?mend=1"
    assert f'href="{mend}"' in visitor.text(thanks)
    assert (f'href="{mend}"' in visitor.text(page), "花子" in visitor.text(page)) == (True, False)
    shown = visitor.get(mend)
    assert shown.headers["Cache-Control"] == "no-store"
    kept = (
        'value="山田 花子"',
        'value="hanoko@example.jp"',
        f'checked id="dates-0" name="dates" type="checkbox" value="{days[0]}"',
    )
    assert [one in shown.text for one in kept] == [True] * 3, shown.text
    # What is refused leaves the first as it is; the one that is sent then stands in its place.
    assert visitor.submit(mend, **typed | {"kana": ""}).status_code == 422
    assert states(session) == ["unverified"] * 2
    assert visitor.submit(mend, **typed | {"email": HANAKO["email"]}).status_code == 303
    assert states(session) == ["expired"] * 2 + ["unverified"] * 2
    assert [slot.taken for slot in slots_ahead(session, weekly.id, 0, NOW)] == [1, 1, 0]
    asked = mailbox.path(mailbox.new_mail(app, HANAKO["email"]), "/me/")
    visitor.submit(f"{asked}/prove", page=asked)
    session.rollback()
    assert session.query(KeptForm).count() == 0
    assert "もう残っていません" in visitor.text(mend)


def test_a_browser_forgets_what_was_typed_for_many_dates(
    session: Session, weekly: Activity, visitor: Visitor
) -> None:
    page = f"/activities/{weekly.id}/join/0"
    thanks = visitor.submit(page, **HANAKO, scope="every").location
    assert visitor.submit(f"{thanks}/forget", page=thanks).status_code == 303
    assert (visitor.get(thanks).status_code, "花子" in visitor.text(f"{page}?mend=1")) == (404, False)
    assert (session.query(KeptForm).count(), states(session)) == (0, ["unverified"] * 3)


def test_where_all_dates_are_full_a_stranger_hears_of_the_waiting_list_everywhere(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    full = make.activity(
        session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=2", slots=(SlotFacts("積込み", 1),)
    )
    for slot in slots_ahead(session, full.id, 0, NOW):
        make.participation(session, slot, cast.ben, NOW)
    session.commit()
    with mailbox.server(app):
        answer = visitor.submit(f"/activities/{full.id}/join/0", **HANAKO, scope="every")
        thanks = visitor.text(answer.location)
    mail = mailbox.new_mail(app, "hanako@example.jp")
    pages = [thanks, mailbox.text(mail), visitor.text(mailbox.path(mail, "/me/"))]
    assert ["補欠で待ちます" in page for page in pages] == [True] * 3
    assert not [page for page in pages if "決まります" in page]
