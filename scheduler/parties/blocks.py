"""Blocks of an association: made by the names of a list, renamed, and dropped again while nothing is kept in them."""

import re
from dataclasses import dataclass

from sqlalchemy import exc, func, select
from sqlalchemy.orm import Session

from scheduler.errors import Conflict, Invalid, NotFound
from scheduler.history import StateChange, record
from scheduler.parties.access import Actor, may_see_all
from scheduler.parties.households import By
from scheduler.parties.models import BLOCK, Household, Membership, Organization
from scheduler.parties.queries import find_body, kept_as_blocks
from scheduler.readings import well_read
from scheduler.text import fitting, text_in

_MOST_NAME = 120
# More at once is a list of something else.
MOST_BLOCKS = 100
_NUMBERED = re.compile(r"第?(\d{1,3})班")


def find_body_to_divide(session: Session, actor: Actor, slug: str) -> Organization:
    """Return a body of which the actor is an officer and which may have blocks: one that is no block itself."""
    body = find_body(session, slug)
    if body.parent_id is not None or not may_see_all(session, actor, body):
        raise NotFound
    return body


def find_block_to_drop(session: Session, actor: Actor, slug: str) -> tuple[Organization, Organization]:
    """Return an association and a block that was made as one of its own, to the officers."""
    block = find_body(session, slug)
    if block.kind != BLOCK or block.parent_id is None or not may_see_all(session, actor, block):
        raise NotFound
    return session.get_one(Organization, block.parent_id), block


def find_block_to_rename(
    session: Session, actor: Actor, slug: str, block_slug: str
) -> tuple[Organization, Organization]:
    """Return an association and a block of it, however it became one, to the association's officers."""
    body = find_body_to_divide(session, actor, slug)
    block = next((one for one in blocks_of(session, body) if one.slug == block_slug), None)
    if block is None:
        raise NotFound
    return body, block


def blocks_of(session: Session, body: Organization) -> list[Organization]:
    """Return the blocks of an association, by name."""
    return [one for one in kept_as_blocks(session, body) if one.parent_id == body.id]


def short_name(body: Organization, block: Organization) -> str:
    """Return how a block is called within its association."""
    return block.name.removeprefix(body.name).strip() or block.name


@dataclass(frozen=True)
class BlockNames:
    """How a block shall be called: within its association, how that is read, and in English."""

    name: str
    kana: str = ""
    name_en: str = ""


def rename(
    session: Session, body: Organization, block: Organization, names: BlockNames, by: By
) -> Organization:
    """Call a block otherwise; its address and all that is kept in it stay.

    Raise Invalid without a name, Conflict where another block is called so, NotFound where it was dropped meanwhile.
    """
    _lock(session, body, block)
    well_read(names.kana)
    # What was shown and left as it was is no new name, with whatever it begins.
    shown, was = short_name(body, block), block.name
    name = was if text_in(names.name) == shown else _full_name(body, names.name)
    same = select(Organization.id).where(
        Organization.parent_id == body.id, Organization.name == name, Organization.id != block.id
    )
    if session.scalar(same.limit(1)) is not None:
        raise Conflict("block_known")
    block.name, block.kana = name, fitting(names.kana, _MOST_NAME)
    block.name_en = fitting(names.name_en, _MOST_NAME)
    _record(session, body, "rename_block", block, by, was=was)
    return block


def _lock(session: Session, body: Organization, block: Organization) -> None:
    session.get_one(Organization, body.id, with_for_update=True)
    if session.get(Organization, block.id, populate_existing=True) is None:
        raise NotFound


def add_blocks(session: Session, body: Organization, names: str, by: By) -> list[Organization]:
    """Make a block of each line, named behind its association; names that are there already are left as they are.

    Raise Invalid without a name or for too many, Conflict where all of them are there.
    """
    # Whoever makes blocks of this body waits here: two at once must not take one address.
    session.get_one(Organization, body.id, with_for_update=True)
    lines = [line for line in text_in(names, lines=True).split("\n") if line.strip()]
    typed = list(dict.fromkeys(_full_name(body, line) for line in lines))
    if not typed:
        raise Invalid("block_name_missing")
    if len(typed) > MOST_BLOCKS:
        raise Invalid("blocks_too_many", most=MOST_BLOCKS)
    there = set(session.scalars(select(Organization.name).where(Organization.parent_id == body.id)))
    new = [name for name in typed if name not in there]
    if not new:
        raise Conflict("block_known")
    return [_add(session, body, name, by) for name in new]


def _full_name(body: Organization, line: str) -> str:
    name = fitting(line, _MOST_NAME)
    rest = name.removeprefix(body.name)
    # Typed with the association's name or without, it is the same; 東山班 of 東 only begins like it.
    if rest != name and (not rest or rest[0].isspace() or rest[0].isdigit()):
        name = rest.strip()
    if not name:
        raise Invalid("block_name_missing")
    return fitting(f"{body.name} {name}", _MOST_NAME)


def _add(session: Session, body: Organization, name: str, by: By) -> Organization:
    block = Organization(slug=_free_slug(session, body), name=name, kind=BLOCK, parent_id=body.id)
    block.created_at, block.name_en = by.now, _in_english(body, block)
    session.add(block)
    session.flush()
    _record(session, body, "add_block", block, by)
    return block


def _in_english(body: Organization, block: Organization) -> str:
    """Return what a block is called in English that has a number for a name; empty for any other."""
    numbered = _NUMBERED.fullmatch(short_name(body, block))
    if not numbered or not body.name_en:
        return ""
    return fitting(f"{body.name_en} block {int(numbered[1])}", _MOST_NAME)


def _free_slug(session: Session, body: Organization) -> str:
    taken = set(
        session.scalars(select(Organization.slug).where(Organization.slug.startswith(f"{body.slug}-")))
    )
    return next(slug for number in range(1, len(taken) + 2) if (slug := f"{body.slug}-{number}") not in taken)


def drop(session: Session, body: Organization, block: Organization, by: By) -> None:
    """Take a block away that was made by mistake.

    Raise Conflict while anything is kept in it, NotFound where somebody has just dropped it.
    """
    _lock(session, body, block)
    kept = select(func.count(Household.id)).where(Household.block_id == block.id)
    held = select(func.count(Membership.id)).where(Membership.organization_id == block.id)
    if session.scalar(kept) or session.scalar(held):
        raise Conflict("block_in_use")
    _record(session, body, "drop_block", block, by)
    try:
        with session.begin_nested():
            session.delete(block)
    except exc.IntegrityError as error:
        # Something else is kept in it, such as an activity or a calendar.
        raise Conflict("block_in_use") from error


def _record(
    session: Session, body: Organization, verb: str, block: Organization, by: By, **more: str
) -> None:
    facts = {"block": block.name} | more
    change = StateChange(
        at=by.now, subject="organization", subject_id=body.id, verb=verb, by_id=by.person_id, facts=facts
    )
    record(session, change)
