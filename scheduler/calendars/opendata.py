"""Public dates as data for others: the municipal event list as CSV and JSON, schema.org for search engines, Atom.

Columns, their order and their forms are those of イベント一覧 in the standard open data set for municipalities. What we
do not know stays empty: a telephone number stands on the date's page, not in copies that outlive the office.
"""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from flask_babel import gettext

from scheduler import words
from scheduler.activities.map_points import stored_point
from scheduler.activities.models import Activity, Occurrence
from scheduler.activities.recurrence import to_local, zone_of
from scheduler.activities.weather_words import weather_words
from scheduler.calendars.events import tag_word, title_of
from scheduler.text import calendar_text, csv_cell

COLUMNS = (
    "都道府県コード又は市区町村コード",
    "NO",
    "都道府県名",
    "市区町村名",
    "イベント名",
    "イベント名_カナ",
    "イベント名_英語",
    "開始日",
    "終了日",
    "開始時間",
    "終了時間",
    "開始日時特記事項",
    "説明",
    "料金(基本)",
    "料金(詳細)",
    "連絡先名称",
    "連絡先電話番号",
    "連絡先内線番号",
    "主催者",
    "場所名称",
    "住所",
    "方書",
    "緯度",
    "経度",
    "アクセス方法",
    "駐車場情報",
    "定員",
    "参加申込終了日",
    "参加申込終了時間",
    "参加申込方法",
    "URL",
    "備考",
    "カテゴリー",
)
_SCHEMA_STATUS = {"cancelled": "EventCancelled", "merged": "EventCancelled", "postponed": "EventRescheduled"}
_ATOM = "http://www.w3.org/2005/Atom"


def row(occurrence: Occurrence, address: str, municipality: str) -> dict[str, str]:
    """Return a date as a row of the event list; `municipality` is code, prefecture and name, parted by blanks."""
    activity, body = occurrence.activity, occurrence.activity.organization
    code, prefecture, city = [*municipality.split(), "", "", ""][:3]
    start, end = (to_local(at, activity.timezone) for at in (occurrence.starts_at, occurrence.ends_at))
    north, _, east = occurrence.map_point.partition(",")
    known = {
        "都道府県コード又は市区町村コード": code,
        "NO": str(occurrence.id),
        "都道府県名": prefecture,
        "市区町村名": city,
        "イベント名": activity.title,
        "イベント名_英語": activity.title_en,
        "開始日時特記事項": _special(occurrence),
        "説明": activity.summary,
        "連絡先名称": body.name,
        "主催者": body.name,
        "場所名称": occurrence.place,
        "住所": occurrence.address,
        "緯度": north,
        "経度": east,
        "定員": str(sum(slot.places for slot in occurrence.slots)),
        "参加申込方法": "URLのページから申し込み",
        "URL": f"{address}/dates/{occurrence.id}",
        "備考": activity.bring,
        "カテゴリー": "、".join(tag.name for tag in activity.tags),
    }
    closes = max((slot.closes_at for slot in occurrence.slots), default=occurrence.starts_at)
    return dict.fromkeys(COLUMNS, "") | known | _times(start, end, to_local(closes, activity.timezone))


def _times(start: datetime, end: datetime, closes: datetime) -> dict[str, str]:
    day, clock = "%Y-%m-%d", "%H:%M"
    begin = {"開始日": f"{start:{day}}", "開始時間": f"{start:{clock}}"}
    until = {"参加申込終了日": f"{closes:{day}}", "参加申込終了時間": f"{closes:{clock}}"}
    return begin | until | {"終了日": f"{end:{day}}", "終了時間": f"{end:{clock}}"}


def _special(occurrence: Occurrence) -> str:
    weather = weather_words(occurrence) if occurrence.activity.needs_decision else ""
    marked = title_of(occurrence).removesuffix(occurrence.activity.title)
    return "".join(part for part in (marked, words.why(occurrence), weather) if part)


def table(rows: Iterable[dict[str, str]]) -> bytes:
    """Return the rows as CSV in UTF-8 with the mark by which spreadsheets know it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for each in rows:
        writer.writerow([csv_cell(each[name]) for name in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def schema(occurrence: Occurrence, address: str) -> dict[str, Any]:
    """Return a date as search engines read it (schema.org/Event)."""
    activity = occurrence.activity
    status = _SCHEMA_STATUS.get(occurrence.state, "EventScheduled")
    known: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": words.said(activity, "title"),
        "startDate": _instant(occurrence.starts_at, activity),
        "endDate": _instant(occurrence.ends_at, activity),
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": _location(occurrence),
        "organizer": {
            "@type": "Organization",
            "name": words.said(activity.organization, "name"),
            "url": f"{address}/organizations/{activity.organization.slug}",
        },
        "description": words.said(activity, "summary"),
        "url": f"{address}/dates/{occurrence.id}",
    }
    if activity.tags:
        known["keywords"] = [tag_word(tag) for tag in activity.tags]
    if status == "EventRescheduled":
        known["previousStartDate"] = _instant(occurrence.first_starts_at, activity)
    return known


def _location(occurrence: Occurrence) -> dict[str, Any]:
    name, point = words.said(occurrence, "place"), stored_point(occurrence.map_point)
    place: dict[str, Any] = {"@type": "Place", "name": name, "address": occurrence.address or name}
    if point is not None:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": point.north, "longitude": point.east}
    return place


def _instant(at: datetime, activity: Activity) -> str:
    return at.astimezone(zone_of(activity.timezone)).isoformat()


def atom(dates: Iterable[Occurrence], address: str, path: str) -> bytes:
    """Return the latest changed dates as an Atom feed (RFC 4287), the newest change first."""
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    entries = list(dates)
    latest = max((_changed(date) for date in entries), default=datetime(2026, 1, 1, tzinfo=UTC))
    _add(feed, "id", f"{address}{path}")
    _add(feed, "title", gettext("つどい：新しい日程と変更"))
    _add(feed, "updated", latest.isoformat())
    _add(feed, "link", rel="self", href=f"{address}{path}")
    _add(_add(feed, "author"), "name", gettext("つどい"))
    for date in entries:
        _entry(feed, date, address)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: ElementTree.Element, date: Occurrence, address: str) -> None:
    activity, page = date.activity, f"{address}/dates/{date.id}"
    start, end = (to_local(at, activity.timezone) for at in (date.starts_at, date.ends_at))
    when = f"{words.dated_text(start)} {words.clock_text(start)}〜{words.clock_text(end)}"
    entry = _add(feed, "entry")
    _add(entry, "id", page)
    _add(entry, "title", f"{title_of(date)} {when}")
    _add(entry, "updated", _changed(date).isoformat())
    _add(entry, "published", date.created_at.isoformat())
    _add(entry, "link", rel="alternate", href=page)
    for tag in activity.tags:
        _add(entry, "category", term=tag.slug, label=tag_word(tag))
    told = (words.said(activity.organization, "name"), words.said(date, "place"), words.why(date))
    _add(entry, "summary", "\n".join(part for part in told if part))


def _changed(date: Occurrence) -> datetime:
    return max(date.changed_at, date.activity.changed_at)


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    # XML has no place for control characters, not even escaped.
    child.text = calendar_text(text) or None
    return child
