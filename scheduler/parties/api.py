"""Sign-in for programs: the same mail, the code, and a token to send along; one's own measure; households."""

from datetime import time

from scheduler import clock
from scheduler.errors import Forbidden, Invalid, NotSignedIn
from scheduler.json_api import OPEN, Api, ApiModel
from scheduler.parties import actions, bodies, households, member_list, queries
from scheduler.parties.access import Actor, may_see_all
from scheduler.parties.blocks import BlockNames, add_blocks, find_block_to_rename, find_body_to_divide, rename
from scheduler.parties.limits import Limits, limits_of
from scheduler.parties.login import bearer_token, current_actor
from scheduler.parties.models import Organization
from scheduler.parties.queries import find_me
from scheduler.parties.shapes import (
    BlockNamesIn,
    BlocksIn,
    BodyIn,
    BodyOut,
    HomeChange,
    HomeIn,
    HomeOut,
    HomesOut,
    ListedOut,
    ListIn,
    ListOut,
    MemberIn,
    MemberOut,
    NewBlockOut,
    NewBlocksOut,
    ReleaseIn,
    ReleaseOut,
    body_out,
    home_out,
    member_out,
    one_home_out,
)
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


@api.operation("POST /sign-in", Done, body=SignInAsk, status=202, scope=OPEN)
def ask_to_sign_in(body: SignInAsk) -> Done:
    """Mail a link and a code to this address, if somebody has it."""
    actions.ask_to_sign_in(db_session(), body.email, settings().secret_key, clock.now())
    db_session().commit()
    return Done()


@api.operation("POST /sign-in/code", Token, body=SignInCode, status=201, scope=OPEN)
def sign_in_by_code(body: SignInCode) -> Token:
    """Exchange the six digits for a session's token."""
    token = actions.sign_in_by_code(db_session(), body.email, body.code, clock.now())
    db_session().commit()
    if token is None:
        raise Invalid("code_wrong")
    return Token(token=token)


@api.operation("POST /sign-out", Done, scope=OPEN)
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


def _by(actor: Actor) -> households.By:
    return households.By(actor.person_id, actor.today, clock.now())


def _kept_block(actor: Actor, slug: str, wanted: str) -> Organization:
    """Return the block that is meant: the one named, or the only one."""
    _body, blocks = queries.find_kept_blocks(db_session(), actor, slug)
    named = [one for one in blocks if one.slug == wanted] if wanted else blocks
    if len(named) != 1:
        raise Invalid("choice_unknown")
    return named[0]


@api.operation("GET /organizations/<slug>", BodyOut, scope=OPEN)
def body(slug: str) -> BodyOut:
    """Say what a body says of itself."""
    return body_out(queries.find_body(db_session(), slug))


@api.operation("PUT /organizations/<slug>", BodyOut, body=BodyIn, scope="organise")
def describe_body(slug: str, body: BodyIn) -> BodyOut:
    """Write down what a body says of itself."""
    actor = current_actor()
    found = queries.find_organised_body(db_session(), actor, slug)
    facts = bodies.BodyFacts(**body.model_dump())
    bodies.describe(db_session(), found, facts, actor.person_id, clock.now())
    db_session().commit()
    return body_out(found)


@api.operation("POST /organizations/<slug>/blocks", NewBlocksOut, body=BlocksIn, status=201, scope="organise")
def new_blocks(slug: str, body: BlocksIn) -> NewBlocksOut:
    """Make blocks of an association."""
    actor = current_actor()
    found = find_body_to_divide(db_session(), actor, slug)
    made = add_blocks(db_session(), found, "\n".join(body.names), _by(actor))
    db_session().commit()
    return NewBlocksOut(blocks=[NewBlockOut(slug=one.slug, name=one.name) for one in made])


@api.operation(
    "PUT /organizations/<slug>/blocks/<block_slug>", NewBlockOut, body=BlockNamesIn, scope="organise"
)
def rename_block(slug: str, block_slug: str, body: BlockNamesIn) -> NewBlockOut:
    """Call a block otherwise; its address stays."""
    actor = current_actor()
    association, block = find_block_to_rename(db_session(), actor, slug, block_slug)
    rename(db_session(), association, block, BlockNames(**body.model_dump()), _by(actor))
    db_session().commit()
    return NewBlockOut(slug=block.slug, name=block.name)


@api.operation("GET /organizations/<slug>/households", HomesOut, scope="households")
def household_list(slug: str) -> HomesOut:
    """Show the households of the blocks that somebody keeps."""
    actor, session_ = current_actor(), db_session()
    _body, blocks = queries.find_kept_blocks(session_, actor, slug)
    rounds = [
        queries.households_of(session_, block, shows_contacts=may_see_all(session_, actor, block))
        for block in blocks
    ]
    return HomesOut(
        households=[
            home_out(home, block, people, place)
            for block in rounds
            for place, (home, people) in enumerate(block.households, 1)
        ]
    )


@api.operation("POST /organizations/<slug>/households", HomeOut, body=HomeIn, status=201, scope="households")
def new_household(slug: str, body: HomeIn) -> HomeOut:
    """Add a household to a block."""
    actor = current_actor()
    block = _kept_block(actor, slug, body.block)
    home = households.add(db_session(), block, body.facts, _by(actor))
    db_session().commit()
    return one_home_out(actor, home, block)


@api.operation("POST /organizations/<slug>/households/paste", ListOut, body=ListIn, scope="households")
def paste_households(slug: str, body: ListIn) -> ListOut:
    """Say what a member list would do, or write it."""
    actor = current_actor()
    block, lines = _kept_block(actor, slug, body.block), member_list.read(body.text)
    seen = households.foreseen(db_session(), block, lines)
    added = households.add_list(db_session(), block, lines, _by(actor)) if body.write else None
    db_session().commit()
    return ListOut(lines=[_listed_out(one) for one in seen], added=added)


def _listed_out(seen: households.Foreseen) -> ListedOut:
    line = seen.line
    return ListedOut(
        line=line.number,
        name=line.name,
        kana=line.kana,
        address=line.address,
        phone=line.phone,
        problem=line.problem,
        is_known=seen.is_known,
    )


@api.operation("POST /households/<int:household_id>", HomeOut, body=HomeChange, scope="households")
def household(household_id: int, body: HomeChange) -> HomeOut:
    """Correct a household."""
    actor = current_actor()
    home, block = queries.find_kept_household(db_session(), actor, household_id)
    facts = households.HomeFacts(body.name, body.address, body.place)
    households.change(db_session(), home, facts, _by(actor))
    if body.releases_contact is not None:
        if not may_see_all(db_session(), actor, block):
            raise Forbidden("release_is_the_households")
        households.release_contact(db_session(), home, body.releases_contact, _by(actor))
    db_session().commit()
    return one_home_out(actor, home, block)


@api.operation(
    "POST /households/<int:household_id>/members", MemberOut, body=MemberIn, status=201, scope="households"
)
def new_member(household_id: int, body: MemberIn) -> MemberOut:
    """Add somebody to a household; the same reading there again is the same person."""
    actor = current_actor()
    home, block = queries.find_kept_household(db_session(), actor, household_id)
    facts = actions.PersonFacts(body.name, body.kana, body.email, body.phone)
    member = households.add_member(db_session(), home, facts, _by(actor))
    db_session().commit()
    shows = home.releases_contact or may_see_all(db_session(), actor, block)
    return member_out(member, shows_contact=shows)


@api.operation("POST /me/household/contact", ReleaseOut, body=ReleaseIn, scope="households")
def release_own_contact(body: ReleaseIn) -> ReleaseOut:
    """Let the block leader see how the own household is reached, or not any more."""
    actor = current_actor()
    home = queries.find_my_household(db_session(), actor)
    households.release_contact(db_session(), home, body.releases, _by(actor))
    db_session().commit()
    return ReleaseOut(household=home.name, releases=home.releases_contact)
