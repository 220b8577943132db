"""The living page of all parts in all states, for people who draw screens; only where debugging is switched on."""

from datetime import datetime

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
    validators,
)

from scheduler.activities.search import Choices
from scheduler.activities.wishes import Wish
from scheduler.web import PlainForm, Ticks, settings

pages = Blueprint("design", __name__)

# Wall-clock times, as the parts take them.
DATES = {
    "sunday": datetime.fromisoformat("2026-11-22 08:00"),
    "weekday": datetime.fromisoformat("2026-11-25 10:30"),
    "saturday": datetime.fromisoformat("2026-12-05 09:00"),
    "holiday": datetime.fromisoformat("2026-11-23 10:30"),
}


class SampleForm(PlainForm):
    """Every kind of field once."""

    name = StringField(
        "お名前",
        [validators.DataRequired("お名前を書いてください。")],
        render_kw={"autocomplete": "name"},
    )
    kana = StringField(
        "ふりがな",
        [validators.DataRequired("ふりがなをひらがなで書いてください。")],
        description="ひらがなで書きます",
    )
    email = EmailField(
        "メール",
        [
            validators.DataRequired(),
            validators.Regexp(".+@.+", message="メールの形が違います。例：hana@example.jp"),
        ],
        description="前の日のお知らせに使います",
        render_kw={"autocomplete": "email"},
    )
    channel = RadioField(
        "お知らせの受け取り方",
        choices=lambda: {"email": "メール", "phone": "電話", "paper": "紙で班長から"},
    )
    body = SelectField(
        "団体",
        choices=lambda: {"1": "みどり町内会", "2": "四街道おはなしボランティアの会「どんぐり」"},
    )
    day = DateField("日", [validators.Optional()])
    starts = TimeField("始まり", [validators.Optional()])
    places = IntegerField(
        "人数",
        [validators.DataRequired("人数を数字で書いてください。")],
        description="付き添いの方も入れます",
    )
    help = Ticks(
        "手伝ってほしいこと",
        choices=lambda: {"wheelchair": "車いす", "sign": "手話", "print": "大きな文字"},
    )
    words = TextAreaField("ひとこと", description="世話人だけが読みます")
    agree = BooleanField("写真に写ってもよい", description="会報とこのページに使うことがあります")


@pages.get("/design")
def parts() -> ResponseReturnValue:
    """Show every part in every state."""
    if not settings().debug:
        abort(404)
    sent = MultiDict({"wrong-email": "hana", "wrong-places": "たくさん", "wrong-channel": "fax"})
    wrong = SampleForm(sent, prefix="wrong")
    wrong.validate()
    form = SampleForm(data={"name": "北条 千恵子", "channel": "email"}, prefix="good")
    narrowing = {
        "wish": Wish(when="week", words="おはなし", ease=("seated",)),
        "choices": Choices([], [], []),
    }
    return render_template("design.html", dates=DATES, form=form, wrong_form=wrong, **narrowing)
