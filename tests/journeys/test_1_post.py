"""Journey 1: an officer signs in, posts a recurring activity, sees its next dates, and publishes it."""

from typing import Any

from flask import Flask

from tests import mailbox
from tests.cast import Cast
from tests.program import Program, done
from tests.visitor import Visitor

TYPED = {
    "title": "資源回収の日",
    "title_en": "Resource recovery day",
    "place": "みどり公園前",
    "first_on": "2026-12-13",
    "first_at": "08:00",
    "ends_at": "10:00",
    "repeats": "monthly_weekday",
    "weeks": "2",
    "weekdays": "6",
    "weather_rule": "postpone_if_rain",
    "reserve_days": "7",
    "decide_at": "06:30",
    "slots-0-name": "受付",
    "slots-0-places": "2",
    "slots-1-name": "積込み",
    "slots-1-places": "6",
    "slots-1-min_people": "3",
}
SENT: dict[str, Any] = {
    "title": "資源回収の日",
    "title_en": "Resource recovery day",
    "place": "みどり公園前",
    "first_on": "2026-12-13",
    "first_at": "08:00",
    "minutes": 120,
    "rule": "FREQ=MONTHLY;BYDAY=2SU",
    "weather_rule": "postpone_if_rain",
    "reserve_days": 7,
    "slots": [{"name": "受付", "places": 2}, {"name": "積込み", "places": 6}],
}
NEW = "/organizations/midori/activities/new"


def sign_in(app: Flask, visitor: Visitor) -> Visitor:
    """Ask for the mail, open its link and press the button."""
    visitor.submit("/sign-in", email="aiko@example.jp")
    link = mailbox.path(mailbox.new_mail(app, "aiko@example.jp"), "/sign-in/")
    assert visitor.submit(link).location == "/desk"
    return visitor


def test_she_signs_in_with_the_link_which_looking_at_does_not_spend(
    app: Flask, cast: Cast, visitor: Visitor
) -> None:
    visitor.submit("/sign-in", email="aiko@example.jp")
    link = mailbox.path(mailbox.new_mail(app, "aiko@example.jp"), "/sign-in/")
    scanner = Visitor(app)
    assert [scanner.client.head(link).status_code, scanner.get(link).status_code] == [200, 200]
    assert visitor.submit(link).location == "/desk"
    assert "青木 愛子" in visitor.text("/me")
    assert scanner.submit(link).status_code == 422


def test_or_she_signs_in_with_the_six_digits(app: Flask, cast: Cast, visitor: Visitor) -> None:
    page = visitor.submit("/sign-in", email="aiko@example.jp").location
    digits = mailbox.code(mailbox.new_mail(app, "aiko@example.jp"))
    assert visitor.submit(page, digits=digits).location == "/desk"
    assert "青木 愛子" in visitor.text("/me")


def test_she_posts_a_recurring_activity_sees_its_next_dates_and_publishes_it(
    app: Flask, cast: Cast, visitor: Visitor
) -> None:
    draft = sign_in(app, visitor).submit(NEW, **TYPED).location
    page = visitor.text(draft)
    assert "12月13日（日）" in page
    assert "2027年1月10日（日）" in page
    assert "資源回収の日" not in Visitor(app).text("/")
    assert visitor.submit(f"{draft}/publish", page=draft).location == draft
    assert "資源回収の日" in Visitor(app).text("/")


def test_the_parts_that_she_typed_are_on_the_page_of_the_date(
    app: Flask, cast: Cast, visitor: Visitor
) -> None:
    draft = sign_in(app, visitor).submit(NEW, **TYPED).location
    visitor.submit(f"{draft}/publish", page=draft)
    page = Visitor(app).text("/dates/1")
    assert page.index("受付") < page.index("積込み")
    assert "午前8時〜10時" in page
    assert "に順延します" in page


def test_a_program_signs_in_posts_and_publishes(app: Flask, cast: Cast) -> None:
    program = Program(app)
    program.post("/sign-in", email="aiko@example.jp")
    digits = mailbox.code(mailbox.new_mail(app, "aiko@example.jp"))
    program.token = done(program.post("/sign-in/code", email="aiko@example.jp", code=digits))["token"]
    draft = done(program.post("/organizations/midori/activities", **SENT))
    assert draft["state"] == "draft"
    assert draft["next_starts"][:2] == ["2026-12-12T23:00:00Z", "2027-01-09T23:00:00Z"]
    assert Program(app).read("/dates")["dates"] == []
    assert done(program.post(f"/activities/{draft['id']}/publish"))["state"] == "published"
    assert Program(app).read("/dates")["dates"][0]["title"] == "資源回収の日"


def test_whoever_reads_english_reads_it_in_english(app: Flask, cast: Cast, visitor: Visitor) -> None:
    draft = sign_in(app, visitor).submit(NEW, **TYPED).location
    visitor.submit(f"{draft}/publish", page=draft)
    page = Visitor(app).get("/", headers={"Accept-Language": "en"}).text
    assert '<html lang="en"' in page
    assert "Resource recovery day" in page
    assert "December 2026" in page
