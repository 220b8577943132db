"""A request's database session, whose commit can wait for the answer that is to stand beside the effect."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.orm import Session

_WAITING = "commit put off"


@dataclass
class Waiting:
    """Whether somebody has asked for the commit that waits."""

    asked: bool = False


class RequestSession(FlaskSession):
    """A request's session, in which a commit can be put off until the answer stands beside the effect."""

    def commit(self) -> None:
        """Commit, or write all down and remember that this shall stay."""
        waiting: Waiting | None = self.info.get(_WAITING)
        if waiting is None:
            super().commit()
            return
        self.flush()
        self.expire_all()
        waiting.asked = True


@contextmanager
def commit_put_off(session: Session) -> Iterator[Waiting]:
    """Put off whatever commit is asked for in the block; the caller commits when its answer is written down."""
    session.info[_WAITING] = waiting = Waiting()
    try:
        yield waiting
    finally:
        session.info.pop(_WAITING)
