"""What is typed to sign up for many dates; shape only."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field, RadioField
from wtforms.validators import DataRequired

from scheduler import words
from scheduler.activities.models import Slot
from scheduler.activities.recurrence import to_local
from scheduler.activities.rule_words import MONTHS
from scheduler.participation.fields import CompanyForm
from scheduler.participation.signing import SignUp
from scheduler.series.actions import Wish
from scheduler.series.queries import month_of
from scheduler.web import Form, Ticks


def _months() -> dict[str, str]:
    return {str(at): str(month) for at, month in enumerate(MONTHS, 1)}


class ButtonForm(Form):
    """Buttons; the only field is the token against other sites."""


class MonthsForm(Form):
    """In which months one does not come."""

    months_off = Ticks(_("休む月"), choices=_months, description=_("選んだ月には申し込みません。"))

    def months(self) -> list[int]:
        """Return the months."""
        return [int(month) for month in self.months_off.data or ()]


class SeriesForm(CompanyForm):
    """Which dates, and who comes: every time but for some months, or the dates that are ticked."""

    slots: Sequence[Slot] = ()
    # Nothing is chosen beforehand: nobody signs up for ever by pressing a button.
    scope = RadioField(
        _("どの日に来られますか"),
        [DataRequired(_("どれかを選んでください。"))],
        choices=[],
    )
    months_off = Ticks(
        _("休む月"),
        choices=_months,
        description=_("選んだ月には申し込みません。「下で選んだ日だけ」のときは、いりません。"),
    )
    dates = Ticks(_("来られる日"), choices=[], description=_("「下で選んだ日だけ」のときに選びます。"))

    @classmethod
    def for_slots(
        cls, slots: Sequence[Slot], *, known: bool, typed: MultiDict[str, str] | None = None
    ) -> "SeriesForm":
        """Return the form with these dates to choose from; nothing is asked again of somebody who is known.

        `typed` is what was typed before and is shown again.
        """
        form = cls.for_slot(slots[0], known=known, typed=typed)
        form.dates.choices = {str(slot.occurrence_id): _day(slot) for slot in slots}
        form.slots = slots
        all_now = gettext(
            "いま決まっている%(count)s回だけ、%(last)sまで", count=len(slots), last=_day_of(slots[-1])
        )
        every = gettext("毎回。これからできる日も、やめるまで自動で申し込みます")
        # Of a single date there is nothing to choose from.
        some = [("some", gettext("下で選んだ日だけ"))] if len(slots) > 1 else []
        form.scope.choices = [("all", all_now), ("every", every), *some]
        return form

    def __iter__(self) -> Iterator[Field]:
        """Go through the fields in the order of the page: what is wrong is listed so."""
        first = ("scope", "months_off", "dates")
        return iter(sorted(super().__iter__(), key=lambda one: one.name not in first))

    def wish(self, position: int) -> Wish:
        """Return which dates were chosen."""
        months = tuple(int(month) for month in self.months_off.data or ())
        dates = tuple(int(date) for date in self.dates.data or ())
        if self.scope.data == "all":
            dates = tuple(slot.occurrence_id for slot in self.slots if month_of(slot) not in months)
        return Wish(position, self.scope.data == "every", months, dates)

    def sign_up(self) -> SignUp:
        """Return the yes as typed, without who says it."""
        return replace(self.yes(), company=self.company())


def _day_of(slot: Slot) -> str:
    return words.date_text(to_local(slot.starts_at, slot.occurrence.activity.timezone))


def _day(slot: Slot) -> str:
    starts = to_local(slot.starts_at, slot.occurrence.activity.timezone)
    left = "" if slot.left > 0 else gettext("（満員・補欠）")
    return f"{words.date_text(starts)} {words.clock_text(starts)}{left}"
