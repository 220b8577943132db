"""What several sheets share: how a day is written, the facts of a date, the code in its corner, the foot."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from flask_babel import gettext

from scheduler import words
from scheduler.activities.facts import announced_reserve, decision_time, weather_is_open
from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.recurrence import to_local
from scheduler.activities.weather_words import weather_words
from scheduler.eras import era_text, era_year
from scheduler.paper.codes import spoken
from scheduler.paper.drawing import MARGIN, Kind, Sheet


@dataclass(frozen=True)
class Look:
    """How the reader wants it: larger letters, years of the Japanese era."""

    large: bool = False
    era: bool = False


def sheet(title: str, look: Look, *, lying: bool = False) -> Sheet:
    """Return an empty sheet in the reader's language."""
    missing = gettext("〓は、この書体にない字です。手で書き入れてください。")
    return Sheet(Kind(title, words.language_tag(), lying, look.large, missing))


def day_text(day: date, look: Look) -> str:
    """Return a day with its year: 2026年11月22日（日）, or 令和8年11月22日（日）."""
    text = words.dated_text(day)
    if look.era and words.language() == "ja":
        return era_text(day) + text.partition("日")[2]
    return text


def year_text(day: date, look: Look) -> str:
    """Return the fiscal year of its first day: 2026年度, or 令和8年度."""
    if look.era and words.language() == "ja":
        return f"{era_year(day)}度"
    return str(gettext("%(year)s年度", year=day.year))


def local(occurrence: Occurrence) -> tuple[datetime, datetime]:
    """Return when a date begins and ends on its own wall clock."""
    zone = occurrence.activity.timezone
    return to_local(occurrence.starts_at, zone), to_local(occurrence.ends_at, zone)


def slot_span(slot: Slot) -> str:
    """Return from when to when a part lasts."""
    zone = slot.occurrence.activity.timezone
    return words.span_text(to_local(slot.starts_at, zone), to_local(slot.ends_at, zone))


def short_span(slot: Slot) -> str:
    """Return the same for a narrow column: 8:00〜9:30."""
    zone = slot.occurrence.activity.timezone
    start, end = to_local(slot.starts_at, zone), to_local(slot.ends_at, zone)
    return f"{start.hour}:{start.minute:02d}〜{end.hour}:{end.minute:02d}"


def place_text(occurrence: Occurrence) -> str:
    """Return where it takes place, with the address where there is one."""
    place = words.said(occurrence, "place")
    address = words.said(occurrence, "address")
    return place + words.aside(address) if address else place


def weather_text(occurrence: Occurrence) -> str:
    """Return what becomes of a date in the rain, and when that is decided; empty where the weather decides nothing."""
    rule = occurrence.activity.weather_rule
    if rule == "none" or not weather_is_open(occurrence):
        return ""
    decides, reserve = decision_time(occurrence), announced_reserve(occurrence)
    said = weather_words(occurrence)
    if rule == "postpone_if_rain" and reserve is not None:
        day = words.date_text(to_local(reserve, occurrence.activity.timezone))
        said = str(gettext("%(day)sに順延します", day=day))
    when = gettext("当日の%(clock)sに決めます。", clock=words.clock_text(decides)) if decides else ""
    return said + ("。" if words.in_japanese() else ". ") * bool(said) + when


def change_text(occurrence: Occurrence) -> str:
    """Return what has become of a date and why, for who has an older sheet; empty where it is as it was."""
    said, why = _change(occurrence), words.why(occurrence)
    return said + ("" if words.in_japanese() else " ") + why if said and why else said


def _change(occurrence: Occurrence) -> str:
    first = words.date_text(to_local(occurrence.first_starts_at, occurrence.activity.timezone))
    if occurrence.state == "cancelled":
        return str(gettext("この日は中止です。"))
    if occurrence.state == "merged" and occurrence.merged_into is not None:
        start, _end = local(occurrence.merged_into)
        return str(gettext("次回の%(day)sといっしょにします。", day=words.date_text(start)))
    if not occurrence.takes_place or not occurrence.has_moved:
        return ""
    if occurrence.state == "postponed":
        return str(gettext("%(day)sから順延しました。", day=first))
    return str(gettext("%(day)sから変わりました。", day=first))


def facts_of(occurrence: Occurrence, look: Look, *, changed: bool = True) -> list[tuple[str, str]]:
    """Return the facts of a date, each with its label; those that nobody wrote are left out.

    `changed` is whether they tell what has become of the date.
    """
    start, end = local(occurrence)
    activity = occurrence.activity
    facts = [
        (gettext("いつ"), f"{day_text(start, look)} {words.span_text(start, end)}"),
        (change_label(occurrence), change_text(occurrence) if changed else ""),
        (gettext("どこ"), place_text(occurrence)),
        (gettext("持ち物・服装"), words.said(activity, "bring")),
        (gettext("雨のとき"), weather_text(occurrence)),
        (gettext("問い合わせ"), activity.contact),
    ]
    return [(label, text) for label, text in facts if text]


def change_label(occurrence: Occurrence) -> str:
    """Return the one word over what has become of a date."""
    marked = occurrence.state in {"postponed", "cancelled", "merged"}
    return words.word(words.STATES, occurrence.state) if marked else gettext("変更")


def draw_facts(
    paper: Sheet, at: tuple[float, float], width: float, facts: list[tuple[str, str]], size: float
) -> float:
    """Write facts below each other, the labels in a column of their own; return where the last one ends."""
    column = max(paper.wide(label, size, bold=True) for label, _text in facts) + 5
    y = at[1]
    for label, text in facts:
        paper.paragraph((at[0], y), column, label, size, bold=True)
        y = paper.paragraph((at[0] + column, y), width - column, text, size) + size * 0.1
    return y


def draw_code(paper: Sheet, code: str, y: float) -> None:
    """Write the code of a sheet into a box at its right margin."""
    label, size = gettext("紙の番号"), paper.pt(20)
    width = max(paper.wide(spoken(code), size, bold=True), paper.wide(label, paper.pt(12))) + 8
    left, height = paper.right - width, paper.pt(20) * 0.9
    paper.box((left, y), (width, height), 0.5)
    paper.text((left + width / 2, y + height * 0.35), label, paper.pt(12), align="center")
    paper.text((left + width / 2, y + height * 0.85), spoken(code), size, bold=True, align="center")


def draw_head(paper: Sheet, title: str, body: str, code: str = "") -> float:
    """Write the title with the body's name above it, and the code at the right; return where it ends."""
    width = paper.inside - (55 if code else 0)
    y = paper.paragraph((MARGIN, MARGIN - 2), width, body, paper.pt(14))
    y = paper.paragraph((MARGIN, y), width, title, paper.pt(24), bold=True)
    if code:
        draw_code(paper, code, MARGIN)
        y = max(y, MARGIN + paper.pt(20) * 0.9 + 2)
    return y + 2


def draw_foot(paper: Sheet, text: str, page: int, pages: int) -> None:
    """Write at the foot what the sheet is, and which page of how many."""
    y = paper.height - 11
    paper.text((MARGIN, y), text, 12)
    if pages > 1:
        paper.text((paper.right, y), f"{page} / {pages}", 12, align="right")


def midday(day: date) -> datetime:
    """Return a day as a moment, for the words that take one."""
    return datetime.combine(day, time(12), UTC)
