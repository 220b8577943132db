"""What is typed about paper: a sheet's code, what shall be printed, and a whole sheet as it is keyed in; shape only."""

import unicodedata
from collections.abc import Iterable, Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from scheduler import words
from scheduler.paper import actions
from scheduler.paper.actions import KeyedLine
from scheduler.paper.models import PrintedSheet
from scheduler.paper.printing import MOST_TEXT, Wanted
from scheduler.participation.typed_ages import ages_in
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Organization
from scheduler.parties.names import reading_of
from scheduler.text import text_in
from scheduler.web import Form

_YES = frozenset("○◯〇ovV✓レ")
_NO = frozenset("×xX✕-ー")
_MOST_DIGITS = 4
# Instead of one block: a sheet for each.
_EACH = "each"


class CodeForm(Form):
    """The code in the corner of a sheet."""

    code = StringField(
        _("紙の番号"),
        [DataRequired(_("紙の番号を入れてください。")), Length(max=40)],
        description=_("紙の題の近くにある5けたの数字です。申込用紙は右上、回覧は題の下です。"),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )


class PrintForm(Form):
    """Which sheet shall be printed: for which block, and what a circular says."""

    kind = HiddenField(validators=[Length(max=20)])
    block = SelectField(_("どの班"))
    text = TextAreaField(_("伝えること"), [Length(max=MOST_TEXT)], render_kw={"rows": 5})
    useful_until = DateField(
        _("いつまでに回し終えるか"),
        [Optional()],
        description=_("この日を過ぎそうなら、電話で伝えます。"),
    )
    large = BooleanField(_("大きな字にする"))
    era = BooleanField(_("令和の年で書く"))

    def offer(self, blocks: Iterable[Organization], *, everybody: bool) -> "PrintForm":
        """Offer all blocks at once, each of them, and the body's own people to those who may enter anybody."""
        chosen = [(str(block.id), words.said(block, "name")) for block in blocks]
        if len(chosen) > 1:
            chosen = [(_EACH, gettext("全部の班（%(count)s班、1班に1枚ずつ）", count=len(chosen))), *chosen]
        self.block.choices = chosen + (
            [("", str(_("班に入っていない方・名前のない用紙")))] if everybody else []
        )
        return self

    @property
    def is_for_each(self) -> bool:
        """Whether a sheet for each block is asked for."""
        return str(self.block.data or "") == _EACH

    def wanted(self) -> Wanted:
        """Return what was asked for."""
        block = "" if self.is_for_each else str(self.block.data or "")
        return Wanted(
            str(self.kind.data),
            int(block) if block else None,
            str(self.text.data or ""),
            self.useful_until.data,
        )


class KeyingForm(Form):
    """A whole sheet; its fields are named by line and slot, so they are read by `keyed_of`."""


def keyed_of(sheet: PrintedSheet, sent: Mapping[str, str]) -> list[KeyedLine]:
    """Return the lines of a sheet as they were keyed in."""
    return [_line(row.number, sheet, sent) for row in sheet.rows]


def _line(number: int, sheet: PrintedSheet, sent: Mapping[str, str]) -> KeyedLine:
    fields = {
        slot.id: actions.Field(
            people_in(sent.get(f"n-{number}-{slot.id}", "")),
            _was(sent, number, slot.id),
            ages_in(sent.get(f"c-{number}-{slot.id}", "")),
        )
        for slot in sheet.occurrence.slots
    }
    name, kana, phone = (sent.get(f"{what}-{number}", "") for what in ("name", "kana", "phone"))
    return KeyedLine(number, fields, PersonFacts(name, reading_of(name, kana), phone=phone))


def _was(sent: Mapping[str, str], number: int, slot_id: int) -> int:
    return max(people_in(sent.get(f"was-{number}-{slot_id}", "")) or 0, 0)


def people_in(typed: str) -> int | None:
    """Return how many people a field says: a number of any width, ○ for one, × for none; -1 for anything else."""
    plain = unicodedata.normalize("NFKC", text_in(typed[:40])).removesuffix("人").strip()
    if not plain:
        return None
    if plain in _YES or typed.strip() in _YES:
        return 1
    if plain in _NO or typed.strip() in _NO:
        return 0
    short = plain.isascii() and plain.isdecimal() and len(plain) <= _MOST_DIGITS
    return int(plain) if short else -1
