"""Who of the files signs up for a part on a day, and how many places that takes. Writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.demo.entries import Party, SlotEntry
from scheduler.demo.stage import Stage
from scheduler.participation.signing import Company, SignUp

_DAYS_OF_A_MONTH = 30.44


@dataclass(frozen=True)
class Yes:
    """A sign-up to be made: by which party, the places it takes, and who is then busy for the rest of the date."""

    party: Party
    sign_up: SignUp
    places: int
    people: frozenset[str]


def drawn(stage: Stage, slot: SlotEntry, share: float, at: datetime, busy: set[str]) -> Iterator[Yes]:
    """Draw parties for a part until this share of its places is taken; whoever is drawn is busy."""
    left = round(slot.part.places * share)
    for party in _shuffled(stage, slot.who):
        yes = _yes(stage, slot, party, at)
        if yes is None or yes.people & busy:
            continue
        if party.waits or yes.places <= left:
            left -= yes.places
            busy |= yes.people
            yield yes


def _shuffled(stage: Stage, who: tuple[Party, ...]) -> list[Party]:
    mixed = stage.dice.sample(who, len(who))
    return sorted(mixed, key=lambda party: (party.waits, not party.regular))


def _yes(stage: Stage, slot: SlotEntry, party: Party, at: datetime) -> Yes | None:
    sign_up = replace(_sign_up(stage, party, at), or_wait=party.waits)
    if slot.ages is not None and not _fits(sign_up.company, slot.ages):
        return None
    places = 1 if slot.part.unit == "family" else sign_up.people
    return Yes(party, sign_up, places, _people(stage, party))


def _fits(company: Company, ages: tuple[int, int]) -> bool:
    return any(ages[0] <= age <= ages[1] for age in company.children_months)


def _people(stage: Stage, party: Party) -> frozenset[str]:
    if party.household is not None:
        return frozenset(stage.town.members[party.household])
    return frozenset({party.person} if party.person is not None else ())


def _sign_up(stage: Stage, party: Party, at: datetime) -> SignUp:
    if party.body is not None:
        speaker, body = stage.town.speakers[party.body], stage.town.bodies[party.body]
        return SignUp(speaker.id, organization_id=body.id, pledged=party.people)
    if party.household is not None:
        return _household(stage, party.household)
    assert party.person is not None
    return SignUp(stage.town.people[party.person].id, company=_company(stage, party, at))


def _household(stage: Stage, key: str) -> SignUp:
    first, *others = (stage.town.people[member] for member in stage.town.members[key])
    company = Company(adults=tuple(other.name for other in others))
    return SignUp(first.id, household_id=stage.town.households[key].id, company=company)


def _company(stage: Stage, party: Party, at: datetime) -> Company:
    months = round((stage.now - at).days / _DAYS_OF_A_MONTH)
    born = tuple(age - months for age in party.children if age >= months)
    return Company(adults=("",) * party.adults, children_months=born)
