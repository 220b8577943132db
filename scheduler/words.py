"""Words in the reader's language: a sentence for every refusal, a word for every code, dates as people write them."""

from datetime import datetime
from typing import Any

from flask_babel import get_locale, gettext, ngettext, to_user_timezone
from flask_babel import lazy_gettext as _

from scheduler import clock
from scheduler.errors import Refused

LANGUAGES = (("ja", "日本語"), ("en", "English"))

_SENTENCES = {
    "full": _("ちょうど満員になりました。ほかの役割か、ほかの日を選んでください。"),
    "already_with_another_number": _(
        "もう%(people)s人で申し込んでいます。人数を変えるときは、メールのリンクからいちど取りやめて、申し込み直してください。"
    ),
    "takes_no_sign_ups": _("この日の申し込みは受け付けていません。ほかの日を選んでください。"),
    "already_begun": _("もう始まっています。世話人に直接お伝えください。"),
    "already_over": _("この日はもう終わっています。"),
    "already_decided": _("少し前にほかの人が決めました。画面を新しくして、いまの状態を確かめてください。"),
    "already_published": _("もう公開しています。公開したあとは、ここでは直せません。"),
    "competence_missing": _(
        "この役割には、団体に登録された講習済みの方だけが申し込めます。ほかの役割を選ぶか、世話人に相談してください。"
    ),
    "people_out_of_range": _("人数は1人から%(most)s人までにしてください。"),
    "age_out_of_range": _("お子さんの月齢を確かめてください。"),
    "name_missing": _("お名前とふりがなを入れてください。"),
    "email_unusable": _("メールアドレスの形を確かめてください。例：hanako@example.jp"),
    "slug_taken": _("この名前のページはもうあります：%(slug)s"),
    "sign_in_spent": _(
        "このリンクは使い終わったか、期限が切れています。もう一度メールを受け取ってください。"
    ),
    "code_wrong": _("数字が違うか、期限が切れています。メールの6けたの数字を確かめてください。"),
    "title_missing": _("活動の名前を入れてください。"),
    "slots_missing": _("役割を1つは入れてください。"),
    "too_many_slots": _("役割の数は%(most)sまでにしてください。"),
    "slot_name_missing": _("役割の名前を入れてください。"),
    "places_out_of_range": _("人数は1から5000まで、最少人数はそれより多くない数にしてください。"),
    "length_out_of_range": _("終わりの時刻は、始まりより後にしてください。"),
    "date_out_of_range": _("日付は2000年から2100年までにしてください。"),
    "choice_unknown": _("選べるものの中から選んでください。"),
    "reserve_missing": _("予備日がありません。雨のときに順延するには、予備日を決めてください。"),
    "reserve_out_of_range": _("予備日は1日後から60日後までにしてください。"),
    "no_dates_ahead": _("これから先の日付がありません。始まりの日と、くり返しを確かめてください。"),
    "address_unusable": _("リンクは https:// で始まる、だれでも見られるページのアドレスにしてください。"),
    "not_held": _("行われなかった日には、出席をつけられません。"),
    "not_begun": _("出席は、始まる2時間前からつけられます。"),
    "numbers_out_of_range": _("人数と分を確かめてください。"),
    "json_unreadable": _("JSON の形が正しくありません：%(detail)s"),
    "rule_unreadable": _("くり返しの決まり（RRULE）を読み取れません。"),
    "rule_too_frequent": _("くり返しは、いちばん多くて1日1回です。"),
    "rule_unsupported_part": _("くり返しの決まりに、使えない指定があります。"),
    "rule_out_of_range": _("くり返しの数や日付が、使える範囲をこえています。"),
    "rule_mixed_weekdays": _("「毎週の曜日」と「第何曜日」は、いっしょに使えません。"),
    "rule_never_happens": _("このくり返しでは、1日も当てはまりません。"),
    "rule_too_long": _("くり返しの決まりが長すぎます。"),
    "rule_count_and_until": _("「何回」と「いつまで」は、どちらか1つにしてください。"),
    "rule_incomplete": _("くり返しの選び方が足りません。曜日や週を選んでください。"),
    "reminders_unusable": _("お知らせの時を確かめてください。30日前から30分前まで、%(most)sつまでです。"),
    "subscription_unusable": _(
        "この端末の通知を登録できませんでした。ページを開き直して、もう一度お試しください。"
    ),
    "line_unusable": _("LINE の設定を確かめてください。ベーシックID、シークレット、トークンが要ります。"),
    "last_way": _(
        "これを止めると、どこにもお知らせが届きません。ほかの受け取り方を使うようにしてから止めてください。"
    ),
    "zone_unknown": _("時間帯の名前がわかりません。例：Asia/Tokyo"),
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
    "cancelled": _("中止"),
    "held": _("終わりました"),
}

PARTICIPATION_STATES = {
    "pledged": _("人数のみ"),
    "confirmed": _("参加"),
    "checked_in": _("到着"),
    "done": _("参加済"),
    "absent": _("欠席"),
    "cancelled": _("取りやめ"),
}

WEATHER = {
    "none": _("天気では決めません"),
    "hold_in_rain": _("雨でも行います"),
    "hold_in_light_rain": _("小雨なら行います"),
    "postpone_if_rain": _("雨のときは予備日に順延します"),
    "cancel_if_rain": _("雨のときは中止します"),
    "cancel_in_storm": _("荒天のときは中止します"),
}

BURDENS = {
    "standing": _("立ち仕事"),
    "seated": _("すわってできる"),
    "heavy": _("重い物あり"),
    "outdoors": _("屋外"),
    "powered_tool": _("機械を使う"),
    "with_children": _("子どもといっしょ"),
    "talking": _("人と話す"),
}

COMPETENCES = {
    "mower": _("草刈り機の講習"),
    "station_leader": _("給水所リーダーの説明会"),
    "reading_aloud": _("読み聞かせの講習"),
}

CHANNELS = {
    "push": _("この端末の通知"),
    "line": "LINE",
    "email": _("メール"),
    "phone": _("電話"),
    "paper": _("紙（近所の人が届けます）"),
}

# Why somebody was not told, in words that an organiser can act on.
NOT_TOLD = {
    "refused": _("このアドレスには届きません。"),
    "bounced": _("メールが戻ってきました。"),
    "gave_up": _("何日も送り直しましたが、届きませんでした。"),
    "no_address": _("連絡先がありません。"),
    "too_late": _("間に合いませんでした。"),
    "unknown_kind": _("こちらの不具合で送れませんでした。"),
}

COMING = {
    "yes": _("行きます"),
    "late": _("少し遅れます"),
    "cannot": _("行けなくなりました"),
    "": _("返事がありません"),
}

NOTICE_GROUPS = {
    "reminder": _("申し込んだ日の前のお知らせ"),
    "still_coming": _("「来られますか」とたずねるお知らせ"),
}

NOTICE_KINDS = {
    "reminder_week": _("早めのお知らせ（ふつうは1週間前）"),
    "reminder_evening": _("直前のお知らせ（ふつうは前の日の夜7時）"),
    "still_coming": _("「来られますか」とたずねるお知らせ"),
}

_WEEKDAYS_JA = "月火水木金土日"


def language() -> str:
    """Return the reader's language, `ja` or `en`."""
    locale = get_locale()
    return str(locale.language) if locale else "ja"


def sentence(refusal: Refused) -> str:
    """Say why something is refused and what to do."""
    known = _SENTENCES.get(refusal.code)
    return (
        str(known) % refusal.facts
        if known is not None
        else gettext("できませんでした。もう一度お試しください。")
    )


def word(words: dict[str, Any], code: str) -> str:
    """Return the word for a code; the code itself where an old row has one that is not used any more."""
    return str(words.get(code, code))


def said(thing: object, name: str) -> str:
    """Return what an organiser wrote in the reader's language, or in Japanese where there is nothing in it."""
    translated = getattr(thing, f"{name}_{language()}", "") if language() != "ja" else ""
    return str(translated or getattr(thing, name))


def colon() -> str:
    """Return the sign between a label and what it says."""
    return "：" if language() == "ja" else ": "


def dot() -> str:
    """Return the sign between a thing and its part."""
    return "・" if language() == "ja" else " – "


def aside(text: str) -> str:
    """Return text in brackets, behind other text."""
    return f"（{text}）" if language() == "ja" else f" ({text})"


def mark(state: str) -> str:
    """Return a state as it stands before a title: 【中止】."""
    return f"【{word(STATES, state)}】" if language() == "ja" else f"[{word(STATES, state)}] "


def weekday_label(day: datetime) -> str:
    """Return the weekday: 日, or Sunday."""
    return _WEEKDAYS_JA[day.weekday()] if language() == "ja" else f"{day:%A}"


def month_label(day: datetime) -> str:
    """Return the month: 11月, or Nov."""
    return f"{day.month}月" if language() == "ja" else f"{day:%b}"


def month_title(day: datetime) -> str:
    """Return the month as a heading: 2026年11月, or November 2026."""
    return f"{day.year}年{day.month}月" if language() == "ja" else f"{day:%B %Y}"


def year_title(day: datetime) -> str:
    """Return the year as a heading: 2026年, or 2026."""
    return f"{day.year}年" if language() == "ja" else str(day.year)


def hours_text(hours: float) -> str:
    """Return hours without a needless decimal: 12, 7.5."""
    return f"{hours:g}"


def date_text(day: datetime) -> str:
    """Return a local date as people write it: 11月22日（日）, or Sunday 22 November; another year is named."""
    named = "" if day.year == to_user_timezone(clock.now()).year else str(day.year)
    if language() == "ja":
        return f"{named}{'年' if named else ''}{day.month}月{day.day}日（{_WEEKDAYS_JA[day.weekday()]}）"
    return f"{day:%A} {day.day} {day:%B} {named}".strip()


def clock_text(at: datetime) -> str:
    """Return a local time of day as people say it: 午前8時30分, or 8:30."""
    if language() != "ja":
        return f"{at.hour}:{at.minute:02d}"
    half, hour = ("午前", at.hour) if at.hour < 12 else ("午後", at.hour - 12)
    return f"{half}{hour}時{at.minute}分" if at.minute else f"{half}{hour}時"


def span_text(start: datetime, end: datetime) -> str:
    """Return from when to when: 午前8時〜10時, the half of the day once where both share it."""
    if language() != "ja":
        return (
            f"{clock_text(start)}–{clock_text(end)}" if start.date() == end.date() else _days_span(start, end)
        )
    if start.date() != end.date():
        return _days_span(start, end)
    same_half = (start.hour < 12) == (end.hour < 12)
    return f"{clock_text(start)}〜{clock_text(end)[2:] if same_half else clock_text(end)}"


def _days_span(start: datetime, end: datetime) -> str:
    return f"{date_text(start)} {clock_text(start)} – {date_text(end)} {clock_text(end)}"


def months_text(months: int) -> str:
    """Return a child's age: 8か月, 1歳2か月, or 1 year 2 months."""
    years, rest = divmod(months, 12)
    in_years = ngettext("%(num)s歳", "%(num)s歳", years) if years else ""
    in_months = ngettext("%(num)sか月", "%(num)sか月", rest) if rest or not years else ""
    return _one_after_the_other(in_years, in_months)


def _one_after_the_other(*words: str) -> str:
    return ("" if language() == "ja" else " ").join(word for word in words if word)
