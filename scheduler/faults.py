"""How it looks when something cannot be: a refusal, a wrong address, a fault of ours; as page or as JSON."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from scheduler import words
from scheduler.errors import Gone, NotFound, NotSignedIn, Refused
from scheduler.web import SAFE_METHODS, db_session, go, headers_of, redirect_target, wants_json


def init_app(app: Flask) -> None:
    """Let an app answer so; what other sites send is refused before anything else looks at it."""
    app.before_request(_refuse_other_sites)
    for fault, answer in _FAULTS.items():
        app.register_error_handler(fault, answer)


def _refuse_other_sites() -> ResponseReturnValue | None:
    # A second wall behind the token; every browser of the last years says where a request comes from.
    if request.method in SAFE_METHODS or request.headers.get("Sec-Fetch-Site", "same-origin") in {
        "same-origin",
        "none",
    }:
        return None
    return _error_page(403, gettext("ほかのページからの操作は受け付けません。"), "forbidden")


def _error_page(status: int, text: str, code: str) -> ResponseReturnValue:
    if wants_json():
        return jsonify(error=code, message=text), status
    return render_template("error.html", status=status, text=text, back=_way_back()), status


def _way_back() -> str:
    """Return the page from which somebody came here, or this one where that is a page; empty where there is none."""
    came = urlsplit(request.referrer or "")
    path = came.path if came.netloc == request.host else request.path
    return redirect_target(path, "")


def _not_signed_in(error: Exception) -> ResponseReturnValue:
    if not wants_json():
        return go("/sign-in")
    answer = _error_page(401, gettext("サインインが必要です。"), "sign_in_needed")
    assert isinstance(answer, tuple)
    return answer[0], 401, {"WWW-Authenticate": "Bearer"}


def _not_found(error: Exception) -> ResponseReturnValue:
    if isinstance(error, Gone):
        return _error_page(
            410, gettext("このアドレスは閉じられました。新しいリンクを使ってください。"), "gone"
        )
    return _error_page(
        404,
        gettext("このページは見つかりません。終わった活動か、アドレスの間違いかもしれません。"),
        "not_found",
    )


def _refused(error: Exception) -> ResponseReturnValue:
    assert isinstance(error, Refused)
    db_session().rollback()
    return refusal_answer(error)


def refusal_answer(refused: Refused) -> Response:
    """Return how a refusal looks, as a page or as JSON."""
    page = _error_page(refused.status, words.sentence(refused), refused.code)
    answer = current_app.make_response(page)
    answer.headers.update(headers_of(refused))
    return answer


def _bad_token(error: Exception) -> ResponseReturnValue:
    return _error_page(
        400,
        gettext(
            "ページを開いてから時間がたちました。前のページに戻り、新しくしてからもう一度押してください。"
        ),
        "csrf",
    )


def _leave_database_alone() -> None:
    # The page that says so must not fail for the same reason.
    db_session().rollback()
    g.no_database = True


def _busy(error: Exception) -> ResponseReturnValue:
    # Never answered as "full": a time-out says nothing about places.
    current_app.logger.warning("database busy or away: %s", type(getattr(error, "orig", error)).__name__)
    _leave_database_alone()
    answer = _error_page(
        503,
        gettext(
            "いま混み合っています。少し待って、もう一度押してください。入れたものは、前のページに残っています。"
        ),
        "busy",
    )
    assert isinstance(answer, tuple)
    return answer[0], 503, {"Retry-After": "5"}


_HTTP_TEXTS = {
    400: _("読み取れない内容です。前のページに戻って、もう一度お試しください。"),
    405: _("この操作はここではできません。"),
    413: _("送られた内容が大きすぎます。"),
}


def _http_error(error: Exception) -> ResponseReturnValue:
    assert isinstance(error, HTTPException)
    if isinstance(error, SecurityError):
        # Another host's name: no page of ours can be made, since its links would lead there.
        return Response("400", 400, mimetype="text/plain")
    status = error.code or 500
    if status < 400:
        return error
    if status == 404:
        return _not_found(error)
    text = _HTTP_TEXTS.get(status, _("できませんでした。もう一度お試しください。"))
    answer = current_app.make_response(_error_page(status, str(text), f"http_{status}"))
    if isinstance(error, MethodNotAllowed):
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return answer


def _failed(error: Exception) -> ResponseReturnValue:
    current_app.logger.exception("unexpected")
    _leave_database_alone()
    return _error_page(
        500, gettext("こちらの不具合です。すみません。少し待って、もう一度お試しください。"), "fault"
    )


_FAULTS: dict[type[Exception], Callable[[Exception], ResponseReturnValue]] = {
    NotFound: _not_found,
    NotSignedIn: _not_signed_in,
    Refused: _refused,
    CSRFError: _bad_token,
    OperationalError: _busy,
    HTTPException: _http_error,
    Exception: _failed,
}
