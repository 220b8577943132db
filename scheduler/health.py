"""`/healthz` for programs and `/status` for operators: does the ticker tick, what waits, what was lost."""

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from scheduler import clock
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_operator
from scheduler.reach.status import Status, status
from scheduler.web import db_session, settings

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answer 200 while all is well, 503 when the ticker is silent or due messages grow old."""
    found = status(db_session(), clock.now())
    answer = jsonify(_numbers(found))
    answer.headers["Cache-Control"] = "no-store"
    return answer, 200 if found.is_well else 503


def _numbers(found: Status) -> dict[str, object]:
    return {
        "status": "ok" if found.is_well else "late",
        "last_tick": found.last_tick.isoformat() if found.last_tick else None,
        "queue_depth": found.queue.waiting,
        "oldest_due_seconds": found.queue.oldest_due_seconds,
        "dead_letters": found.queue.dead,
        "by_hand": found.by_hand,
        "bounces_of_the_week": found.bounces,
        "addresses_switched_off_this_week": found.switched_off,
        "activities_without_dates": len(found.without_dates),
    }


@pages.get("/status")
def show_status() -> ResponseReturnValue:
    """Show the operator the same in words."""
    find_operator(db_session(), current_actor())
    found = status(db_session(), clock.now())
    return render_template("reach/status.html", status=found, has_server=bool(settings().smtp_url))
