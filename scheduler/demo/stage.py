"""What every part of the loading works with, and the one way in which it signs people up."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.demo.town import Town
from scheduler.notices.actions import drop
from scheduler.participation import actions as participation
from scheduler.participation.signing import SignUp

# People sign up within three weeks before a date, the last of them the evening before.
_EARLIEST = timedelta(days=21)
_LATEST = timedelta(hours=14)


@dataclass(frozen=True)
class Stage:
    """The database, the people, the day of loading, and dice that fall the same way each time."""

    session: Session
    town: Town
    now: datetime
    dice: Random

    def sign_up_moment(self, occurrence: Occurrence) -> datetime:
        """Return when somebody may have signed up: once the date was there, before it began, never after now."""
        latest = min(self.now, occurrence.starts_at - _LATEST)
        earliest = min(latest, max(occurrence.created_at, latest - _EARLIEST))
        return earliest + timedelta(seconds=self.dice.randint(0, int((latest - earliest).total_seconds())))

    def join(self, slot: Slot, sign_up: SignUp, at: datetime) -> None:
        """Sign a party up at a moment of the past."""
        # Two parts at the same hour were agreed on with the organiser.
        joined = participation.join(self.session, slot, replace(sign_up, clash_ok=True), at)
        self.hush("participation", joined.id, "joined")

    def hush(self, subject: str, subject_id: int, kind: str) -> None:
        """Take back what was queued: what is made up now was never to be told to anybody."""
        drop(self.session, subject, subject_id, {kind}, "demo")
