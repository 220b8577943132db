"""Programmes that activities carry: ticked or typed, found by, each with a calendar whose address stays."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler import words
from scheduler.activities.tags import KNOWN, read_tags, slug_of
from scheduler.errors import Invalid
from tests import make
from tests.calendars.readers import READERS
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor


def test_what_is_typed_is_one_tag_however_it_is_written(app: Flask) -> None:
    with app.test_request_context():
        assert {slug: str(word) for slug, word in words.TAGS.items()} == KNOWN
    assert [slug_of(name) for name in ("公園", " 公 園", "ｽﾎﾟｰﾂ", "スポーツ")] == [
        "parks",
        "parks",
        "sports",
        "sports",
    ]
    assert slug_of("盆踊り") == slug_of("盆踊り ") != slug_of("花火")
    assert re.fullmatch(r"t-[0-9a-f]{12}", slug_of("盆踊り"))
    assert list(read_tags(["parks", "公園", "", "盆踊り"]).values()) == ["公園", "盆踊り"]


@pytest.mark.parametrize("typed", [[str(number) for number in range(9)], ["長" * 41]])
def test_too_many_or_too_long_ones_are_refused(typed: list[str]) -> None:
    with pytest.raises(Invalid):
        read_tags(typed)


def test_an_activity_is_found_by_its_programme_in_the_list_in_calendars_and_in_open_data(
    session: Session, cast: Cast, visitor: Visitor, client: FlaskClient
) -> None:
    park = make.occurrence(session, cast.midori, NOW, title="花壇", tags=("parks", "盆踊り"))
    other = make.occurrence(session, cast.library, NOW, title="読書会", first_on=date(2026, 11, 20))
    session.commit()
    assert ">公園</option>" in visitor.text("/")
    page = visitor.text("/?tag=parks")
    assert ("花壇" in page, "読書会" in page) == (True, False)
    assert visitor.get("/?tag=nothing").status_code == visitor.get("/?tag=%00").status_code == 200
    assert 'href="/?tag=parks">公園</a>' in visitor.text(f"/dates/{park.id}")
    own = f"/calendars/tags/{slug_of('盆踊り')}.ics"
    texts = [
        client.get(path).text
        for path in ("/calendars/tags/parks.ics", own, "/calendars/public.ics?tag=parks")
    ]
    for reader in READERS:
        assert [[seen.uid for seen in feed] for feed in reader(texts)] == [[park.uid]] * 3
    everything = client.get("/calendars/public.ics").text.replace("\r\n ", "")
    assert "CATEGORIES:公園,盆踊り,みどり町内会" in everything
    assert "CATEGORIES:Parks," in client.get("/calendars/tags/parks.ics?lang=en").text
    rows = {row["NO"]: row["カテゴリー"] for row in client.get("/opendata/events.json").get_json()}
    assert rows == {str(park.id): "公園、盆踊り", str(other.id): ""}
    assert "webcal://localhost/calendars/tags/parks.ics" in visitor.text("/subscribe")


def test_a_published_activity_gets_others_and_the_address_stays(
    app: Flask, session: Session, cast: Cast, client: FlaskClient
) -> None:
    made = make.occurrence(session, cast.midori, NOW, tags=("parks",))
    session.commit()
    before = {path: client.get(f"/calendars/{path}.ics") for path in ("tags/parks", "public")}
    aiko = browser_of(app, cast.aiko)
    page = aiko.submit(
        f"/activities/{made.activity_id}/terms",
        minors="consent",
        warn_days="7",
        tags=["sports"],
        more_tags="縄跳び",
    )
    assert page.status_code == 303
    for path, answer in before.items():
        since = {"If-Modified-Since": answer.headers["Last-Modified"]}
        assert client.get(f"/calendars/{path}.ics", headers=since).status_code == 200
    assert "BEGIN:VEVENT" not in client.get("/calendars/tags/parks.ics").text
    assert "BEGIN:VEVENT" in client.get("/calendars/tags/sports.ics").text
    assert 'value="縄跳び"' in aiko.text(f"/activities/{made.activity_id}/terms")
    assert client.get("/calendars/tags/t-000000000000.ics").status_code == 404


def test_a_program_posts_and_reads_them(app: Flask, cast: Cast) -> None:
    program = program_of(app, cast.aiko)
    draft: dict[str, Any] = {
        "title": "清掃",
        "place": "公園",
        "first_on": "2026-12-06",
        "first_at": "08:00",
        "minutes": 60,
    }
    made = program.post(
        "/organizations/midori/activities",
        **draft,
        slots=[{"name": "係", "places": 3}],
        tags=["clean-up", "花火"],
    ).get_json()
    program.post(f"/activities/{made['id']}/publish")
    (shown,) = program.read("/dates?tag=clean-up")["dates"]
    assert shown["tags"] == ["clean-up", slug_of("花火")]
