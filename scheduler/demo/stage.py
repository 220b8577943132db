"""What every part of the loading works with, and the one way in which it signs people up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.demo.entries import NamePart, names
from scheduler.demo.town import Town
from scheduler.groups.actions import add_names
from scheduler.notices.actions import drop
from scheduler.participation import actions as participation
from scheduler.participation import giving
from scheduler.participation.models import Participation
from scheduler.participation.signing import Named, SignUp

# People sign up within three weeks before a date, the last of them the evening before.
_EARLIEST = timedelta(days=21)
_LATEST = timedelta(hours=14)


@dataclass(frozen=True)
class Stage:
    """The database, the people, the day of loading, dice that fall the same way each time, and what is posted."""

    session: Session
    town: Town
    now: datetime
    dice: Random
    posted: Mapping[str, int]

    def sign_up_moment(self, occurrence: Occurrence) -> datetime:
        """Return when somebody may have signed up: once the date was there, before it began, never after now."""
        latest = min(self.now, occurrence.starts_at - _LATEST)
        earliest = min(latest, max(occurrence.created_at, latest - _EARLIEST))
        return earliest + timedelta(seconds=self.dice.randint(0, int((latest - earliest).total_seconds())))

    def join(self, slot: Slot, sign_up: SignUp, at: datetime) -> Participation:
        """Sign a party up at a moment of the past."""
        # Two parts at the same hour were agreed on with the organiser.
        joined = participation.join(self.session, slot, replace(sign_up, clash_ok=True), at)
        self.hush("participation", joined.id, {"joined", "applied", "waiting"})
        return joined

    def approve(self, row: Participation, by_id: int, at: datetime) -> None:
        """Let the organiser say yes to a party that has applied."""
        giving.approve(self.session, row, by_id, at)
        self.hush("participation", row.id, {"joined"})

    def name(self, row: Participation, number: int, grade: str, at: datetime) -> None:
        """Let so many of a group's people name themselves, all of a school grade or grown-up."""
        people = [Named(one.name, one.kana, grade=grade) for one in self.invented(number)]
        add_names(self.session, row, people, None, at)
        self.hush("participation", row.id, {"named"})

    def invented(self, number: int) -> Iterator[NamePart]:
        """Make up so many names with their readings."""
        known = names()
        pairs = [(family, given) for family in known.family for given in known.given]
        for family, given in self.dice.sample(pairs, number):
            yield NamePart(name=f"{family.name} {given.name}", kana=f"{family.kana} {given.kana}")

    def hush(self, subject: str, subject_id: int, kinds: set[str]) -> None:
        """Take back what was queued: what is made up now was never to be told to anybody."""
        drop(self.session, subject, subject_id, kinds, "demo")
