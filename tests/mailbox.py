"""What has arrived: the mails of the outbox, read as a mail program reads them."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

from flask import Flask

from scheduler import jobs
from tests.visitor import Visitor


@contextmanager
def server(app: Flask) -> Iterator[None]:
    """Let the pages read a setting with a mail server meanwhile; what the clock sends is for the outbox again."""
    without = app.config["TSUDOI"]
    app.config["TSUDOI"] = replace(without, smtp_url="smtp://127.0.0.1")
    try:
        yield
    finally:
        app.config["TSUDOI"] = without


def mails(app: Flask) -> list[EmailMessage]:
    """Return every mail that ever went out, the oldest first."""
    files = (app.config["TSUDOI"].folder / "outbox").glob("*.eml")
    return [_read(path.read_bytes()) for path in sorted(files, key=lambda path: path.stat().st_mtime_ns)]


def new_mails(app: Flask, address: str) -> list[EmailMessage]:
    """Let the clock tick once and return what has arrived since at this address."""
    before = {mail["Message-ID"] for mail in mails(app)}
    jobs.tick(app)
    return [mail for mail in mails(app) if mail["Message-ID"] not in before and is_to(mail, address)]


def new_mail(app: Flask, address: str) -> EmailMessage:
    """Let the clock tick once and return the one mail that has arrived at this address."""
    (mail,) = new_mails(app, address)
    return mail


def confirm(app: Flask, visitor: Visitor, address: str) -> EmailMessage:
    """Open the link of the mail that asks to confirm a sign-up, press its button, and return the mail that follows."""
    asked = path(new_mail(app, address), "/me/")
    assert "確かめる" in visitor.text(asked) or "Confirm" in visitor.text(asked)
    assert visitor.submit(f"{asked}/prove", page=asked).status_code == 303
    return new_mail(app, address)


def is_to(mail: EmailMessage, address: str) -> bool:
    """Say whether a mail is to this address."""
    return bool(mail["To"].addresses[0].addr_spec == address)


def text(mail: EmailMessage) -> str:
    """Return the words of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return "\n".join(body.get_content().splitlines())


def path(mail: EmailMessage, prefix: str) -> str:
    """Return the path of the link in a mail that begins with this, such as `/me/`."""
    found = re.search(rf"^http://localhost({re.escape(prefix)}\S+)$", text(mail), re.MULTILINE)
    assert found is not None, text(mail)
    return found[1]


def code(mail: EmailMessage) -> str:
    """Return the six digits of a sign-in mail."""
    found = re.search(r"^\d{6}$", text(mail), re.MULTILINE)
    assert found is not None, text(mail)
    return found[0]


def calendar(mail: EmailMessage) -> str:
    """Return the calendar file that goes with a mail."""
    (file,) = attached(mail)
    assert file.get_content_type() == "text/calendar"
    return str(file.get_content())


def attached(mail: EmailMessage) -> list[EmailMessage]:
    """Return the files that go with a mail."""
    parts: Iterable[EmailMessage] = mail.iter_attachments()
    return list(parts)


def _read(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail
