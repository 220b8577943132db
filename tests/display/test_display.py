"""How pages look: chosen without script, kept in the browser and with the person, and safe from any cookie."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.display.looks import Look, read
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor


def _top(page: str) -> str:
    return page[page.index("<html") : page.index(">", page.index("<html"))]


@pytest.mark.parametrize(
    ("kept", "look"),
    [
        ([None, None], Look()),
        (["dark.large"], Look("dark", "large")),
        (["large", "dark"], Look("", "large")),
        (["as-is", "dark.large"], Look()),
        (["", "light"], Look("light", "")),
        (['dark" onload="x', "dark"], Look()),
    ],
)
def test_the_first_that_was_kept_is_taken(kept: list[str | None], look: Look) -> None:
    assert read(*kept) == look
    assert read(str(look)) == look


def test_what_is_chosen_shows_on_every_page(visitor: Visitor) -> None:
    assert "data-" not in _top(visitor.text("/"))
    answer = visitor.submit("/display", theme="dark", letters="large", next="/subscribe")
    assert answer.location.endswith("/subscribe")
    assert _top(visitor.text("/subscribe")) == '<html lang="ja" data-type="large" data-theme="dark"'
    visitor.submit("/display", theme="", letters="")
    assert "data-" not in _top(visitor.text("/"))


def test_every_page_leads_there_and_back(visitor: Visitor) -> None:
    assert '"/display?next=/subscribe"' in visitor.text("/subscribe")
    assert 'name="next" value="/subscribe"' in visitor.text("/display?next=/subscribe")
    assert "evil" not in visitor.text("/display?next=//evil.example")


def test_it_follows_a_person_to_the_next_phone(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    browser_of(app, cast.ben).submit("/display", theme="dark", letters="")
    assert 'data-theme="dark"' in _top(browser_of(app, cast.ben).text("/"))
    own = visitor.sign_in(session, cast.ben, app.config["TSUDOI"].secret_key, NOW)
    own.submit("/display", theme="light", letters="")
    assert 'data-theme="light"' in _top(own.text("/"))


def test_what_nobody_can_choose_is_refused(visitor: Visitor) -> None:
    answer = visitor.submit("/display", theme="pink", letters="huge")
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (422, False)
