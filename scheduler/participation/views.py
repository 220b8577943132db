"""Pages to sign up, to confirm, to answer and to withdraw, and everybody's own page."""

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock
from scheduler.activities.models import Slot
from scheduler.activities.queries import find_slot
from scheduler.activities.wishes import ages_in
from scheduler.guarding import guard
from scheduler.participation import (
    actions,
    answering,
    giving,
    guards,
    mending,
    queries,
    reconfirming,
    shown,
    undoing,
    visits,
    waiting,
)
from scheduler.participation.fields import ProveForm
from scheduler.participation.forms import (
    AgainForm,
    AnswersForm,
    ConsentForm,
    JoinForm,
    ReplyForm,
    WithdrawForm,
)
from scheduler.participation.models import Participation
from scheduler.parties import actions as parties
from scheduler.parties.access import Actor, organised_bodies
from scheduler.parties.login import actor_by_link, begin_connecting, current_actor, step_to_connect
from scheduler.parties.login import asker as _asker
from scheduler.parties.queries import find_me, live_token
from scheduler.web import db_session, go, list_query, secret_address, settings

pages = Blueprint("participation", __name__)
shown.fit(pages)


@pages.route("/slots/<int:slot_id>/join", methods=["GET", "POST"])
def join(slot_id: int) -> ResponseReturnValue:
    """Sign up for a part without an account; who is signed in types nothing again."""
    actor = current_actor()
    slot = _chosen(find_slot(db_session(), actor, slot_id))
    form = JoinForm.for_slot(slot, known=actor.is_signed_in, typed=visits.typed_before())
    if form.validate_on_submit() and form.attempt(lambda: _join(slot, form, actor)):
        visits.remember(form.done, _stranger(form, actor))
        db_session().commit()
        return go(f"/slots/{slot.id}/joined")
    if request.method == "GET":
        form.bring(ages_in(request.args.getlist("age")))
    now = clock.now()
    others = queries.others_with_room(slot, form.head_count() if form.refused_by == "full" else 1, now)
    shown = {"slot": slot, "occurrence": slot.occurrence, "others": others, "elsewhere": slot.id != slot_id}
    page = form.page("participation/join.html", **shown, now=now)
    return secret_address(make_response(page)) if "mend" in request.args else page


def _chosen(slot: Slot) -> Slot:
    """Return the part that was chosen in the form of another one that was full, else the form's own."""
    chosen = request.form.getlist("part")[-1:]
    return next((one for one in slot.occurrence.slots if [str(one.id)] == chosen), slot)


def _stranger(form: JoinForm, actor: Actor) -> actions.Stranger | None:
    return None if actor.is_signed_in else actions.Stranger(form.person())


def _join(slot: Slot, form: JoinForm, actor: Actor) -> Participation:
    now, sign_up = clock.now(), form.sign_up()
    if not actor.is_signed_in:
        stranger = actions.Stranger(form.person(), form.guardian())
        guard("join", *stranger.contacts)
        visits.let_go(slot, stranger.person)
        row = actions.join_as_stranger(db_session(), slot, stranger, sign_up, now)
        form.tell_what_is_left_out()
        begin_connecting(row.contact, slot.occurrence.activity.organization, unproven=row.unproven)
        return row
    me_ = find_me(db_session(), actor)
    guardian = "" if sign_up.contact_comes else me_.name
    return actions.join(db_session(), slot, replace(sign_up, contact_id=me_.id, guardian=guardian), now)


@pages.get("/slots/<int:slot_id>/joined")
def joined(slot_id: int) -> ResponseReturnValue:
    """Say thanks and what happens next; only to the browser that has just signed up."""
    visit = visits.visit_to(slot_id)
    slot = find_slot(db_session(), current_actor(), slot_id)
    shown = {"slot": slot, "occurrence": slot.occurrence, "visit": visit}
    if visit.by_mail:
        return secret_address(make_response(render_template("participation/asked_to_confirm.html", **shown)))
    row = queries.just_made(db_session(), slot_id, visit.row_id)
    told_here = row.contact.email is None and not row.unproven
    page = render_template(
        "participation/joined.html",
        **shown,
        row=row,
        link=parties.personal_link(row.contact, settings().secret_key) if told_here else "",
        step=step_to_connect(row.contact, slot.occurrence.activity.organization) if row.unproven else None,
    )
    return secret_address(make_response(page))


@pages.post("/slots/<int:slot_id>/joined/forget")
def forget_joined(slot_id: int) -> ResponseReturnValue:
    """Let a browser that others use too forget what was typed into it; the sign-up stays."""
    slot = find_slot(db_session(), current_actor(), slot_id)
    if WithdrawForm().validate_on_submit():
        visits.forget()
        db_session().commit()
        flash(gettext("この端末から消しました。申し込みは、そのままです。"), "success")
    return go(f"/dates/{slot.occurrence_id}")


@pages.get("/slots/<int:slot_id>/draw")
def draw(slot_id: int) -> ResponseReturnValue:
    """Show how a lottery is drawn, so that anybody can run it again: numbers only, no names."""
    slot = find_slot(db_session(), current_actor(), slot_id)
    entries = queries.entries_of(db_session(), slot.id)
    return render_template("participation/draw.html", slot=slot, occurrence=slot.occurrence, entries=entries)


@pages.get("/me")
def me() -> ResponseReturnValue:
    """Show the own dates; who is not signed in is asked to."""
    actor = current_actor()
    return _own_page(actor, "") if actor.is_signed_in else go("/sign-in?next=/me")


@pages.get("/me/<token>")
def personal_page(token: str) -> ResponseReturnValue:
    """Show the own dates to whoever has the personal link."""
    page = _own_page(actor_by_link(token), f"/me/{token}")
    return secret_address(make_response(page))


def _own_page(actor: Actor, base: str) -> str:
    session_, now = db_session(), clock.now()
    me_ = find_me(session_, actor)
    coming = queries.coming_of(session_, me_.id, now)
    return render_template(
        "participation/me.html",
        me=me_,
        base=base,
        coming=coming,
        withdrawn=undoing.just_withdrawn(session_, me_.id, now),
        lacking=answering.lacking(coming, now),
        children=queries.to_consent(session_, me_.id, now),
        past=queries.past_of(session_, me_.id, now),
        bodies=organised_bodies(session_, actor),
        has_feed=live_token(session_, me_.id, "feed") is not None,
        now=now,
    )


@pages.get("/participations/<int:participation_id>")
@pages.get("/me/<token>/participations/<int:participation_id>")
def sign_up(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Show how one's sign-up stands and what can be done: confirm, say yes or no to a place, answer, withdraw."""
    actor, back = _asker(token)
    row = queries.find_own(db_session(), actor, participation_id)
    return _sign_up_page(row, back, ReplyForm())


def _sign_up_page(row: Participation, back: str, form: ReplyForm) -> ResponseReturnValue:
    page = form.page(
        "participation/sign_up.html",
        row=row,
        occurrence=row.slot.occurrence,
        back=back,
        before=queries.waiting_before(db_session(), row),
        was_mended=mending.was_mended(db_session(), row),
        question=queries.question_to(db_session(), row),
        clash=guards.clash_of(db_session(), row),
        then=waiting.once_proven(db_session(), row),
        first_starts=queries.starts_when_made(db_session(), row),
        now=clock.now(),
    )
    return secret_address(make_response(page))


def _done(participation_id: int, token: str | None, act: Callable[[Participation], object], said: str) -> str:
    """Do something with one's own sign-up, say so, and return the page of it."""
    actor, back = _asker(token)
    act(queries.find_own(db_session(), actor, participation_id))
    db_session().commit()
    flash(said, "success")
    return f"{back.removesuffix('/me')}/participations/{participation_id}"


@pages.post("/participations/<int:participation_id>/prove")
@pages.post("/me/<token>/participations/<int:participation_id>/prove")
def prove(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Confirm the address: only pressing the button does it, for mail scanners follow links."""
    row = queries.find_own(db_session(), _asker(token)[0], participation_id)
    sure = bool(ProveForm().clash.data)
    if guards.clash_of(db_session(), row) and not sure:
        # Its page says with what, and asks for the second tap.
        return go(f"{_asker(token)[1].removesuffix('/me')}/participations/{participation_id}")

    def act(row: Participation) -> None:
        actions.prove(db_session(), row, clock.now(), clash_ok=sure)
        visits.proved(row)

    return go(_done(participation_id, token, act, gettext("確かめました。")))


@pages.post("/participations/<int:participation_id>/accept")
@pages.post("/me/<token>/participations/<int:participation_id>/accept")
def accept(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Say yes to a place that became free."""

    def act(row: Participation) -> None:
        waiting.accept(db_session(), row, clock.now())

    return go(_done(participation_id, token, act, gettext("参加が決まりました。お待ちしています。")))


@pages.post("/participations/<int:participation_id>/reply")
@pages.post("/me/<token>/participations/<int:participation_id>/reply")
def reply(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Answer the organiser's question."""
    actor, back = _asker(token)
    row = queries.find_own(db_session(), actor, participation_id)
    form = ReplyForm()
    if form.validate_on_submit() and form.attempt(
        lambda: giving.reply(db_session(), row, str(form.answer.data), clock.now())
    ):
        db_session().commit()
        flash(gettext("お返事を世話人に届けました。"), "success")
        return go(f"{back.removesuffix('/me')}/participations/{participation_id}")
    return _sign_up_page(row, back, form)


@pages.route("/participations/<int:participation_id>/again", methods=["GET", "POST"])
@pages.route("/me/<token>/participations/<int:participation_id>/again", methods=["GET", "POST"])
def again(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Ask a party whether it comes after all, with two large buttons; only pressing one answers."""
    actor, back = _asker(token)
    row, form = queries.find_own(db_session(), actor, participation_id), AgainForm()
    if form.validate_on_submit() and form.attempt(
        lambda: reconfirming.answer(db_session(), row, str(form.answer.data), actor.person_id, clock.now())
    ):
        db_session().commit()
        if row.is_live:
            flash(gettext("返事を受け取りました。ありがとうございます。"), "success")
        else:
            _flash_gone(row, back)
        return go(back)
    clash = queries.own_clash(db_session(), row)
    page = form.page(
        "participation/again.html", row=row, occurrence=row.slot.occurrence, back=back, clash=clash
    )
    return secret_address(make_response(page))


@pages.route("/participations/<int:participation_id>/answers", methods=["GET", "POST"])
@pages.route("/me/<token>/participations/<int:participation_id>/answers", methods=["GET", "POST"])
def answers(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Show the questions of a part, to answer or to correct; an organiser writes down what was said by telephone."""
    actor, own = _asker(token)
    row = _to_answer(actor, participation_id, by_link=token is not None)
    page = f"{own.removesuffix('/me')}/participations/{row.id}"
    back = page if row.contact_id == actor.own_id else f"/dates/{row.slot.occurrence_id}/board/{row.id}"
    form = AnswersForm.of(row)
    if form.validate_on_submit() and form.attempt(
        lambda: answering.answer(db_session(), row, form.answers(), actor.person_id, clock.now())
    ):
        db_session().commit()
        flash(gettext("答えを書きとめました。ありがとうございます。"), "success")
        return go(back)
    shown = form.page(
        "participation/answers.html", row=row, occurrence=row.slot.occurrence, back=back, now=clock.now()
    )
    return secret_address(make_response(shown))


def _to_answer(actor: Actor, participation_id: int, *, by_link: bool) -> Participation:
    if by_link:
        return queries.find_own(db_session(), actor, participation_id)
    return queries.find_participation(db_session(), actor, participation_id)


@pages.post("/dates/<int:occurrence_id>/board/<int:participation_id>/again")
def heard(occurrence_id: int, participation_id: int) -> ResponseReturnValue:
    """Write down for the organiser what a party said by telephone: that it comes after all, or that it cannot."""
    actor = current_actor()
    row = queries.find_organised(db_session(), actor, participation_id)
    said = "cannot" if request.form.get("answer") == "cannot" else "yes"
    reconfirming.answer(db_session(), row, said, actor.person_id, clock.now())
    db_session().commit()
    return go(f"/dates/{row.slot.occurrence_id}/board/{participation_id}{list_query()}")


@pages.route("/participations/<int:participation_id>/consent", methods=["GET", "POST"])
@pages.route("/me/<token>/participations/<int:participation_id>/consent", methods=["GET", "POST"])
def consent(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Let a guardian read what a child has signed up for, and say yes."""
    actor, back = _asker(token)
    row = queries.find_for_guardian(db_session(), actor, participation_id)
    form = ConsentForm(guardian=find_me(db_session(), actor).name)
    if form.validate_on_submit() and form.attempt(
        lambda: actions.consent(db_session(), row, str(form.guardian.data), actor.person_id, clock.now())
    ):
        db_session().commit()
        flash(gettext("同意を受け付けました。ありがとうございます。"), "success")
        return go(back)
    page = form.page("participation/consent.html", row=row, occurrence=row.slot.occurrence, back=back)
    return secret_address(make_response(page))


@pages.route("/participations/<int:participation_id>/withdraw", methods=["GET", "POST"])
@pages.route("/me/<token>/participations/<int:participation_id>/withdraw", methods=["GET", "POST"])
def withdraw(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Ask once more, then free the place."""
    actor, back = _asker(token)
    found = queries.find_own(db_session(), actor, participation_id)
    form = WithdrawForm()
    if form.validate_on_submit() and form.attempt(
        lambda: actions.withdraw(db_session(), found, actor.person_id, clock.now())
    ):
        db_session().commit()
        _flash_gone(found, back)
        return go(back)
    page = form.page(
        "participation/withdraw.html", participation=found, occurrence=found.slot.occurrence, back=back
    )
    return secret_address(make_response(page))


def _flash_gone(row: Participation, back: str) -> None:
    if row.state != "cancelled":
        # Somebody else was quicker, and has taken it out or let it run out; its page says how it stands.
        return
    said = gettext("欠席の連絡を受け付けました。知らせてくださって、ありがとうございます。")
    flash((said, f"{back.removesuffix('/me')}/participations/{row.id}/back"), "undo")  # type: ignore[arg-type]


@pages.post("/participations/<int:participation_id>/back")
@pages.post("/me/<token>/participations/<int:participation_id>/back")
def come_back(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Take back that one cannot come, as long as the bar says so."""
    by_id = _asker(token)[0].person_id

    def act(row: Participation) -> None:
        undoing.come_back(db_session(), row, by_id, clock.now())

    return go(_done(participation_id, token, act, gettext("元にもどしました。")))


@pages.post("/me/feed")
@pages.post("/me/<token>/feed")
def renew_feed(token: str | None = None) -> ResponseReturnValue:
    """Make a new address for the own feed and show it, once; the old one is closed."""
    actor, back = _asker(token)
    me_ = find_me(db_session(), actor)
    feed_token = parties.new_feed_token(db_session(), me_.id, clock.now())
    db_session().commit()
    page = render_template("participation/feed.html", feed_token=feed_token, back=back)
    return secret_address(make_response(page))


@pages.post("/me/feed/close")
@pages.post("/me/<token>/feed/close")
def close_feed(token: str | None = None) -> ResponseReturnValue:
    """Close the address of the own feed."""
    actor, back = _asker(token)
    parties.revoke(db_session(), find_me(db_session(), actor).id, "feed", clock.now())
    db_session().commit()
    return go(back)


@pages.post("/me/link/close")
@pages.post("/me/<token>/link/close")
def close_link(token: str | None = None) -> ResponseReturnValue:
    """Close the personal link; the next mail carries a new one."""
    parties.close_personal_link(db_session(), find_me(db_session(), _asker(token)[0]))
    db_session().commit()
    return go("/me")
