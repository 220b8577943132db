"""What is stored of messengers: a body's LINE account, and the codes with which people connect theirs to it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.db import Base
from scheduler.parties.models import Organization


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
