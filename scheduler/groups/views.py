"""Pages to sign a group up, to name its people, and of the shares that bodies were asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Blueprint, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock
from scheduler.activities.models import Occurrence, Slot, SlotShare
from scheduler.activities.queries import find_organised_occurrence, find_slot
from scheduler.groups import actions, links, queries
from scheduler.groups.actions import Speaker
from scheduler.groups.forms import FewerForm, GroupForm, MoreForm, NameListForm, OwnNameForm, PeopleForm
from scheduler.groups.name_list import read
from scheduler.guarding import guard
from scheduler.participation import bringing, undoing, visits
from scheduler.participation.actions import Stranger, consent
from scheduler.participation.fields import withdraw_word
from scheduler.participation.models import Companion, Participation
from scheduler.participation.queries import find_own
from scheduler.parties.access import Actor
from scheduler.parties.login import asker, begin_connecting, current_actor
from scheduler.parties.queries import find_me
from scheduler.web import db_session, go, secret_address, settings

pages = Blueprint("groups", __name__)


@pages.route("/slots/<int:slot_id>/join/group", methods=["GET", "POST"])
def join(slot_id: int) -> ResponseReturnValue:
    """Sign a group up: its name, how many people, and who speaks for it; with a link, out of a body's share."""
    actor, session_ = current_actor(), db_session()
    slot = find_slot(session_, actor, slot_id)
    share = _share(slot)
    form = GroupForm.for_slot(slot, known=actor.is_signed_in, typed=visits.typed_before())
    form.offer(queries.spoken_for(session_, actor), has_share=share is not None)
    if form.validate_on_submit() and form.attempt(lambda: _join(slot, form, actor, share)):
        visits.remember(form.done, _stranger(form, actor))
        session_.commit()
        return go(f"/slots/{slot_id}/joined")
    is_mailed = share is not None and _is_mailed(form, share, actor)
    page = form.page("groups/join.html", slot=slot, share=share, is_mailed=is_mailed, now=clock.now())
    is_secret = share is not None or "mend" in request.args
    return secret_address(make_response(page)) if is_secret else page


def _is_mailed(form: GroupForm, share: SlotShare, actor: Actor) -> bool:
    """Write to who has signed the body up already, where it is they who typed; the page is the same for anybody."""
    if actor.is_signed_in or form.refused_by != "group_signed_up":
        return False
    typed = form.person()
    if typed.email:
        actions.tell_speaker(db_session(), share, typed.email, clock.now())
        db_session().commit()
    return bool(typed.email and settings().mail_leaves)


def _stranger(form: GroupForm, actor: Actor) -> Stranger | None:
    return None if actor.is_signed_in else Stranger(form.person())


def _share(slot: Slot) -> SlotShare | None:
    token = request.args.get("share")
    if token is None:
        return None
    return queries.find_share_by_token(db_session(), slot, token, settings().secret_key)


def _join(slot: Slot, form: GroupForm, actor: Actor, share: SlotShare | None) -> Participation:
    now, sign_up = clock.now(), form.sign_up()
    if not actor.is_signed_in:
        stranger = Stranger(form.person())
        guard("join", *stranger.contacts)
        visits.let_go(slot, stranger.person)
        speaker = Speaker(actor, stranger, share)
        row = actions.join(db_session(), slot, sign_up, speaker, now)
        form.tell_what_is_left_out()
        begin_connecting(row.contact, slot.occurrence.activity.organization, unproven=row.unproven)
        return row
    yes = replace(sign_up, contact_id=find_me(db_session(), actor).id)
    return actions.join(db_session(), slot, yes, Speaker(actor, share=share), now)


@pages.route("/names/<token>", methods=["GET", "POST"])
def add_own_name(token: str) -> ResponseReturnValue:
    """Let whoever has the link add their own name; nobody sees those of the others here."""
    row = queries.find_pledge_by_token(db_session(), token, settings().secret_key)
    form = OwnNameForm.for_slot(row.slot)
    if form.validate_on_submit() and form.attempt(
        lambda: actions.add_name(db_session(), row, form.named(), None, clock.now())
    ):
        db_session().commit()
        flash(gettext("お名前を受け取りました。ありがとうございます。当日お待ちしています。"), "success")
        return secret_address(make_response(go(f"/names/{token}")))
    page = form.page(
        "groups/own_name.html", row=row, slot=row.slot, occurrence=row.slot.occurrence, now=clock.now()
    )
    return secret_address(make_response(page))


def _own_address(participation_id: int, back: str) -> str:
    return f"{back.removesuffix('/me')}/participations/{participation_id}"


@pages.route("/participations/<int:pledge_id>/names", methods=["GET", "POST"])
@pages.route("/me/<token>/participations/<int:pledge_id>/names", methods=["GET", "POST"])
def names(pledge_id: int, token: str | None = None) -> ResponseReturnValue:
    """Show who speaks for a group its people's names, and take a list of them."""
    actor, back = asker(token)
    row, form = queries.find_own_pledge(db_session(), actor, pledge_id), NameListForm()
    if form.validate_on_submit() and form.attempt(lambda: _add_list(row, form, actor)):
        db_session().commit()
        flash(gettext("%(count)s人のお名前を加えました。", count=form.done), "success")
        return go(f"{_own_address(pledge_id, back)}/names")
    return _names_page(row, back, form, PeopleForm(people=row.people))


def _add_list(row: Participation, form: NameListForm, actor: Actor) -> int:
    people = read(str(form.pasted.data))
    return actions.add_names(db_session(), row, people, actor.person_id, clock.now())


def _names_page(
    row: Participation, back: str, form: NameListForm, people_form: PeopleForm
) -> ResponseReturnValue:
    refused = form if form.refusal or form.errors else people_form
    page = refused.page(
        "groups/names.html",
        row=row,
        occurrence=row.slot.occurrence,
        back=back,
        here=_own_address(row.id, back),
        list_form=form,
        people_form=people_form,
        naming=naming(row),
        now=clock.now(),
    )
    return secret_address(make_response(page))


@pages.post("/participations/<int:pledge_id>/people")
@pages.post("/me/<token>/participations/<int:pledge_id>/people")
def people(pledge_id: int, token: str | None = None) -> ResponseReturnValue:
    """Change how many people a group is."""
    actor, back = asker(token)
    row, form = queries.find_own_pledge(db_session(), actor, pledge_id), PeopleForm()
    if form.validate_on_submit() and form.attempt(
        lambda: actions.change_number(db_session(), row, form.number(), clock.now())
    ):
        db_session().commit()
        flash(gettext("%(people)s人に変えました。", people=row.people), "success")
        return go(f"{_own_address(pledge_id, back)}/names")
    return _names_page(row, back, NameListForm(formdata=None), form)


@pages.get("/participations/<int:participation_id>/company")
@pages.get("/me/<token>/participations/<int:participation_id>/company")
def company(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Show where a party changes how many of it come, in both directions."""
    actor, back = asker(token)
    row = find_own(db_session(), actor, participation_id)
    return _company_page(row, back, FewerForm.of(row), MoreForm.of(row))


def _company_page(
    row: Participation, back: str, fewer_form: FewerForm, more_form: MoreForm
) -> ResponseReturnValue:
    refused = more_form if more_form.refusal or more_form.errors else fewer_form
    page = refused.page(
        "groups/company.html",
        row=row,
        occurrence=row.slot.occurrence,
        here=_own_address(row.id, back),
        fewer_form=fewer_form,
        more_form=more_form,
        now=clock.now(),
    )
    return secret_address(make_response(page))


@pages.route("/participations/<int:participation_id>/fewer", methods=["GET", "POST"])
@pages.route("/me/<token>/participations/<int:participation_id>/fewer", methods=["GET", "POST"])
def fewer(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Let a party say who of it does not come, while the others do."""
    actor, back = asker(token)
    row = find_own(db_session(), actor, participation_id)
    form, here, had_minors = FewerForm.of(row), _own_address(row.id, back), row.has_minors
    who = form.names_left_out()
    if form.validate_on_submit() and form.attempt(
        lambda: actions.leave_out(db_session(), row, form.left_out, clock.now())
    ):
        db_session().commit()
        said = gettext(
            "%(who)sを外し、%(people)s人に変えました。世話人にも見えます。", who=who, people=row.people
        )
        flash((said, f"{here}/fewer/back"), "undo")  # type: ignore[arg-type]
        if had_minors and not row.has_minors:
            flash(_no_child_left(row), "info")
        return go(here)
    return _company_page(row, back, form, MoreForm.of(row, empty=True))


def _no_child_left(row: Participation) -> str:
    return str(
        gettext(
            "お子さんのいない申し込みになりました。大人だけでは来ないときは、「%(button)s」を押してください。",
            button=withdraw_word(row),
        )
    )


@pages.route("/participations/<int:participation_id>/more", methods=["GET", "POST"])
@pages.route("/me/<token>/participations/<int:participation_id>/more", methods=["GET", "POST"])
def more(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Let a party bring one more, where a place is free."""
    actor, back = asker(token)
    row = find_own(db_session(), actor, participation_id)
    form, here = MoreForm.of(row), _own_address(row.id, back)
    if form.validate_on_submit() and form.attempt(
        lambda: bringing.bring_along(db_session(), row, form.one(), clock.now())
    ):
        db_session().commit()
        said = gettext("%(people)s人に変えました。", people=row.people)
        flash((said, f"{here}/fewer/back"), "undo")  # type: ignore[arg-type]
        return go(here)
    return _company_page(row, back, FewerForm.of(row, empty=True), form)


@pages.app_template_global("may_bring")
def may_bring(row: Participation) -> bool:
    """Say whether a party can bring one more by itself."""
    return bringing.may_bring(row, clock.now())


@pages.app_template_global("may_leave_out")
def may_leave_out(row: Participation) -> bool:
    """Say whether somebody of a party can stay away while others come."""
    is_open = row.is_live and row.state not in ("offered", "unverified") and row.slot.starts_at > clock.now()
    return is_open and bool(row.companions) and row.people > 1 and not row.is_pledge


@pages.post("/participations/<int:participation_id>/fewer/back")
@pages.post("/me/<token>/participations/<int:participation_id>/fewer/back")
def all_come(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Take back that somebody of a party does not come, or that one more does, for half an hour."""
    actor, back = asker(token)
    row = find_own(db_session(), actor, participation_id)
    undoing.come_all(db_session(), row, clock.now())
    db_session().commit()
    flash(gettext("元にもどしました。"), "success")
    return go(_own_address(row.id, back))


@pages.app_template_global("may_all_come")
def may_all_come(row: Participation) -> bool:
    """Say whether a party can still take back that fewer of it come, or one more."""
    return undoing.number_to_take_back(db_session(), row, clock.now()) is not None


def _done(pledge_id: int, token: str | None, act: Callable[[Participation, int], object], said: str) -> str:
    """Do something with one's own group, say so, and return the page of its names."""
    actor, back = asker(token)
    row = queries.find_own_pledge(db_session(), actor, pledge_id)
    act(row, find_me(db_session(), actor).id)
    db_session().commit()
    flash(said, "success")
    return f"{_own_address(pledge_id, back)}/names"


@pages.post("/participations/<int:pledge_id>/names/<int:name_id>/remove")
@pages.post("/me/<token>/participations/<int:pledge_id>/names/<int:name_id>/remove")
def remove_name(pledge_id: int, name_id: int, token: str | None = None) -> ResponseReturnValue:
    """Take somebody's name off again."""

    def act(row: Participation, by_id: int) -> None:
        actions.remove_name(db_session(), row, name_id, by_id, clock.now())

    return go(_done(pledge_id, token, act, gettext("お名前を消しました。")))


@pages.post("/participations/<int:pledge_id>/names/link")
@pages.post("/me/<token>/participations/<int:pledge_id>/names/link")
def renew_link(pledge_id: int, token: str | None = None) -> ResponseReturnValue:
    """Close the link with which people name themselves, and make another."""

    def act(row: Participation, by_id: int) -> None:
        actions.renew_link(row)

    return go(_done(pledge_id, token, act, gettext("前のリンクを閉じて、新しいリンクを作りました。")))


@pages.post("/participations/<int:pledge_id>/names/consent")
@pages.post("/me/<token>/participations/<int:pledge_id>/names/consent")
def record_consent(pledge_id: int, token: str | None = None) -> ResponseReturnValue:
    """Write down that the guardians of those under age have said yes to who speaks for the group."""

    def act(row: Participation, by_id: int) -> None:
        consent(db_session(), row, row.contact.name, by_id, clock.now())

    return go(_done(pledge_id, token, act, gettext("保護者の同意を書きとめました。")))


@pages.get("/dates/<int:occurrence_id>/shares")
def shares(occurrence_id: int) -> ResponseReturnValue:
    """Show the organiser what each body was asked for, what it took, and the words to pass on to it."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    page = render_template(
        "groups/shares.html",
        occurrence=occurrence,
        lines=queries.shares_at(db_session(), occurrence),
        now=clock.now(),
    )
    return secret_address(make_response(page))


@pages.app_template_global("share_link")
def share_link(share: SlotShare) -> str:
    """Return the whole address with which a body takes places out of its share."""
    token = links.share_token(settings().secret_key, share.id)
    return f"{settings().address}/slots/{share.slot_id}/join/group?share={token}"


@pages.app_template_global("keeps_for_bodies")
def keeps_for_bodies(occurrence: Occurrence) -> bool:
    """Say whether bodies were asked for people at a date."""
    return bool(queries.shares_at(db_session(), occurrence))


@dataclass(frozen=True)
class Naming:
    """How far the naming of a group is: who is named, where the others name themselves, whether a yes is missing."""

    people: list[Companion]
    link: str
    minors: int
    lacks_consent: bool


@pages.app_template_global("naming")
def naming(row: Participation) -> Naming:
    """Return how far the naming of a group is, for the page of who speaks for it."""
    token = links.names_token(settings().secret_key, row.id, row.names_salt)
    return Naming(
        queries.named_of(row),
        f"{settings().address}/names/{token}",
        queries.minors_of(row),
        queries.lacks_consent(row),
    )
