"""What keeps machines from filling in the forms of strangers: a field to leave empty, a moment to wait, and a measure.

All of it is for people who have not signed in: who has, is known by a mailbox. The counts stand in the memory of each
process, so several processes let through as many times more, and a restart forgets them; that is enough against floods,
and costs no sign-up a write. Tries at signing in are counted in the database instead.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any

from flask import request, session
from flask_babel import lazy_gettext as _
from itsdangerous import BadData, URLSafeSerializer
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from wtforms import HiddenField, StringField

from scheduler import clock
from scheduler.errors import Invalid, TooMany
from scheduler.web import Form, settings

# A school class of forty signs up behind one address, some of them three times.
FROM_ADDRESS = RateLimitItemPerHour(120)
FOR_CONTACT = (RateLimitItemPerHour(10), RateLimitItemPerDay(30))
_MOST_KEPT = 50_000


class PublicForm(Form):
    """A form that strangers may send. Its page draws `guards(form)` of parts/forms.html beside the fields."""

    opened = HiddenField()
    homepage = StringField(
        _("ここには何も入れないでください"), render_kw={"autocomplete": "off", "tabindex": "-1"}
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Say whether all fields are in order, and a person may have filled them in."""
        if not super().validate(extra_validators):
            return False
        if _is_known() or not (self.homepage.data or _is_hasty(self.opened.data or "")):
            return True
        # What filled it in by itself may have been the person's own browser: the second press goes through.
        self.homepage.data = ""
        self.refuse(Invalid("press_again"))
        return False

    def opened_when(self) -> str:
        """Return when this form was first shown, signed: kept while it is mended, so that nobody waits twice."""
        typed = self.opened.data or ""
        return typed if _moment_in(typed) else opened_at(clock.now())


def _is_known() -> bool:
    return session.get("token") is not None


def opened_at(moment: datetime) -> str:
    """Return a moment, signed for the form at this address."""
    return _signer().dumps(moment.timestamp())


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt=f"form opened: {request.path}")


def _moment_in(typed: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(_signer().loads(typed)), UTC)
    except BadData:
        return None


def _is_hasty(typed: str) -> bool:
    # There is no upper limit: whoever is called away loses nothing.
    shortest = settings().form_wait
    if not shortest:
        return False
    opened = _moment_in(typed)
    return opened is None or clock.now() - opened < shortest


@cache
def _counts() -> MemoryStorage:
    # Made at the first sign-up and not at the start: it has a thread, which no fork takes along.
    return MemoryStorage()


def forget() -> None:
    """Begin to count anew."""
    _counts.cache_clear()


def guard(deed: str, *contacts: str) -> None:
    """Count what a stranger does from this address and for these contacts; raise TooMany when it is too often.

    Contacts are given as they are compared; one of which nothing is left is none, or all such would count as one.
    """
    _count(FROM_ADDRESS, deed, _home_of(request.remote_addr or ""))
    for contact in contacts:
        for measure in FOR_CONTACT if contact.strip("@") else ():
            _count(measure, deed, contact)


def _home_of(address: str) -> str:
    # A household or a phone has 2**64 addresses of the sixth version to itself.
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address


def _count(measure: RateLimitItem, *whose: str) -> None:
    counts = _counts()
    limiter = MovingWindowRateLimiter(counts)
    if limiter.hit(measure, *whose):
        # The library keeps a line for each address that it has ever seen: beyond this we rather begin anew.
        if len(counts.events) > _MOST_KEPT:
            forget()
        return
    now = clock.now()
    seconds = max(1, ceil(limiter.get_window_stats(measure, *whose).reset_time - now.timestamp()))
    free = now + timedelta(seconds=seconds)
    # The next full minute, as people say it.
    said = (free + timedelta(seconds=59)).replace(second=0, microsecond=0)
    raise TooMany("too_many_sign_ups", retry_after=seconds, retry_at=said)
