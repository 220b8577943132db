"""Programmes and fields of work that activities carry: a few that everybody knows, and any that organisers name.

What a tag is called makes its address, so that the address stays, and is the same in a database made anew.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Tag
from scheduler.db import insert_once
from scheduler.errors import Invalid, NotFound
from scheduler.history import StateChange, record
from scheduler.text import text_in

MOST, LONGEST = 8, 40
# By the address; the words in other languages are in `words.TAGS`.
KNOWN = {
    "recycling": "資源回収",
    "clean-up": "清掃",
    "parks": "公園",
    "gardens": "花だん・農園",
    "childcare": "子育て",
    "school-route": "通学の見守り",
    "seniors": "高齢者",
    "sports": "スポーツ",
    "health": "健康",
    "library": "読書・図書館",
    "culture": "文化・音楽",
    "festivals": "祭り",
    "safety": "防災・防犯",
    "meals": "食事",
}
# What they are called in each language, in small letters, to be found by; a test holds this against the catalogues.
CALLED = {
    "recycling": "資源回収 recycling",
    "clean-up": "清掃 そうじ clean-up",
    "parks": "公園 parks",
    "gardens": "花だん・農園 gardens",
    "childcare": "子育て childcare children and parents",
    "school-route": "通学の見守り school route",
    "seniors": "高齢者 seniors",
    "sports": "スポーツ sports",
    "health": "健康 health",
    "library": "読書・図書館 reading and library",
    "culture": "文化・音楽 culture and music",
    "festivals": "祭り festivals",
    "safety": "防災・防犯 safety",
    "meals": "食事 meals",
}


def slug_of(name: str) -> str:
    """Return the address of a tag: a word for those that everybody knows, else made of its name."""
    wanted = _folded(name)
    known = next((slug for slug, word in KNOWN.items() if _folded(word) == wanted), None)
    return known or f"t-{sha256(wanted.encode()).hexdigest()[:12]}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().replace(" ", "")


def read_tags(typed: Iterable[str]) -> dict[str, str]:
    """Return names by their addresses, each once, as typed first; raise Invalid for too many or too long ones."""
    names = [text_in(KNOWN.get(name, name)) for name in typed]
    found = {slug_of(name): name for name in reversed(names) if name}
    if len(found) > MOST:
        raise Invalid("too_many_tags", most=MOST)
    if any(len(name) > LONGEST for name in found.values()):
        raise Invalid("tag_too_long", most=LONGEST)
    return dict(reversed(found.items()))


def write_tags(session: Session, activity: Activity, typed: Sequence[str]) -> bool:
    """Let an activity belong to these programmes and no others; say whether that is new."""
    wanted = read_tags(typed)
    if {tag.slug for tag in activity.tags} == set(wanted):
        return False
    for slug, name in wanted.items():
        insert_once(session, Tag, {"slug": slug, "name": KNOWN.get(slug, name)})
    activity.tags = list(session.scalars(select(Tag).where(Tag.slug.in_(wanted)).order_by(Tag.id)))
    return True


def change_tags(
    session: Session, activity: Activity, typed: Sequence[str], by_id: int | None, now: datetime
) -> None:
    """Let an activity, published or not, belong to these programmes; calendars follow."""
    before = sorted(tag.name for tag in activity.tags)
    if not write_tags(session, activity, typed):
        return
    activity.revision, activity.changed_at = activity.revision + 1, now
    facts = {"before": before, "after": sorted(tag.name for tag in activity.tags)}
    change = {"subject": "activity", "subject_id": activity.id, "verb": "tags"}
    record(session, StateChange(at=now, by_id=by_id, facts=facts, **change))


def tags_in_use(session: Session) -> list[Tag]:
    """Return the tags of published activities, those that everybody knows first."""
    used = select(Tag).where(
        Tag.id.in_(select(Tag.id).join(Activity.tags).where(Activity.state == "published"))
    )
    order = list(KNOWN)
    found = session.scalars(used.order_by(Tag.name))
    return sorted(found, key=lambda tag: order.index(tag.slug) if tag.slug in KNOWN else len(order))


def find_tag(session: Session, slug: str) -> Tag:
    """Return a tag by its address: one that some activity has ever had, or one that everybody knows."""
    # PostgreSQL refuses a NUL in any text with an error of its own.
    found = session.scalar(select(Tag).where(Tag.slug == slug)) if "\0" not in slug else None
    if found is None and slug not in KNOWN:
        raise NotFound
    return found or Tag(slug=slug, name=KNOWN[slug])
