"""When each job last ran: what `/healthz` and the status page tell, since peers stopped silently here."""

from datetime import datetime

from sqlalchemy import String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduler.db import Base, claim, insert_once


class Heartbeat(Base):
    """The last completed run of one job."""

    __tablename__ = "heartbeat"

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(40), unique=True)
    at: Mapped[datetime]


def beat(session: Session, job: str, now: datetime) -> None:
    """Write down that a job has run."""
    if not claim(session, update(Heartbeat).where(Heartbeat.job == job).values(at=now)):
        insert_once(session, Heartbeat, {"job": job, "at": now})


def last_beat(session: Session, job: str) -> datetime | None:
    """Return when a job last ran, or None if it never did."""
    row = session.query(Heartbeat).filter_by(job=job).one_or_none()
    return row.at if row else None
