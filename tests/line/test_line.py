"""A body's LINE account: set up, connected to by a code, counted, left."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.errors import Invalid
from scheduler.line import actions, queries, views
from scheduler.line.actions import AccountFacts
from scheduler.line.events import events_in
from scheduler.notices.channels.line import LineApi
from scheduler.notices.models import ContactPoint, Delivery
from scheduler.parties import connecting
from scheduler.parties.models import LineAccount
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.line.conftest import SECRET
from tests.line.said import event, hear
from tests.line.stand_in import TOKEN, USER, Line
from tests.line.test_channel import LIMIT
from tests.notices.stand_in import Answered
from tests.signed_in import browser_of, program_of

pytestmark = pytest.mark.loopback
Deliver = Callable[[], int]


def _connect(session: Session, account: LineAccount, cast: Cast) -> None:
    code = connecting.new_code(session, account, cast.ben, NOW)
    assert actions.connect(session, account, USER, code, NOW) == "connected"
    session.commit()


def _lines(session: Session) -> list[ContactPoint]:
    session.rollback()
    return list(session.scalars(select(ContactPoint).where(ContactPoint.channel == "line")))


@pytest.fixture(autouse=True)
def replies(api: LineApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the web answer LINE where the stand-in is."""
    monkeypatch.setattr(views, "API", api)


def test_who_sends_the_code_is_told_by_line_from_then_on(
    app: Flask, session: Session, cast: Cast, account: LineAccount, line: Line, deliver: Deliver
) -> None:
    page = browser_of(app, cast.ben).submit(f"/me/line/{account.id}", page="/me/channels").text
    code = re.search(r"\w{4}-\w{4}(?=</p>)", page)
    assert code is not None
    client = app.test_client()
    assert hear(client, 1, event("message", f" {code[0].lower()} ")).status_code == 200
    assert line.replied == [("r1", "つながりました。これからのお知らせは、ここに届きます。")]
    session.rollback()
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    assert deliver() == 1
    assert [to for to, text in line.pushed if "申し込みが決まりました" in text and "/me/" in text] == [USER]


def test_a_code_works_once_and_for_half_an_hour(session: Session, cast: Cast, account: LineAccount) -> None:
    late = connecting.new_code(session, account, cast.ben, NOW - connecting.CODE_LASTS)
    assert actions.connect(session, account, USER, late, NOW) == "unknown"
    code = connecting.new_code(session, account, cast.ben, NOW)
    assert [actions.connect(session, account, USER, code, NOW) for _ in range(2)] == [
        "connected",
        "unknown",
    ]
    assert actions.connect(session, account, USER, "", NOW) == "unknown"


def test_a_new_code_ends_the_old_one(session: Session, cast: Cast, account: LineAccount) -> None:
    old = connecting.new_code(session, account, cast.ben, NOW)
    new = connecting.new_code(session, account, cast.ben, NOW)
    assert [actions.connect(session, account, USER, code, NOW) for code in (old, new)] == [
        "unknown",
        "connected",
    ]


def test_connected_again_it_is_still_one_way(session: Session, cast: Cast, account: LineAccount) -> None:
    for _ in range(2):
        _connect(session, account, cast)
    assert [(point.person_id, point.address) for point in _lines(session)] == [(cast.ben.id, USER)]


@pytest.mark.parametrize("secret", ["", "x" * 32])
def test_what_line_has_not_signed_is_not_heard(
    session: Session, cast: Cast, account: LineAccount, client: FlaskClient, line: Line, secret: str
) -> None:
    code = connecting.new_code(session, account, cast.ben, NOW)
    session.commit()
    assert hear(client, 1, event("message", code), secret=secret).status_code == 404
    assert (_lines(session), line.replied) == ([], [])


def test_a_friend_is_told_what_to_do_and_a_chatter_too(
    account: LineAccount, client: FlaskClient, line: Line
) -> None:
    hear(client, 1, event("follow"), event("message", "こんにちは", "r2"), {"type": "beacon"})
    assert [token for token, _ in line.replied] == ["r1", "r2"]
    assert all("お知らせの受け取り方" in text for _, text in line.replied)


def test_line_that_takes_no_reply_is_answered_all_the_same(
    account: LineAccount, client: FlaskClient, line: Line
) -> None:
    assert hear(client, 1, event("message", "x", "")).status_code == 200


def test_who_blocks_the_account_is_told_by_mail(
    app: Flask, session: Session, cast: Cast, account: LineAccount, client: FlaskClient, deliver: Deliver
) -> None:
    _connect(session, account, cast)
    hear(client, 1, event("unfollow"))
    assert [point.off_reason for point in _lines(session)] == ["blocked"]
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    assert deliver() == 1
    assert mailbox.is_to(mailbox.mails(app)[0], "ben@example.jp")


def test_when_the_month_is_used_up_the_next_way_is_taken(
    app: Flask, session: Session, cast: Cast, account: LineAccount, line: Line, deliver: Deliver
) -> None:
    _connect(session, account, cast)
    account.monthly_limit = 1
    for day in (22, 29):
        slot = make.slot(session, cast.midori, NOW, first_on=NOW.date().replace(day=day))
        make.participation(session, slot, cast.ben, NOW)
    session.commit()
    assert deliver() == 2
    assert (len(line.pushed), len(mailbox.mails(app))) == (1, 1)
    assert queries.quota(session, account, NOW) == queries.Quota(1, 1)
    assert queries.quota(session, account, NOW + timedelta(days=15)).left == 1


def test_when_line_itself_says_so_too(
    app: Flask, session: Session, cast: Cast, account: LineAccount, line: Line, deliver: Deliver
) -> None:
    _connect(session, account, cast)
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    line.before = lambda asked: Answered(429, LIMIT)
    assert deliver() == 1
    assert [(row.channel, row.state) for row in session.query(Delivery).order_by(Delivery.id)] == [
        ("line", "dead"),
        ("email", "sent"),
    ]
    assert [point.is_live for point in _lines(session)] == [True]


def test_what_it_would_cost_is_known_before(session: Session, cast: Cast, account: LineAccount) -> None:
    _connect(session, account, cast)
    account.monthly_limit = 0
    (found,) = queries.forecast(session, [cast.ben.id, cast.chie.id], NOW)
    assert (found.needed, found.left, found.is_enough) == (1, 0, False)
    assert queries.forecast(session, [cast.chie.id], NOW) == []


def test_secrets_are_sealed_and_never_shown(
    app: Flask, session: Session, cast: Cast, account: LineAccount
) -> None:
    assert TOKEN not in account.access_token
    assert SECRET not in account.channel_secret
    aiko = browser_of(app, cast.aiko)
    page = aiko.text("/organizations/midori/line")
    assert "/line/1" in page
    assert not {TOKEN, SECRET} & set(re.findall(r"\w{20,}", page))
    answer = aiko.submit("/organizations/midori/line", basic_id="midori2", monthly_limit="5000")
    assert answer.status_code == 303
    session.rollback()
    changed = session.get_one(LineAccount, 1)
    assert (changed.basic_id, changed.monthly_limit) == ("@midori2", 5000)
    assert queries.way(app.config["TSUDOI"].secret_key)(session, _of(changed))["access_token"] == TOKEN


def _of(account: LineAccount) -> ContactPoint:
    return ContactPoint(channel="line", facts={}, account_id=account.id)


def test_with_another_secret_of_the_service_nothing_is_opened(session: Session, account: LineAccount) -> None:
    assert queries.way("another")(session, _of(account)) == {}


def test_without_the_account_the_next_way_is_taken(
    app: Flask, session: Session, cast: Cast, account: LineAccount, deliver: Deliver
) -> None:
    _connect(session, account, cast)
    browser = browser_of(app, cast.aiko)
    session.rollback()
    browser.submit("/organizations/midori/line/remove", page="/organizations/midori/line")
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    assert deliver() == 1
    assert len(mailbox.mails(app)) == 1


WRONG = [
    AccountFacts("@midori", 200),
    AccountFacts("", 200, "s", "t"),
    AccountFacts("@緑", 200, "s", "t"),
    AccountFacts("@midori", -1, "s", "t"),
    AccountFacts("@midori", 200, "s s", "t"),
    AccountFacts("@midori", 200, "秘密", "t"),
    AccountFacts("@midori", 200, "s", "9" * 401),
]


@pytest.mark.parametrize("facts", WRONG, ids=str)
def test_what_cannot_be_an_account_is_refused(session: Session, cast: Cast, facts: AccountFacts) -> None:
    with pytest.raises(Invalid, match="line_unusable"):
        actions.set_up(session, cast.midori.id, facts, "secret", NOW)


def test_programs_do_the_same(app: Flask, cast: Cast, account: LineAccount) -> None:
    read = program_of(app, cast.aiko).read("/organizations/midori/line")
    assert read == {
        "basic_id": "@midori",
        "used": 0,
        "monthly_limit": 200,
        "webhook": "http://localhost/line/1",
    }
    code = program_of(app, cast.ben).post("/me/line/1")
    assert (code.status_code, len(code.get_json()["code"])) == (201, 9)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"events": 1}', b'{"events": [1, {}, {"type": "message"}]}', b"\xff"]
)
def test_what_cannot_be_read_says_nothing(body: bytes) -> None:
    assert events_in(body) == []
