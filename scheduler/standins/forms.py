"""What is typed to look for a stand-in and to be one; shape only."""

from wtforms import HiddenField

from scheduler.activities.models import Slot
from scheduler.parties.identity import IdentityForm
from scheduler.web import Form


class WayForm(Form):
    """Buttons; the only field is the token against other sites."""


class TakeOverForm(IdentityForm):
    """Who takes over: name, reading, one contact; the part is known. `clash` is a second tap."""

    clash = HiddenField()

    @classmethod
    def asking(cls, slot: Slot, *, known: bool) -> "TakeOverForm":
        """Return the form that asks nothing again of somebody who is known."""
        form = cls()
        form.offer_line(slot.occurrence.activity.organization.line_account)
        if known:
            form.ask_nothing_again()
        return form
