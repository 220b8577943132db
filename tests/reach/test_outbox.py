"""The operator reads what an installation without a mail server has written; nobody else does."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler import jobs
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor


@pytest.fixture
def operator(app: Flask, session: Session, cast: Cast) -> Visitor:
    """Aiko's browser, who operates the service; Ben has just signed up and was told."""
    cast.aiko.is_operator = True
    make.participation(session, make.slot(session, cast.midori, NOW, title="<b>回収</b>"), cast.ben, NOW)
    session.commit()
    jobs.tick(app)
    return browser_of(app, cast.aiko)


def _name(app: Flask) -> str:
    (path,) = (app.config["TSUDOI"].folder / "outbox").glob("*.eml")
    return str(path.stem)


def test_the_operator_sees_what_was_written_and_reads_it(app: Flask, operator: Visitor) -> None:
    assert f'href="/outbox/{_name(app)}"' in operator.text("/outbox")
    mail = operator.text(f"/outbox/{_name(app)}")
    assert "申し込みが決まりました" in mail
    assert "ben@example.jp" in mail
    assert ".ics" in mail


def test_what_stands_in_a_mail_is_no_markup(app: Flask, operator: Visitor) -> None:
    assert "&lt;b&gt;回収&lt;/b&gt;" in operator.text(f"/outbox/{_name(app)}")


def test_nobody_else_sees_it(app: Flask, operator: Visitor, cast: Cast) -> None:
    ben = browser_of(app, cast.ben)
    assert [ben.get(path).status_code for path in ("/outbox", f"/outbox/{_name(app)}")] == [404, 404]


@pytest.mark.parametrize("name", ["0" * 40, "..%2Fsecret_key", "secret_key", "0" * 39 + "%00"])
def test_only_names_of_mails_open_anything(operator: Visitor, name: str) -> None:
    assert operator.get(f"/outbox/{name}").status_code == 404


def test_an_empty_outbox_says_so(app: Flask, session: Session, cast: Cast) -> None:
    cast.aiko.is_operator = True
    session.commit()
    assert "まだメールはありません" in browser_of(app, cast.aiko).text("/outbox")


def test_a_code_is_shown_to_who_opens_the_mail_alone_and_the_status_says_that_nothing_goes_out(
    app: Flask, operator: Visitor
) -> None:
    visitor = Visitor(app)
    visitor.submit("/sign-in", email="ben@example.jp")
    jobs.tick(app)
    listed = operator.text("/outbox")
    assert ("つどいのサインイン：••••••" in listed, re.search(r"サインイン：\d", listed)) == (True, None)
    status = operator.text("/status")
    assert "メールサーバーがまだ設定されていません" in status
    assert "時間どおりに出ています" not in status


@pytest.fixture
def practising(app: Flask, operator: Visitor, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """A stranger on the machine on which the service is tried out."""
    tried = replace(app.config["TSUDOI"], practice="1", base_url="http://localhost:8000")
    monkeypatch.setitem(app.config, "TSUDOI", tried)
    return Visitor(app)


def test_who_tries_the_service_out_reads_every_mail_and_follows_its_links(
    app: Flask, practising: Visitor
) -> None:
    assert f'href="/outbox/{_name(app)}"' in practising.text("/outbox")
    mail = practising.text(f"/outbox/{_name(app)}")
    assert re.search(r'<pre class="mail-text">[^<]*<a href="http://localhost', mail)
    assert "&lt;b&gt;回収&lt;/b&gt;" in mail


def test_who_tries_the_service_out_is_led_to_the_mail(practising: Visitor) -> None:
    practising.submit("/sign-in", email="ben@example.jp")
    page = practising.text("/sign-in/code")
    assert "練習なので、メールは外に出ません。" in page
    assert "メールを送れません" not in page
    assert 'href="/outbox"' in practising.text("/")


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via"])
def test_nobody_reads_them_who_comes_through_a_proxy_that_calls_us_by_our_own_name(
    practising: Visitor, name: str
) -> None:
    headers = {name: "203.0.113.7"}
    assert practising.get("/outbox", headers=headers).status_code == 404
    assert 'href="/outbox"' not in practising.get("/", headers=headers).text


@pytest.mark.parametrize("name", ["tsudoi.example.jp", "127.0.0.1.example.jp"])
def test_nobody_reads_them_from_elsewhere_through_a_tunnel(practising: Visitor, name: str) -> None:
    # Flask refuses names that are not ours: TRUSTED_HOSTS.
    assert practising.get("/outbox", base_url=f"http://{name}/").status_code == 400


@pytest.mark.parametrize(
    "given",
    [
        {"practice": ""},
        {"smtp_url": "smtp://127.0.0.1"},
        {"base_url": "https://tsudoi.example.jp"},
        {"host": "0.0.0.0"},  # noqa: S104  # as somebody might set it
        {"proxies": "1"},
    ],
)
def test_elsewhere_mail_stays_closed(
    app: Flask, practising: Visitor, given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "TSUDOI", replace(app.config["TSUDOI"], **given))
    assert practising.get("/outbox").status_code == 404
