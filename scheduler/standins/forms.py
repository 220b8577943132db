"""What is typed to look for a stand-in and to be one; shape only."""

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, HiddenField, SelectField

from scheduler.activities.models import Slot
from scheduler.participation.fields import CHILD_ROWS, ages_to_choose, child_of
from scheduler.participation.signing import Company
from scheduler.parties.identity import IdentityForm
from scheduler.web import Form


class WayForm(Form):
    """Buttons; the only field is the token against other sites."""


class TakeOverForm(IdentityForm):
    """Who takes over: name, reading, one contact; the part is known. `clash` is a second tap."""

    clash = HiddenField()
    children = FieldList(
        SelectField(_("お子さん"), choices=ages_to_choose, default=""),
        _("お子さんの年齢・学年"),
        min_entries=CHILD_ROWS,
        max_entries=CHILD_ROWS,
        description=_("部屋や係の用意に使います。誕生日はうかがいません。"),
    )

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
        for child in form.children.entries[: slot.min_children]:
            child.flags.required = True
        return form

    def company(self) -> Company:
        """Return the children who come along, where the part asks for some."""
        chosen = [child.data for child in self.children if child.data] if "children" in self else []
        return Company(others=tuple(child_of(age) for age in chosen))
