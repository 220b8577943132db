"""What every page and every answer share: the database session, CSRF, forms, security headers, languages.

Knows nothing of the product.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import wtforms
from flask import Flask, Response, current_app, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect, FlaskForm
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map
from wtforms.meta import DefaultMeta
from wtforms.widgets import CheckboxInput, ListWidget

from scheduler import assets, form_marks, languages, page_words, words
from scheduler import db as tables
from scheduler.config import Settings
from scheduler.errors import Refused
from scheduler.form_words import AT, FormWords
from scheduler.request_session import RequestSession
from scheduler.text import text_in

db = SQLAlchemy(model_class=tables.Base, engine_options={}, session_options={"class_": RequestSession})
csrf = CSRFProtect()

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def settings() -> Settings:
    """Return the settings of the running app."""
    found = current_app.config["TSUDOI"]
    assert isinstance(found, Settings)
    return found


def db_session() -> Session:
    """Return this request's database session."""
    return db.session()


class _RowNumber(IntegerConverter):
    """The number of a row in an address; one that no database can hold is no address of ours."""

    def __init__(self, rules: Map, *args: Any, **options: Any) -> None:
        super().__init__(rules, *args, **options | {"max": 2**31 - 1})


def init_app(app: Flask) -> None:
    """Fit an app out with all that every answer shares."""
    app.url_map.converters["int"] = _RowNumber
    db.init_app(app)
    with app.app_context():
        tables.prepare_engine(db.engine)
    csrf.init_app(app)
    form_marks.use()
    languages.init_app(app)
    app.before_request(_begin)
    app.after_request(_secure)
    page_words.fit(app)
    app.context_processor(_of_this_page)


def _begin() -> None:
    # The whole request is one transaction: what a write decides on is read inside it.
    if request.method not in SAFE_METHODS:
        # All of it is here before anybody has to wait for us: a phone in a tunnel would stop every other writer.
        # What a program sends is JSON, whatever it says: curl calls it a form.
        request.get_data(parse_form_data=not wants_json())
        tables.begin_writing(db_session())


def _secure(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if settings().is_https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    if request.endpoint not in assets.ENDPOINTS and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if session.get("token") else "private, no-cache"
    return response


def secret_address(response: Response) -> Response:
    """Keep an address that is itself a key out of referrers, caches and search engines."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def redirect_target(typed: str, otherwise: str = "/") -> str:
    """Return a path of our own that may be gone to after a form; anything else becomes `otherwise`.

    It must be a path that our own routing answers to a GET: no scheme, host, backslash or control character.
    """
    if typed != text_in(typed) or "\\" in typed or not typed.startswith("/") or typed.startswith("//"):
        return otherwise
    try:
        current_app.create_url_adapter(request).match(urlsplit(typed).path, method="GET")  # type: ignore[union-attr]  # None only without a request
    except HTTPException:
        return otherwise
    return typed


_FORM_WORDS = FormWords()


class _RowMeta(DefaultMeta):
    def get_translations(self, form: object) -> FormWords:
        return _FORM_WORDS


class PlainForm(wtforms.Form):
    """Fields inside a form: its rows, and what several forms share; with sentences in the reader's language."""

    Meta: ClassVar[Any] = _RowMeta


class Ticks(wtforms.SelectMultipleField):
    """Choices to tick, any number of them."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form that keeps what was typed and shows why an action was refused."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF ships no types
        """What a form reads: texts under names that a page of ours can have; no files, no JSON."""

        def get_translations(self, form: object) -> FormWords:
            """Return what says the form library's sentences."""
            return _FORM_WORDS

        def wrap_formdata(self, form: object, formdata: object) -> MultiDict[str, str] | None:
            """Return what was typed, or given to be shown as typed; None when the form is only shown."""
            given = formdata if isinstance(formdata, MultiDict) else request.form
            if given is not formdata and request.method in SAFE_METHODS:
                return None
            # WTForms makes a number of every row's name, and fails at `slots-²-name` or at 5,000 digits.
            sent = given.items(multi=True)
            return MultiDict((name, text) for name, text in sent if _FIELD_NAME.fullmatch(name))

    refusal: str = ""
    refused_by: str = ""
    status: int = 200
    headers: Mapping[str, str] = {}
    done: Any = None

    def attempt(self, act: Callable[[], object]) -> bool:
        """Do what was asked for and keep its result in `done`.

        When a rule refuses it, take everything back, keep what was typed, and return False.
        """
        try:
            self.done = act()
        except Refused as refused:
            db_session().rollback()
            self.refuse(refused)
            return False
        return True

    def refuse(self, refused: Refused) -> None:
        """Say on the page why it cannot be done: at the field that it speaks of, else on top."""
        self.refused_by, self.status, self.headers = refused.code, refused.status, headers_of(refused)
        at = next((self[name] for name in AT.get(refused.code, ()) if name in self), None)
        if at is None or at.type == "HiddenField":
            self.refusal = words.sentence(refused)
            return
        if at.type == "FieldList":
            at.errors, at = [*at.errors, [words.sentence(refused)]], at.entries[0]
        at.errors = [*at.errors, words.sentence(refused)]

    def page(self, template: str, **facts: Any) -> ResponseReturnValue:
        """Show the form: 200 when it is new, 422 or the refusal's status when something has to be mended."""
        status = 422 if self.errors and not self.refused_by else self.status
        if self.errors:
            # Nobody has to wait for us to write while the page is drawn.
            db_session().rollback()
        return render_template(template, form=self, refusal=self.refusal, **facts), status, self.headers


def _of_this_page() -> dict[str, str]:
    """Say where the reader is, and where their own page is: behind the personal link where that is how they came."""
    asked = [one for one in request.args.items(multi=True) if one[0] not in {"lang", "next"}]
    if after := redirect_target(request.args.get("next", ""), ""):
        asked.append(("next", after))
    token = (request.view_args or {}).get("token") if request.path.startswith("/me/") else None
    return {
        "page_path": request.path,
        "page_address": f"{request.path}?{urlencode(asked)}" if asked else request.path,
        "own_page": f"/me/{token}" if token else "/me",
    }


_FIELD_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")


def wants_json() -> bool:
    """Say whether this request is a program's, which reads JSON."""
    return request.path.startswith("/api/") or request.path == "/healthz"


def headers_of(refused: Refused) -> dict[str, str]:
    """Return what a program has to know of a refusal beside its code."""
    headers = {}
    if "retry_after" in refused.facts:
        headers["Retry-After"] = str(refused.facts["retry_after"])
    if refused.code == "scope_missing":
        # RFC 6750 3.1: so that a program can say which right to ask for.
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{refused.facts["scope"]}"'
    return headers


def etag_matches(tag: str) -> bool:
    """Say whether the asker has this version already (RFC 9110 13.1.2: weak comparison)."""
    return request.if_none_match.contains_weak(tag)


def list_query() -> str:
    """Return the query that leads back to the list somebody is working through, where they came from there."""
    return "?from=list" if request.args.get("from") == "list" else ""


def go(address: str) -> ResponseReturnValue:
    """Redirect after a form was acted on: 303, so that the browser asks with GET."""
    return redirect(address, code=303)
