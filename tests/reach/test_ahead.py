"""Whom somebody telephones or visits once there is news of a date: named before it is decided."""

import re

from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.parties.models import Organization
from tests import cast as casting
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.reach import test_reached
from tests.signed_in import browser_of

# The same date and neighbours as there.
block, date = test_reached.block, test_reached.date


def _names(page: str) -> list[str]:
    rows = re.findall(r'class="person-row-name">(.*?)</p>', page, re.DOTALL)
    return [name for row in rows for name in ("でんわ", "となり0", "となり1", "別所 勉") if name in row]


def test_the_list_behind_the_number_names_them_before_the_decision(
    app: Flask, cast: Cast, date: Occurrence
) -> None:
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}"
    decision = aiko.text(f"{page}/decision")
    assert ("電話や紙で伝える方 3人" in decision, f'href="{page}/list"' in decision) == (True, True)
    found = aiko.text(f"{page}/list")
    assert _names(found) == ["でんわ", "となり1", "となり0"]
    assert ("いまは、伝えることはありません。" in found, 'href="tel:' in found) == (True, True)
    assert ('name="told"' in found, f'class="back-link" href="{page}/board"' in found) == (False, True)


def test_a_block_leader_sees_the_own_homes_ahead_and_no_telephone(
    app: Flask, session: Session, cast: Cast, date: Occurrence, block: Organization
) -> None:
    casting.hold_office(session, cast.chie, block, "block_leader", NOW)
    session.commit()
    found = browser_of(app, cast.chie).text(f"/dates/{date.id}/list")
    assert (_names(found), "tel:" in found) == (["となり1", "となり0"], False)


def test_a_date_that_is_over_tells_nobody_any_more(app: Flask, cast: Cast, date: Occurrence) -> None:
    with at("2026-12-24 12:00"):
        found = browser_of(app, cast.aiko).text(f"/dates/{date.id}/list")
    assert (_names(found), "電話や紙で伝える人は、いまはいません。" in found) == ([], True)
