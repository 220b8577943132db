"""What the clock asks for: make dates, remind, deliver, publish feeds, purge.

APScheduler only says when; the rows say what.
Every job may run twice at once, on any number of hosts, and be killed anywhere.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from types import FrameType
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import delete
from sqlalchemy.orm import Session

from scheduler import clock, reminders, retries, words
from scheduler.activities.actions import make_dates
from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.activities.queries import published_activities
from scheduler.board import calls, withdrawals
from scheduler.board.letters import board_kinds
from scheduler.calendars import publishing
from scheduler.calendars.events import attachment
from scheduler.calendars.folder import Folder
from scheduler.calendars.publishing import Publication
from scheduler.changes.letters import changed_kind
from scheduler.config import Settings
from scheduler.db import begin_writing
from scheduler.decisions import asking
from scheduler.decisions.letters import decide_kind, decision_kind
from scheduler.heartbeat import beat
from scheduler.jumps import Jumps
from scheduler.line.queries import usable_points, way
from scheduler.notices.channels import email
from scheduler.notices.channels.line import LineChannel
from scheduler.notices.channels.outbox import OutboxChannel
from scheduler.notices.channels.push import PushChannel
from scheduler.notices.channels.sms import SmsChannel
from scheduler.notices.channels.smtp import SmtpSettings
from scheduler.notices.crowd import once
from scheduler.notices.delivery import deliver_due
from scheduler.notices.models import Delivery, Notice
from scheduler.notices.outlet import Attachment, Channel, Kind, Letter, Outlet
from scheduler.offices.letters import appointed_kind
from scheduler.participation import giving, places, undoing, waiting
from scheduler.participation.letters import WITH_CALENDAR, sign_up_kinds
from scheduler.participation.models import WAITING, Answer, Participation
from scheduler.parties import keeping
from scheduler.parties.letters import Sender, sign_in_kind
from scheduler.parties.models import Allowance, LineCode, SignedIn, SignIn
from scheduler.parties.tokens import unsubscribing
from scheduler.reach.letters import channel_test_kind, still_coming_kind
from scheduler.reach.subscriptions import vapid
from scheduler.rendering import renderer
from scheduler.series import actions as series
from scheduler.series.letters import series_kinds
from scheduler.series.models import Series
from scheduler.series.queries import following, unconfirmed
from scheduler.standins.actions import ask_again
from scheduler.standins.letters import stand_in_kind
from scheduler.standins.queries import unanswered
from scheduler.web import db
from scheduler.web import settings as current_settings
from scheduler.wordings.letters import with_own_words

# In which kinds a body's own words stand, by the name under which they are written.
_OWN_WORDS = {
    **dict.fromkeys((reminders.EARLY, reminders.LAST, reminders.OWN), "reminder"),
    **{name: name for name in ("decision", "call", "joined")},
}
# What has ended is kept for a while, so that "who signed in when" can be answered.
KEPT_AFTER_END = timedelta(days=30)


def kinds(sender: Sender) -> dict[str, Kind]:
    """Return every kind of notice with the functions of its feature."""
    sign_ups = sign_up_kinds(sender)
    reminder = _with_way_out(reminders.reminder_kind(sender, "reminder"), sender)
    question = replace(still_coming_kind(sender), not_before=reminders.end_of_quiet)
    of_series = series_kinds(sender)
    with_file = {
        "changed": changed_kind(sender),
        "series_joined": of_series.pop("series_joined"),
        **{name: sign_ups.pop(name) for name in WITH_CALENDAR},
        reminders.EARLY: reminder,
        reminders.LAST: replace(reminder, by_hand=True),
        reminders.OWN: reminder,
        "decision": replace(decision_kind(sender), by_hand=True),
    }
    every = {
        "sign_in": sign_in_kind(sender),
        "appointed": appointed_kind(sender),
        "channel_test": channel_test_kind(sender),
        "still_coming": _with_way_out(question, sender),
        **sign_ups,
        **board_kinds(sender),
        "stand_in_asked": replace(stand_in_kind(sender), by_hand=True),
        **of_series,
        asking.KIND: decide_kind(sender),
        **{name: _with_calendar(kind, sender.address) for name, kind in with_file.items()},
    }
    return with_own_words(every, _OWN_WORDS)


def _with_calendar(kind: Kind, address: str) -> Kind:
    """Let letters of this kind carry their dates as a file that every calendar offers to add."""

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        letter = kind.compose(session, notice, delivery)
        return letter and with_file(session, letter)

    def gather(session: Session, letters: Sequence[Letter]) -> Letter:
        return with_file(session, kind.gather(session, letters))

    def with_file(session: Session, letter: Letter) -> Letter:
        ids, language = tuple(_dates_in(letter.facts)), letter.language
        draw = partial(_as_file, session, ids, language, address)
        return replace(letter, attachments=once(session, ("file", ids, language), draw))

    return replace(kind, compose=compose, gather=gather)


def _as_file(session: Session, ids: Sequence[int], language: str, address: str) -> tuple[Attachment, ...]:
    dates = [session.get_one(Occurrence, date_id) for date_id in ids]
    with force_locale(language):
        return (attachment(dates, address),) if dates else ()


def _dates_in(facts: Mapping[str, Any]) -> list[int]:
    """Return the dates that a letter tells of: those of a change, those signed up for at once, or its one."""
    if "changed" in facts:
        return [date.id for date in facts["changed"].dates]
    if "dates" in facts or "due" in facts:
        return [date.id for date, _part in facts.get("dates") or facts["due"]]
    # Who waits has no date yet to write into a calendar.
    waits = "standing" in facts and facts["standing"].state in WAITING
    return [] if waits else [facts["date"].id]


def _with_way_out(kind: Kind, sender: Sender) -> Kind:
    """Let letters of this kind say where their group can be switched off."""

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        letter = kind.compose(session, notice, delivery)
        token = unsubscribing(sender.secret, delivery.person_id, kind.group)
        return letter and replace(letter, unsubscribe=f"{sender.address}/unsubscribe/{token}")

    return replace(kind, compose=compose)


def channel(settings: Settings) -> Channel:
    """Return the way mail goes out: the server of the settings, or files in the instance folder."""
    domain = settings.mail_from.rpartition("@")[2]
    sender = email.Sender(settings.mail_from, "つどい", domain, settings.secret_key, settings.bounce_to)
    if not settings.smtp_url:
        return OutboxChannel(settings.folder / "outbox", sender)
    return email.EmailChannel(SmtpSettings.from_url(settings.smtp_url), sender)


def channels(settings: Settings) -> dict[str, Channel]:
    """Return every way out."""
    return {
        "email": channel(settings),
        "push": PushChannel(vapid(settings), clock.now),
        "line": LineChannel(),
        **({"sms": SmsChannel(settings.sms_url)} if settings.has_sms else {}),
    }


def outlet(app: Flask, stopping: Callable[[], bool] = lambda: False) -> Outlet:
    """Return all that a dispatcher of this app works with."""
    settings: Settings = app.config["TSUDOI"]
    return Outlet(
        new_session=lambda: Session(db.engine),
        kinds=kinds(Sender(settings.address, settings.secret_key)),
        render=renderer(app),
        channels=channels(settings),
        owner=f"{socket.gethostname()[:40]}:{os.getpid()}:{os.urandom(4).hex()}",
        stopping=stopping,
        points=usable_points,
        way=way(settings.secret_key),
    )


def extend_horizon(now: datetime) -> int:
    """Make the dates that have come into the horizon; return how many."""
    session, made = db.session(), 0
    for activity_id in [activity.id for activity in published_activities(session)]:
        # One short transaction each, so that nobody who signs up meanwhile waits for all of them.
        begin_writing(session)
        made += make_dates(session, session.get_one(Activity, activity_id), now)
        session.commit()
    return made


def follow_series(now: datetime) -> None:
    """Sign those up for new dates who come every time."""
    session = db.session()
    for series_id in following(session):
        begin_writing(session)
        series.follow(session, session.get_one(Series, series_id), now)
        session.commit()


def remind(now: datetime) -> int:
    """Queue the reminders that are due; return how many are new."""
    session = db.session()
    begin_writing(session)
    queued = reminders.queue_due(session, now)
    beat(session, "tick", now)
    session.commit()
    return queued


def give_places(now: datetime) -> int:
    """Do what falls due with places: end what was held too long, draw lots, open kept places, ask who waits.

    Return how many steps that were.

    Each in a short transaction of its own, so that a crash in between loses nothing and nobody waits long.
    """
    session = db.session()
    steps: list[Callable[[], object]] = []
    for row_id in waiting.held_too_long(session, now):
        steps.append(partial(_lapse, session, row_id, now))
    for slot_id in giving.lotteries_due(session, now):
        steps.append(partial(_with_slot, session, slot_id, partial(giving.draw_lots, now=now)))
    for search_id in unanswered(session, now):
        steps.append(partial(ask_again, session, search_id, now))
    for series_id in unconfirmed(session, now):
        steps.append(partial(_with_series, session, series_id, partial(series.lapse, now=now)))
    for slot_id in places.slots_to_release(session, now):
        steps.append(partial(_with_slot, session, slot_id, partial(waiting.release, now=now)))
    for slot_id in waiting.slots_to_fill(session, now):
        steps.append(partial(_with_slot, session, slot_id, partial(waiting.fill, now=now)))
    for step in steps:
        begin_writing(session)
        step()
        session.commit()
    return len(steps)


def _lapse(session: Session, row_id: int, now: datetime) -> None:
    waiting.lapse(session, session.get_one(Participation, row_id), now)


def _with_series(session: Session, series_id: int, act: Callable[..., object]) -> None:
    act(session, session.get_one(Series, series_id))


def _with_slot(session: Session, slot_id: int, act: Callable[..., object]) -> None:
    act(session, session.get_one(Slot, slot_id))


def warn(now: datetime) -> int:
    """Say which slots are short or left by whom withdrew, and ask suitable people where wished; return how many hear.

    One short transaction for each slot: a crash in between loses nothing, for whatever was told is told once.
    """
    session, told = db.session(), 0
    for slot_id in calls.slots_short(session, now):
        begin_writing(session)
        told += calls.warn(session, session.get_one(Slot, slot_id), now)
        session.commit()
    for occurrence_id in withdrawals.dates_with_gaps(session, now):
        begin_writing(session)
        told += withdrawals.tell_gap(session, occurrence_id, now)
        session.commit()
    return told


def ask_for_decisions(now: datetime) -> int:
    """Let dates wait for their decision when its time comes near, and ask for it; return how many messages are new."""
    session, asked = db.session(), 0
    for occurrence_id in asking.undecided(session, now):
        begin_writing(session)
        asked += asking.ask(session, occurrence_id, now)
        session.commit()
    return asked


def publish(now: datetime) -> int:
    """Write the public feeds that have changed into their folder; return how many."""
    session, settings = db.session(), current_settings()
    folder, written = Folder(settings.published_folder), 0
    for language, _name in words.LANGUAGES:
        with force_locale(language):
            for name, feed in publishing.feeds_to_publish(session, language):
                written += _publish_one(session, Publication(folder, name, feed, settings.address), now)
    return written


def _publish_one(session: Session, publication: Publication, now: datetime) -> bool:
    # Unchanged, it costs one query and a look into the folder, and nobody is kept from writing meanwhile.
    if publication.is_finished(session, now):
        return False
    begin_writing(session)
    claimed = publication.claim(session, now)
    session.commit()
    if not claimed:
        return False
    version = publication.write(session, now)
    begin_writing(session)
    publication.record(session, version, now)
    session.commit()
    return True


def purge(now: datetime) -> None:
    """Delete what has ended long ago: sign-ins, sessions, counters, kept answers; and what people were asked."""
    session = db.session()
    begin_writing(session)
    session.execute(delete(Answer).where(Answer.erase_on < now.date()))
    session.execute(delete(SignIn).where(SignIn.expires_at < now - KEPT_AFTER_END))
    session.execute(delete(SignedIn).where(SignedIn.expires_at < now - KEPT_AFTER_END))
    # For a day, so that whoever sends one too late is told so.
    session.execute(delete(LineCode).where(LineCode.expires_at < now - timedelta(days=1)))
    session.execute(delete(Allowance).where(Allowance.ends_at < now))
    undoing.forget_names(session, now)
    keeping.purge(session, now)
    series.forget_answers(session)
    retries.purge(session, now)
    session.commit()


def tick(app: Flask, now: Callable[[], datetime] = clock.now) -> int:
    """Do everything once that is due now, as cron would; return how many messages went out."""
    with app.app_context():
        extend_horizon(now())
        follow_series(now())
        give_places(now())
        warn(now())
        ask_for_decisions(now())
        remind(now())
        publish(now())
        purge(now())
        return deliver_due(outlet(app), now)


def run_ticker(app: Flask) -> None:
    """Tick until the process is asked to stop; what is under way is finished first."""
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    clockwork = _clockwork(app, stop)
    clockwork.start()
    stop.wait()
    clockwork.shutdown(wait=True)


def _clockwork(app: Flask, stop: threading.Event) -> BackgroundScheduler:
    # In memory, in this process alone: two schedulers on one store run jobs twice and die. A late job is never dropped.
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    clockwork = BackgroundScheduler(timezone="Asia/Tokyo", job_defaults=defaults)
    sending = outlet(app, stop.is_set)
    seconds = float(app.config["TSUDOI"].tick_seconds)

    jumps = Jumps()

    def in_app(act: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            with app.app_context():
                act()

        return run

    def sending_if_sure(act: Callable[[], object]) -> Callable[[], None]:
        run = in_app(act)
        return lambda: None if jumps.hold(clock.now(), clock.seconds_up()) else run()

    start = clock.now()
    add = clockwork.add_job
    add(
        sending_if_sure(lambda: deliver_due(sending, clock.now)),
        "interval",
        seconds=seconds,
        next_run_time=start,
    )
    add(sending_if_sure(lambda: remind(clock.now())), "interval", seconds=20, next_run_time=start)
    add(sending_if_sure(lambda: give_places(clock.now())), "interval", seconds=20, next_run_time=start)
    add(sending_if_sure(lambda: warn(clock.now())), "interval", minutes=5, next_run_time=start)
    add(sending_if_sure(lambda: ask_for_decisions(clock.now())), "interval", seconds=20, next_run_time=start)
    add(in_app(lambda: publish(clock.now())), "interval", seconds=20, next_run_time=start)
    add(in_app(lambda: extend_horizon(clock.now())), "interval", hours=1, next_run_time=start)
    add(in_app(lambda: follow_series(clock.now())), "interval", hours=1, next_run_time=start)
    add(sending_if_sure(lambda: purge(clock.now())), "interval", minutes=5, next_run_time=start)
    return clockwork
