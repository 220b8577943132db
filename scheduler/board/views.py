"""Pages of the organiser's board: a date at a glance, one sign-up with all verbs, entering, places, words, lists."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock, words
from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.queries import find_organised_occurrence
from scheduler.board import actions, entering, forms, lists, queries
from scheduler.board.verbs import ACTS, Forms, forms_of
from scheduler.board.withdrawals import withdrawals_from
from scheduler.participation import capacity, contacting, undoing
from scheduler.participation.fields import called, companion_text
from scheduler.participation.models import Participation
from scheduler.participation.queries import NamedPerson, named_of, roster
from scheduler.participation.shown import sent_anew_word
from scheduler.parties.access import Actor, may_enter_for_all, may_organise
from scheduler.parties.asking import as_kept, ask_kept, forget_asked
from scheduler.parties.login import current_actor
from scheduler.parties.models import Household
from scheduler.parties.queries import enterable_households, find_enterable_household
from scheduler.questions import as_asked, ask_at, is_asked
from scheduler.web import db_session, go, list_query, settings
from scheduler.wordings.saying import begun

pages = Blueprint("board", __name__)


def _asked_slot(occurrence: Occurrence) -> int | None:
    """Return the slot that the address asks for; None for all, or for one that this date has not."""
    asked = request.args.get("slot", None, int)
    return asked if any(slot.id == asked for slot in occurrence.slots) else None


def _by(actor: Actor) -> int:
    assert actor.person_id is not None
    return actor.person_id


@pages.get("/dates/<int:occurrence_id>/board")
def board(occurrence_id: int) -> ResponseReturnValue:
    """Show the organiser a date: what needs an answer, then slot by slot, then who has withdrawn."""
    actor, now = current_actor(), clock.now()
    occurrence = find_organised_occurrence(db_session(), actor, occurrence_id)
    slot_id = _asked_slot(occurrence)
    parts = queries.parts_of(db_session(), occurrence, now, slot_id)
    return render_template(
        "board/board.html",
        occurrence=occurrence,
        parts=parts,
        slot_id=slot_id,
        todos=queries.todos_of(parts, now),
        withdrawals=withdrawals_from(db_session(), occurrence, now, slot_id),
        done=queries.just_done(db_session(), occurrence, actor.person_id, now),
        now=now,
    )


@pages.get("/dates/<int:occurrence_id>/board/<int:participation_id>")
def sign_up(occurrence_id: int, participation_id: int) -> ResponseReturnValue:
    """Show one sign-up with everything that is known of it and everything that can be done."""
    row = queries.find_on_board(db_session(), current_actor(), occurrence_id, participation_id)
    return _sign_up_page(row, forms_of(row))


def _sign_up_page(row: Participation, all_forms: Forms, verb: str = "approve") -> ResponseReturnValue:
    actor, now, occurrence = current_actor(), clock.now(), row.slot.occurrence
    may = contacting.allowed(db_session(), row)
    return all_forms[verb].page(
        "board/sign_up.html",
        row=row,
        occurrence=occurrence,
        line=queries.line_of(db_session(), row, now),
        history=queries.history_of(db_session(), row, now),
        forms=all_forms,
        gives_contact=may.gives,
        corrects_contact=may.corrects,
        acted=verb,
        list_query=list_query(),
        done=queries.just_done(db_session(), occurrence, actor.person_id, now),
        now=now,
    )


def _act(occurrence_id: int, participation_id: int, verb: str) -> ResponseReturnValue:
    actor = current_actor()
    row = queries.find_on_board(db_session(), actor, occurrence_id, participation_id)
    all_forms = forms_of(row, verb)
    form = all_forms[verb]
    if form.validate_on_submit() and form.attempt(lambda: ACTS[verb](row, form, _by(actor))):
        db_session().commit()
        if isinstance(form.done, contacting.Given):
            _say_given(form.done)
        return go(f"/dates/{occurrence_id}/board/{participation_id}{list_query()}")
    return _sign_up_page(row, all_forms, verb)


def _say_given(given: contacting.Given) -> None:
    # The first time is said by the bar that takes it back.
    corrected = gettext("連絡先を直しました。") if given.corrected else ""
    said = [one for one in (corrected, sent_anew_word(given.sent_anew)) if one]
    if said:
        flash(("" if words.in_japanese() else " ").join(said), "success")


@pages.post("/dates/<int:occurrence_id>/board/<int:participation_id>/approve")
def approve(occurrence_id: int, participation_id: int) -> ResponseReturnValue:
    """Say yes to a party that applied or waits."""
    return _act(occurrence_id, participation_id, "approve")


@pages.post("/dates/<int:occurrence_id>/board/<int:participation_id>/decline")
def decline(occurrence_id: int, participation_id: int) -> ResponseReturnValue:
    """Say no to a party that applied or waits, with a reason."""
    return _act(occurrence_id, participation_id, "decline")


@pages.post("/dates/<int:occurrence_id>/board/<int:participation_id>/ask")
def ask(occurrence_id: int, participation_id: int) -> ResponseReturnValue:
    """Ask a party something before it gets its answer."""
    return _act(occurrence_id, participation_id, "ask")


@pages.post("/dates/<int:occurrence_id>/board/<int:participation_id>/move")
def move(occurrence_id: int, participation_id: int) -> ResponseReturnValue:
    """Move a party to another slot of the date."""
    return _act(occurrence_id, participation_id, "move")


@pages.post("/dates/<int:occurrence_id>/board/<int:participation_id>/people")
def people(occurrence_id: int, participation_id: int) -> ResponseReturnValue:
    """Correct how many people a party is."""
    return _act(occurrence_id, participation_id, "people")


@pages.post("/dates/<int:occurrence_id>/board/<int:participation_id>/consent")
def consent(occurrence_id: int, participation_id: int) -> ResponseReturnValue:
    """Write down a guardian's consent that came on paper or by telephone."""
    return _act(occurrence_id, participation_id, "consent")


@pages.post("/dates/<int:occurrence_id>/board/<int:participation_id>/remove")
def remove(occurrence_id: int, participation_id: int) -> ResponseReturnValue:
    """Take a party out, with a reason."""
    return _act(occurrence_id, participation_id, "remove")


@pages.post("/dates/<int:occurrence_id>/board/<int:participation_id>/contact")
def contact(occurrence_id: int, participation_id: int) -> ResponseReturnValue:
    """Write down how somebody is reached who was entered without."""
    return _act(occurrence_id, participation_id, "contact")


@pages.post("/board/undo/<int:change_id>")
def undo(change_id: int) -> ResponseReturnValue:
    """Take back what was just done, and say what has become of it."""
    actor = current_actor()
    change, occurrence = queries.find_change(db_session(), actor, change_id)
    form = forms.UndoForm()
    if form.validate_on_submit() and form.attempt(
        lambda: undoing.undo(db_session(), change, _by(actor), clock.now())
    ):
        db_session().commit()
        flash(_undone(form.done), "success")
    else:
        flash(form.refusal, "error")
    if home := request.form.get("home", 0, int):
        return go(f"/dates/{occurrence.id}/homes#home-{home}")
    organises = may_organise(db_session(), actor, occurrence.activity.organization_id)
    return go(f"/dates/{occurrence.id}/{'board' if organises else 'enter'}")


def _undone(thing: Participation | Slot) -> str:
    if isinstance(thing, Slot) or thing.state != "waitlisted":
        return str(gettext("元にもどしました。"))
    said = gettext(
        "元にもどしましたが、場所はもう埋まっていました。%(name)sさんは補欠です。", name=called(thing)
    )
    return str(said)


@pages.route("/dates/<int:occurrence_id>/board/add", methods=["GET", "POST"])
def add(occurrence_id: int) -> ResponseReturnValue:
    """Sign somebody up who telephones or hands in a slip: for organisers, who go on to the sign-up."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    return _entering(occurrence, lambda row: f"/dates/{occurrence_id}/board/{row.id}", "board")


@pages.route("/dates/<int:occurrence_id>/enter", methods=["GET", "POST"])
def enter(occurrence_id: int) -> ResponseReturnValue:
    """Do the same without the board: for the counter, and for block leaders and their own block."""
    occurrence = queries.find_date_to_enter(db_session(), current_actor(), occurrence_id)

    def after(row: Participation) -> str:
        flash(gettext("%(name)sさんの申し込みを入れました。", name=called(row)), "success")
        if home := _asked_home(occurrence):
            return f"/dates/{occurrence_id}/homes#home-{home.id}"
        return url_for("board.enter", occurrence_id=occurrence_id, slot=next_part(row.slot))

    return _entering(occurrence, after, "enter")


@pages.app_template_global("next_part")
def next_part(slot: Slot) -> int | None:
    """Return the part that is chosen beforehand for the next one: the same, while a place is free in it."""
    return slot.id if slot.left > 0 else None


def _entering(occurrence: Occurrence, after: Callable[[Participation], str], at: str) -> ResponseReturnValue:
    actor = current_actor()
    organises = may_organise(db_session(), actor, occurrence.activity.organization_id)
    kept, home = as_kept(), _asked_home(occurrence)
    form = forms.EntryForm(**kept, slot=str(_asked_slot(occurrence) or ""))
    form.fit(occurrence, organises=organises, presets=home is None)
    if "find" in request.form:
        asked = ask_kept("#found")
        db_session().commit()
        return asked
    if form.validate_on_submit() and form.attempt(lambda: _entered(occurrence, form, actor)):
        forget_asked()
        db_session().commit()
        return go(after(form.done))
    typed = bool(kept) or form.is_submitted()
    found = not home and typed and _offer(occurrence, form, actor, organises=organises)
    return form.page(
        "board/add.html",
        occurrence=occurrence,
        at=at,
        finding=bool(kept),
        found=found,
        home=home,
        may_be_new=may_enter_for_all(db_session(), actor, occurrence.activity.organization),
        done=queries.just_done(db_session(), occurrence, actor.person_id, clock.now()),
    )


def _asked_home(occurrence: Occurrence) -> Household | None:
    asked, body = request.args.get("home", 0, int), occurrence.activity.organization
    return find_enterable_household(db_session(), current_actor(), body, asked) if asked else None


def _entered(occurrence: Occurrence, form: forms.EntryForm, actor: Actor) -> Participation:
    slot = queries.find_part(occurrence, form.slot_id)
    return entering.enter(db_session(), slot, form.entry(), actor, clock.now())


def _offer(occurrence: Occurrence, form: forms.EntryForm, actor: Actor, *, organises: bool) -> bool:
    """Let the form offer who may be meant by what was typed; say whether anybody was found."""
    body = occurrence.activity.organization
    everybody = may_enter_for_all(db_session(), actor, body)
    found = entering.find(db_session(), actor, body, form.facts())
    if found:
        homes = enterable_households(db_session(), actor, body)
        form.offer(found, homes, contacts=organises, may_be_new=everybody)
    return bool(found)


@pages.route("/dates/<int:occurrence_id>/board/places", methods=["GET", "POST"])
def places(occurrence_id: int) -> ResponseReturnValue:
    """Change how many places a slot has; who would lose theirs is named first."""
    actor = current_actor()
    occurrence = find_organised_occurrence(db_session(), actor, occurrence_id)
    slot = queries.find_part(occurrence, _asked_slot(occurrence) or occurrence.slots[0].id)
    form = forms.PlacesForm(**as_asked(), places=slot.places if request.method == "GET" else None)
    if form.validate_on_submit() and form.attempt(lambda: _change_places(slot, form, actor)):
        db_session().commit()
        return go(f"/dates/{occurrence_id}/board?slot={slot.id}")
    surplus: list[Participation] = []
    if form.refused_by == "places_taken" and (asked := ask_at(request.path, "#surplus", ("slot",))):
        return asked
    if is_asked() and form.validate():
        surplus = capacity.surplus_of(db_session(), slot, int(form.places.data or 0))
    return form.page("board/places.html", occurrence=occurrence, slot=slot, surplus=surplus)


def _change_places(slot: Slot, form: forms.PlacesForm, actor: Actor) -> None:
    wanted = int(form.places.data or 0)
    actions.change_places(db_session(), slot, wanted, _by(actor), clock.now(), waits=form.agreed)


@pages.route("/dates/<int:occurrence_id>/board/message", methods=["GET", "POST"])
def message(occurrence_id: int) -> ResponseReturnValue:
    """Tell everybody of a slot or a date something: who is told how is shown first, for it cannot be taken back."""
    actor = current_actor()
    occurrence = find_organised_occurrence(db_session(), actor, occurrence_id)
    text = begun(db_session(), occurrence, request.args.get("words", ""))
    kept, told = as_kept(), None
    form = forms.MessageForm(**kept, slot=str(_asked_slot(occurrence) or ""), text=text).fit(occurrence)
    if form.validate_on_submit() and not form.sure.data:
        asked = ask_kept("#told")
        db_session().commit()
        return asked
    if form.validate_on_submit() and form.attempt(lambda: _send(occurrence, form, actor)):
        forget_asked()
        db_session().commit()
        flash(_sent_word(form.done), "success")
        return go(f"/dates/{occurrence_id}/board")
    if kept and form.validate():
        told = queries.told_of(db_session(), occurrence, form.slot_id)
    facts = {"told": told, "now": clock.now(), **_who_is_there(occurrence)}
    return form.page("board/message.html", occurrence=occurrence, **facts)


def _who_is_there(occurrence: Occurrence) -> dict[str, bool]:
    """Say whether nobody is to be told, and whether somebody has signed up all the same, who waits for a place."""
    nobody = not queries.told_of(db_session(), occurrence, None)
    return {"nobody": nobody, "waits": nobody and bool(roster(db_session(), occurrence.id))}


def _sent_word(count: int) -> str:
    """Say how many are told; where no mail leaves, who is not stands below."""
    if settings().mail_leaves:
        return str(gettext("%(count)s人に知らせます。", count=count))
    return str(gettext("お知らせを送ります。まだ届いていない方は、この下に出ます。"))


def _send(occurrence: Occurrence, form: forms.MessageForm, actor: Actor) -> int:
    slot = queries.find_part(occurrence, form.slot_id) if form.slot_id is not None else None
    words, now = str(form.text.data), clock.now()
    return actions.send_message(db_session(), occurrence, words, _by(actor), now, slot=slot)


@pages.get("/dates/<int:occurrence_id>/board/list")
def station_list(occurrence_id: int) -> ResponseReturnValue:
    """Show the list of a station for printing: its people, the leader first, when they meet and whom to call."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    slot_id, now = _asked_slot(occurrence), clock.now()
    return render_template(
        "board/list.html",
        occurrence=occurrence,
        slot_id=slot_id,
        stations=lists.stations_of(db_session(), occurrence, slot_id, now),
        copy=lists.copy_of(occurrence, slot_id, now),
    )


@pages.get("/dates/<int:occurrence_id>/board/insurance")
def insurance(occurrence_id: int) -> ResponseReturnValue:
    """Show the insurance list for printing: only who is named, as of now."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    slot_id = _asked_slot(occurrence)
    rows = queries.coming_to(db_session(), occurrence.id, slot_id)
    return render_template(
        "board/insurance.html",
        occurrence=occurrence,
        slot_id=slot_id,
        insured=named_of(rows),
        people=sum(row.people for row in rows),
        copy=lists.copy_of(occurrence, slot_id, clock.now()),
    )


@pages.get("/dates/<int:occurrence_id>/board/insurance.csv")
def insurance_csv(occurrence_id: int) -> ResponseReturnValue:
    """Give the same list to a spreadsheet."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    slot_id = _asked_slot(occurrence)
    insured = named_of(queries.coming_to(db_session(), occurrence.id, slot_id))
    copy = lists.copy_of(occurrence, slot_id, clock.now())
    answer = Response(_insurance_csv(insured, copy), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="insurance-{copy.number}.csv"'
    return answer


def _insurance_csv(insured: list[NamedPerson], copy: lists.Copy) -> bytes:
    headings = (
        gettext("番号"),
        gettext("お名前"),
        gettext("ふりがな"),
        gettext("年齢・学年"),
        gettext("役割"),
    )
    lines = [
        (
            number,
            one.name,
            one.kana,
            forms.named_age(one),
            one.slot.name,
        )
        for number, one in enumerate(insured, 1)
    ]
    foot = [
        (gettext("名簿番号"), copy.number, f"{copy.as_of:%Y-%m-%d %H:%M}"),
        (gettext("返却または裁断"), f"{copy.return_by:%Y-%m-%d}"),
    ]
    return lists.csv_of(headings, [*lines, *foot])


pages.add_app_template_filter(called, "called")
pages.add_app_template_filter(companion_text, "companion_text")
pages.add_app_template_filter(forms.named_age, "age_text")
