"""Sign-in for programs: the same mail, the code, and a token to send along; and one's own measure."""

from datetime import time

from scheduler import clock
from scheduler.errors import Invalid, NotSignedIn
from scheduler.json_api import Api, ApiModel
from scheduler.parties import actions
from scheduler.parties.limits import Limits, limits_of
from scheduler.parties.login import bearer_token, current_actor
from scheduler.parties.queries import find_me
from scheduler.web import db_session, settings

api = Api("parties_api", __name__)


class Done(ApiModel):
    """Nothing more to say than that it was done."""

    done: bool = True


class SignInAsk(ApiModel):
    """Whom to mail a link and a code."""

    email: str


class SignInCode(ApiModel):
    """The code of the mail."""

    email: str
    code: str


class Token(ApiModel):
    """A session's token: send it as `Authorization: Bearer …`."""

    token: str


@api.operation("POST /sign-in", Done, body=SignInAsk, status=202)
def ask_to_sign_in(body: SignInAsk) -> Done:
    """Mail a link and a code to this address, if somebody has it."""
    actions.ask_to_sign_in(db_session(), body.email, settings().secret_key, clock.now())
    db_session().commit()
    return Done()


@api.operation("POST /sign-in/code", Token, body=SignInCode, status=201)
def sign_in_by_code(body: SignInCode) -> Token:
    """Exchange the six digits for a session's token."""
    token = actions.sign_in_by_code(db_session(), body.email, body.code, clock.now())
    db_session().commit()
    if token is None:
        raise Invalid("code_wrong")
    return Token(token=token)


@api.operation("POST /sign-out", Done)
def sign_out() -> Done:
    """End the session whose token was sent along."""
    token = bearer_token()
    if token is None:
        raise NotSignedIn
    actions.sign_out(db_session(), token, clock.now())
    db_session().commit()
    return Done()


class LimitsBody(ApiModel):
    """My measure: what is left out has its default; times on the wall clock as HH:MM."""

    times_a_month: int | None = None
    max_minutes: int | None = None
    no_heavy: bool = False
    not_before: time | None = None
    not_after: time | None = None
    quiet_from: time = Limits.quiet_from
    quiet_until: time = Limits.quiet_until


@api.operation("GET /me/limits", LimitsBody)
def my_limits() -> LimitsBody:
    """Show the own measure."""
    return LimitsBody(**vars(limits_of(find_me(db_session(), current_actor()).limits)))


@api.operation("POST /me/limits", LimitsBody, body=LimitsBody)
def set_my_limits(body: LimitsBody) -> LimitsBody:
    """Replace the own measure by this one."""
    me = find_me(db_session(), current_actor())
    actions.set_limits(me, Limits(**body.model_dump()))
    db_session().commit()
    return LimitsBody(**vars(limits_of(me.limits)))
