"""How soon pages are seen on a slow phone: largest paint at slow 4G and a quarter of the CPU, each with an empty cache.

What strangers see first, the list once more when the town has 200 activities more, and what organisers see first.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from playwright.sync_api import Browser, StorageState, sync_playwright
from sqlalchemy import func, select

from scheduler import clock, create_app
from scheduler.activities.models import Slot
from scheduler.config import Settings
from scheduler.db import begin_writing
from scheduler.parties import actions
from scheduler.parties.models import Organization
from scheduler.parties.queries import person_by_email
from scheduler.parties.tokens import derived
from scheduler.web import db
from tests import make
from tests.browser import engine
from tests.browser.scales import largest_paint, slowed, weighing

BUDGET_SECONDS = 1.5
STRANGERS = ("/", "/dates/1", "/slots/1/join", "/month", "/help", "/sign-in")
ACTIVITIES = 200
# Of the demo: the chair of the neighbourhood association, and who brings 743 volunteers together.
CHAIR, ORGANISER = "fujino.shoichi@example.jp", "hayasaka.sho@example.jp"
_PHONE = {"width": 375, "height": 812}
_TRIES = 5
# Over so many days the activities of the busy town are spread.
_CROWDED_DAYS = 50


def paints(port: int, settings: Settings) -> Iterator[str]:
    """Return a line for each page: the middle of five first visits, and what it weighs."""
    with sync_playwright() as playwright:
        browser = engine.start(playwright)
        # A browser that has just been started reads its letters for the first time; that of a phone has long done so.
        _line(browser, port, "/privacy", "")
        yield f"{'largest paint, slow 4G, CPU / 4':<40}{'s':>6}{'KB':>8}"
        for path in STRANGERS:
            yield _line(browser, port, path, path)
        chair, organiser = (_signed_in(browser, port, settings, email) for email in (CHAIR, ORGANISER))
        yield _line(browser, port, "/desk", "/desk of the chair", chair)
        yield _line(browser, port, "/desk", "/desk of the organiser", organiser)
        board = f"/dates/{_busiest(settings)}/board"
        yield _line(browser, port, board, f"{board}, the busiest", organiser)
        _crowd(settings)
        yield _line(browser, port, "/", f"/ with {ACTIVITIES} activities more")
        # The month that holds most of them.
        month = f"/month?m={clock.now() + timedelta(days=_CROWDED_DAYS / 2):%Y-%m}"
        yield _line(browser, port, month, f"{month} with {ACTIVITIES} more")
        browser.close()


def _line(browser: Browser, port: int, path: str, title: str, state: StorageState | None = None) -> str:
    tries = sorted(_visit(browser, f"http://127.0.0.1:{port}{path}", state) for _ in range(_TRIES))
    seconds, weight = tries[_TRIES // 2]
    late = "" if seconds <= BUDGET_SECONDS else f"  over {BUDGET_SECONDS} s"
    return f"{title:<40}{seconds:>6.2f}{weight / 1000:>8.1f}{late}"


def _visit(browser: Browser, address: str, state: StorageState | None) -> tuple[float, float]:
    context = browser.new_context(viewport=_PHONE, locale="ja-JP", storage_state=state)  # type: ignore[arg-type]  # as Playwright says it
    page = context.new_page()
    scales = weighing(page)
    slowed(page)
    page.goto(address, wait_until="networkidle")
    seconds = largest_paint(page)
    context.close()
    return seconds, scales.bytes


def _signed_in(browser: Browser, port: int, settings: Settings, email: str) -> StorageState:
    """Sign somebody of the demo in by a link, and return what their browser has to keep."""
    with create_app(settings).app_context():
        session = db.session()
        begin_writing(session)
        person = person_by_email(session, email)
        assert person is not None
        asked = actions.new_sign_in(session, person, settings.secret_key, clock.now())
        secret = derived(settings.secret_key, "sign-in", asked.salt)
        session.commit()
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/sign-in/{secret}")
    page.locator("main form button").click()
    # Whoever holds an office begins with what there is to do.
    page.wait_for_url(re.compile("/(me|desk)$"))
    state = context.storage_state()
    context.close()
    return state


def _busiest(settings: Settings) -> int:
    """Return the date for which most places are taken."""
    taken = select(Slot.occurrence_id).group_by(Slot.occurrence_id).order_by(func.sum(Slot.taken).desc())
    with create_app(settings).app_context():
        return db.session.scalars(taken.limit(1)).one()


def _crowd(settings: Settings) -> None:
    """Post many activities more, on the days of the coming weeks."""
    now = clock.now()
    with create_app(settings).app_context():
        session = db.session()
        begin_writing(session)
        body = Organization(slug="crowd", name="にぎやかな会", created_at=now)
        session.add(body)
        session.flush()
        for number in range(ACTIVITIES):
            day = (now + timedelta(days=1 + number % _CROWDED_DAYS)).date()
            make.activity(session, body, now, title=f"集まり {number}", first_on=day)
        session.commit()
