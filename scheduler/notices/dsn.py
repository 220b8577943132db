"""Mail that came back: what the report says (RFC 3464), and which of our messages it is about. Pure."""

import hmac
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message

# A message's name and the proof that it is ours, since anybody may write to the address that bounces return to.
_NAME = r"([0-9a-f]{40})\.([0-9a-f]{12})@"
_RETURNED_TO = re.compile(r"\+" + _NAME)
_MESSAGE_ID = re.compile("<" + _NAME)
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_ENVELOPE = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_MOST_BYTES = 10_000_000


@dataclass(frozen=True)
class Report:
    """One recipient's part of a report: `failed`, `delayed` or another action, the status, and the words with it."""

    action: str
    status: str
    text: str

    @property
    def is_final(self) -> bool:
        """Whether it will never arrive."""
        return self.action == "failed" and not self.status.startswith(("2", "4"))


@dataclass(frozen=True)
class Returned:
    """A report about one of our messages."""

    message_id: str
    report: Report


def signed(message_id: str, key: str) -> str:
    """Return a message's name with the proof; without a key, the name alone."""
    return f"{message_id}.{_proof(message_id, key)}" if key else message_id


def _proof(message_id: str, key: str) -> str:
    return hmac.new(key.encode(), f"bounce:{message_id}".encode(), "sha256").hexdigest()[:12]


def read(content: bytes, key: str) -> Returned | None:
    """Return what a mail reports about which of our messages; None for any other mail."""
    mail = message_from_bytes(content[:_MOST_BYTES], policy=policy.compat32)
    report = _report(mail)
    message_id = _name(mail, key) if report else None
    return Returned(message_id, report) if report and message_id else None


def _report(mail: Message) -> Report | None:
    for part in mail.walk():
        blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else None
        for block in blocks if isinstance(blocks, list) else []:
            if isinstance(block, Message) and block.get("Action"):
                return _of_recipient(block)
    return None


def _of_recipient(block: Message) -> Report:
    said = str(block.get("Status", "")) + " " + str(block.get("Diagnostic-Code", ""))
    status = _STATUS.search(said)
    text = " ".join(said.split())
    return Report(str(block["Action"]).strip().lower(), status[0] if status else "", text)


def _name(mail: Message, key: str) -> str | None:
    # The address that it came back to, else the headers of our own mail, which most servers send along.
    envelope = " ".join(str(value) for name in _ENVELOPE for value in mail.get_all(name, []))
    found = _RETURNED_TO.findall(envelope) + [
        pair for text in _own_headers(mail) for pair in _MESSAGE_ID.findall(text)
    ]
    ours = (name for name, proof in found if hmac.compare_digest(proof, _proof(name, key)))
    return next(ours, None)


def _own_headers(mail: Message) -> list[str]:
    texts = []
    for part in mail.walk():
        if part.get_content_type() == "text/rfc822-headers":
            texts.append(str(part.get_payload()))
        elif part is not mail and part.get("Message-ID"):
            texts.append(str(part["Message-ID"]))
    return texts


def returned_address(address: str, name: str) -> str:
    """Return the address to which one message's bounces come back: bounce+name@domain (VERP)."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{name}@{domain}"
