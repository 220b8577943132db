"""How a notice becomes a mail: headers that nothing typed can break, one person per mail, a stable Message-ID."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses

from scheduler.notices.channels.smtp import MailServer, SmtpSettings
from scheduler.notices.dsn import returned_address, signed
from scheduler.notices.outlet import Attachment, ChannelError, Content, Letter, OutgoingMessage
from scheduler.text import mail_header

_DOMAIN = re.compile(r"[A-Za-z0-9.-]+")
# Old relays take seven bits only; the policy then encodes Japanese text by itself.
_POLICY = policy.SMTP.clone(cte_type="7bit")
# The library loses the quotes of a long name when it folds it, and what stood in them becomes another recipient.
_NO_SPECIALS = str.maketrans(dict.fromkeys('"<>()[]:;@\\,', " "))


@dataclass(frozen=True)
class Sender:
    """From whom all mail comes; `domain` is the right side of our Message-IDs, for good.

    With a `key`, the names of messages carry a proof; with `bounce_to`, what cannot be delivered comes back there, to
    an address of its own for each message.

    Raises ValueError at once if it is unusable: later it would cost the recipients their mail.
    """

    address: str
    name: str
    domain: str
    key: str = ""
    bounce_to: str = ""

    def envelope(self, message_id: str) -> str:
        """Return the address to which a message returns when it cannot be delivered."""
        return (
            returned_address(self.bounce_to, signed(message_id, self.key)) if self.bounce_to else self.address
        )

    def __post_init__(self) -> None:
        try:
            _mailbox(self.name, self.address)
        except ChannelError as error:
            raise ValueError("the sender of all mail needs an address") from error
        if not _DOMAIN.fullmatch(self.domain):
            raise ValueError("the sender of all mail needs a domain")


class EmailChannel:
    """Send by a mail server."""

    def __init__(self, settings: SmtpSettings, sender: Sender) -> None:
        self._server = MailServer(settings, sender.domain)
        self._sender = sender

    def deliver(self, message: OutgoingMessage) -> None:
        """Hand one message to the mail server; raise ChannelError if it was not taken."""
        content = build(message, self._sender).as_bytes()
        self._server.send(self._sender.envelope(message.message_id), message.letter.address, content)

    def close(self) -> None:
        """Take leave of the mail server."""
        self._server.close()


def build(message: OutgoingMessage, sender: Sender) -> EmailMessage:
    """Make the mail; raise ChannelError("refused") if the address is none.

    The only place where mail headers are made. Each goes through `mail_header`, since the library cannot be trusted
    with typed text (see `mail_is_safe`).
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _mailbox(sender.name, sender.address)
    mail["To"] = _mailbox(message.letter.name, message.letter.address)
    mail["Subject"] = mail_header(message.content.subject)
    mail["Date"] = format_datetime(message.date)
    mail["Message-ID"] = mail_header(f"<{signed(message.message_id, sender.key)}@{sender.domain}>")
    mail["Auto-Submitted"] = "auto-generated"
    if not message.letter.is_plain:
        _offer_to_unsubscribe(mail, message.letter.unsubscribe)
    mail.set_content(message.content.text)
    if message.content.html is not None:
        mail.add_alternative(message.content.html, subtype="html")
    for attachment in () if message.letter.is_plain else message.letter.attachments:
        _attach(mail, attachment)
    return mail


def _mailbox(name: str, address: str) -> Address:
    try:
        mailbox = Address(mail_header(name.translate(_NO_SPECIALS)), addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise ChannelError("refused", "the address is none") from error
    # The library reads comments and accepts other scripts, which the mail server then does not.
    if mailbox.addr_spec != address or not address.isascii() or not mailbox.domain:
        raise ChannelError("refused", "the address is none")
    return mailbox


def _offer_to_unsubscribe(mail: EmailMessage, address: str) -> None:
    # A page with a button (RFC 2369), and one press in the mail program (RFC 8058), which wants https.
    if not address or mail_header(address) != address or any(char in address for char in "<> ,"):
        return
    mail["List-Unsubscribe"] = f"<{address}>"
    if address.startswith("https://"):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    header = EmailMessage(policy=_POLICY)
    header["Content-Type"] = mail_header(attachment.content_type)
    kind = header["Content-Type"]
    parameters = {name: mail_header(value) for name, value in kind.params.items()}
    if kind.maintype == "text":
        parameters["charset"] = "utf-8"
    mail.add_attachment(
        attachment.content,
        maintype=kind.maintype,
        subtype=kind.subtype,
        filename=mail_header(attachment.filename),
        params=parameters,
    )


_HOSTILE = (
    "=?utf-8?B?DQpCY2M6IGV2ZUBleGFtcGxlLmNvbQ0KDQp4?=\r\nBcc: eve@example.com\n =?utf-8?q?=0D=0ABcc=3A_x?="
)
_EXPECTED = {"from", "to", "subject", "date", "message-id", "auto-submitted", "content-type", "mime-version"}


def mail_is_safe() -> bool:
    """Build a mail of hostile words and say whether it has no header or recipient but ours; else do not start.

    Some Python releases write the line break hidden in an encoded word (CVE-2024-6923, CVE-2026-1299): a title could
    add a Bcc.
    """
    try:
        mail = message_from_bytes(_hostile_mail().as_bytes())
    except (ChannelError, MessageError, ValueError):
        return False
    mailboxes = getaddresses([mail["From"], mail["To"]])
    return (
        {name.lower() for name in mail} == _EXPECTED
        and [part.get_content_type() for part in mail.walk()]
        == ["multipart/mixed", "text/plain", "text/plain"]
        and [address for _, address in mailboxes] == ["b@example.org", "a@example.org"]
        and not mail.preamble
    )


def _hostile_mail() -> EmailMessage:
    attachment = Attachment(_HOSTILE, "text/plain", b"")
    letter = Letter("a@example.org", _HOSTILE, "ja", "", {}, (attachment,))
    message = OutgoingMessage("0", datetime(2026, 1, 1, tzinfo=UTC), letter, Content(_HOSTILE, ""))
    return build(message, Sender("b@example.org", _HOSTILE, "example.org"))
