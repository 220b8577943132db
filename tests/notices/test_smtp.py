"""The conversation with a real mail server on loopback."""

import socket
import threading

import pytest

from scheduler.notices.channels import smtp
from scheduler.notices.channels.email import EmailChannel, Sender
from scheduler.notices.channels.smtp import SmtpSettings
from scheduler.notices.outlet import ChannelError, Content, Letter, OutgoingMessage, Trouble
from tests.notices import make
from tests.notices.conftest import Store
from tests.notices.sink import Sink, free_port

pytestmark = pytest.mark.loopback
SENDER = Sender("tsudoi@example.org", "桜台町内会", "example.org")


def _channel(port: int, **changed: object) -> EmailChannel:
    return EmailChannel(SmtpSettings("127.0.0.1", port, **changed), SENDER)  # type: ignore[arg-type]


def _message(number: int = 1) -> OutgoingMessage:
    letter = Letter(f"p{number}@example.net", "青木 直", "ja", "", {})
    return OutgoingMessage(f"id{number}", make.NOON, letter, Content("明日です", "八時から。\n.\n.終わり"))


def _trouble(channel: EmailChannel) -> ChannelError:
    with pytest.raises(ChannelError) as error:
        channel.deliver(_message())
    channel.close()
    return error.value


def test_a_mail_arrives_as_it_was_written(sink: Sink) -> None:
    channel = _channel(sink.port)
    channel.deliver(_message())
    channel.close()
    (mail,) = sink.mails
    assert (mail["Subject"], sink.recipients) == ("明日です", ["p1@example.net"])
    assert mail.get_content().splitlines() == ["八時から。", ".", ".終わり"]


def test_one_connection_carries_many_mails(sink: Sink) -> None:
    channel = _channel(sink.port)
    for number in range(60):
        channel.deliver(_message(number))
    channel.close()
    assert len(sink.taken) == 60
    assert sink.connections == 2


def test_a_connection_closed_meanwhile_is_opened_anew(sink: Sink) -> None:
    channel = _channel(sink.port)
    channel.deliver(_message(1))
    for connection in channel._server._kept:
        smtp._hang_up(connection.smtp)
    channel.deliver(_message(2))
    channel.close()
    assert sink.recipients == ["p1@example.net", "p2@example.net"]


@pytest.mark.parametrize(
    ("answer", "trouble", "code"),
    [
        ("550 5.1.1 no such mailbox", "refused", 550),
        ("451 4.7.1 greylisted", "not_now", 451),
        ("421 closing", "nobody_there", 421),
    ],
)
def test_the_answer_about_the_recipient_decides(sink: Sink, answer: str, trouble: Trouble, code: int) -> None:
    sink.rcpt_answer = answer
    error = _trouble(_channel(sink.port))
    assert (error.trouble, error.code, error.text) == (trouble, code, answer[4:])


@pytest.mark.parametrize(("answer", "trouble"), [("554 spam", "refused"), ("452 full", "not_now")])
def test_so_does_the_answer_about_the_message(sink: Sink, answer: str, trouble: Trouble) -> None:
    sink.data_answer = answer
    assert _trouble(_channel(sink.port)).trouble == trouble


def test_cut_off_after_the_message_it_was_perhaps_sent(sink: Sink) -> None:
    sink.cuts_after_data = True
    assert _trouble(_channel(sink.port)).trouble == "perhaps_sent"


def test_where_nobody_listens_nobody_is_there() -> None:
    assert _trouble(_channel(free_port())).trouble == "nobody_there"


@pytest.mark.parametrize(
    "changed", [{"security": "starttls"}, {"security": "tls"}, {"user": "a", "password": "b"}]
)
def test_a_server_that_cannot_do_what_was_set_up_costs_no_mail(sink: Sink, changed: dict[str, str]) -> None:
    assert _trouble(_channel(sink.port, **changed)).trouble == "nobody_there"


def _says(lines: list[bytes]) -> int:
    """Run a server that says these lines, one after each of ours, and then nothing more; return its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with listener, listener.accept()[0] as peer:
            for line in lines:
                peer.sendall(line + b"\r\n")
                peer.recv(65536)

    threading.Thread(target=talk, daemon=True).start()
    port: int = listener.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("lines", "trouble"),
    [
        ([b"554 go away"], "nobody_there"),
        ([b"220 hello", b"250 hello", b"550 you may not send"], "not_now"),
        ([b"220 hello", b"250 hello", b"552 too big"], "refused"),
        ([b"220 hello", b"250 hello", b"250 ok"], "not_now"),
        ([b"220 hello", b"250 hello", b"250 ok", b"250 ok", b"354 go on"], "perhaps_sent"),
    ],
)
def test_what_breaks_decides_when_to_come_back(lines: list[bytes], trouble: Trouble) -> None:
    assert _trouble(_channel(_says(lines))).trouble == trouble


def test_a_server_that_never_ends_is_left_after_a_while(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "_MESSAGE_SECONDS", 0.2)
    sink.seconds_a_message = 0.6
    assert _trouble(_channel(sink.port)).trouble == "perhaps_sent"


@pytest.mark.parametrize(
    ("url", "settings"),
    [
        ("smtp://localhost", SmtpSettings("localhost", 25)),
        (
            "smtp+starttls://nao%40x:p%2Fw@mx.example.org",
            SmtpSettings("mx.example.org", 587, "nao@x", "p/w", "starttls"),
        ),
        ("smtps://mx.example.org:4650", SmtpSettings("mx.example.org", 4650, security="tls")),
    ],
)
def test_a_server_is_named_by_its_address(url: str, settings: SmtpSettings) -> None:
    assert SmtpSettings.from_url(url) == settings


@pytest.mark.parametrize("url", ["mx.example.org", "http://mx.example.org", "smtp://", "smtp://x:port"])
def test_anything_else_names_none(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        SmtpSettings.from_url(url)


def test_a_queue_goes_out_by_mail(store: Store, sink: Sink) -> None:
    make.queued(store, range(30))
    sent = make.deliver(store, channels={"email": _channel(sink.port)}, in_flight=4)
    assert sent == len(sink.identities) == 30
    assert sink.connections <= 4


def test_a_mail_cut_off_goes_out_again_under_the_same_name(store: Store, sink: Sink) -> None:
    clock = make.Clock()
    make.queued(store)
    sink.cuts_after_data = True
    make.deliver(store, clock=clock, channels={"email": _channel(sink.port)})
    sink.cuts_after_data = False
    clock.advance(minutes=5)
    make.deliver(store, clock=clock, channels={"email": _channel(sink.port)})
    assert (len(sink.taken), len(sink.identities)) == (2, 1)
