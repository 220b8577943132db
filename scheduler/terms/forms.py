"""What an organiser types about terms; days on the page, minutes inside. Shape only."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from scheduler import words
from scheduler.activities.codes import GROWN_UP
from scheduler.activities.fields import TagFields
from scheduler.activities.models import Activity, SlotTemplate
from scheduler.activities.parts import MAX_CHILDREN, Need, Question, SlotFacts, facts_of
from scheduler.activities.plans import latest_parts
from scheduler.web import Form, PlainForm

QUESTION_ROWS = 3
_DAY = 24 * 60
_REQUIRED = _("ここは必ず入れてください。")
_KINDS = {"text": _("文字"), "choice": _("選ぶ"), "number": _("数"), "yes_no": _("はい・いいえ")}
_NUMBER = {"inputmode": "numeric", "min": 0}


def _said(words_of: Mapping[str, object]) -> list[tuple[str, str]]:
    return [(code, str(word)) for code, word in words_of.items()]


def _whole(label: str, most: int, description: str = "") -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(0, most)], render_kw=_NUMBER, description=description)


class ActivityTermsForm(TagFields, Form):
    """To which programmes it belongs, who may come under age, when to warn, whether to call, who stays responsible."""

    minors = RadioField(_("18歳未満の方"), choices=lambda: _said(words.MINORS))
    warn_days = IntegerField(
        _("人が足りないとき、何日前に知らせますか"),
        [InputRequired(_REQUIRED), NumberRange(0, 60)],
        render_kw=_NUMBER,
        description=_("最少人数に届かない役割があれば、世話人に知らせます。"),
    )
    may_call = BooleanField(_("そのとき、来てくれそうな方にも声をかける"))
    stays_responsible = BooleanField(
        _("行けなくなった方は、代わりの人が決まるまで担当のまま（代わりをさがせます）")
    )


class QuestionRow(PlainForm):
    """One question; a row without a label does not count."""

    label = StringField(_("質問"), [Optional(), Length(max=200)])
    purpose = StringField(
        _("何に使いますか"), [Optional(), Length(max=200)], description=_("質問のそばに出ます。")
    )
    kind = SelectField(_("答え方"), choices=lambda: _said(_KINDS), default="text")
    choices = StringField(
        _("選択肢"), [Optional(), Length(max=800)], description=_("「選ぶ」のとき、「、」で区切ります。")
    )
    required = BooleanField(_("必ず答えてもらう"))
    erase_days = IntegerField(
        _("答えを消す日"),
        [Optional(), NumberRange(0, 365)],
        default=30,
        render_kw=_NUMBER,
        description=_("その日の何日後に消しますか。"),
    )


class PartTermsForm(Form):
    """How the places of a part are given, until when, to whom, and what is asked."""

    policy = RadioField(_("場所の決め方"), choices=lambda: _said(words.POLICIES))
    target = _whole(_("めやすの人数"), 5000, _("これだけいると助かる、という人数です。"))
    opens_days = _whole(_("受付の始まり"), 400, _("空けておくと、いつでも申し込めます。"))
    closes_days = _whole(_("申し込みの締切"), 400, _("0は始まる直前までです。抽選は締切のときにします。"))
    cancel_days = _whole(_("自分で取りやめられる期限"), 400, _("そのあとは世話人への電話になります。"))
    offer_hours = IntegerField(
        _("補欠の方が返事をするまでの時間"),
        [InputRequired(_REQUIRED), NumberRange(1, 336)],
        render_kw=_NUMBER,
    )
    first_timers = _whole(
        _("はじめての方のために取っておく場所"), 5000, _("前の日には、だれでも申し込めるようになります。")
    )
    min_age = _whole(_("何歳から"), 100)
    max_age = _whole(
        _("お子さんは何歳まで"),
        GROWN_UP - 1,
        _("1人でも当てはまれば、上のごきょうだいもいっしょに来られます。"),
    )
    min_children = _whole(
        _("いっしょに来るお子さん（何人から）"),
        MAX_CHILDREN,
        _("親子の会のように、お子さんといっしょの方だけのときに入れます。0は、大人だけでも申し込めます。"),
    )
    briefing = SelectField(_("先に参加してもらう説明会"), choices=[], default="")
    needs_part = SelectField(_("付き添う人の役割"), choices=[], default="")
    needs_each = IntegerField(
        _("1人に付き添う人数"), [Optional(), NumberRange(1, 20)], default=1, render_kw=_NUMBER
    )
    questions = FieldList(
        FormField(QuestionRow), _("申し込むときに聞くこと"), min_entries=QUESTION_ROWS, max_entries=10
    )

    @classmethod
    def for_part(cls, part: SlotTemplate, briefings: list[Activity], **typed: Any) -> "PartTermsForm":
        """Return the form of a part with what can be chosen for it."""
        form = cls(**typed)
        form.briefing.choices = {"": gettext("なし")} | {str(one.id): one.title for one in briefings}
        others = [one for one in latest_parts(part.activity) if one is not part and not one.needs]
        form.needs_part.choices = {"": gettext("なし")} | {str(one.position): one.name for one in others}
        return form

    def facts(self, part: SlotTemplate) -> SlotFacts:
        """Return the part with these terms."""
        opens = self.opens_days.data
        return replace(
            facts_of(part),
            policy=self.policy.data,
            target=self.target.data or None,
            opens_before=None if opens is None else opens * _DAY,
            closes_before=(self.closes_days.data or 0) * _DAY,
            cancel_before=(self.cancel_days.data or 0) * _DAY,
            offer_hours=self.offer_hours.data or 24,
            first_timers=self.first_timers.data or 0,
            min_age=self.min_age.data,
            max_age=self.max_age.data,
            min_children=self.min_children.data or 0,
            briefing_id=int(self.briefing.data) if self.briefing.data else None,
            needs=self._needs(),
            questions=self._questions(part),
        )

    def _needs(self) -> tuple[Need, ...]:
        chosen = self.needs_part.data
        return (Need(int(chosen), self.needs_each.data or 1),) if chosen else ()

    def _questions(self, part: SlotTemplate) -> tuple[Question, ...]:
        rows = [row.data for row in self.questions if (row.data["label"] or "").strip()]
        keys = {question["label"]: question["key"] for question in part.questions}
        return tuple(_question(row, keys, number) for number, row in enumerate(rows, start=1))


def _question(row: dict[str, Any], keys: Mapping[str, str], number: int) -> Question:
    choices = [choice for choice in (row["choices"] or "").replace(",", "、").split("、") if choice.strip()]
    return Question(
        key=keys.get(row["label"], f"q{number}"),
        label=row["label"],
        purpose=row["purpose"] or "",
        kind=row["kind"],
        choices=tuple(choices) if row["kind"] == "choice" else (),
        required=row["required"],
        erase_days=30 if row["erase_days"] is None else row["erase_days"],
    )


def typed_of(part: SlotTemplate) -> dict[str, Any]:
    """Return a part's terms as the form's values."""
    need = part.needs[0] if part.needs else {"position": "", "per_place": 1}
    days = {
        "opens_days": None if part.opens_before is None else part.opens_before // _DAY,
        "closes_days": part.closes_before // _DAY,
        "cancel_days": part.cancel_before // _DAY,
    }
    plain = {
        name: getattr(part, name)
        for name in ("policy", "target", "offer_hours", "first_timers", "min_age", "max_age", "min_children")
    }
    questions = [question | {"choices": "、".join(question["choices"])} for question in part.questions]
    return (
        plain
        | days
        | {
            "briefing": str(part.briefing_id or ""),
            "needs_part": str(need["position"]),
            "needs_each": need["per_place"],
            "questions": questions,
        }
    )
