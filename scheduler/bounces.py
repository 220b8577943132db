"""Mailboxes into which undeliverable mail returns: read once, each report handed to the outbox. For `tsudoi bounce`."""

import mailbox
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from scheduler import clock, jobs
from scheduler.db import begin_writing
from scheduler.notices.dsn import read
from scheduler.notices.ways import bounced
from scheduler.web import db


def take(app: Flask, content: bytes) -> bool:
    """Act on one mail that came back; return whether it was about one of ours."""
    returned = read(content, app.config["TSUDOI"].secret_key)
    if returned is None:
        return False
    with app.app_context():
        session = db.session()
        begin_writing(session)
        found = bounced(session, jobs.outlet(app), returned, clock.now())
        session.commit()
    return found


def take_all(app: Flask, path: Path) -> tuple[int, int]:
    """Act on all mails of a Maildir or mbox that were not read yet; return how many were ours, and how many others.

    They stay where they are, marked as read, so that a person can look at them.
    """
    ours = others = 0
    with _opened(path) as (box, mark):
        for key in list(box.keys()):
            if mark(key):
                found = take(app, box.get_bytes(key))
                ours, others = ours + found, others + (not found)
    return ours, others


@contextmanager
def _opened(path: Path) -> Iterator[tuple[mailbox.Mailbox[mailbox.Message], Callable[[str], bool]]]:
    box = mailbox.Maildir(path, create=False) if path.is_dir() else mailbox.mbox(path, create=False)
    box.lock()
    try:
        yield box, _marker(box)
    finally:
        box.flush()
        box.close()


def _marker(box: mailbox.Maildir | mailbox.mbox) -> Callable[[str], bool]:
    read_flag = "S" if isinstance(box, mailbox.Maildir) else "R"

    def mark(key: str) -> bool:
        message = box[key]
        if read_flag in message.get_flags():
            return False
        message.add_flag(read_flag)
        if isinstance(message, mailbox.MaildirMessage):
            message.set_subdir("cur")
        box[key] = message
        return True

    return mark
