"""What is typed to sign in, of one's own measure, and of households; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from scheduler import words
from scheduler.form_checks import Accepted
from scheduler.parties.actions import LONGEST, MOST_TIMES, SHORTEST, PersonFacts
from scheduler.parties.blocks import BlockNames
from scheduler.parties.bodies import LENGTHS, BodyFacts
from scheduler.parties.households import HomeFacts
from scheduler.parties.identity import kana_field
from scheduler.parties.limits import Limits
from scheduler.parties.models import Organization
from scheduler.parties.names import email_in, phone_in
from scheduler.web import Form


class BodyForm(Form):
    """What a body says of itself."""

    kana = StringField(
        _("団体の名前のふりがな"),
        [Length(max=120)],
        description=_("やさしい日本語のページで、名前の上に出ます。"),
    )
    name_en = StringField(
        _("団体の名前（英語）"),
        [Length(max=120)],
        description=_("英語のページで、名前の代わりに出ます。"),
        render_kw={"lang": "en"},
    )
    contact = StringField(
        _("問い合わせ先"),
        [Length(max=200)],
        description=_("だれでも見られるページに出ます。役職と電話番号など。"),
    )
    about = TextAreaField(_("どんな団体ですか"), [Length(max=2000)], render_kw={"rows": 4})
    about_en = TextAreaField(
        _("どんな団体ですか（英語）"), [Length(max=2000)], render_kw={"rows": 4, "lang": "en"}
    )

    def facts(self) -> BodyFacts:
        """Return what was typed, in the shape the actions take."""
        return BodyFacts(**{name: getattr(self, name).data or "" for name in LENGTHS})


class SignInForm(Form):
    """The address to which link and code are mailed."""

    email = StringField(
        _("メールアドレス"),
        [DataRequired(_("メールアドレスを入れてください。")), Length(max=254), Accepted(email_in)],
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email"},
    )


class CodeForm(Form):
    """The six digits of the mail."""

    digits = StringField(
        _("メールにある6けたの数字"),
        [DataRequired(_("6けたの数字を入れてください。")), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


_TIME_MISSING = _("時刻を入れてください。例：21:00")


class LimitsForm(Form):
    """My measure: how often, how long, how heavy, when; and when not to be disturbed."""

    times_a_month = IntegerField(
        _("1か月に何回まで"),
        [Optional(), NumberRange(0, MOST_TIMES, _("0から31までの数にしてください。"))],
        description=_("入れなければ、回数の上限はありません。お願いを受けないときは、0を入れます。"),
        render_kw={"inputmode": "numeric", "min": 0, "max": MOST_TIMES},
    )
    max_minutes = IntegerField(
        _("1回に何分まで"),
        [Optional(), NumberRange(SHORTEST, LONGEST, _("15から1440までの数にしてください。"))],
        description=_("2時間なら 120。入れなければ、長さの上限はありません。"),
        render_kw={"inputmode": "numeric", "min": SHORTEST, "max": LONGEST},
    )
    no_heavy = BooleanField(_("重い物は持ちません"))
    not_before = TimeField(
        _("何時から"), [Optional()], description=_("これより早くは、お願いしません。例：9:00")
    )
    not_after = TimeField(
        _("何時まで"), [Optional()], description=_("この時刻までに終わることだけ、お願いします。")
    )
    quiet_from = TimeField(_("止める時刻"), [InputRequired(_TIME_MISSING)])
    quiet_until = TimeField(_("また届く時刻"), [InputRequired(_("時刻を入れてください。例：7:00"))])

    def limits(self) -> Limits:
        """Return what was typed."""
        return Limits(**{name: getattr(self, name).data for name in Limits.__annotations__})


class NewBlocksForm(Form):
    """The blocks of an association, by their names."""

    names = TextAreaField(
        _("班の名前"),
        [DataRequired(_("班の名前を入れてください。例：1班"))],
        description=_("1行に1つ入れます。例：1班"),
        render_kw={"rows": 5},
    )


class RenameForm(Form):
    """How a block is called."""

    name = StringField(
        _("新しい名前"), [DataRequired(_("班の名前を入れてください。例：1班")), Length(max=120)]
    )
    kana = StringField(
        _("班の名前のふりがな"),
        [Length(max=120)],
        description=_("会の名前もふくめて。やさしい日本語のページで、名前の上に出ます。"),
    )
    name_en = StringField(
        _("班の名前（英語）"),
        [Length(max=120)],
        description=_("英語のページで、名前の代わりに出ます。"),
        render_kw={"lang": "en"},
    )

    def names(self) -> BlockNames:
        """Return what was typed."""
        return BlockNames(*(str(self[name].data or "") for name in ("name", "kana", "name_en")))


class BlockForm(Form):
    """The block that something is written into; asked only where there are several."""

    block = SelectField(_("班"), [InputRequired()], choices=[])

    def fit(self, blocks: list[Organization]) -> "BlockForm":
        """Ask for one of these blocks, or for none where there is one."""
        self.block.choices = [(one.slug, words.said(one, "name")) for one in blocks]
        self.blocks = {one.slug: one for one in blocks}
        if len(blocks) == 1:
            del self.block
        return self

    def chosen(self) -> Organization:
        """Return the block that was chosen."""
        return self.blocks[self.block.data] if "block" in self else next(iter(self.blocks.values()))


class HomeFields(Form):
    """A household as it stands on the list of its block."""

    name = StringField(
        _("世帯の名前"),
        [DataRequired(_("世帯の名前を入れてください。例：佐藤家")), Length(max=120)],
        description=_("例：佐藤家"),
    )
    address = StringField(_("住所"), [Length(max=200)], render_kw={"autocomplete": "off"})
    place = IntegerField(
        _("回る順番"),
        [Optional(), NumberRange(1, 9999, _("1からの数にしてください。"))],
        description=_("回覧を回す順です。入れなければ、いちばん後になります。"),
        render_kw={"inputmode": "numeric", "min": 1},
    )

    def facts(self) -> HomeFacts:
        """Return what was typed."""
        return HomeFacts(str(self.name.data), self.address.data or "", self.place.data)


class NewHomeForm(HomeFields, BlockForm):
    """A household to add to a block."""


class HomeForm(HomeFields):
    """A household to correct; only officers write down that its contacts are released."""

    releases_contact = BooleanField(
        _("班長に連絡先を見せてよい"), description=_("世帯の方がそう言ったときだけ、印をつけてください。")
    )


class MemberForm(Form):
    """Somebody of a household; who has neither mail nor telephone is reached on paper."""

    name = StringField(_("お名前"), [DataRequired(_("お名前を入れてください。")), Length(max=120)])
    kana = kana_field()
    email = StringField(
        _("メールアドレス"),
        [Length(max=254), Accepted(email_in)],
        description=_("ご本人から聞いたときだけ入れてください。なければ、紙と電話でお知らせします。"),
        render_kw={"type": "email", "autocomplete": "off", "inputmode": "email"},
    )
    phone = StringField(
        _("電話番号"),
        [Length(max=60), Accepted(phone_in)],
        render_kw={"type": "tel", "autocomplete": "off", "inputmode": "tel"},
    )

    def facts(self) -> PersonFacts:
        """Return what was typed."""
        return PersonFacts(
            str(self.name.data), str(self.kana.data), self.email.data or "", self.phone.data or ""
        )


class MemberListForm(BlockForm):
    """A member list pasted from a spreadsheet; `sure` once its preview was seen."""

    pasted = TextAreaField(
        _("名簿"),
        [DataRequired(_("名簿を貼りつけてください。1行に1人です。")), Length(max=100_000)],
        description=_("左から、お名前、ふりがな、住所、電話番号。表計算の画面から写して、そのまま貼れます。"),
        render_kw={"rows": 8, "autocomplete": "off", "spellcheck": "false"},
    )
    sure = HiddenField()
