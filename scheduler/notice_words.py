"""Words about how people are told: ways, what went wrong, answers, kinds of notice. Read through `words`."""

from flask_babel import lazy_gettext as _

CHANNELS = {
    "push": _("この端末の通知"),
    "line": "LINE",
    "email": _("メール"),
    "sms": _("SMS（ショートメール）"),
    "phone": _("電話"),
    "paper": _("紙（近所の人が届けます）"),
}

# Why somebody was not told, in words that an organiser can act on.
NOT_TOLD = {
    "refused": _("このアドレスには届きません。"),
    "bounced": _("メールが戻ってきました。"),
    "gave_up": _("何日も送り直しましたが、届きませんでした。"),
    "no_address": _("連絡先がありません。"),
    "not_by_hand": _("メールなどの受け取り方がありません。"),
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

# Why dates are mostly decided about as they are.
CAUSES = {
    "rain": _("雨"),
    "wind": _("強風"),
    "heat": _("暑さ"),
    "snow": _("雪"),
    "infection": _("感染症"),
    "hands": _("人手不足"),
    "other": _("ほかの理由"),
}
