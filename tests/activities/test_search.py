"""What somebody looks for: wishes and addresses, days and months, and the dates that fit."""

import re
from dataclasses import replace
from datetime import date, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from scheduler import words
from scheduler.activities import months, search
from scheduler.activities.models import Occurrence
from scheduler.activities.parts import SlotFacts
from scheduler.activities.tags import CALLED, write_tags
from scheduler.activities.wishes import Wish, section_of, span_of, spans_of_days
from tests import make
from tests.cast import Cast, block, hold_office
from tests.conftest import NOW
from tests.moments import at
from tests.visitor import Visitor

# A Monday.
TODAY = date(2026, 11, 16)
READ = [
    ("", Wish()),
    ("ease=seated&ease=with_children&minutes=30", Wish(minutes=30, ease=("seated", "with_children"))),
    ("ease=heavy&ease=not_heavy&ease=seated", Wish(ease=("seated", "not_heavy"))),
    ("when=yesterday&days=all&minutes=-1&free=yes&age=18", Wish()),
    ("age=0&free=1", Wish(age=("0",), free=True)),
    ("age=6&age=3&age=99", Wish(age=("3", "6"))),
    ("words=%20%E8%8D%89%00%20&place=" + "x" * 70, Wish(words="草", place="x" * 60)),
]  # fmt: skip


@pytest.mark.parametrize(("query", "wish"), READ)
def test_a_wish_is_read_from_an_address_and_written_back(app: Flask, query: str, wish: Wish) -> None:
    with app.test_request_context(f"/?{query}") as asked:
        assert _read(asked.request.args) == wish
    written = {name: value if isinstance(value, list) else [value] for name, value in wish.query.items()}
    args = MultiDict((name, str(one)) for name, values in written.items() for one in values)
    assert _read(args) == wish


def _read(args: MultiDict[str, str]) -> Wish:
    return Wish.read(args, args.getlist("ease"), args.getlist("age"))


def test_what_is_wished_for_can_be_taken_away_again() -> None:
    wish = Wish(when="week", age=("0", "3"), minutes=30, ease=("seated",), free=True)
    for name, value in wish.chosen():
        assert not wish.toggled(name, value).has(name, value)
        assert wish.toggled(name, value).toggled(name, value) == wish
    assert len(list(wish.chosen())) == 6


@pytest.mark.parametrize(
    ("when", "today", "span"),
    [
        ("week", date(2026, 11, 22), (date(2026, 11, 22), date(2026, 11, 22))),
        ("next_week", TODAY, (date(2026, 11, 23), date(2026, 11, 29))),
        ("month", date(2026, 12, 31), (date(2026, 12, 31), date(2026, 12, 31))),
        ("next_month", date(2027, 1, 31), (date(2027, 2, 1), date(2027, 2, 28))),
    ],
)
def test_a_period_ends_where_people_think(when: str, today: date, span: tuple[date, date]) -> None:
    assert span_of(when, today) == span


def test_a_holiday_beside_a_weekend_is_one_span() -> None:
    # Monday, 23 November 2026, is Labour Thanksgiving Day.
    rest = spans_of_days("rest", TODAY, date(2026, 11, 30))
    assert rest[0] == (date(2026, 11, 21), date(2026, 11, 23))
    assert spans_of_days("work", date(2026, 11, 21), date(2026, 11, 23)) == []


def test_dates_stand_under_this_week_next_week_or_their_month() -> None:
    days = [TODAY, date(2026, 11, 23), date(2026, 11, 30)]
    assert [section_of(day, TODAY) for day in days] == ["week", "next_week", (2026, 11)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("2027-02", date(2027, 2, 1)),
        ("2026-10", TODAY),
        ("9999-12", TODAY),
        ("２０２７-02", TODAY),
        ("", TODAY),
    ],
)
def test_only_a_month_with_dates_to_come_is_shown(text: str, first: date) -> None:
    assert months.asked_month(text, TODAY, TODAY) == first.replace(day=1)


def _two(session: Session, cast: Cast) -> None:
    seated = SlotFacts("受付", 2, minutes=30, burden=("seated",))
    heavy = SlotFacts("積込み", 2, burden=("heavy", "outdoors"))
    write_tags(session, make.activity(session, cast.midori, NOW, slots=(seated, heavy)), ["資源回収"])
    story = SlotFacts("親子", 1, burden=("with_children", "seated"))
    facts = {
        "title": "おはなし会",
        "place": "市立図書館",
        "first_on": date(2026, 11, 25),
        "first_at": time(10, 30),
    }
    stories = make.activity(session, cast.library, NOW, slots=(story,), weather_rule="none", **facts)
    write_tags(session, stories, ["絵本"])


FITS = [
    (Wish(), ["資源回収の日", "おはなし会"]),
    (Wish(when="week"), ["資源回収の日"]),
    (Wish(when="next_week", days="work"), ["おはなし会"]),
    (Wish(days="rest"), ["資源回収の日"]),
    (Wish(days="sun"), ["資源回収の日"]),
    (Wish(days="wed", when="next_week"), ["おはなし会"]),
    (Wish(days="sat"), []),
    (Wish(place="市立図書館"), ["おはなし会"]),
    (Wish(body="midori"), ["資源回収の日"]),
    (Wish(words="図書館"), ["おはなし会"]),
    (Wish(words="RECOVERY 公園"), ["資源回収の日"]),
    (Wish(words="%"), []),
    (Wish(words="recycling"), ["資源回収の日"]),
    (Wish(words="絵本"), ["おはなし会"]),
    (Wish(minutes=30, ease=("seated",)), ["資源回収の日"]),
    (Wish(ease=("with_children",)), ["おはなし会"]),
    (Wish(minutes=30, ease=("with_children",)), []),
    (Wish(ease=("not_heavy",)), ["資源回収の日", "おはなし会"]),
    (Wish(body="library", free=True), ["おはなし会"]),
]


def test_a_kind_of_activity_is_found_by_what_it_is_called_in_any_language(app: Flask) -> None:
    for language in ("ja", "en"):
        with app.test_request_context(), force_locale(language):
            unknown = [slug for slug, name in words.TAGS.items() if str(name).casefold() not in CALLED[slug]]
        assert unknown == []


@pytest.mark.parametrize(("wish", "titles"), FITS)
def test_the_dates_that_fit_are_found(session: Session, cast: Cast, wish: Wish, titles: list[str]) -> None:
    _two(session, cast)
    lines, _ = search.dates_for(session, wish, NOW, 1, 10)
    assert [line.occurrence.activity.title for line in lines] == titles
    assert search.count_for(session, wish, NOW) == len(titles)


def test_the_page_shows_what_fits_and_how_to_see_more(session: Session, cast: Cast, visitor: Visitor) -> None:
    _two(session, cast)
    session.commit()
    page = visitor.text("/?ease=with_children&when=next_week")
    assert ("おはなし会" in page, "資源回収の日" in page, "1件あります" in page) == (True, False, True)
    assert 'href="/?when=next_week"' in page
    nothing = visitor.text("/?ease=with_children&minutes=30")
    assert "条件を1つ外す" in nothing
    left = ("ease=with_children", "minutes=30")
    assert [nothing.split("empty-state")[1].count(f'href="/?{one}"') for one in left] == [1, 1]


CHILD = SlotFacts("親子", 4, unit="family", min_children=1)
AGES = [
    # One of four years, one of twelve, and what the card says.
    ((CHILD,), {}, (True, True), "子どもといっしょ"),
    ((replace(CHILD, min_age=6),), {}, (False, True), "6歳から"),
    ((SlotFacts("掃除", 4, burden=("with_children",)),), {}, (True, True), "子どもといっしょ"),
    ((SlotFacts("給水", 4, min_age=12),), {}, (False, True), "12歳から"),
    ((SlotFacts("案内", 4, min_age=18), replace(CHILD, min_age=3)), {}, (True, True), "3歳から"),
    (
        (replace(CHILD, max_age=3), SlotFacts("手伝い", 4, burden=("with_children",), min_age=15)),
        {},
        (False, False),
        "3歳まで",
    ),
    # A family may be two adults; nobody has said that it is for children.
    ((SlotFacts("家族", 4, unit="family"), SlotFacts("積込み", 4)), {}, (False, False), ""),
    ((SlotFacts("掃除", 4, burden=("with_children",)),), {"minors": "no"}, (False, False), ""),
]


@pytest.mark.parametrize(("slots", "changes", "fits", "words_"), AGES)
def test_what_takes_a_child_of_an_age_is_found_and_its_card_says_from_which(
    session: Session,
    cast: Cast,
    visitor: Visitor,
    slots: tuple[SlotFacts, ...],
    changes: dict[str, str],
    fits: tuple[bool, bool],
    words_: str,
) -> None:
    make.activity(session, cast.midori, NOW, slots=slots, **changes)
    session.commit()
    pages = [visitor.text(f"/?age={age}").partition('id="found"')[2] for age in (4, 12)]
    assert tuple("資源回収の日" in page for page in pages) == fits
    card = visitor.text("/").partition('<article class="date-card">')[2]
    assert (f"<span>{words_}</span>" in card) if words_ else ("歳から" not in card and "子ども" not in card)


def test_several_children_are_asked_for_at_once_and_find_what_takes_them_all(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    make.activity(session, cast.midori, NOW, slots=(replace(CHILD, min_age=3, max_age=8),))
    session.commit()
    for query, fits in (("age=3&age=8", True), ("age=2&age=6", False), ("age=3&age=9", False)):
        assert ("資源回収の日" in visitor.text(f"/?{query}").partition('id="found"')[2]) == fits
    page = visitor.text("/?age=3&age=6")
    chips = page.partition('id="wishes"')[2].partition("</ul>")[0]
    assert ('href="/?age=6"' in chips, 'href="/?age=3&amp;age=5&amp;age=6"' in chips) == (True, True)
    # What is searched for next is searched for with the same children.
    assert re.findall(r'<input type="hidden" name="age" value="(\d+)">', chips) == ["3", "6"]


def test_an_age_is_taken_away_by_a_link_on_the_list_and_on_the_month(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    _two(session, cast)
    session.commit()
    for path, without in (
        ("/?age=4&days=work", "/?days=work"),
        ("/month?m=2026-11&age=4", "/month?m=2026-11"),
    ):
        page = visitor.text(path)
        assert f'href="{without}"' in page.partition('id="wishes"')[2].partition("</ul>")[0]
        assert (
            "おはなし会" in page.partition('id="found"')[2],
            "資源回収" in page.partition('id="found"')[2],
        ) == (True, False)


def test_a_card_says_that_places_are_drawn(session: Session, cast: Cast, visitor: Visitor) -> None:
    families = SlotFacts("親子", 6, unit="family", policy="lottery", closes_before=24 * 60)
    make.activity(session, cast.midori, NOW, slots=(families,))
    session.commit()
    page = visitor.text("/")
    assert ("抽選で6組" in page, "あと6組" in page, "（結果は11月21日（土））" in page) == (True, False, True)


_DRAWN_BESIDE = {
    "ja": "抽選で6組（結果は11月21日（土））・",
    "en": "6 families by lottery (result on Saturday 21 November). ",
    "ja@easy": "（結果は 11月21日（土曜日））・",
}


@pytest.mark.parametrize("language", _DRAWN_BESIDE)
@pytest.mark.parametrize("parts", [1, 3])
def test_the_day_of_the_draw_stands_beside_what_is_drawn(
    session: Session, cast: Cast, visitor: Visitor, language: str, parts: int
) -> None:
    families = SlotFacts("親子", 6, unit="family", policy="lottery", closes_before=24 * 60)
    helpers = [SlotFacts(f"係{number}", 2) for number in range(parts)]
    make.activity(session, cast.midori, NOW, slots=(families, *helpers))
    session.commit()
    visitor.submit("/language", "/", language=language)
    words_alone = re.sub("<rt>.*?</rt>|<rp>.*?</rp>|<[^>]+>|\u2060", "", visitor.text("/"))
    assert _DRAWN_BESIDE[language] in re.sub(r"\s+", " ", words_alone)


def test_a_card_says_how_many_can_come_together(session: Session, cast: Cast, visitor: Visitor) -> None:
    make.activity(session, cast.midori, NOW, slots=(SlotFacts("積込み", 2), SlotFacts("受付", 1)))
    make.activity(session, cast.library, NOW, slots=(SlotFacts("本", 10), SlotFacts("茶", 10)))
    session.commit()
    page = visitor.text("/")
    found = (
        '積込み <span class="whole">あと2人・</span></span><span class="piece">受付 <span class="whole">あと1人'
        in page,
        "あと20人" in page,
    )
    assert (*found, "同じ役割には" in page) == (True, True, False)


def test_a_card_with_many_parts_counts_them_together(session: Session, cast: Cast, visitor: Visitor) -> None:
    parts = tuple(SlotFacts(f"係{number}", 2) for number in range(4))
    make.activity(session, cast.midori, NOW, slots=parts)
    session.commit()
    page = visitor.text("/")
    assert ("あと8人</span>（同じ役割には、あと2人）" in page, "係1" in page) == (True, False)


def test_the_ages_searched_for_stand_in_the_form_to_sign_up(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    date = make.occurrence(session, cast.midori, NOW, slots=(CHILD, SlotFacts("掃除", 4)))
    session.commit()
    page = visitor.text("/?age=3&age=6")
    asked = f"/dates/{date.id}?age=3&amp;age=6"
    assert f'href="{asked}"' in page
    page = visitor.text(asked.replace("&amp;", "&"))
    for slot in date.slots:
        join = f"/slots/{slot.id}/join?age=3&amp;age=6"
        assert f'href="{join}"' in page
        form = visitor.text(join.replace("&amp;", "&") + "&age=99")
        assert re.findall(r'name="children-\d"[^>]* value="(\d+)"', form) == ["3", "6"]
        assert '<details class="one-more" open>' in form


def test_who_looks_for_something_with_a_child_is_asked_the_age_at_once(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    # Not where nothing is found: more to choose finds no more, and pushes down what says so.
    assert "お子さんは何歳ですか" not in visitor.text("/?ease=with_children")
    older = SlotFacts("親子", 4, burden=("with_children",), min_age=6)
    make.occurrence(session, cast.midori, NOW, slots=(older,))
    session.commit()
    asked, told = (visitor.text(f"/?{query}") for query in ("ease=with_children", "ease=with_children&age=4"))
    assert 'data-key="age-4"' in asked.partition('id="wishes"')[2].partition("</ul>")[0]
    assert ("お子さんは何歳ですか（何人でも）" in asked, "（何人でも）" in told) == (True, False)
    # How many are found is said where one ticks, for the list stands below.
    assert 'お子さんは何歳ですか</span> <strong class="whole" role="status">0件あります<' in told
    assert 'id="told">0件あります<' in told


def test_a_month_is_a_table_and_a_list(session: Session, cast: Cast, client: FlaskClient) -> None:
    _two(session, cast)
    session.commit()
    page = client.get("/month").text
    assert page.count('scope="col"') == 7
    assert (page.count("おはなし会"), 'href="#day-25"' in page, 'id="day-25"' in page) == (2, True, True)
    assert "2027年2月" in client.get("/month?m=2027-02").text


def test_a_month_that_is_not_the_one_of_today_says_why_and_today_is_marked(
    session: Session, cast: Cast, client: FlaskClient
) -> None:
    make.activity(session, cast.midori, NOW, first_on=date(2026, 12, 6))
    session.commit()
    with at("2026-11-30 09:00"):
        page, asked = client.get("/month").text, client.get("/month?m=2026-12").text
        assert ("今日は11月30日（月）です。" in page, "今日は" in asked) == (True, False)
        cell = page.partition("data-today")[2].partition("</td>")[0]
        assert (">30<" in cell, "今日" in cell) == (True, True)
    assert "今日は" not in client.get("/month?m=2026-11").text


def test_a_month_is_narrowed_to_a_weekday_and_keeps_its_month(
    session: Session, cast: Cast, client: FlaskClient
) -> None:
    _two(session, cast)
    session.commit()
    page = client.get("/month?m=2026-11&days=wed").text
    assert ("おはなし会" in page, "資源回収の日" in page) == (True, False)
    assert '<input type="hidden" name="m" value="2026-11">' in page
    assert '<option value="wed" selected>水曜日</option>' in page


def test_an_empty_month_names_each_condition_with_a_link_that_takes_it_away(
    session: Session, cast: Cast, client: FlaskClient
) -> None:
    _two(session, cast)
    session.commit()
    page = client.get("/month?m=2026-11&days=sat&minutes=30").text
    assert "この条件に合う日は、この月にはありません" in page
    found = page.partition('id="found"')[2]
    for left in ("/month?minutes=30&amp;m=2026-11", "/month?days=sat&amp;m=2026-11"):
        assert f'href="{left}"' in found
    assert "この月の日程はまだありません" in client.get("/month?m=2027-02").text


@pytest.mark.parametrize(
    "query",
    ["?m=%00", "?m=2026-13", "?minutes=9999999999999999999999", "?words=" + "%25" * 90, "?page=0&place=%ff"],
)
def test_no_address_is_too_odd(client: FlaskClient, cast: Cast, query: str) -> None:
    assert {client.get(path + query).status_code for path in ("/", "/month", "/api/v1/dates")} == {200}


def test_names_to_ask_can_be_read_by_who_does_not_read_japanese(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    # One holds an office there, one is of a block and has that telephone; a third has it too, and is not theirs.
    leader = make.person(session, 7, NOW)
    leader.name, leader.kana = "角田 茂", "つのだ しげる"
    hold_office(session, leader, block(session, cast.midori, "1", NOW), "block_leader", NOW)
    for one in (leader, cast.ben):
        one.phone = one.phone_key = "+819012345678"
    day = make.occurrence(session, cast.midori, NOW, contact="会長 青木 角田 別所 090-1234-5678")
    session.commit()
    english, easy, plain = (visitor.text(f"/dates/{day.id}?lang={tag}") for tag in ("en", "ja@easy", "ja"))
    assert ("Aoki 青木 Tsunoda 角田 別所" in english, "Aoki" in plain) == (True, False)
    read = [f"<rt>{reading}</rt>" in easy for reading in ("あおき", "つのだ", "べっしょ")]
    assert read == [True, True, False]


def test_further_dates_of_an_activity_in_a_narrowed_month_are_links_under_its_first_card(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    slots = (SlotFacts("親子", 4, unit="family", min_children=1),)
    made = make.activity(session, cast.library, NOW, rule="FREQ=WEEKLY;COUNT=6", slots=slots)
    session.flush()
    dates = session.query(Occurrence).filter_by(activity_id=made.id).order_by(Occurrence.starts_at).all()
    dates[3].state = "cancelled"
    session.commit()
    whole, narrowed = visitor.text("/"), visitor.text("/?age=5")
    assert [page.count('class="date-card"') for page in (whole, narrowed)] == [6, 4]
    assert [page.count('href="/dates/') for page in (whole, narrowed)] == [6, 6]
    assert narrowed.count("ほかの日：") == 1
