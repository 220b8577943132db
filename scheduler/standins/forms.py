"""What is typed to look for a stand-in and to be one; shape only."""

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from scheduler.activities.models import Slot
from scheduler.participation.ages import child_rows, children_in, fit_rows
from scheduler.participation.signing import Company
from scheduler.parties.identity import IdentityForm
from scheduler.web import Form


class WayForm(Form):
    """Buttons; the only field is the token against other sites."""


class TakeOverForm(IdentityForm):
    """Who takes over: name, reading, one contact; the part is known. `clash` is a second tap."""

    clash = HiddenField()
    children = child_rows()

    @classmethod
    def asking(cls, slot: Slot, *, known: bool, typed: MultiDict[str, str] | None = None) -> "TakeOverForm":
        """Return the form that asks nothing again of somebody who is known; `typed` before is shown again."""
        form = cls() if typed is None else cls(formdata=typed)
        form.offer_line(slot.occurrence.activity.organization.line_account)
        if known:
            form.ask_nothing_again()
        if not slot.min_children:
            del form.children
            return form
        fit_rows(form.children, slot.min_children, slot.min_age)
        return form

    def company(self) -> Company:
        """Return the children who come along, where the part asks for some."""
        return Company(others=children_in(self.children) if "children" in self else ())
