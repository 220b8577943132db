"""What is stored of people, households, bodies and memberships, of sign-ins, and of bodies' LINE accounts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.db import Base
from scheduler.readings import is_broken

# What a yes may be needed for, and how it may be given.
PURPOSES = ("take_part", "photo", "insurance_list", "share_contact", "health")
WAYS = ("page", "paper", "telephone", "mail")
_ONE_PARTY = " + ".join(
    f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in ("person_id", "household_id", "member_id")
)


# The kind of a body that is a block of its parent; bodies with homes or a leader of their own under a parent are, too.
BLOCK = "block"


class Organization(Base):
    """A body: association, block, library, committee; a block has the association as parent."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kana: Mapped[str] = mapped_column(String(120), default="")
    name_en: Mapped[str] = mapped_column(String(120), default="")
    kind: Mapped[str] = mapped_column(String(40), default="neighbourhood")
    about: Mapped[str] = mapped_column(Text, default="")
    about_en: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(String(200), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    created_at: Mapped[datetime]

    line_account: Mapped["LineAccount | None"] = relationship(viewonly=True, uselist=False)

    @property
    def name_easy(self) -> str:
        """Its name with its reading, as organisers write one; empty where nobody gave it or the name bears none."""
        return f"{{{self.name}|{self.kana}}}" if self.kana and not is_broken(self.name) else ""


class Household(Base):
    """The people at one address: the unit of membership and duty; `position` is its place in walking order.

    Officers see how its people are reached; the block leader only where the household has released it.
    """

    __tablename__ = "household"

    id: Mapped[int] = mapped_column(primary_key=True)
    block_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)
    releases_contact: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Person(Base):
    """One human, with or without a way to sign in.

    `email_key` and `kana_key` are the address and the reading as compared (width and case folded). Several people of a
    family may share an address; the same reading with the same address is the same person. `phone` and
    `phone_key` are E.164; nobody can prove a telephone, so it never makes two sign-ups one person. The personal link
    follows from `link_salt` and the service's secret: a new salt closes the old link. `limits` is what
    `limits.Limits` reads, `display` what `display.looks` does. A merged person is an empty row that points to the one
    that was kept.
    """

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("email_key", "kana_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kana: Mapped[str] = mapped_column(String(120))
    kana_key: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254))
    email_verified_at: Mapped[datetime | None]
    phone: Mapped[str] = mapped_column(String(40), default="")
    phone_key: Mapped[str | None] = mapped_column(String(20), index=True)
    language: Mapped[str] = mapped_column(String(10), default="ja")
    display: Mapped[str] = mapped_column(String(20), default="")
    link_salt: Mapped[str] = mapped_column(String(43))
    is_operator: Mapped[bool] = mapped_column(default=False)
    limits: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]


class Membership(Base):
    """A person, household or body in a body: an office, a competence, or plain membership, for a term."""

    __tablename__ = "membership"
    __table_args__ = (CheckConstraint(f"{_ONE_PARTY} = 1", name="one_party"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    office: Mapped[str | None] = mapped_column(String(40))
    competence: Mapped[str | None] = mapped_column(String(40))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])


class Consent(Base):
    """One yes that the law or a house rule asks for: who gave it, for whom, for what, how, and until when.

    Whoever is not registered stands there by name. It is never changed but for its end.
    """

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("person_id IS NOT NULL OR name <> ''", name="somebody_gives_it"),
        CheckConstraint("for_person_id IS NOT NULL OR for_name <> ''", name="it_is_for_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    for_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    for_name: Mapped[str] = mapped_column(String(120), default="")
    purpose: Mapped[str] = mapped_column(String(40))
    how: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    def holds(self, now: datetime) -> bool:
        """Say whether it was given and has not ended."""
        return self.given_at <= now and (self.ends_at is None or self.ends_at > now)


class SignIn(Base):
    """One asked-for sign-in: a link and a six-digit code in one mail; spent once, by whichever comes first.

    One that somebody has printed as a key card has no code; `printed_by_id` says who did. Such a card, and what the
    operator gives `by_hand`, says nothing of who reads the mailbox.
    """

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    salt: Mapped[str] = mapped_column(String(43))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    by_hand: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class SignedIn(Base):
    """One browser or program that is signed in as a person; ended here, it is signed out there."""

    __tablename__ = "signed_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AccessToken(Base):
    """An unguessable address of one person for one purpose, such as the calendar feed; only its hash is stored."""

    __tablename__ = "access_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Allowance(Base):
    """How often something was done within one window of time; the key names both."""

    __tablename__ = "allowance"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(320), unique=True)
    used: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class LineAccount(Base):
    """A body's account at LINE. Secret and token are stored sealed and never shown again; `basic_id` is public."""

    __tablename__ = "line_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), unique=True)
    basic_id: Mapped[str] = mapped_column(String(40))
    channel_secret: Mapped[str] = mapped_column(String(400))
    access_token: Mapped[str] = mapped_column(String(800))
    monthly_limit: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()


class LineCode(Base):
    """What a person sends to an account, once, so that it knows who they are; only its hash is stored."""

    __tablename__ = "line_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("line_account.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]


class KeptForm(Base):
    """What was typed and waits for a mail or for the answer to a question, sealed by a key that only that browser has.

    It goes with the confirmation, else at `until`; `request_key` is that of the form that was sent.
    """

    __tablename__ = "kept_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    request_key: Mapped[str] = mapped_column(String(64), index=True)
    sealed: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime] = mapped_column(index=True)
