"""Blocks of an association: made by a list of names, given homes and a leader, dropped while nothing is in them."""

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.errors import Conflict, Invalid, NotFound
from scheduler.history import changes_of
from scheduler.parties import blocks, households
from scheduler.parties.blocks import BlockNames
from scheduler.parties.households import By, HomeFacts
from scheduler.parties.models import Organization
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of, program_of

NEW, ROUND = "/organizations/midori/blocks/new", "/organizations/midori/households"


def _by(cast: Cast) -> By:
    return By(cast.aiko.id, NOW.date(), NOW)


def _slugs(session: Session) -> list[str]:
    wanted = select(Organization.slug).where(Organization.kind == "block").order_by(Organization.slug)
    return list(session.scalars(wanted))


def test_an_officer_makes_blocks_gives_one_a_home_and_takes_back_the_other(
    app: Flask, session: Session, cast: Cast
) -> None:
    officer = browser_of(app, cast.aiko)
    assert f'href="{NEW}"' in officer.text(ROUND)
    assert officer.submit(NEW, names="1班\n\n 2班 \n1班").headers["Location"] == ROUND
    shown = officer.text(ROUND)
    assert all(text in shown for text in ("班を2班作りました", "みどり町内会 1班", "みどり町内会 2班"))
    home = {"name": "小川家", "block": "midori-1"}
    assert officer.submit("/organizations/midori/households/new", **home).status_code == 303
    officer.submit("/organizations/midori-2/blocks/drop", page=ROUND)
    assert "みどり町内会 2班を消しました" in officer.text(ROUND)
    assert _slugs(session) == ["midori-1"]


def test_a_block_in_which_something_is_kept_stays(app: Flask, session: Session, cast: Cast) -> None:
    made = blocks.add_blocks(session, cast.midori, "1班", _by(cast))[0]
    households.add(session, made, HomeFacts("小川家"), _by(cast))
    session.commit()
    officer = browser_of(app, cast.aiko)
    officer.submit("/organizations/midori-1/blocks/drop", page=NEW)
    assert "世帯や役、活動のある班は消せません。" in officer.text(ROUND)
    assert _slugs(session) == ["midori-1"]


def test_names_that_are_there_are_left_and_addresses_go_on_counting(session: Session, cast: Cast) -> None:
    blocks.add_blocks(session, cast.midori, "1班\n2班", _by(cast))
    made = blocks.add_blocks(session, cast.midori, "2班\n3班", _by(cast))
    assert [(one.slug, one.name) for one in made] == [("midori-3", f"{cast.midori.name} 3班")]
    with pytest.raises(Conflict, match="block_known"):
        blocks.add_blocks(session, cast.midori, "1班", _by(cast))
    verbs = [change.verb for change in changes_of(session, "organization", cast.midori.id)]
    assert verbs == ["add_block"] * 3


def test_a_block_with_a_number_for_a_name_has_one_in_english(session: Session, cast: Cast) -> None:
    made = blocks.add_blocks(session, cast.midori, "3班\n東山班", _by(cast))
    assert [one.name_en for one in made] == ["Midori Association block 3", ""]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (" \n ", "block_name_missing"),
        ("みどり町内会", "block_name_missing"),
        ("班" * 130, "text_too_long"),
        ("\n".join(map(str, range(101))), "blocks_too_many"),
    ],
)
def test_what_makes_no_block_is_refused(session: Session, cast: Cast, names: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        blocks.add_blocks(session, cast.midori, names, _by(cast))
    assert _slugs(session) == []


def test_a_block_has_no_blocks_and_only_what_was_made_as_one_is_dropped(
    app: Flask, session: Session, cast: Cast
) -> None:
    blocks.add_blocks(session, cast.midori, "1班", _by(cast))
    session.commit()
    officer = browser_of(app, cast.aiko)
    assert officer.get("/organizations/midori-1/blocks/new").status_code == 404
    assert officer.submit("/organizations/midori/blocks/drop", page=NEW).status_code == 404


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("みどり町内会 3班", "みどり町内会 3班"),
        ("みどり町内会3班", "みどり町内会 3班"),
        ("みどり町内会館班", "みどり町内会 みどり町内会館班"),
    ],
)
def test_the_name_of_the_association_stands_before_it_once(
    session: Session, cast: Cast, typed: str, name: str
) -> None:
    made = blocks.add_blocks(session, cast.midori, f"1班\n{typed}", _by(cast))
    assert [one.name for one in made] == ["みどり町内会 1班", name]
    shown = blocks.short_name(cast.midori, made[1])
    again = blocks.rename(session, cast.midori, made[1], BlockNames(shown, "はん"), _by(cast))
    assert (again.name, again.kana) == (name, "はん")
    with pytest.raises(Invalid, match="block_name_missing"):
        blocks.rename(session, cast.midori, made[1], BlockNames(cast.midori.name), _by(cast))


def test_what_was_dropped_meanwhile_is_neither_renamed_nor_dropped_again(
    session: Session, cast: Cast
) -> None:
    made = blocks.add_blocks(session, cast.midori, "1班", _by(cast))[0]
    session.commit()
    assert made.name
    gone = delete(Organization).where(Organization.id == made.id)
    session.execute(gone.execution_options(synchronize_session=False))
    with pytest.raises(NotFound):
        blocks.rename(session, cast.midori, made, BlockNames("さくら班"), _by(cast))
    with pytest.raises(NotFound):
        blocks.drop(session, cast.midori, made, _by(cast))


def test_a_program_makes_and_renames_blocks_too(app: Flask, session: Session, cast: Cast) -> None:
    officer = program_of(app, cast.aiko)
    made = officer.post("/organizations/midori/blocks", names=["1班", "2班"]).json
    assert made is not None
    assert [one["slug"] for one in made["blocks"]] == ["midori-1", "midori-2"]
    called = officer.put("/organizations/midori/blocks/midori-1", name="さくら班").json
    assert called == {"slug": "midori-1", "name": "みどり町内会 さくら班"}


def test_an_officer_calls_a_block_otherwise_and_finds_them_all_on_the_bodys_page(
    app: Flask, session: Session, cast: Cast
) -> None:
    blocks.add_blocks(session, cast.midori, "1班\n2班", _by(cast))
    session.commit()
    officer, page = browser_of(app, cast.aiko), "/organizations/midori/blocks/midori-1"
    about = officer.text("/organizations/midori/about")
    assert (f'href="{page}"' in about, f'href="{NEW}"' in about, f'href="{page}"' in officer.text(ROUND)) == (
        True,
    ) * 3
    refused = officer.submit(page, name="2班", kana="はん")
    assert ("その名前の班は、もうあります" in refused.text, 'value="2班"' in refused.text) == (True, True)
    assert officer.submit(page, name="さくら班", kana="", name_en="Cherry").headers["Location"] == ROUND
    assert "班の名前を「みどり町内会 さくら班」にしました" in officer.text(ROUND)
    session.rollback()
    changes = changes_of(session, "organization", cast.midori.id)
    assert changes[-1].facts == {"block": "みどり町内会 さくら班", "was": "みどり町内会 1班"}
    assert officer.get("/organizations/midori/blocks/midori").status_code == 404
