"""What the history of an activity says: what happened to it and its dates, and whom that touched."""

from datetime import datetime
from typing import Any

from flask import Blueprint
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from scheduler.activities.models import Occurrence
from scheduler.activities.recurrence import to_local
from scheduler.changes.models import FACTS, SeriesChange
from scheduler.changes.queries import HistoryLine
from scheduler.words import STATES, colon, date_text, in_japanese, span_text, word

_SCOPES = {
    "this": _("その日だけ変えました"),
    "following": _("その日から後を変えました"),
    "all": _("これからの全部を変えました"),
    FACTS: _("活動の内容を直しました"),
}
_VERBS = {
    "post": _("下書きを作りました"),
    "correct": _("下書きを直しました"),
    "publish": _("公開しました"),
    "unpublish": _("下書きにもどしました"),
    "discard": _("下書きを捨てました"),
    "restore": _("捨てた下書きを元にもどしました"),
    "terms": _("申し込みの決まりを変えました"),
    "reword": _("ほかのことばを書きました"),
    "reminders": _("お知らせの時を変えました"),
    "amend": _("活動の内容を直しました"),
    "tags": _("分野を変えました"),
    "undo": _("変更を元にもどしました"),
}
_DECIDED = ("confirmed", "postponed", "merged", "cancelled", "stopped")
# More days than these are for the pages of the dates.
_SHOWN = 6


def fit(pages: Blueprint) -> None:
    """Let the templates of an app, once it has these pages, call all of this by name."""
    for one in (history_word, change_word, moved_words, impact_words):
        pages.add_app_template_filter(one)


def history_word(line: HistoryLine) -> str:
    """Say what happened, in a few words."""
    if line.verb == "change" and line.change is not None and line.change.occurrence is not None:
        return change_word(line.change)
    if line.occurrence is not None:
        return _of_date(line.occurrence, _decided(line))
    return word(_VERBS, line.verb)


def _decided(line: HistoryLine) -> str:
    if line.verb != "retract":
        return word(STATES, line.after)
    if line.before in _DECIDED:
        return str(gettext("「%(word)s」は取り消しました", word=word(STATES, line.before)))
    return str(gettext("決めたことを取り消しました"))


def change_word(change: SeriesChange) -> str:
    """Say what a change did: of one date alone from when to when, or to which place."""
    if change.occurrence is None:
        return word(_SCOPES, change.scope)
    own = moved_words(change, every=True) if change.scope == "this" else []
    return own[0] if own else _of_date(change.occurrence, word(_SCOPES, change.scope))


def _of_date(occurrence: Occurrence, what: str) -> str:
    first = to_local(occurrence.first_starts_at, occurrence.activity.timezone)
    return f"{date_text(first)}{colon()}{what}"


def moved_words(change: SeriesChange, *, every: bool = False) -> list[str]:
    """Return what became of the day, the time and the place of each date, of many dates of the first alone.

    What the head of a change of one date says already is left out, unless `every` one is asked for.
    """
    lines = change.dates[:_SHOWN]
    said = [text for line in lines for text in _became(line, change.activity.timezone)]
    if len(change.dates) > _SHOWN and said:
        said.append(str(gettext("ほか%(count)s日", count=len(change.dates) - _SHOWN)))
    return said if every or change.scope != "this" else said[1:]


def _became(line: dict[str, Any], zone: str) -> list[str]:
    start, end, to, ends = (
        to_local(datetime.fromisoformat(line[key]), zone) for key in ("from", "until", "to", "ends")
    )
    day, said = f"{date_text(start)}{colon()}", []
    if line["fate"] == "vanishes":
        return [day + str(gettext("なくなりました"))]
    if start.date() != to.date():
        hours = (start.time(), end.time()) != (to.time(), ends.time())
        new = f"{date_text(to)} {span_text(to, ends)}" if hours else date_text(to)
        said.append(gettext("%(old)s → %(new)sに変えました", old=date_text(start), new=new))
    elif (start, end) != (to, ends):
        old = f"{day}{span_text(start, end)}"
        said.append(gettext("%(old)s → %(new)sに変えました", old=old, new=span_text(to, ends)))
    if line["was"] != line["where"] and line["where"]:
        said.append(day + gettext("場所を「%(place)s」に変えました", place=line["where"]))
    return [str(one) for one in said]


def impact_words(impact: dict[str, int]) -> str:
    """Say whom a change touched, in one line."""
    moved = impact["moved_dates"] or impact["vanish_dates"] or impact["new_dates"]
    parts = (
        gettext("変わった日 %(dates)s日", dates=impact["moved_dates"]) if impact["moved_dates"] else "",
        gettext("なくなった日 %(dates)s日", dates=impact["vanish_dates"]) if impact["vanish_dates"] else "",
        gettext("できた日 %(dates)s日", dates=impact["new_dates"]) if impact["new_dates"] else "",
        gettext("知らせる先 %(people)s人", people=impact["told"]) if impact["told"] else "",
        gettext("知らせる人はいません") if moved and not impact["told"] else "",
    )
    return ("、" if in_japanese() else ", ").join(part for part in parts if part)
