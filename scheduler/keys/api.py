"""Making and closing tokens, for programs that are signed in."""

from datetime import date, datetime

from scheduler import clock
from scheduler.json_api import Api, ApiModel
from scheduler.parties import api_tokens
from scheduler.parties.access import SESSION
from scheduler.parties.api_tokens import ApiToken, Owner, Wish
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_me, find_organised_body
from scheduler.web import db_session

api = Api("keys_api", __name__)


class ApiTokenIn(ApiModel):
    """A token as it is asked for: what it is for, its scopes, and for how many days it is good."""

    name: str
    scopes: list[str]
    days: int = 90


class ApiTokenOut(ApiModel):
    """A token as it stands in the list: everything but itself."""

    id: int
    name: str
    scopes: list[str]
    made_by: str
    created_at: datetime
    last_used_on: date | None
    expires_at: datetime
    revoked_at: datetime | None


class ApiTokenMade(ApiTokenOut):
    """A new token; it is shown this once."""

    token: str


class ApiTokensOut(ApiModel):
    """The tokens that are good, the newest first."""

    tokens: list[ApiTokenOut]


def _owner(slug: str | None = None) -> Owner:
    actor = current_actor()
    me = find_me(db_session(), actor)
    return Owner(me.id, None if slug is None else find_organised_body(db_session(), actor, slug).id)


def _facts(row: ApiToken) -> dict[str, object]:
    names = ("id", "name", "scopes", "created_at", "last_used_on", "expires_at", "revoked_at")
    return {name: getattr(row, name) for name in names} | {"made_by": row.person.name}


def _listed(owner: Owner) -> ApiTokensOut:
    rows = api_tokens.tokens_of(db_session(), owner, clock.now())
    return ApiTokensOut(tokens=[ApiTokenOut.model_validate(_facts(row)) for row in rows])


def _made(owner: Owner, body: ApiTokenIn) -> ApiTokenMade:
    wish = Wish(body.name, tuple(body.scopes), body.days)
    row, token = api_tokens.make(db_session(), owner, wish, clock.now())
    db_session().commit()
    return ApiTokenMade.model_validate(_facts(row) | {"token": token})


def _revoked(owner: Owner, token_id: int) -> ApiTokenOut:
    row = api_tokens.find_token_of(db_session(), owner, token_id)
    api_tokens.revoke(db_session(), row, owner.person_id, clock.now())
    db_session().commit()
    return ApiTokenOut.model_validate(_facts(row))


@api.operation("GET /me/tokens", ApiTokensOut, scope=SESSION)
def own_tokens() -> ApiTokensOut:
    """List the own tokens."""
    return _listed(_owner())


@api.operation("POST /me/tokens", ApiTokenMade, body=ApiTokenIn, status=201, scope=SESSION)
def make_own_token(body: ApiTokenIn) -> ApiTokenMade:
    """Make a token for the own things: scopes read and sign_up."""
    return _made(_owner(), body)


@api.operation("POST /me/tokens/<int:token_id>/revoke", ApiTokenOut, scope=SESSION)
def revoke_own_token(token_id: int) -> ApiTokenOut:
    """Close a token; once more is the same."""
    return _revoked(_owner(), token_id)


@api.operation("GET /organizations/<slug>/tokens", ApiTokensOut, scope=SESSION)
def tokens_of_body(slug: str) -> ApiTokensOut:
    """List the tokens of a body, whoever made them."""
    return _listed(_owner(slug))


@api.operation("POST /organizations/<slug>/tokens", ApiTokenMade, body=ApiTokenIn, status=201, scope=SESSION)
def make_token_of_body(slug: str, body: ApiTokenIn) -> ApiTokenMade:
    """Make a token that acts for a body: scopes read, organise and report."""
    return _made(_owner(slug), body)


@api.operation("POST /organizations/<slug>/tokens/<int:token_id>/revoke", ApiTokenOut, scope=SESSION)
def revoke_token_of_body(slug: str, token_id: int) -> ApiTokenOut:
    """Close a token of a body; once more is the same."""
    return _revoked(_owner(slug), token_id)
