"""What an organiser types on the board; shape only."""

from collections.abc import Callable, Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from scheduler import words
from scheduler.activities.left_words import left_in
from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.parts import MAX_PLACES
from scheduler.board.actions import MAX_MESSAGE
from scheduler.board.entering import Entry, Found
from scheduler.errors import Invalid
from scheduler.page_words import home_name
from scheduler.participation.ages import child_rows, children_in, fit_rows
from scheduler.participation.capacity import THE_CONTACT
from scheduler.participation.fields import age_text, companion_text
from scheduler.participation.grades import GRADES
from scheduler.participation.models import Participation
from scheduler.participation.queries import NamedPerson
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Household, Person
from scheduler.parties.names import email_in, kana_in, kana_key, phone_in, phone_text, reading_of
from scheduler.parties.tokens import new_token
from scheduler.text import text_in
from scheduler.web import Form, Ticks

NEW = "new"
_MOST = 60
_REASON = [DataRequired(_("本人に伝えるひとことを入れてください。")), Length(max=400)]
_OFF = {"autocomplete": "off"}


class UndoForm(Form):
    """One button; its only field is the token against other sites."""


class VerbForm(Form):
    """One of the verbs on the page of a sign-up, which shows them all."""

    def fit(self, row: Participation) -> None:
        """Offer what this sign-up can choose from."""


class ApproveForm(VerbForm):
    """A yes; `or_wait` is the second tap where it is full."""

    or_wait = HiddenField()


class DeclineForm(VerbForm):
    """A no to somebody who has applied or waits."""

    reason = TextAreaField(_("見送る理由（本人に伝わります）"), _REASON, render_kw={"rows": 3})


class AskForm(VerbForm):
    """A question to somebody who has applied or waits."""

    question = TextAreaField(
        _("たずねること"),
        [DataRequired(_("たずねることを入れてください。")), Length(max=400)],
        render_kw={"rows": 3},
    )


class MoveForm(VerbForm):
    """Another slot of the same date, and how the party agreed."""

    to = SelectField(_("移る役割"), [DataRequired(_("役割を選んでください。"))], choices=[], coerce=str)
    agreed = StringField(
        _("本人の承知"),
        [DataRequired(_("本人がどのように承知したかを入れてください。")), Length(max=200)],
        description=_("例：11月16日に電話で確認"),
        render_kw=_OFF,
    )

    def fit(self, row: Participation) -> None:
        """Offer the other slots of the date."""
        others = [slot for slot in row.slot.occurrence.slots if slot.id != row.slot_id]
        self.to.choices = {str(slot.id): _with_places(slot) for slot in others}


def _with_places(slot: Slot) -> str:
    left = left_in(slot)
    if slot.min_children:
        left = f"{left}{words.dot()}{gettext('お子さんといっしょの方')}"
    return f"{words.said(slot, 'name')}{words.aside(left)}"


class RemoveForm(VerbForm):
    """Why somebody is taken out."""

    why = TextAreaField(_("外す理由（本人に伝わります）"), _REASON, render_kw={"rows": 3})


class PeopleForm(VerbForm):
    """How many they are; who of the named does not come."""

    people = IntegerField(
        _("正しい人数"),
        [
            InputRequired(_("人数を入れてください。")),
            NumberRange(1, _MOST, _("1人から60人までにしてください。")),
        ],
        description=_("申し込んだ方もふくめた人数です。"),
        render_kw={"inputmode": "numeric", "min": 1, "max": _MOST},
    )
    without = Ticks(
        _("来なくなった方"),
        choices=[],
        coerce=str,
    )

    def fit(self, row: Participation) -> None:
        """Offer the named companions to be crossed out, and whoever has signed them up."""
        named = [one for one in row.companions if one.name or one.is_minor]
        others = {str(one.id): companion_text(one) for one in named}
        own = (
            {str(THE_CONTACT): row.contact.name} if named and row.contact_comes and not row.is_pledge else {}
        )
        self.without.choices = own | others
        if not named:
            del self.without

    @property
    def crossed_out(self) -> list[int]:
        """The ids of the companions who do not come, and THE_CONTACT."""
        return [int(one) for one in self.without.data or ()] if "without" in self else []


class ConsentForm(VerbForm):
    """A guardian's yes that came on paper or by telephone."""

    guardian = StringField(
        _("保護者のお名前"),
        [DataRequired(_("保護者のお名前を入れてください。")), Length(max=120)],
        render_kw=_OFF,
    )
    how = RadioField(_("受け取り方"), choices=[], default="paper")

    def fit(self, row: Participation) -> None:
        """Offer the ways in which a guardian's yes can come."""
        self.how.choices = {"paper": gettext("紙の同意書"), "telephone": gettext("電話")}


class ContactForm(VerbForm):
    """How somebody is reached who was entered without."""

    phone = StringField(_("電話番号"), [Length(max=40)], render_kw=_OFF | {"type": "tel", "inputmode": "tel"})
    email = StringField(
        _("メールアドレス"), [Length(max=254)], render_kw=_OFF | {"type": "email", "inputmode": "email"}
    )


class PlacesForm(Form):
    """How many places a slot shall have; `waits` names the parties of whom the organiser has read."""

    places = IntegerField(
        _("定員"),
        [
            InputRequired(_("人数を入れてください。")),
            NumberRange(1, MAX_PLACES),
        ],
        render_kw={"inputmode": "numeric", "min": 1, "max": MAX_PLACES},
    )
    waits = HiddenField()

    @property
    def agreed(self) -> list[int]:
        """The ids of the parties that shall wait."""
        typed = (self.waits.data or "").split(",")[:MAX_PLACES]
        return [int(one) for one in typed if one.isascii() and one.isdecimal() and len(one) < 10]


class MessageForm(Form):
    """An organiser's words to a slot or to the whole date; `sure` once the preview was seen."""

    slot = SelectField(_("だれに"), choices=[], coerce=str)
    text = TextAreaField(
        _("伝えること"),
        [
            DataRequired(_("伝えることを入れてください。")),
            Length(max=MAX_MESSAGE),
        ],
        description=_("日時と場所、問い合わせ先は、いっしょに届きます。"),
        render_kw={"rows": 6},
    )
    sure = HiddenField()

    def fit(self, occurrence: Occurrence) -> "MessageForm":
        """Offer the whole date and each slot, and say of which nobody has a place yet."""
        nobody = words.aside(gettext("まだいません"))
        slots = {
            str(slot.id): words.said(slot, "name") + ("" if slot.taken else nobody)
            for slot in occurrence.slots
        }
        self.slot.choices = {"": gettext("この日に来る方みんな")} | slots
        self.slot.flags.required = True
        return self

    @property
    def slot_id(self) -> int | None:
        """The slot that was chosen; None for the whole date."""
        return int(self.slot.data) if self.slot.data else None


class EntryForm(Form):
    """A sign-up by telephone or paper: who, how many, how they are reached; `known` is one who was found."""

    slot = SelectField(_("役割"), [DataRequired(_("役割を選んでください。"))], choices=[], coerce=str)
    name = StringField(_("お名前"), [Length(max=120)], render_kw=_OFF | {"autocapitalize": "words"})
    kana = StringField(
        _("ふりがな"),
        [Length(max=120)],
        description=_("名簿からさがすときは、名前かふりがなの一部だけでもかまいません。"),
        render_kw=_OFF,
    )
    phone = StringField(
        _("電話番号"),
        [Length(max=40)],
        description=_("電話もメールもない方は、空のままで。世話人から伝えてください。"),
        render_kw=_OFF | {"type": "tel", "inputmode": "tel"},
    )
    email = StringField(
        _("メールアドレス"), [Length(max=254)], render_kw=_OFF | {"type": "email", "inputmode": "email"}
    )
    people = IntegerField(
        _("人数"),
        [Optional(), NumberRange(1, _MOST, _("1人から60人までにしてください。"))],
        default=1,
        description=_("ご本人もふくめて。"),
        render_kw={"inputmode": "numeric", "min": 1, "max": _MOST},
    )
    children = child_rows()
    contact_grade = SelectField(_("申し込む方が18歳未満のとき"), choices=[], default="")
    note = StringField(_("世話人へのメモ"), [Length(max=400)], render_kw=_OFF)
    known = RadioField(_("この方ですか"), choices=[], validate_choice=False)
    request_key = HiddenField(default=new_token, validators=[Length(max=64)])
    wait = HiddenField()
    clash = HiddenField()

    def fit(self, occurrence: Occurrence, *, organises: bool, presets: bool = True) -> "EntryForm":
        """Offer the slots of the date; those that only the organiser gives are offered to organisers.

        Of several none is chosen beforehand where `presets` is false: a home has been asked for which it comes.
        """
        slots = [slot for slot in occurrence.slots if organises or slot.policy != "assigned"]
        self.slot.choices = {str(slot.id): _with_places(slot) for slot in slots}
        if presets or len(slots) == 1:
            free = [slot for slot in slots if slot.left > 0]
            self.slot.data = self.slot.data or str((free or slots or occurrence.slots)[0].id)
        else:
            self.slot.choices = {"": gettext("選んでください")} | self.slot.choices
        # Whoever is found and chosen needs neither; everybody else a name, and a reading where it does not tell it.
        self.name.flags.required = self.kana.flags.if_kanji = True
        fit_rows(self.children, 0)
        self.contact_grade.choices = {"": gettext("18歳以上です")} | {
            grade: str(words.GRADES[grade]) for grade, years in GRADES.items() if years >= 12
        }
        return self

    def offer(self, found: Found, homes: Iterable[Household], *, contacts: bool, may_be_new: bool) -> None:
        """Offer whoever was found to choose from; how they are reached only where that may be seen."""
        living = {home.id: home_name(home.name) for home in homes}
        people = {f"p{one.id}": _person_text(one, living, contacts=contacts) for one in found.people}
        households = {f"h{home.id}": _home_text(home) for home in found.households}
        other = {NEW: gettext("名簿にない、別の方です")} if may_be_new and found else {}
        self.known.choices = people | households | other

    def facts(self) -> PersonFacts:
        """Return who was typed."""
        name, kana, email, phone = (str(self[one].data or "") for one in ("name", "kana", "email", "phone"))
        return PersonFacts(name, reading_of(name, kana), email, phone)

    def validate_name(self, field: Field) -> None:
        """Ask for a name unless somebody known is chosen."""
        if self._is_new and not text_in(str(field.data or "")):
            raise ValidationError(gettext("お名前を入れてください。"))

    def validate_kana(self, field: Field) -> None:
        """Ask for a reading unless somebody known is chosen, no name is typed yet, or the name is its own."""
        if self._is_new and text_in(str(self.name.data or "")) and not kana_key(text_in(self.facts().kana)):
            raise ValidationError(gettext("ふりがなを入れてください。"))
        self._reached(kana_in, field)

    def validate_phone(self, field: Field) -> None:
        """Say at once with all the rest that nobody can be called so."""
        self._reached(phone_in, field)

    def validate_email(self, field: Field) -> None:
        """Say at once with all the rest that no mail arrives there."""
        self._reached(email_in, field)

    def _reached(self, read: Callable[[str], object], field: Field) -> None:
        if not self._is_new or not str(field.data or "").strip():
            return
        try:
            read(field.data)
        except Invalid as refused:
            raise ValidationError(words.sentence(refused)) from refused

    @property
    def _is_new(self) -> bool:
        return self._chosen("p") is None and self._chosen("h") is None

    @property
    def slot_id(self) -> int:
        """The slot that was chosen."""
        return int(self.slot.data)

    def entry(self) -> Entry:
        """Return the sign-up as typed."""
        return Entry(
            self.facts(),
            person_id=self._chosen("p"),
            household_id=self._chosen("h"),
            is_new=self.known.data == NEW,
            people=self.people.data or 1,
            children=children_in(self.children),
            contact_grade=self.contact_grade.data or "",
            note=self.note.data or "",
            or_wait=bool(self.wait.data),
            clash_ok=bool(self.clash.data),
            request_key=self.request_key.data or None,
        )

    def _chosen(self, kind: str) -> int | None:
        typed = str(self.known.data or "")
        number = typed.removeprefix(kind)
        is_one = typed.startswith(kind) and number.isascii() and number.isdecimal() and len(number) < 10
        return int(number) if is_one else None


def _person_text(one: Person, living: dict[int, str], *, contacts: bool) -> str:
    home = living.get(one.household_id or 0, "")
    reached = (phone_text(one.phone) if one.phone else one.email or "") if contacts else ""
    return " ".join(part for part in (f"{one.name}{words.aside(one.kana)}", home, reached) if part)


def _home_text(home: Household) -> str:
    return str(gettext("%(home)s（世帯で）", home=f"{home_name(home.name)} {home.address}".strip()))


def named_age(one: NamedPerson) -> str:
    """Return somebody's grade or age, or that they are grown up."""
    return age_text(one.grade, one.age_months) or gettext("大人")
