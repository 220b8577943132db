"""Words in the reader's language: a sentence for every refusal, a word for every code, dates as people write them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext, ngettext, to_user_timezone
from flask_babel import lazy_gettext as _

from scheduler import clock, easy_dates
from scheduler.errors import Refused
from scheduler.notice_words import CAUSES as CAUSES
from scheduler.notice_words import CHANNELS as CHANNELS
from scheduler.notice_words import COMING as COMING
from scheduler.notice_words import NOT_TOLD as NOT_TOLD
from scheduler.notice_words import NOTICE_GROUPS as NOTICE_GROUPS
from scheduler.notice_words import NOTICE_KINDS as NOTICE_KINDS
from scheduler.reader import EASY as EASY
from scheduler.reader import LANGUAGES as LANGUAGES
from scheduler.reader import in_japanese as in_japanese
from scheduler.reader import is_easy as is_easy
from scheduler.reader import is_foreign_name as is_foreign_name
from scheduler.reader import known_language as known_language
from scheduler.reader import language as language
from scheduler.reader import language_tag as language_tag
from scheduler.readings import typed_marks
from scheduler.sentences import SENTENCES

# The languages of texts that organisers write, by the ending of their columns; the plain name is Japanese.
_ENDINGS = {"en": "_en", EASY: "_easy"}

SCOPES = {
    "read": _("予定を見る"),
    "sign_up": _("申し込む、取りやめる"),
    "organise": _("活動の世話をする"),
    "report": _("活動の時間を見る"),
    "households": _("世帯の名簿を見る、直す"),
}

STATES = {
    "draft": _("下書き"),
    "planned": _("予定"),
    "open": _("募集中"),
    "full": _("満員"),
    "closed": _("締切"),
    "awaiting_decision": _("判断待ち"),
    "confirmed": _("実施"),
    "postponed": _("順延"),
    "merged": _("次回と合同"),
    "cancelled": _("中止"),
    "stopped": _("途中中止"),
    "held": _("終わりました"),
}

PARTICIPATION_STATES = {
    "unverified": _("メール確認待ち"),
    "applied": _("返事待ち"),
    "waitlisted": _("補欠"),
    "offered": _("空きのご案内中"),
    "awaiting_guardian": _("保護者の同意待ち"),
    "awaiting_helpers": _("付き添い待ち"),
    "pledged": _("お名前はあとで"),
    "confirmed": _("参加"),
    "checked_in": _("到着"),
    "done": _("参加済"),
    "absent": _("欠席"),
    "cancelled": _("取りやめ"),
    "declined": _("見送り"),
    "expired": _("期限切れ"),
    "swapped": _("交代"),
    "excused": _("免除"),
}

OFFICES = {
    "chair": _("会長"),
    "vice_chair": _("副会長"),
    "secretary": _("書記"),
    "treasurer": _("会計"),
    "organiser": _("世話人"),
    "staff": _("職員"),
    "block_leader": _("班長"),
    "counter": _("窓口"),
}

BODY_KINDS = {
    "neighbourhood": _("町内会・自治会"),
    "executive_committee": _("実行委員会"),
    "company": _("会社・店"),
    "school": _("学校・園"),
    "library": _("図書館・公民館"),
    "npo": _("NPO・市民の会"),
    "government": _("市役所"),
}

POLICIES = {
    "first_come": _("先着順"),
    "approval": _("世話人が確かめて返事をします"),
    "lottery": _("抽選"),
    "assigned": _("世話人が決めます"),
}

MINORS = {
    "consent": _("18歳未満は、保護者の同意か同行があれば参加できます"),
    "present": _("18歳未満は、保護者といっしょに参加できます"),
    "no": _("18歳以上の方だけです"),
}

GRADES = {
    "p": _("小学校入学前"),
    "e1": _("小学1年"),
    "e2": _("小学2年"),
    "e3": _("小学3年"),
    "e4": _("小学4年"),
    "e5": _("小学5年"),
    "e6": _("小学6年"),
    "j1": _("中学1年"),
    "j2": _("中学2年"),
    "j3": _("中学3年"),
    "h1": _("高校1年"),
    "h2": _("高校2年"),
    "h3": _("高校3年"),
}

WEATHER = {
    "none": _("天気では決めません"),
    "hold_in_rain": _("雨でも行います"),
    "hold_in_light_rain": _("小雨なら行います"),
    "postpone_if_rain": _("雨のときは予備日に順延します"),
    "cancel_if_rain": _("雨のときは中止します"),
    "cancel_in_storm": _("荒天や猛暑（暑さ指数31以上）のときだけ中止します"),
}

OUTCOMES = {
    "confirm": _("実施"),
    "postpone": _("順延"),
    "merge": _("次回と合同"),
    "cancel": _("中止"),
    "stop": _("途中中止"),
}

DECISION_DAYS = {"0": _("当日"), "1": _("前の日"), "2": _("2日前"), "3": _("3日前")}

BURDENS = {
    "standing": _("立ち仕事"),
    "seated": _("すわってできる"),
    "heavy": _("重い物あり"),
    "outdoors": _("屋外"),
    "powered_tool": _("機械を使う"),
    "with_children": _("子どもといっしょ"),
    "talking": _("人と話す"),
}

# By address, as `activities.tags.KNOWN`.
TAGS = {
    "recycling": _("資源回収"),
    "clean-up": _("清掃"),
    "parks": _("公園"),
    "gardens": _("花だん・農園"),
    "childcare": _("子育て"),
    "school-route": _("通学の見守り"),
    "seniors": _("高齢者"),
    "sports": _("スポーツ"),
    "health": _("健康"),
    "library": _("読書・図書館"),
    "culture": _("文化・音楽"),
    "festivals": _("祭り"),
    "safety": _("防災・防犯"),
    "meals": _("食事"),
}

COMPETENCES = {
    "mower": _("草刈り機の講習"),
    "station_leader": _("給水所リーダーの説明会"),
    "reading_aloud": _("読み聞かせの講習"),
}

LIMITS = {
    "times_a_month": _("月の回数の上限です"),
    "too_long": _("時間が長すぎます"),
    "too_heavy": _("重い物は持ちません"),
    "too_early": _("時刻が早すぎます"),
    "too_late": _("時刻が遅すぎます"),
}

CONSENT_PURPOSES = {
    "take_part": _("参加すること"),
    "photo": _("写真をとり、のせること"),
    "insurance_list": _("保険の名簿にのせること"),
    "share_contact": _("連絡先を伝えること"),
    "health": _("からだのことを聞くこと"),
}

CONSENT_WAYS = {"page": _("ページで"), "paper": _("紙で"), "telephone": _("電話で"), "mail": _("メールで")}

_WEEKDAYS_JA = "月火水木金土日"


# Full for these, though not for fewer.
_TOO_FEW = _("空きはあと%(left)s人です。人数を減らすか、補欠で待つか、ほかの役割を選んでください。")


def sentence(refusal: Refused) -> str:
    """Say why something is refused and what to do."""
    known = _TOO_FEW if refusal.code == "full" and refusal.facts.get("left") else SENTENCES.get(refusal.code)
    facts = {name: _moment_or_fact(fact) for name, fact in refusal.facts.items()}
    return str(known) % facts if known is not None else gettext("できませんでした。もう一度お試しください。")


def _moment_or_fact(fact: object) -> object:
    if not isinstance(fact, datetime):
        return date_text(fact) if isinstance(fact, date) else fact
    at, today = to_user_timezone(fact), to_user_timezone(clock.now()).date()
    day = "" if at.date() == today else date_text(at)
    return _one_after_the_other(day, clock_text(at)) if day else clock_text(at)


def codes() -> set[str]:
    """Return every code that anything may be refused with."""
    return set(SENTENCES)


def word(words: dict[str, Any], code: str) -> str:
    """Return the word for a code; the code itself where an old row has one that is not used any more."""
    return str(words.get(code, code))


def title(words: dict[str, Any], code: str) -> str:
    """Return the word for a code as it stands by itself, in a list or on a chip: Chair, not chair."""
    text = word(words, code)
    return text[:1].upper() + text[1:]


def said(thing: object, name: str) -> str:
    """Return what an organiser wrote in the reader's language, or in Japanese where there is nothing in it."""
    return _translated(lambda key: getattr(thing, key, ""), name) or str(getattr(thing, name))


def said_of(texts: Mapping[str, Any], name: str) -> str:
    """Return the same of texts that are stored together, such as a question's."""
    return _translated(lambda key: texts.get(key, ""), name) or str(texts[name])


def is_foreign(thing: object, name: str) -> bool:
    """Say whether a text is shown in Japanese to a reader of another language."""
    return not in_japanese() and not _translated(lambda key: getattr(thing, key, ""), name)


def _translated(written: Callable[[str], object], name: str) -> str:
    ending = _ENDINGS.get(language())
    text = str(written(f"{name}{ending}") or "") if ending else ""
    return typed_marks(text) if is_easy() else text


def colon() -> str:
    """Return the sign between a label and what it says."""
    return "：" if in_japanese() else ": "


def gap() -> str:
    """Return what stands between a day and what happens on it."""
    return " " if in_japanese() else ", "


def dot() -> str:
    """Return the sign between a thing and its part."""
    return "・" if in_japanese() else " – "


def stop() -> str:
    """Return the sign that ends a sentence put together from pieces."""
    return "。" if in_japanese() else "."


def aside(text: str) -> str:
    """Return text in brackets, behind other text."""
    return f"（{text}）" if in_japanese() else f" ({text})"


def why(decided: object) -> str:
    """Return why something was decided about a date: the cause in the reader's language, then what was added."""
    cause, added = getattr(decided, "cause", ""), str(getattr(decided, "reason", ""))
    if cause not in CAUSES or cause == "other":
        return added
    return str(gettext("%(cause)sのためです。", cause=word(CAUSES, cause))) + added


def mark(state: str) -> str:
    """Return a state as it stands before a title: 【中止】."""
    return marked(word(STATES, state))


def marked(text: str) -> str:
    """Return a word as it stands before a title."""
    return f"【{text}】" if in_japanese() else f"[{text}] "


def weekday_label(day: datetime) -> str:
    """Return the weekday: 日, or Sunday."""
    if is_easy():
        return easy_dates.weekday(day.weekday())
    return _WEEKDAYS_JA[day.weekday()] if in_japanese() else f"{day:%A}"


def weekday_short(day: datetime) -> str:
    """Return the weekday as a calendar leaf has it: 日, or Sun."""
    if is_easy():
        return easy_dates.weekday_sign(day.weekday())
    return _WEEKDAYS_JA[day.weekday()] if in_japanese() else f"{day:%a}"


def month_label(day: datetime) -> str:
    """Return the month: 11月, or Nov."""
    if is_easy():
        return easy_dates.month(day.month)
    return f"{day.month}月" if in_japanese() else f"{day:%b}"


def month_title(day: datetime) -> str:
    """Return the month as a heading: 2026年11月, or November 2026."""
    if is_easy():
        return f"{easy_dates.year(day.year)}{easy_dates.month(day.month)}"
    return f"{day.year}年{day.month}月" if in_japanese() else f"{day:%B %Y}"


def year_title(day: datetime) -> str:
    """Return the year as a heading: 2026年, or 2026."""
    if is_easy():
        return easy_dates.year(day.year)
    return f"{day.year}年" if in_japanese() else str(day.year)


def hours_text(hours: float) -> str:
    """Return hours without a needless decimal: 12, 7.5."""
    return f"{hours:g}"


def date_text(day: date) -> str:
    """Return a local date as people write it: 11月22日（日）, or Sunday 22 November; another year is named."""
    return _dated(day, "" if day.year == to_user_timezone(clock.now()).year else str(day.year))


def dated_text(day: date) -> str:
    """Return a local date with its year, the same whenever it is asked: 2026年11月22日（日）."""
    return _dated(day, str(day.year))


def _dated(day: date, year: str) -> str:
    if is_easy():
        return easy_dates.dated(day, year)
    if in_japanese():
        return f"{year}{'年' if year else ''}{day.month}月{day.day}日（{_WEEKDAYS_JA[day.weekday()]}）"
    return f"{day:%A} {day.day} {day:%B} {year}".strip()


def clock_text(at: datetime) -> str:
    """Return a local time of day as people say it: 午前8時30分, or 8:30."""
    if is_easy():
        return easy_dates.clock(at)
    if not in_japanese():
        return f"{at.hour}:{at.minute:02d}"
    half, hour = ("午前", at.hour) if at.hour < 12 else ("午後", at.hour - 12)
    return f"{half}{hour}時{at.minute}分" if at.minute else f"{half}{hour}時"


def early_text(at: datetime) -> str:
    """Return a local time of day as it is said of a morning: 朝6時30分."""
    early = language() == "ja" and 4 <= at.hour < 10
    return f"朝{clock_text(at)[2:]}" if early else clock_text(at)


def span_text(start: datetime, end: datetime) -> str:
    """Return from when to when: 午前8時〜10時, the half of the day once where both share it."""
    if not in_japanese():
        return (
            f"{clock_text(start)}–{clock_text(end)}" if start.date() == end.date() else _days_span(start, end)
        )
    if start.date() != end.date():
        return _days_span(start, end)
    if is_easy():
        return easy_dates.span(start, end)
    same_half = (start.hour < 12) == (end.hour < 12)
    return f"{clock_text(start)}〜{clock_text(end)[2:] if same_half else clock_text(end)}"


def _days_span(start: datetime, end: datetime) -> str:
    if is_easy():
        return f"{date_text(start)} {clock_text(start)}から {date_text(end)} {clock_text(end)}まで"
    return f"{date_text(start)} {clock_text(start)} – {date_text(end)} {clock_text(end)}"


def months_text(months: int) -> str:
    """Return a child's age: 8か月, 1歳2か月, or 1 year 2 months; 0歳 where no more is known."""
    years, rest = divmod(months, 12)
    in_years = ngettext("%(num)s歳", "%(num)s歳", years) if years or not months else ""
    in_months = ngettext("%(num)sか月", "%(num)sか月", rest) if rest else ""
    return _one_after_the_other(in_years, in_months)


def _one_after_the_other(*words: str) -> str:
    return ("" if in_japanese() else " ").join(word for word in words if word)
