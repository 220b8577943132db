"""Mail that came back: what it says, and whether it is about one of ours."""

import pytest

from scheduler.notices.dsn import Returned, read, returned_address, signed

KEY, NAME = "a key of the tests", "0123456789" * 4
REPORT = """\
From: MAILER-DAEMON@mx.example.net
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4F2

Final-Recipient: rfc822; ben@example.jp
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--b
Content-Type: {returned}

Message-ID: <{message_id}@example.org>
Subject: =?utf-8?b?5piO5pel?=

--b--
"""


def report(**changes: str) -> bytes:
    """Return a report as Postfix writes it."""
    usual = {
        "to": "tsudoi@example.org",
        "action": "failed",
        "status": "5.1.1",
        "diagnostic": "550 5.1.1 no such user",
        "returned": "message/rfc822",
        "message_id": signed(NAME, KEY),
    }
    return REPORT.format(**usual | changes).replace("\n", "\r\n").encode()


def _read(content: bytes) -> Returned:
    found = read(content, KEY)
    assert found is not None
    return found


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_our_own_headers_say_which_message_it_was(returned: str) -> None:
    found = _read(report(returned=returned))
    assert (found.message_id, found.report.status, found.report.is_final) == (NAME, "5.1.1", True)
    assert "no such user" in found.report.text


def test_so_does_the_address_that_it_came_back_to() -> None:
    address = returned_address("bounce@example.org", signed(NAME, KEY))
    assert len(address.partition("@")[0]) <= 64
    assert _read(report(to=address, message_id="another")).message_id == NAME


@pytest.mark.parametrize("message_id", [NAME, f"{NAME}.000000000000", "x", signed("f" * 40, "another key")])
def test_what_carries_no_proof_is_nobodys(message_id: str) -> None:
    assert read(report(message_id=message_id), KEY) is None


FINAL = [
    ("failed", "5.1.1", True),
    ("failed", "", True),
    ("failed", "4.4.7", False),
    ("delayed", "4.4.1", False),
    ("delivered", "2.0.0", False),
    ("relayed", "2.0.0", False),
    ("Failed ", "5.2.1", True),
]


@pytest.mark.parametrize(("action", "status", "final"), FINAL)
def test_only_a_failure_for_good_is_final(action: str, status: str, final: bool) -> None:
    assert _read(report(action=action, status=status, diagnostic="x")).report.is_final is final


def test_an_absence_notice_is_no_report() -> None:
    address = returned_address("bounce@example.org", signed(NAME, KEY)).encode()
    assert read(b"To: " + address + b"\r\nSubject: Out of office\r\n\r\nI am away.", KEY) is None


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 100, b"Content-Type: message/delivery-status\r\n\r\n", b"\xff\xfe"]
)
def test_whatever_is_sent_is_read_without_a_fault(content: bytes) -> None:
    assert read(content, KEY) is None
