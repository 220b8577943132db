"""Words in the reader's language: a sentence for every refusal, a word for every code, dates as people write them."""

from datetime import datetime
from typing import Any

from flask_babel import get_locale, gettext, ngettext, to_user_timezone
from flask_babel import lazy_gettext as _

from scheduler import clock
from scheduler.errors import Refused
from scheduler.notice_words import CHANNELS as CHANNELS
from scheduler.notice_words import COMING as COMING
from scheduler.notice_words import NOT_TOLD as NOT_TOLD
from scheduler.notice_words import NOTICE_GROUPS as NOTICE_GROUPS
from scheduler.notice_words import NOTICE_KINDS as NOTICE_KINDS

LANGUAGES = (("ja", "日本語"), ("en", "English"))

_SENTENCES = {
    "full": _("ちょうど満員になりました。ほかの役割か、ほかの日を選んでください。"),
    "already_signed_up": _("もう申し込んでいます。自分の予定のページで確かめてください。"),
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
    "not_open_yet": _("申し込みはまだ始まっていません。始まる日時は、その日のページにあります。"),
    "sign_up_closed": _("申し込みは締め切りました。ほかの役割か、ほかの日を選んでください。"),
    "assigned_by_organiser": _("この役割は世話人が決めます。手伝いたい方は、世話人に直接お伝えください。"),
    "briefing_missing": _(
        "先に「%(briefing)s」への参加が必要です。説明会に申し込んでから、もう一度お願いします。"
    ),
    "too_young": _("この役割は、%(age)s歳以上の方にお願いしています。ほかの役割を選んでください。"),
    "guardian_must_come": _("お子さんだけでは申し込めません。保護者の方もいっしょに申し込んでください。"),
    "guardian_missing": _("保護者のお名前を入れてください。"),
    "more_named_than_pledged": _("お名前の数が、申し込む人数より多くなっています。人数を確かめてください。"),
    "answer_missing": _("「%(question)s」に答えてください。"),
    "answer_unusable": _("「%(question)s」の答えを確かめてください。"),
    "clash": _("同じ時間に「%(what)s」に申し込んでいます。それでもよければ、もう一度押してください。"),
    "hold_over": _("確かめる時間が過ぎたので、場所をほかの方にゆずりました。もう一度申し込んでください。"),
    "offer_over": _("返事の期限が過ぎたので、次の方に声をかけました。補欠でもう一度待つことができます。"),
    "stand_in_over": _("もうほかの方が引き受けたか、本人が来られるようになりました。ありがとうございます。"),
    "nobody_waits": _("いま補欠で待っている方に、お願いできる人がいません。ほかの方法でさがしてください。"),
    "no_date_chosen": _("来られる日を1つは選んでください。"),
    "no_date_joined": _(
        "選んだ日には、どれも申し込めませんでした。日を選び直すか、世話人に相談してください。"
    ),
    "policy_in_use": _(
        "もう申し込んでいる方がいるので、場所の決め方は変えられません。ほかの決まりは変えられます。"
    ),
    "too_late_to_withdraw": _(
        "締切を過ぎたので、ここでは取りやめられません。世話人に電話で知らせてください。"
    ),
    "already_answered": _("少し前にほかの人が答えました。画面を新しくして、いまの状態を確かめてください。"),
    "reason_missing": _("本人に伝えるひとことを入れてください。"),
    "agreement_missing": _("本人がどのように承知したかを入れてください。例：電話で確認。"),
    "places_taken": _("もう申し込んでいる方がいます。減らすと、%(names)sが補欠になります。"),
    "places_kept": _("ほかの団体のために取ってある場所があります。その数より少なくはできません。"),
    "needs_unusable": _("付き添いが要る役割の決め方を確かめてください。"),
    "kept_places_out_of_range": _("取っておく場所の数を確かめてください。合わせて定員までです。"),
    "moments_out_of_range": _("受付の始まりと締切を確かめてください。始まりは締切より前にしてください。"),
    "lottery_needs_deadline": _("抽選には締切が要ります。何日前に締め切るかを決めてください。"),
    "question_unusable": _("質問の内容と選択肢を確かめてください。"),
    "people_out_of_range": _("人数は1人から%(most)s人までにしてください。"),
    "age_out_of_range": _("お子さんの月齢を確かめてください。"),
    "name_missing": _("お名前とふりがなを入れてください。"),
    "email_unusable": _("メールアドレスの形を確かめてください。例：hanako@example.jp"),
    "phone_unusable": _("電話番号を確かめてください。例：090-1234-5678。内線は入れないでください。"),
    "contact_missing": _("メールアドレスか電話番号を、どちらか1つ入れてください。"),
    "limits_out_of_range": _("回数は0から31、長さは15分から1440分までにしてください。"),
    "limits_leave_no_time": _("「何時から」は「何時まで」より前の時刻にしてください。"),
    "household_name_missing": _("世帯の名前を入れてください。例：佐藤家"),
    "lives_elsewhere": _("この方は、もうほかの世帯の名簿にのっています。世話人に相談してください。"),
    "release_is_the_households": _("連絡先を見せるかどうかは、世帯の方か役員が決めます。"),
    "already_merged": _("少し前に、ほかの人が1人にまとめました。画面を新しくしてください。"),
    "proved_is_kept": _("メールを確かめた方のほうを残してください。"),
    "consent_is_over": _("同意の終わりは、これから先の日にしてください。"),
    "consent_needs_names": _("だれが、だれのことで同意したのか、お名前を入れてください。"),
    "list_empty": _("名簿を貼りつけてください。1行に1人です。"),
    "list_too_long": _("いちどに%(most)s人までです。分けて貼りつけてください。"),
    "list_unreadable": _("名簿の形が読み取れません。表計算の画面から写して、貼りつけてください。"),
    "list_has_problems": _("%(line)s行目を直してから、もう一度お試しください。"),
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
    "idempotency_key_unusable": _("Idempotency-Key は、1字から255字までの半角の文字にしてください。"),
    "idempotency_key_reused": _(
        "この Idempotency-Key は、別の内容で使われています。新しいものを使ってください。"
    ),
    "still_running": _("同じ操作をまだ行っています。少し待って、もう一度お試しください。"),
    "scope_missing": _(
        "このトークンには「%(scope)s」の権限がありません。権限のあるトークンか、サインインのトークンを使ってください。"
    ),
    "token_of_body": _("団体のトークンでは、ご本人の予定は見られません。ご自分のトークンを使ってください。"),
    "token_name_missing": _("何に使うトークンか、名前を入れてください。"),
    "token_scopes_missing": _("できることを1つは選んでください。"),
    "token_lifetime_out_of_range": _("使える日数は、1日から%(most)s日までにしてください。"),
    "too_many_tokens": _("トークンは%(most)sまでです。使っていないものを閉じてから、作ってください。"),
    "press_again": _("すみません、もう一度押してください。入れたものは残っています。"),
    "too_many_sign_ups": _(
        "ここからの申し込みが続いているので、いったん止めています。%(retry_at)sを過ぎてから、もう一度押してください。"
    ),
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
    "cancelled": _("中止"),
    "held": _("終わりました"),
}

PARTICIPATION_STATES = {
    "unverified": _("メール確認待ち"),
    "applied": _("返事待ち"),
    "waitlisted": _("補欠"),
    "offered": _("空きのご案内中"),
    "awaiting_guardian": _("保護者の同意待ち"),
    "awaiting_helpers": _("付き添い待ち"),
    "pledged": _("人数のみ"),
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


def language() -> str:
    """Return the reader's language, `ja` or `en`."""
    locale = get_locale()
    return str(locale.language) if locale else "ja"


def sentence(refusal: Refused) -> str:
    """Say why something is refused and what to do."""
    known = _SENTENCES.get(refusal.code)
    facts = {name: _moment_or_fact(fact) for name, fact in refusal.facts.items()}
    return str(known) % facts if known is not None else gettext("できませんでした。もう一度お試しください。")


def _moment_or_fact(fact: object) -> object:
    if not isinstance(fact, datetime):
        return fact
    at, today = to_user_timezone(fact), to_user_timezone(clock.now()).date()
    day = "" if at.date() == today else date_text(at)
    return _one_after_the_other(day, clock_text(at)) if day else clock_text(at)


def codes() -> set[str]:
    """Return every code that anything may be refused with."""
    return set(_SENTENCES)


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
