"""A repetition in the reader's words: 毎月 第2・第4日曜日、4月から11月まで; whatever a rule can be, it can be said."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby, pairwise

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from scheduler import words
from scheduler.activities.patterns import completed
from scheduler.activities.recurrence import Rule
from scheduler.activities.rule_choices import in_season_order

WEEKDAYS = (_("月曜日"), _("火曜日"), _("水曜日"), _("木曜日"), _("金曜日"), _("土曜日"), _("日曜日"))
MONTHS = (
    *(_("1月"), _("2月"), _("3月"), _("4月"), _("5月"), _("6月")),
    *(_("7月"), _("8月"), _("9月"), _("10月"), _("11月"), _("12月")),
)
_ORDINALS = {1: _("第1"), 2: _("第2"), 3: _("第3"), 4: _("第4"), 5: _("第5"), -1: _("最後の")}
_EVERY = {
    "DAILY": (_("毎日"), _("%(interval)s日ごと")),
    "WEEKLY": (_("毎週"), _("%(interval)s週間ごと")),
    "MONTHLY": (_("毎月"), _("%(interval)sか月ごと")),
    "YEARLY": (_("毎年"), _("%(interval)s年ごと")),
}


def repeat_text(rule: Rule | None, first: date, listed: int = 0) -> str:
    """Say how something repeats; `first` fills in what the rule leaves open, `listed` is the number of listed dates."""
    if rule is None:
        once = gettext("日にちを決めて%(count)s回", count=listed + 1) if listed else gettext("1回だけ")
        return str(once)
    more = gettext("ほかに%(count)s日", count=listed) if listed else ""
    return _comma().join(part for part in (rule_text(rule, first), more) if part)


def rule_text(rule: Rule, first: date) -> str:
    """Say a rule."""
    parts = (_every(rule, first), _season(rule), _positions(rule), _week_start(rule), _end(rule))
    return _comma().join(part for part in parts if part)


def _comma() -> str:
    return "、" if words.in_japanese() else ", "


def _and(texts: Sequence[str]) -> str:
    if len(texts) < 2:
        return "".join(texts)
    joined = _comma().join(texts[:-1])
    return str(gettext("%(first)sと%(last)s", first=joined, last=texts[-1]))


def _every(rule: Rule, first: date) -> str:
    once, often = _EVERY[rule.freq]
    every = str(once) if rule.interval == 1 else str(often) % {"interval": rule.interval}
    which = _which(rule, first)
    return str(gettext("%(every)s %(days)s", every=every, days=which)) if which else every


def _which(rule: Rule, first: date) -> str:
    whole = completed(rule, first)
    named = [
        _and([_week_no(number) for number in whole.by_week_no]),
        _and([_year_day(number) for number in whole.by_year_day]),
        _and([_month_day(number) for number in whole.by_month_day]),
        _and(_weekdays(whole.by_day, in_year=whole.freq == "YEARLY" and not whole.by_month)),
    ]
    days = [part for part in named if part]
    text = days[0] if days else ""
    for limit in days[1:]:
        text = str(gettext("%(days)sで%(limit)sに当たる日", days=text, limit=limit))
    if whole.freq != "YEARLY" or not whole.by_month:
        return text
    months = _and([str(MONTHS[month - 1]) for month in in_season_order(whole.by_month)])
    return str(gettext("%(months)sの%(days)s", months=months, days=text)) if text else months


def _weekdays(by_day: Sequence[tuple[int | None, int]], *, in_year: bool) -> list[str]:
    ordered = sorted(by_day, key=lambda day: (day[1], day[0] is not None, (day[0] or 0) < 0, day[0] or 0))
    texts = []
    for weekday, group in groupby(ordered, key=lambda day: day[1]):
        ordinals = [ordinal for ordinal, _ in group]
        name = str(WEEKDAYS[weekday])
        texts += [name] if None in ordinals else []
        counted = [_ordinal(ordinal, in_year=in_year) for ordinal in ordinals if ordinal is not None]
        texts += [_counted(counted, name)] if counted else []
    return texts


def _counted(ordinals: list[str], weekday: str) -> str:
    together = "・".join(ordinals) if words.in_japanese() else _and(ordinals)
    return str(gettext("%(ordinals)s%(weekday)s", ordinals=together, weekday=weekday))


def _ordinal(number: int, *, in_year: bool) -> str:
    if in_year:
        text = gettext("年の%(count)s番目の") if number > 0 else gettext("年の終わりから%(count)s番目の")
        return str(text) % {"count": abs(number)}
    known = _ORDINALS.get(number)
    return str(known).lower() if known else str(gettext("終わりから%(count)s番目の", count=-number))


def _month_day(number: int) -> str:
    if number > 0:
        return str(gettext("%(day)s日", day=number))
    return str(gettext("最後の日") if number == -1 else gettext("月の終わりから%(count)s日目", count=-number))


def _year_day(number: int) -> str:
    if number > 0:
        return str(gettext("年の%(count)s日目", count=number))
    return str(gettext("年の終わりから%(count)s日目", count=-number))


def _week_no(number: int) -> str:
    if number > 0:
        return str(gettext("第%(count)s週", count=number))
    return str(gettext("年の終わりから%(count)s週目", count=-number))


def _season(rule: Rule) -> str:
    months = in_season_order(rule.by_month)
    if not months or rule.freq == "YEARLY":
        return ""
    in_one_row = all(after == before % 12 + 1 for before, after in pairwise(months))
    if in_one_row and len(months) > 2:
        ends = {"first": MONTHS[months[0] - 1], "last": MONTHS[months[-1] - 1]}
        return str(gettext("%(first)sから%(last)sまで", **ends))
    return str(gettext("%(months)sだけ", months=_and([str(MONTHS[month - 1]) for month in months])))


def _positions(rule: Rule) -> str:
    if not rule.by_set_pos:
        return ""
    return str(
        gettext("そのうち%(positions)s", positions=_and([_position(number) for number in rule.by_set_pos]))
    )


def _position(number: int) -> str:
    if number in (1, -1):
        return str(gettext("最初の日") if number == 1 else gettext("いちばん後の日"))
    text = gettext("%(count)s番目の日") if number > 0 else gettext("後ろから%(count)s番目の日")
    return str(text) % {"count": abs(number)}


def _week_start(rule: Rule) -> str:
    matters = rule.by_week_no or (rule.freq == "WEEKLY" and (rule.interval > 1 or rule.by_set_pos))
    if not rule.week_start or not matters:
        return ""
    return str(gettext("週は%(weekday)sから数える", weekday=WEEKDAYS[rule.week_start]))


def _end(rule: Rule) -> str:
    if rule.count is not None:
        return str(ngettext("全%(count)s回", "全%(count)s回", rule.count, count=rule.count))
    if rule.until is None:
        return ""
    last = rule.until.date() if isinstance(rule.until, datetime) else rule.until
    return str(gettext("%(day)sまで", day=words.date_text(datetime.combine(last, datetime.min.time()))))
