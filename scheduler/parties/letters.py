"""The letter with the sign-in link and code: is it still true, and what does it say."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.notices.models import ContactPoint, Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.parties.models import Person, SignIn
from scheduler.parties.tokens import code, derived, personal


@dataclass(frozen=True)
class Sender:
    """What every letter needs of the service: its address and its secret."""

    address: str
    secret: str

    def letter(
        self, person: Person | None, template: str, *, known: bool = True, **facts: object
    ) -> Letter | None:
        """Return a letter to this person, with the personal link; None for nobody.

        Where it goes is decided when it is sent; until then it bears the address that the person signs in with.
        Without the name where it is not `known` who typed it: no stranger's words go to somebody else's mailbox.
        """
        if person is None:
            return None
        link = f"{self.address}/me/{personal(self.secret, person.id, person.link_salt)}"
        name = person.name if known else ""
        common = {"name": name, "personal_link": link, "address": self.address}
        return Letter(person.email or "", name, person.language, template, common | facts)


def to_mailbox(notice: Notice, point: ContactPoint) -> bool:
    """Let a letter go to the very mailbox that it is about, even one that has refused mail before."""
    return point.channel == "email"


def sign_in_kind(sender: Sender) -> Kind:
    """Return the kind of notice that carries a sign-in."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        asked = session.get(SignIn, notice.subject_id)
        return None if asked and asked.spent_at is None and asked.expires_at > now else "spent"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        asked = session.get_one(SignIn, notice.subject_id)
        link = f"{sender.address}/sign-in/{derived(sender.secret, 'sign-in', asked.salt)}"
        person = session.get(Person, delivery.person_id)
        # Until its owner has proved it, the name beside an address is what anybody may have typed.
        known = person is not None and person.email_verified_at is not None
        return sender.letter(person, "sign_in", known=known, link=link, code=code(sender.secret, asked.salt))

    return Kind(still_true, compose, fits=to_mailbox)
