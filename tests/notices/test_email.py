"""How a notice becomes a mail."""

import sys
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path

import pytest

from scheduler.notices.channels.email import Sender, build, mail_is_safe
from scheduler.notices.channels.outbox import OutboxChannel
from scheduler.notices.dsn import signed
from scheduler.notices.outlet import Attachment, ChannelError, Content, Letter, OutgoingMessage
from tests.notices.make import NOON

SENDER = Sender("tsudoi@example.org", "桜台町内会", "mail.example.org")
HIDDEN_BCC = "=?utf-8?B?DQpCY2M6IGV2ZUBleGFtcGxlLmNvbQ==?="
# Releases known to write the line break that is hidden in an encoded word.
KNOWN_TO_BREAK = {(3, 11, 7), (3, 12, 1)}


def _message(
    subject: str = "明日の資源回収", text: str = "八時からです。", html: str | None = None, **letter: object
) -> OutgoingMessage:
    usual = {"address": "nao@example.net", "name": "青木 直", "language": "ja", "template": "", "facts": {}}
    return OutgoingMessage("abc123", NOON, Letter(**usual | letter), Content(subject, text, html))  # type: ignore[arg-type]


def _read(message: OutgoingMessage) -> EmailMessage:
    sent = build(message, SENDER).as_bytes()
    mail = message_from_bytes(sent, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_japanese_mail_reads_as_written() -> None:
    mail = _read(_message())
    assert mail["Subject"] == "明日の資源回収"
    assert str(mail["To"]) == "青木 直 <nao@example.net>"
    assert str(mail["From"]) == "桜台町内会 <tsudoi@example.org>"
    assert mail.get_content().strip() == "八時からです。"


def test_a_mail_has_seven_bits_and_short_lines_only() -> None:
    sent = build(_message("回" * 150, "長い本文" * 500, "<p>長い本文</p>", name="直" * 90), SENDER).as_bytes()
    assert sent.isascii()
    assert max(map(len, sent.split(b"\r\n"))) <= 78


def test_each_try_has_the_same_name_and_date() -> None:
    first, second = _read(_message()), _read(_message())
    assert first["Message-ID"] == second["Message-ID"] == "<abc123@mail.example.org>"
    assert first["Date"].datetime == second["Date"].datetime == NOON


def test_machines_see_that_a_machine_wrote_it() -> None:
    assert _read(_message())["Auto-Submitted"] == "auto-generated"


def test_who_can_unsubscribe_can_do_it_with_one_press() -> None:
    mail = _read(_message(unsubscribe="https://tsudoi.example.org/u/x"))
    assert mail["List-Unsubscribe"] == "<https://tsudoi.example.org/u/x>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "address", ["", "https://e.example/>, <https://f.example", "https://e.example/\r\nBcc: x"]
)
def test_without_a_usable_address_nothing_is_offered(address: str) -> None:
    assert _read(_message(unsubscribe=address))["List-Unsubscribe"] is None


def test_words_come_as_plain_text_and_as_html() -> None:
    mail = _read(_message(html="<p>八時からです。</p>"))
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_a_date_for_the_calendar_goes_along() -> None:
    ics = Attachment("予定.ics", "text/calendar; method=PUBLISH", "SUMMARY:資源回収\r\n".encode())
    mail = _read(_message(attachments=(ics,)))
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "予定.ics"
    assert attached["Content-Type"].params == {"method": "PUBLISH", "charset": "utf-8"}
    assert attached.get_content() == "SUMMARY:資源回収\r\n"


HOSTILE = [
    "\r\nBcc: eve@example.com",
    "x\nBcc: eve@example.com\n\nbody",
    HIDDEN_BCC,
    f"x {HIDDEN_BCC} {HIDDEN_BCC}",
    "==??utf-8?B?DQpCY2M6IGV2ZUBleGFtcGxlLmNvbQ==?=",
    "=\x00?utf-8?q?=0D=0ABcc=3A_eve=40example.com?=",
    "x\u2028Bcc: eve@example.com\u0085Bcc: eve@example.com\x0bBcc: y\x0cBcc: z",
    "eve@example.com, " * 10,
    f"{'x' * 70}: eve@example.com, eve@example.com;",
    '"><eve@example.com>,\\"',
    "集" * 70 + " <eve@example.com>, ",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_typed_becomes_a_header_or_a_recipient(words: str) -> None:
    attachment = Attachment(words, "text/plain", b"x")
    sent = build(
        _message(words, words, name=words, attachments=(attachment,), unsubscribe=words), SENDER
    ).as_bytes()
    mail = message_from_bytes(sent)
    assert {name.lower() for name in mail} == {
        *("from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"),
    }
    assert [address for _, address in getaddresses([mail["To"]])] == ["nao@example.net"]
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "text/plain",
        "text/plain",
    ]


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_sender_name_adds_nothing_either(words: str) -> None:
    mail = message_from_bytes(build(_message(), Sender("a@example.org", words, "example.org")).as_bytes())
    assert [address for _, address in getaddresses([mail["From"]])] == ["a@example.org"]
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "nao",
        "nao@",
        "直@example.net",
        "nao@例.jp",
        "a b@c.jp",
        "a@b.jp, c@d.jp",
        "a@b.jp\r\nBcc: c@d.jp",
        "<a@b.jp>",
        "a@b.jp (c)",
        "a(c)@b.jp",
        " a@b.jp",
        "a@b.jp\x00",
        HIDDEN_BCC + "@b.jp",
    ],
)
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(ChannelError) as refusal:
        build(_message(address=address), SENDER)
    assert refusal.value.permanent


def test_the_naive_way_adds_a_bcc_where_the_release_is_known_to_break() -> None:
    naive = EmailMessage(policy=policy.SMTP)
    naive["Subject"] = HIDDEN_BCC
    breaks = b"\r\nBcc: eve@example.com" in naive.as_bytes()
    assert breaks or sys.version_info[:3] not in KNOWN_TO_BREAK


@pytest.mark.parametrize(
    ("address", "domain"), [("つどい <a@b.jp>", "b.jp"), ("a@b.jp", ""), ("a@b.jp", "b.jp\r\nx")]
)
def test_an_unusable_sender_is_found_before_any_mail_is_lost(address: str, domain: str) -> None:
    with pytest.raises(ValueError, match="sender"):
        Sender(address, "つどい", domain)


def test_this_installation_may_send_mail() -> None:
    assert mail_is_safe()


def test_without_the_one_safe_function_the_check_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.version_info[:3] in KNOWN_TO_BREAK:
        monkeypatch.setattr(
            "scheduler.notices.channels.email.mail_header", lambda text: " ".join(text.split())
        )
        assert not mail_is_safe()


def test_without_a_mail_server_each_message_is_a_file(tmp_path: Path) -> None:
    channel = OutboxChannel(tmp_path / "outbox", SENDER)
    channel.deliver(_message())
    channel.deliver(_message())
    channel.close()
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name == "abc123.eml"
    assert file.read_bytes() == build(_message(), SENDER).as_bytes()


def test_a_folder_that_cannot_be_written_is_a_closed_way(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    with pytest.raises(ChannelError) as error:
        OutboxChannel(tmp_path / "outbox", SENDER).deliver(_message())
    assert error.value.trouble == "nobody_there"


def test_a_late_mail_says_when_it_was_due() -> None:
    message = OutgoingMessage("x", NOON - timedelta(hours=2), _message().letter, _message().content)
    assert _read(message)["Date"].datetime == NOON - timedelta(hours=2)


def test_a_message_bears_a_proof_and_comes_back_to_an_address_of_its_own() -> None:
    sender = Sender("tsudoi@example.org", "つどい", "example.org", "a key", "bounce@example.org")
    name = signed("abc123", "a key")
    assert build(_message(), sender)["Message-ID"] == f"<{name}@example.org>"
    assert sender.envelope("abc123") == f"bounce+{name}@example.org"
    assert SENDER.envelope("abc123") == "tsudoi@example.org"
