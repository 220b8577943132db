"""Whom of a block no message reaches: who has neither telephone nor mail, before there is anything to tell them."""

from collections.abc import Iterable
from dataclasses import replace

from scheduler.parties.models import Person
from scheduler.parties.queries import Block


def only_by_hand(block: Block) -> Block:
    """Return a block with nobody but those who have neither, of the homes whose contacts are shown."""
    homes = [(home, _by_hand(people)) for home, people in block.households if block.shows_contacts_of(home)]
    return replace(block, households=[(home, people) for home, people in homes if people])


def count(blocks: Iterable[Block]) -> int:
    """Return how many people there are in these blocks."""
    return sum(len(people) for block in blocks for _home, people in block.households)


def _by_hand(people: list[Person]) -> list[Person]:
    return [one for one in people if not one.phone and not one.email]
