"""The mails that an installation without a mail server keeps as files: listed and read for its operator. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from scheduler.errors import NotFound

NAME = re.compile(r"[0-9a-f]{40}")
SHOWN = 100


@dataclass(frozen=True)
class Mail:
    """One file: its name, and what a reader wants to see of it."""

    name: str
    recipient: str
    subject: str
    at: datetime
    text: str
    headers: tuple[tuple[str, str], ...]
    files: tuple[str, ...]

    @property
    def listed(self) -> str:
        """What it is about, without the code by which somebody signs in: that is for who opens the mail."""
        return re.sub(r"(?<!\d)\d{6}(?!\d)", "••••••", self.subject)


def newest(folder: Path) -> list[Mail]:
    """Return the mails written last, the newest first."""
    files = [path for path in folder.glob("*.eml") if NAME.fullmatch(path.stem)]
    files.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [_read(path) for path in files[:SHOWN]]


def find_mail(folder: Path, name: str) -> Mail:
    """Return one mail by its name; raise NotFound for what is no name of ours."""
    path = folder / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound
    return _read(path)


def _read(path: Path) -> Mail:
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    return Mail(
        name=path.stem,
        recipient=str(mail["To"]),
        subject=str(mail["Subject"]),
        at=mail["Date"].datetime,
        text=body.get_content() if body else "",
        headers=tuple((name, str(value)) for name, value in mail.items()),
        files=tuple(_file_names(mail)),
    )


def _file_names(mail: EmailMessage) -> Iterator[str]:
    for part in mail.iter_attachments():
        yield part.get_filename() or part.get_content_type()
