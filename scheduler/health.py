"""`/healthz`: does the ticker tick, and what waits."""

from flask import Blueprint, abort, jsonify
from flask.typing import ResponseReturnValue

from scheduler import clock
from scheduler.heartbeat import last_beat
from scheduler.notices.queries import queue_state
from scheduler.web import db_session, settings

pages = Blueprint("health", __name__)
# The ticker beats every 20 seconds; five minutes of silence are a fault.
SILENT_AFTER = 300


@pages.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answer 200 while all is well, 503 when the ticker is silent or due messages grow old."""
    now = clock.now()
    beat = last_beat(db_session(), "tick")
    queue = queue_state(db_session(), now)
    ticking = beat is not None and (now - beat).total_seconds() < SILENT_AFTER
    status = "ok" if ticking and queue.oldest_due_seconds < SILENT_AFTER else "late"
    answer = jsonify(
        status=status,
        last_tick=beat.isoformat() if beat else None,
        queue_depth=queue.waiting,
        oldest_due_seconds=queue.oldest_due_seconds,
        dead_letters=queue.dead,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer, 200 if status == "ok" else 503


@pages.get("/empty")
def empty() -> ResponseReturnValue:
    """Answer with nothing: the base that measurements are compared with; only where debugging is switched on."""
    if not settings().debug:
        abort(404)
    return "", 204
