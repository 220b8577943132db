"""The forms of offices, sent with something missing."""

import re

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.parties.models import Membership
from tests.cast import Cast
from tests.signed_in import browser_of


def test_what_is_said_to_be_missing_does_not_stand_there_as_filled_in(
    app: Flask, session: Session, cast: Cast
) -> None:
    held = session.scalars(select(Membership.id).filter_by(person_id=cast.aiko.id)).first()
    aiko = browser_of(app, cast.aiko)
    for path in ("/organizations/midori/offices", f"/offices/{held}/hand-over"):
        page = aiko.submit(path, starts_on="").get_data(as_text=True)
        assert "入れてあります" not in page
        assert not re.findall(r'name="starts_on"[^>]* value="[^"]+"', page)
