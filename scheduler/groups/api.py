"""Groups, their people's names, and shares, for programs."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from scheduler import clock
from scheduler.activities.queries import find_organised_occurrence, find_slot
from scheduler.activities.shapes import DateOut, date_out
from scheduler.groups import actions, queries
from scheduler.groups.actions import Speaker
from scheduler.groups.links import names_token, share_token
from scheduler.guarding import guard
from scheduler.json_api import OPEN, Api, ApiModel
from scheduler.participation import undoing
from scheduler.participation.actions import Stranger, consent, is_told_by_mail
from scheduler.participation.models import Participation
from scheduler.participation.queries import find_own
from scheduler.participation.signing import Named, SignUp
from scheduler.participation.standing import UNPROVEN_HOLDS
from scheduler.parties.actions import PersonFacts
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_me
from scheduler.parties.shapes import LineStep, line_step
from scheduler.web import db_session, settings

api = Api("groups_api", __name__)


class GroupIn(ApiModel):
    """A yes for a group: by its name, as a body of an own office, as the own household, or with a share's token.

    With a token of a person, name, kana and email are not needed.
    """

    people: int
    group_name: str = ""
    organization_id: int | None = None
    as_household: bool = False
    share: str = ""
    name: str = ""
    kana: str = ""
    email: str = ""
    phone: str = ""
    by_line: bool = False
    language: Literal["ja", "ja@easy", "en"] = "ja"
    contact_comes: bool = True
    answers: dict[str, str] = {}
    or_wait: bool = False
    clash_ok: bool = False
    note: str = ""


class GroupOut(ApiModel):
    """A group's sign-up as its representative sees it; at `names_url` its people name themselves.

    Without a token, by e-mail, `id` is null and the state `unverified`, whatever stands: the mailbox is told.
    """

    id: int | None
    slot_id: int
    party: str
    state: str
    people: int
    named: int
    lacks_consent: bool
    names_url: str
    hold_until: datetime | None
    date: DateOut
    line: LineStep | None = None


class NameOut(ApiModel):
    """One of a group's people; the grade is that of somebody under age."""

    id: int
    name: str
    kana: str
    grade: str


class NamesOut(ApiModel):
    """A group's sign-up with the names that are there, without that of its representative."""

    group: GroupOut
    names: list[NameOut]


class NameIn(ApiModel):
    """Somebody's name and reading, and the school grade of somebody under age."""

    name: str
    kana: str
    grade: str = ""


class NamesIn(ApiModel):
    """People to name: all of them or nobody."""

    names: list[NameIn]


class PeopleIn(ApiModel):
    """Another number of people."""

    people: int


class NamingOut(ApiModel):
    """What somebody sees who adds their own name: never those of the others."""

    party: str
    slot: str
    people: int
    named: int
    starts_at: datetime
    ends_at: datetime
    date: DateOut


class ShareOut(ApiModel):
    """One body's share of a slot: how many were asked for, how many of it come, what is left of it.

    At `join_url` a body that has not signed up takes places out of its share.
    """

    slot_id: int
    slot: str
    organization_id: int
    organization: str
    asked: int
    come: int
    named: int
    left: int
    until: datetime
    is_kept: bool
    has_signed_up: bool
    join_url: str


class SharesOut(ApiModel):
    """The shares of a date."""

    date: DateOut
    shares: list[ShareOut]


def _group_out(row: Participation, line: LineStep | None = None) -> GroupOut:
    token = names_token(settings().secret_key, row.id, row.names_salt)
    # An address that nobody has confirmed opens nothing.
    url = "" if row.unproven or not row.is_live else f"{settings().address}/names/{token}"
    return GroupOut(
        line=line,
        id=row.id,
        slot_id=row.slot_id,
        party=row.party_name,
        state=row.state,
        people=row.people,
        named=row.named,
        lacks_consent=queries.lacks_consent(row),
        names_url=url,
        hold_until=row.hold_until,
        date=date_out(row.slot.occurrence, settings().address),
    )


def _as_if_new(row: Participation, body: GroupIn, now: datetime) -> GroupOut:
    """Answer as to anybody who has to confirm an address: how it stands is told to the mailbox."""
    return GroupOut(
        id=None,
        slot_id=row.slot_id,
        party=row.organization.name if row.organization else body.group_name,
        state="unverified",
        people=body.people,
        named=int(body.contact_comes),
        lacks_consent=False,
        names_url="",
        hold_until=min(now + UNPROVEN_HOLDS, row.slot.starts_at),
        date=date_out(row.slot.occurrence, settings().address),
    )


def _names_out(row: Participation) -> NamesOut:
    named = queries.named_of(row)
    names = [NameOut(id=one.id, name=one.name, kana=one.kana, grade=one.grade) for one in named]
    return NamesOut(group=_group_out(row), names=names)


def _sign_up(body: GroupIn, household_id: int | None) -> SignUp:
    copied = ("group_name", "organization_id", "contact_comes", "answers", "or_wait", "clash_ok", "note")
    values = {name: getattr(body, name) for name in copied}
    return SignUp(0, pledged=body.people, household_id=household_id, **values)


def _stranger(body: GroupIn) -> Stranger:
    names = ("name", "kana", "email", "phone", "language", "by_line")
    return Stranger(PersonFacts(**{name: getattr(body, name) for name in names}))


@api.operation("POST /slots/<int:slot_id>/join/group", GroupOut, body=GroupIn, status=201)
def join(slot_id: int, body: GroupIn) -> GroupOut:
    """Sign a group up with a number of people; the same again gets the sign-up that stands."""
    actor, session, now = current_actor(), db_session(), clock.now()
    slot = find_slot(session, actor, slot_id)
    secret = settings().secret_key
    share = queries.find_share_by_token(session, slot, body.share, secret) if body.share else None
    home = queries.find_household(session, actor).id if body.as_household else None
    if actor.person_id is None:
        stranger = _stranger(body)
        guard("join", *stranger.contacts)
        speaker = Speaker(actor, stranger, share)
        done = actions.join(session, slot, _sign_up(body, home), speaker, now)
        if is_told_by_mail(stranger):
            session.commit()
            return _as_if_new(done, body, now)
    else:
        yes = replace(_sign_up(body, home), contact_id=find_me(session, actor).id)
        done = actions.join(session, slot, yes, Speaker(actor, share=share), now)
    step = line_step(done.contact, slot.occurrence.activity.organization, unproven=done.unproven)
    session.commit()
    return _group_out(done, step)


@api.operation("GET /participations/<int:pledge_id>/names", NamesOut)
def names(pledge_id: int) -> NamesOut:
    """Show who of one's own group is named."""
    return _names_out(queries.find_own_pledge(db_session(), current_actor(), pledge_id))


@api.operation("POST /participations/<int:pledge_id>/names", NamesOut, body=NamesIn)
def add_names(pledge_id: int, body: NamesIn) -> NamesOut:
    """Name people of one's own group; who is named already stays so."""
    actor = current_actor()
    row = queries.find_own_pledge(db_session(), actor, pledge_id)
    people = [Named(one.name, one.kana, grade=one.grade) for one in body.names]
    actions.add_names(db_session(), row, people, actor.person_id, clock.now())
    db_session().commit()
    return _names_out(row)


@api.operation("POST /participations/<int:pledge_id>/names/<int:name_id>/remove", NamesOut)
def remove_name(pledge_id: int, name_id: int) -> NamesOut:
    """Take a name off one's own group; once more is the same."""
    actor = current_actor()
    row = queries.find_own_pledge(db_session(), actor, pledge_id)
    actions.remove_name(db_session(), row, name_id, row.contact_id, clock.now())
    db_session().commit()
    return _names_out(row)


@api.operation("POST /participations/<int:pledge_id>/names/link", GroupOut)
def renew_link(pledge_id: int) -> GroupOut:
    """Close the address at which one's own group is named, and make another."""
    row = queries.find_own_pledge(db_session(), current_actor(), pledge_id)
    actions.renew_link(row)
    db_session().commit()
    return _group_out(row)


@api.operation("POST /participations/<int:pledge_id>/names/consent", GroupOut)
def record_consent(pledge_id: int) -> GroupOut:
    """Write down that the guardians of those under age have said yes; once more is the same."""
    row = queries.find_own_pledge(db_session(), current_actor(), pledge_id)
    consent(db_session(), row, row.contact.name, row.contact_id, clock.now())
    db_session().commit()
    return _group_out(row)


@api.operation("POST /participations/<int:pledge_id>/people", GroupOut, body=PeopleIn)
def people(pledge_id: int, body: PeopleIn) -> GroupOut:
    """Change how many people one's own group is; it does not wait for places."""
    row = queries.find_own_pledge(db_session(), current_actor(), pledge_id)
    actions.change_number(db_session(), row, body.people, clock.now())
    db_session().commit()
    return _group_out(row)


def _naming_out(row: Participation) -> NamingOut:
    return NamingOut(
        party=row.party_name,
        slot=row.slot.name,
        people=row.people,
        named=row.named,
        starts_at=row.slot.starts_at,
        ends_at=row.slot.ends_at,
        date=date_out(row.slot.occurrence, settings().address),
    )


@api.operation("GET /names/<token>", NamingOut, scope=OPEN)
def naming(token: str) -> NamingOut:
    """Show what a group comes to and how many of it are named, to whoever has its link."""
    return _naming_out(queries.find_pledge_by_token(db_session(), token, settings().secret_key))


@api.operation("POST /names/<token>", NamingOut, body=NameIn, scope=OPEN)
def add_own_name(token: str, body: NameIn) -> NamingOut:
    """Add the own name to a group, with its link; the same name again is the same person."""
    row = queries.find_pledge_by_token(db_session(), token, settings().secret_key)
    one = Named(body.name, body.kana, grade=body.grade)
    actions.add_name(db_session(), row, one, None, clock.now())
    db_session().commit()
    return _naming_out(row)


@api.operation("GET /dates/<int:occurrence_id>/shares", SharesOut, scope="organise")
def shares(occurrence_id: int) -> SharesOut:
    """Show the organiser what each body was asked for, has taken, and has left."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    lines = queries.shares_at(db_session(), occurrence)
    return SharesOut(
        date=date_out(occurrence, settings().address), shares=[_share_out(line) for line in lines]
    )


def _share_out(line: queries.ShareLine) -> ShareOut:
    token = share_token(settings().secret_key, line.share.id)
    return ShareOut(
        slot_id=line.slot.id,
        slot=line.slot.name,
        organization_id=line.body.id,
        organization=line.body.name,
        asked=line.asked,
        come=line.come,
        named=line.named,
        left=line.left,
        until=line.until,
        is_kept=line.is_kept,
        has_signed_up=line.has_signed_up,
        join_url=f"{settings().address}/slots/{line.slot.id}/join/group?share={token}",
    )


class CompanionOut(ApiModel):
    """Somebody who comes along: an adult, by name where it is known, or a child by school grade or age in months."""

    id: int
    name: str
    grade: str
    age_months: int | None


class CompanyOut(ApiModel):
    """How many people a sign-up is, and who of them comes along with its contact."""

    id: int
    people: int
    contact_comes: bool
    company: list[CompanionOut]


class FewerIn(ApiModel):
    """The ids of those who come along and now do not; 0 is whoever has signed up."""

    without: list[int]


def _company_out(row: Participation) -> CompanyOut:
    company = [
        CompanionOut(id=one.id, name=one.name, grade=one.grade, age_months=one.age_months)
        for one in row.companions
    ]
    return CompanyOut(id=row.id, people=row.people, contact_comes=row.contact_comes, company=company)


@api.operation("GET /participations/<int:participation_id>/company", CompanyOut)
def company(participation_id: int) -> CompanyOut:
    """Show who comes along with one's own sign-up."""
    return _company_out(find_own(db_session(), current_actor(), participation_id))


@api.operation("POST /participations/<int:participation_id>/fewer", CompanyOut, body=FewerIn)
def fewer(participation_id: int, body: FewerIn) -> CompanyOut:
    """Say who of one's own party does not come, while the others do."""
    row = find_own(db_session(), current_actor(), participation_id)
    actions.leave_out(db_session(), row, body.without, clock.now())
    db_session().commit()
    return _company_out(row)


@api.operation("POST /participations/<int:participation_id>/fewer/back", CompanyOut)
def all_come(participation_id: int) -> CompanyOut:
    """Take back within half an hour that somebody of one's own party does not come."""
    row = find_own(db_session(), current_actor(), participation_id)
    undoing.come_all(db_session(), row, clock.now())
    db_session().commit()
    return _company_out(row)
