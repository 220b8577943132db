"""What can be done about somebody whose telephone is not known and whom no mail reaches."""

import re
from collections import Counter
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.board.actions import send_message
from scheduler.decisions import actions as decisions
from scheduler.parties.models import Organization
from tests import cast as casting
from tests.cast import Cast
from tests.conftest import NOW
from tests.notices.sink import Sink
from tests.participation.test_actions import statements
from tests.reach import test_reached
from tests.signed_in import browser_of

pytestmark = pytest.mark.loopback
# The same date and neighbours as there.
block, date, sink = test_reached.block, test_reached.date, test_reached.sink


def test_who_has_no_telephone_is_written_to_by_mail_or_letter_and_is_not_counted_as_told(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink, block: Organization
) -> None:
    casting.hold_office(session, cast.chie, block, "block_leader", NOW)
    session.commit()
    decisions.postpone(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    test_reached._deliver(app, sink)
    session.rollback()
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}"
    assert f"mailto:{cast.ben.email}?subject=" in aiko.text(f"{page}/reached")
    aiko.submit(f"{page}/reached", kept="1")
    news, found = aiko.text(f"{page}/reached"), aiko.text(f"{page}/list")
    assert ("電話・紙がまだの方" in news, "届いていません" in news) == (True, False)
    assert "まだ聞いていません（電話）" in aiko.text(f"{page}/board")
    assert f"mailto:{cast.ben.email}?subject=" in found
    assert f"1班の班長（{cast.chie.name}）" in found
    letters = re.findall(r"\?letter=(\d+)", found)
    shown = aiko.text(f"{page}/list?letter={letters[-1]}")
    assert (shown.count("様</h1>"), "順延します" in shown, "別所 勉様" in shown) == (1, True, True)
    chie = browser_of(app, cast.chie)
    assert str(cast.ben.email) not in chie.text(f"{page}/list")
    assert chie.get(f"{page}/list?letter={letters[-1]}").status_code == 404


def test_what_is_written_to_them_is_plain_text_and_the_database_is_not_asked_for_each(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    cast.ben.name = "Ben O'Brien"
    date.activity.title = "お茶 & お菓子"
    decisions.cancel(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    test_reached._deliver(app, sink)
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}/list"
    aiko.submit(f"/dates/{date.id}/reached", kept="1")
    with statements(session) as asked:
        shown = aiko.text(page)
    written = re.search(r'href="mailto:[^"]+&amp;body=([^"]+)"', shown)
    assert written is not None
    assert unquote(written[1]).startswith("Ben O'Brien様\n\n11月22日（日）のお茶 & お菓子は中止です")
    often = [one for one, count in Counter(asked).items() if count >= shown.count("?letter=") == 3]
    assert often == []


def test_a_message_is_written_to_them_as_it_was_typed_and_older_news_are_one_step_away(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    send_message(session, date, "軍手は <2枚> です。", cast.aiko.id, NOW)
    decisions.cancel(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    test_reached._deliver(app, sink)
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}/reached"
    latest = aiko.text(page)
    assert "<h2>中止</h2>" in latest
    older = re.search(rf'href="({page}\?news=\d+)">世話人からの連絡：届いていない人', latest)
    assert older is not None
    shown = aiko.text(older[1])
    written = re.search(r'href="mailto:[^"]+&amp;body=([^"]+)"', shown)
    assert written is not None
    assert unquote(written[1]).endswith("のことで、お伝えします。\n\n軍手は <2枚> です。")
    assert ">中止：届いていない人" in shown
    aiko.submit(older[1], kept="1")
    assert "軍手は &lt;2枚&gt; です。" in aiko.text(f"/dates/{date.id}/list")
