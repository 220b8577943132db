"""The service as something installed: its manifest, what it says without a network, and whose pages a device may keep.

Nothing of anybody is kept unless somebody has asked for it on the page itself; `sw.js` does the keeping.
"""

import hashlib
import json
from pathlib import Path

from flask import Blueprint, Response, current_app, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, to_user_timezone

from scheduler import clock, words
from scheduler.assets import EVERYWHERE
from scheduler.parties.login import current_actor
from scheduler.parties.tokens import derived, person_named_by
from scheduler.web import settings

pages = Blueprint("offline", __name__)

# Whose page it is, as a word that says nothing: two people on one device must not find each other's.
OWNER = "X-Kept-For"
# What may be kept: one's own dates, and what an organiser needs at the meeting place.
KEPT = frozenset({"participation.me", "participation.personal_page", "board.board", "board.station_list"})
_SHELL = (
    "img/favicon.svg",
    "img/select.svg",
    # Where one of them is not there, none of them runs.
    *EVERYWHERE,
    "js/keep.js",
)
_GREEN = "#115a36"


@pages.get("/manifest.webmanifest")
def manifest() -> ResponseReturnValue:
    """Say what the service is called and looks like on a home screen."""
    answer = jsonify(_manifest())
    answer.mimetype = "application/manifest+json"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _manifest() -> dict[str, object]:
    name = gettext("つどい")
    return {
        "id": "/",
        "name": name,
        "short_name": name,
        "description": gettext("つどいは、まちの活動の日をみんなでつくる掲示板です。"),
        "lang": words.language_tag(),
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": _GREEN,
        "background_color": "#ffffff",
        "icons": [_icon("192", 192), _icon("512", 512), _icon("maskable-512", 512, "maskable")],
        "shortcuts": [
            {"name": gettext("自分の予定"), "url": "/me"},
            {"name": gettext("紙の番号で開く"), "url": "/sheets"},
        ],
    }


def _icon(name: str, size: int, purpose: str = "any") -> dict[str, str]:
    address = url_for("static", filename=f"img/icon-{name}.png")
    return {"src": address, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


@pages.get("/sw.js")
def service_worker() -> ResponseReturnValue:
    """Serve the script that works while no page is open; at the top, since it may act for what is below it.

    It names what it keeps by addresses that change with their contents, so another version is another script.
    """
    script = (Path(str(current_app.static_folder)) / "js" / "sw.js").read_text()
    shell = [url_for("sheet"), url_for("script"), *(url_for("static", filename=name) for name in _SHELL)]
    version = hashlib.sha256("\n".join([*shell, script]).encode()).hexdigest()[:10]
    facts = f"const VERSION = {json.dumps(version)};\nconst SHELL = {json.dumps(shell)};\n"
    answer = Response(facts + script, mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@pages.get("/offline")
def offline() -> ResponseReturnValue:
    """Say that there is no network; the device shows what was kept on it."""
    return render_template("offline.html")


@pages.app_template_global("drawn_at")
def drawn_at() -> str:
    """Return when this page was drawn: a device that shows it later says how old it is."""
    local = to_user_timezone(clock.now())
    return f"{words.date_text(local)} {words.clock_text(local)}"


@pages.after_app_request
def name_owner(response: Response) -> Response:
    """Say whose page this is, where it may be kept at all."""
    if request.endpoint in KEPT and response.status_code == 200 and not g.get("no_database"):
        token = (request.view_args or {}).get("token")
        person_id = person_named_by(token) if token else current_actor().person_id
        response.headers[OWNER] = derived(settings().secret_key, "kept", str(person_id))[:16]
    return response
