"""A body's LINE account, for programs; its secrets go in and never come out."""

from scheduler import clock
from scheduler.json_api import Api, ApiModel
from scheduler.line import actions, queries
from scheduler.parties.access import SESSION
from scheduler.parties.connecting import new_code
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_me, find_organised_body
from scheduler.web import db_session, settings

api = Api("line_api", __name__)


class LineIn(ApiModel):
    """What an organiser copies from LINE's pages; secrets left out stay as they are."""

    basic_id: str
    monthly_limit: int
    channel_secret: str = ""
    access_token: str = ""


class LineOut(ApiModel):
    """The account, what it has sent this month, and where LINE shall write to; no account has an empty name."""

    basic_id: str
    used: int
    monthly_limit: int
    webhook: str


class CodeOut(ApiModel):
    """What to send to the account from LINE, once, within half an hour."""

    basic_id: str
    code: str


def _account(organization_id: int) -> LineOut:
    found = queries.account_of(db_session(), organization_id)
    if found is None:
        return LineOut(basic_id="", used=0, monthly_limit=0, webhook="")
    month = queries.quota(db_session(), found, clock.now())
    webhook = f"{settings().address}/line/{found.id}"
    return LineOut(basic_id=found.basic_id, used=month.used, monthly_limit=month.limit, webhook=webhook)


@api.operation("GET /organizations/<slug>/line", LineOut, scope="organise")
def account(slug: str) -> ApiModel:
    """Show a body's LINE account to its organisers."""
    return _account(find_organised_body(db_session(), current_actor(), slug).id)


@api.operation("PUT /organizations/<slug>/line", LineOut, body=LineIn, scope="organise")
def set_up(slug: str, body: LineIn) -> ApiModel:
    """Set up a body's LINE account."""
    organization = find_organised_body(db_session(), current_actor(), slug)
    facts = actions.AccountFacts(**body.model_dump())
    actions.set_up(db_session(), organization.id, facts, settings().secret_key, clock.now())
    db_session().commit()
    return _account(organization.id)


@api.operation("POST /me/line/<int:account_id>", CodeOut, status=201, scope=SESSION)
def connect(account_id: int) -> ApiModel:
    """Make the code with which one connects LINE to an account."""
    me = find_me(db_session(), current_actor())
    found = queries.find_account(db_session(), account_id)
    code = new_code(db_session(), found, me, clock.now())
    db_session().commit()
    return CodeOut(basic_id=found.basic_id, code=code)
