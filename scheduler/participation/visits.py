"""What a browser keeps of the sign-up that it has just made: where it stands, and the key to what was typed."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from flask import request, session
from werkzeug.datastructures import MultiDict

from scheduler import clock, words
from scheduler.activities.models import Slot
from scheduler.errors import NotFound
from scheduler.participation import mending
from scheduler.participation.actions import Stranger, is_told_by_mail
from scheduler.participation.fields import CompanyForm, people_text
from scheduler.participation.models import Participation
from scheduler.participation.standing import hold_ends
from scheduler.parties import keeping
from scheduler.parties.actions import PersonFacts
from scheduler.web import db_session, settings

# What belongs to one sending alone: its token, its keys, the second taps.
_NOT_KEPT = {"csrf_token", "once", "request_key", "homepage", "part", "wait", "clash"}


@dataclass(frozen=True)
class Visit:
    """A sign-up just made; `by_mail` where how it stands is for the mailbox alone, whether or not that is known.

    Then nothing that is shown or kept may come from what is stored, not even the number of the row: whoever has a
    cookie can read it. It is what was typed, the key of the request that was sent, and the moment until which any new
    sign-up would be held. `key` opens the rest of what was typed, on the form at `form`; `waits` where the button was
    pressed that waits for a place.
    """

    slot_id: int
    row_id: int = 0
    sent: str = ""
    by_mail: bool = False
    typed: str = ""
    until: datetime | None = None
    key: str = ""
    form: str = ""
    waits: bool = False

    @property
    def is_over(self) -> bool:
        """Whether the time to confirm is over."""
        return self.until is not None and self.until <= clock.now()

    @property
    def is_stand_in(self) -> bool:
        """Whether it was to come in somebody else's place."""
        return self.form.startswith("/stand-ins/")

    @property
    def mend(self) -> str:
        """Where what was typed can be mended; empty where it is not kept."""
        return self.form if self.key and not self.is_over else ""

    def who(self, slot: Slot) -> tuple[str, str, bool]:
        """Return who was typed: a name with its group, the company, whether the first comes; empty if gone."""
        kept = _opened(self)
        if kept is None:
            return "", "", True
        typed = as_form(kept)
        group = typed.get("group_name", "").strip()
        company = CompanyForm.for_slot(slot, known=False, typed=typed).company()
        name = typed.get("name", "").strip() + (words.aside(group) if group else "")
        return name, people_text(company.named), "children_only" not in typed


def remember(row: Participation, stranger: Stranger | None) -> None:
    """Keep in this browser that it has just made this sign-up; `stranger` is who typed it without signing in.

    What was typed is kept too, for as long as its mail is waited for. The caller commits.
    """
    _forget_typed()
    by_mail, now = stranger is not None and is_told_by_mail(stranger), clock.now()
    typed = stranger.contact_typed if stranger else ""
    sent = request.form.get("request_key", "")[:64]
    visit = Visit(row.slot_id, 0 if by_mail else row.id, sent, by_mail, typed, hold_ends(row.slot, now))
    # Another part is only offered where it has room.
    waits = bool(request.form.get("wait")) and "part" not in request.form
    kept = replace(visit, key=keep_typed(now), form=_form_of(row), waits=waits) if by_mail else visit
    _keep(kept)


def keep_typed(now: datetime) -> str:
    """Keep what was typed into the form that was sent, and return its key for this browser; the caller commits."""
    typed = {name: request.form.getlist(name) for name in request.form if name not in _NOT_KEPT}
    return keeping.keep(db_session(), typed, request.form.get("request_key", ""), settings().secret_key, now)


def _form_of(row: Participation) -> str:
    if request.path.startswith("/stand-ins/"):
        return f"{request.path}?mend=1"
    # Where another part was chosen on the form of one that was full, it is mended on its own.
    group = request.path.endswith("/group")
    share = {name: value for name, value in request.args.items() if name == "share"}
    return f"/slots/{row.slot_id}/join{'/group' if group else ''}?{urlencode(share | {'mend': '1'})}"


def _keep(visit: Visit) -> None:
    until = visit.until.isoformat() if visit.until else ""
    told = [visit.by_mail, visit.typed, until, visit.key, visit.form, visit.waits]
    session["joined"] = [visit.slot_id, visit.row_id, visit.sent, *told]


def visit_to(slot_id: int) -> Visit:
    """Return what this browser has just made at a slot; raise NotFound where that is nothing."""
    visit = last_visit()
    if visit is None or visit.slot_id != slot_id:
        raise NotFound
    return visit


def last_visit() -> Visit | None:
    """Return what this browser has made last."""
    kept = session.get("joined")
    # An older version of the service kept less.
    if not isinstance(kept, list) or len(kept) != 9:
        return None
    slot_id, row_id, sent, by_mail, typed, until, key, form, waits = kept
    moment = datetime.fromisoformat(until) if until else None
    return Visit(slot_id, row_id, sent, by_mail, typed, moment, key, form, waits)


def proved(row: Participation) -> None:
    """Let this browser see how a sign-up stands from now on: whoever has confirmed it here reads its mailbox."""
    visit = last_visit()
    if visit is not None and visit.sent and visit.sent == row.request_key:
        _keep(Visit(row.slot_id, row.id))


def forget() -> None:
    """Let this browser forget what it has made, and the service what was typed; the caller commits."""
    _forget_typed()
    session.pop("joined", None)


def _forget_typed() -> None:
    visit = last_visit()
    if visit is not None and visit.key:
        keeping.forget(db_session(), visit.key)


def _kept() -> keeping.Kept | None:
    visit = last_visit() if "mend" in request.args else None
    # Somebody may have signed up for something else in another window since.
    return _opened(visit) if visit and visit.form.startswith(f"{request.path}?") else None


def _opened(visit: Visit) -> keeping.Kept | None:
    return opened(visit.key) if visit.key else None


def opened(key: str) -> keeping.Kept | None:
    """Return what was typed, where it is still kept under this key."""
    return keeping.kept(db_session(), key, settings().secret_key, clock.now())


def as_form(kept: keeping.Kept) -> MultiDict[str, str]:
    """Return what was typed as a form reads it."""
    return MultiDict((name, text) for name, texts in kept.typed.items() for text in texts)


def typed_before() -> MultiDict[str, str] | None:
    """Return what was typed, where the form is opened to be mended and it is still kept."""
    kept = _kept() if request.method == "GET" else None
    return as_form(kept) if kept else None


def let_go(slot: Slot, typed: PersonFacts) -> None:
    """End the sign-up that is mended, in whose place the person typed now makes another for this slot."""
    kept = _kept()
    if kept is not None:
        mending.let_go(db_session(), kept.request_key, slot, typed, clock.now())
