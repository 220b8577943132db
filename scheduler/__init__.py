"""Tsudoi, the service with which a neighbourhood runs what it does together: `create_app` puts it together."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from scheduler import (
    assets,
    clock,
    compression,
    design,
    faults,
    health,
    json_api,
    letterbox,
    masking,
    offline,
    openapi,
    presses,
    sharing,
    web,
)
from scheduler.activities import api as activities_api
from scheduler.activities import views as activities
from scheduler.attendance import api as attendance_api
from scheduler.attendance import views as attendance
from scheduler.board import api as board_api
from scheduler.board import views as board
from scheduler.calendars import api as calendars_api
from scheduler.calendars import views as calendars
from scheduler.calendars.unchanged import Unchanged
from scheduler.changes import api as changes_api
from scheduler.changes import views as changes
from scheduler.closures import api as closures_api
from scheduler.closures import views as closures
from scheduler.config import ROOT, Settings
from scheduler.db import engine_options
from scheduler.decisions import api as decisions_api
from scheduler.decisions import views as decisions
from scheduler.desk import api as desk_api
from scheduler.desk import views as desk
from scheduler.display import views as display
from scheduler.groups import api as groups_api
from scheduler.groups import views as groups
from scheduler.guides import views as guides
from scheduler.keys import api as keys_api
from scheduler.keys import views as keys
from scheduler.line import api as line_api
from scheduler.line import views as line
from scheduler.offices import api as offices_api
from scheduler.offices import views as offices
from scheduler.paper import api as paper_api
from scheduler.paper import views as paper
from scheduler.participation import api as participation_api
from scheduler.participation import views as participation
from scheduler.parties import api as parties_api
from scheduler.parties import login
from scheduler.parties import views as parties
from scheduler.people import api as people_api
from scheduler.people import views as people
from scheduler.reach import api as reach_api
from scheduler.reach import views as reach
from scheduler.reports import api as reports_api
from scheduler.reports import views as reports
from scheduler.series import api as series_api
from scheduler.series import views as series
from scheduler.standins import api as standins_api
from scheduler.standins import views as standins
from scheduler.terms import api as terms_api
from scheduler.terms import views as terms
from scheduler.town import views as town
from scheduler.wordings import api as wordings_api
from scheduler.wordings import views as wordings

VERSION = "0.1.0"
PAGES = (
    activities,
    changes,
    closures,
    terms,
    participation,
    board,
    paper,
    groups,
    standins,
    series,
    decisions,
    attendance,
    reports,
    calendars,
    parties,
    people,
    desk,
    offices,
    town,
    wordings,
    keys,
    reach,
    line,
    display,
    guides,
    health,
    letterbox,
    offline,
    design,
)
APIS = (
    activities_api,
    changes_api,
    closures_api,
    terms_api,
    participation_api,
    board_api,
    paper_api,
    groups_api,
    standins_api,
    series_api,
    decisions_api,
    attendance_api,
    reports_api,
    calendars_api,
    parties_api,
    people_api,
    desk_api,
    offices_api,
    keys_api,
    reach_api,
    line_api,
    wordings_api,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the web application with these settings, or with those of the environment."""
    app = Flask("scheduler", template_folder=str(ROOT / "templates"))
    _configure(app, settings or Settings.from_environment())
    masking.mask_tokens()
    # What is asked of an answer last: packing it.
    compression.init_app(app)
    assets.init_app(app, fresh=app.config["TSUDOI"].debug == "1")
    faults.init_app(app)
    web.init_app(app)
    login.init_app(app)
    sharing.init_app(app)
    presses.init_app(app)
    display.init_app(app)
    for feature in PAGES:
        app.register_blueprint(feature.pages)
    for feature in APIS:
        web.csrf.exempt(feature.api)
        app.register_blueprint(feature.api)
    _stand_before(app)
    json_api.set_gate(app.extensions, login.admit)
    openapi.serve_document(app, [feature.api for feature in APIS], VERSION)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    secure = settings.is_https
    app.config.update(
        TSUDOI=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database),
        TRUSTED_HOSTS=sorted({urlsplit(settings.address).hostname or "localhost", "127.0.0.1", "localhost"}),
        MAX_CONTENT_LENGTH=1_000_000,
        SESSION_COOKIE_NAME="__Host-tsudoi" if secure else "tsudoi",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=180),
        # The token lives as long as the session: somebody who is interrupted at the counter loses nothing.
        WTF_CSRF_TIME_LIMIT=None,
        # The referrer is kept back on secret pages; Sec-Fetch-Site is looked at instead.
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="ja",
        BABEL_DEFAULT_TIMEZONE="Asia/Tokyo",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "scheduler" / "translations"),
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it


def _stand_before(app: Flask) -> None:
    """Put what looks at a request first: what proxies say of it, and whether it asks for an unchanged feed."""
    with app.app_context():
        app.wsgi_app = Unchanged(app.wsgi_app, web.db.engine, clock.now).answer  # type: ignore[method-assign]
    hops = int(app.config["TSUDOI"].proxies)
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
