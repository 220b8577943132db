"""What is typed to sign a group up and to name its people; shape only."""

from collections.abc import Iterator
from dataclasses import replace

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from scheduler import words
from scheduler.activities.codes import GROWN_UP
from scheduler.activities.models import Slot
from scheduler.groups.actions import may_come_alone, may_stay_away
from scheduler.groups.queries import Spoken
from scheduler.page_words import home_name
from scheduler.participation.ages import AgeField
from scheduler.participation.capacity import THE_CONTACT
from scheduler.participation.fields import (
    PartyForm,
    companion_text,
    for_adults_only,
)
from scheduler.participation.grades import GRADES
from scheduler.participation.guards import MAX_PEOPLE
from scheduler.participation.models import Participation
from scheduler.participation.signing import Named, SignUp
from scheduler.parties.identity import kana_field, name_field
from scheduler.web import Form, Ticks

_COUNT = {"inputmode": "numeric", "min": 1, "max": MAX_PEOPLE}
_PEOPLE = [
    InputRequired(_("人数を入れてください。")),
    NumberRange(1, MAX_PEOPLE, _("人数は1人から60人までにしてください。")),
]
_FREE, _HOME, _BODY = "name", "home", "body-"


class GroupForm(PartyForm):
    """A yes for a group: which one, how many people, and who speaks for it."""

    _home_id: int | None = None

    party = RadioField(
        _("どの団体・グループですか"),
        [InputRequired(_("どの団体・グループかを選んでください。"))],
        choices=[],
    )
    group_name = StringField(
        _("団体・グループの名前"),
        [Length(max=120)],
        description=_("例：駅前商店会、つどい野高校2年1組。このサービスにページがなくてもかまいません。"),
        render_kw={"autocomplete": "organization"},
    )
    people = IntegerField(
        _("人数"),
        _PEOPLE,
        description=_("来る方みんなの人数です。あとで変えられます。お名前は、あとからでかまいません。"),
        render_kw=_COUNT,
    )
    comes = BooleanField(_("申し込むわたしも、いっしょに行きます（人数に入れます）"), default=True)

    def offer(self, spoken: Spoken, *, has_share: bool) -> "GroupForm":
        """Let the one who asks choose among the bodies and the household that they speak for; a share is chosen."""
        choices = {f"{_BODY}{body.id}": words.said(body, "name") for body in spoken.bodies}
        if spoken.household is not None:
            choices[_HOME] = home_name(spoken.household.name)
        if has_share or not choices:
            del self.party
        else:
            self.party.choices = [*choices.items(), (_FREE, gettext("ほかの団体・グループ"))]
            self.group_name.description = gettext("「ほかの団体・グループ」を選んだときに入れてください。")
        if has_share:
            del self.group_name
        elif not choices:
            self.group_name.flags.required = True
        self._home_id = spoken.household.id if spoken.household is not None else None
        return self

    def __iter__(self) -> Iterator[Field]:
        """Go through the fields in the order of the page: what is wrong is listed so."""
        first = ("party", "group_name", "people")
        return iter(sorted(super().__iter__(), key=lambda one: one.name not in first))

    def validate_group_name(self, field: Field) -> None:
        """Ask for a name where none of the own bodies is chosen."""
        if self._party() == _FREE and not (field.data or "").strip():
            raise ValidationError(gettext("団体・グループの名前を入れてください。"))

    def _party(self) -> str:
        return str(self.party.data) if "party" in self else _FREE

    def sign_up(self) -> SignUp:
        """Return the yes as typed, without who says it."""
        party = self._party()
        body_id = int(party.removeprefix(_BODY)) if party.startswith(_BODY) else None
        return replace(
            self.yes(),
            organization_id=body_id,
            household_id=self._home_id if party == _HOME else None,
            group_name=str(self.group_name.data or "") if party == _FREE and "group_name" in self else "",
            pledged=self.people.data,
            contact_comes=bool(self.comes.data),
        )


class OwnNameForm(Form):
    """Somebody's own name and reading, and the school grade of who is under age."""

    name = name_field()
    kana = kana_field(_("保険の名簿に使います。ひらがなでもカタカナでも、ローマ字でもかまいません。"))
    grade = SelectField(
        _("18歳未満の方は学年"),
        choices=[],
        default="",
        description=_("18歳未満の方の参加には、保護者の同意が必要です。"),
    )

    @classmethod
    def for_slot(cls, slot: Slot) -> "OwnNameForm":
        """Return the form that asks for a grade only where people under age may come, and offers those who may."""
        form = cls()
        youngest = slot.min_age or 0
        if slot.occurrence.activity.minors == "no" or youngest >= GROWN_UP:
            del form.grade
        else:
            fitting = [grade for grade, years in GRADES.items() if years >= youngest]
            form.grade.choices = {"": gettext("18歳以上です")} | {
                grade: str(words.GRADES[grade]) for grade in fitting
            }
        return form

    def named(self) -> Named:
        """Return who it is."""
        grade = str(self.grade.data or "") if "grade" in self else ""
        return Named(str(self.name.data or ""), str(self.kana.data or ""), grade=grade)


class NameListForm(Form):
    """A list of names, pasted."""

    pasted = TextAreaField(
        _("名簿"),
        [DataRequired(_("名簿を貼りつけてください。1行に1人です。")), Length(max=20_000)],
        description=_(
            "1行に1人。お名前とふりがなの間はタブかコンマ、18歳未満の方は3つ目に学年。例：山田 花子,やまだ はなこ,高1"
        ),
        render_kw={"rows": 6},
    )


class PeopleForm(Form):
    """Another number of people."""

    people = IntegerField(_("人数"), _PEOPLE, render_kw=_COUNT)

    def number(self) -> int:
        """Return how many."""
        return int(self.people.data or 0)


class MoreForm(Form):
    """Who else comes along: somebody by name, or a child by age."""

    name = StringField(
        _("加える方のお名前"),
        [Length(max=120)],
        description=_("お子さんは、年齢だけでもかまいません。"),
        render_kw={"autocomplete": "off"},
    )
    age = AgeField(_("お子さんのときは、年齢"))

    @classmethod
    def of(cls, row: Participation, *, empty: bool = False) -> "MoreForm":
        """Return the form that asks for an age only where children may come; empty beside another that was sent."""
        form = cls(formdata=None) if empty else cls()
        if for_adults_only(row.slot):
            del form.age
            form.name.description = ""
            form.name.validators = [
                DataRequired(_("加える方のお名前を入れてください。")),
                *form.name.validators,
            ]
            form.name.flags.required = True
        else:
            form.name.flags.either = form.age.flags.either = True
        return form

    def one(self) -> Named:
        """Return who it is."""
        child = self.age.child if "age" in self else None
        return replace(child or Named(), name=str(self.name.data or ""))


class FewerForm(Form):
    """Who of a party does not come."""

    without = Ticks(
        _("来なくなった方"),
        choices=[],
        coerce=str,
    )

    @classmethod
    def of(cls, row: Participation, *, empty: bool = False) -> "FewerForm":
        """Return the form that offers everybody who comes, and says what it means to let children come alone.

        It is empty beside another that was sent.
        """
        form = cls(formdata=None) if empty else cls()
        own = (
            {str(THE_CONTACT): gettext("%(name)s（ご本人）", name=row.contact.name)}
            if may_stay_away(row)
            else {}
        )
        form.without.flags.required = True
        form.without.choices = own | {str(one.id): companion_text(one) for one in row.companions}
        children = [one for one in row.companions if one.is_minor]
        # The last adult may be another than the contact, and a small one may stay at home while the big one comes.
        adults_may_leave = row.has_grown_up and bool(own or not row.contact_comes)
        some_may = any(may_come_alone(row, [one]) for one in children)
        if adults_may_leave and some_may and not row.contact_grade:
            form.without.description = gettext(
                "小学生からのお子さんだけで参加するときは、申し込んだ方が保護者として同意したことになります。"
            )
        return form

    @property
    def left_out(self) -> list[int]:
        """The ids of the companions who do not come, and THE_CONTACT."""
        return [int(one) for one in self.without.data or ()]

    def names_left_out(self) -> str:
        """Return who was ticked, in words."""
        ticked = [str(said) for _key, said, chosen, _look in self.without.iter_choices() if chosen]
        return ("、" if words.in_japanese() else ", ").join(ticked)
