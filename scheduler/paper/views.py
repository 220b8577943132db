"""Pages of paper: what can be printed of a date, the sheets themselves, and keying one in by its code."""

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext, to_user_timezone

from scheduler import clock, words
from scheduler.activities.models import Occurrence
from scheduler.activities.queries import find_occurrence, find_organised_activity, find_organised_occurrence
from scheduler.board.homes import noes_at
from scheduler.board.lists import copy_of, stations_of
from scheduler.board.queries import find_date_to_enter
from scheduler.errors import Invalid, NotFound
from scheduler.paper import actions, cards, printing, queries, undoing
from scheduler.paper.codes import DATE, code_of, spoken
from scheduler.paper.forms import CodeForm, KeyingForm, PrintForm, keyed_of
from scheduler.paper.models import CIRCULAR, PrintedRow, PrintedSheet
from scheduler.paper.rotas import fiscal_year, rota_of
from scheduler.paper.sheets.asking import MOST_SLOTS, Asked, asking
from scheduler.paper.sheets.card import Key, card
from scheduler.paper.sheets.lists import MOST_COPIES, Listed, roster, station_list
from scheduler.paper.sheets.parts import Look
from scheduler.paper.sheets.poster import Posted, poster
from scheduler.paper.sheets.rota import rota
from scheduler.participation.models import Participation
from scheduler.parties.access import may_enter_for_all, may_organise
from scheduler.parties.login import current_actor
from scheduler.parties.models import Person
from scheduler.parties.tokens import derived
from scheduler.web import db_session, go, secret_address, settings

pages = Blueprint("paper", __name__)


def _look() -> Look:
    """Return how the address asks for a sheet."""
    return Look(large="large" in request.args, era="era" in request.args)


def _pdf(content: bytes, name: str) -> Response:
    """Answer with a sheet, which the browser shows and prints."""
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@pages.get("/dates/<int:occurrence_id>/paper")
def date(occurrence_id: int) -> ResponseReturnValue:
    """Show whoever enters people for a date what can be printed of it, and the sheets that are out."""
    occurrence = find_date_to_enter(db_session(), current_actor(), occurrence_id)
    return _date_page(occurrence, _print_form(occurrence))


def _print_form(occurrence: Occurrence) -> PrintForm:
    actor, body = current_actor(), occurrence.activity.organization
    blocks = queries.blocks_to_print(db_session(), actor, body)
    return PrintForm().offer(blocks, everybody=may_enter_for_all(db_session(), actor, body))


def _date_page(occurrence: Occurrence, form: PrintForm) -> ResponseReturnValue:
    actor = current_actor()
    return form.page(
        "paper/date.html",
        occurrence=occurrence,
        organises=may_organise(db_session(), actor, occurrence.activity.organization_id),
        presses=queries.sheets_at_once(db_session(), actor, occurrence),
        code_form=CodeForm(formdata=None),
        most_slots=MOST_SLOTS,
    )


@pages.post("/dates/<int:occurrence_id>/sheets")
def print_sheet(occurrence_id: int) -> ResponseReturnValue:
    """Print a sheet to sign up on, or a circular, for one block or for each of them."""
    actor = current_actor()
    occurrence = find_date_to_enter(db_session(), actor, occurrence_id)
    form = _print_form(occurrence)

    def print_all() -> list[PrintedSheet]:
        asked = (db_session(), occurrence, form.wanted(), actor, clock.now())
        return printing.print_for_blocks(*asked) if form.is_for_each else [printing.print_sheet(*asked)]

    if form.validate_on_submit() and form.attempt(print_all):
        db_session().commit()
        flash(_made(form.done, form), "success")  # type: ignore[arg-type]
        return go(f"/dates/{occurrence_id}/paper")
    return _date_page(occurrence, form)


def _made(made: list[PrintedSheet], form: PrintForm) -> tuple[str, str, str]:
    look = [(name, "") for name in ("large", "era") if form[name].data]
    if len(made) > 1:
        # One number stands for all: hundreds would not fit into the cookie that keeps the sentence.
        paper, asked = f"/dates/{made[0].occurrence_id}/sheets.pdf", [("with", made[0].code)]
        said = gettext("紙が%(count)s枚できました。1枚ずつ、ちがう番号がついています。", count=len(made))
    else:
        paper, asked = f"/sheets/{made[0].code}/paper.pdf", []
        code = _whole(made[0].code)
        circular = gettext("回覧ができました。番号は%(code)sです。", code=code)
        sign_up = gettext("申込用紙ができました。番号は%(code)sです。", code=code)
        said = circular if made[0].kind == CIRCULAR else sign_up
    query = urlencode(asked + look)
    return said, f"{paper}?{query}" if query else paper, gettext("紙を開く（PDF）")


@pages.get("/dates/<int:occurrence_id>/poster.pdf")
def date_poster(occurrence_id: int) -> ResponseReturnValue:
    """Return the poster of a date; whoever may see the date may put it up."""
    occurrence = find_occurrence(db_session(), current_actor(), occurrence_id)
    posted = Posted(occurrence, f"{settings().address}/dates/{occurrence.id}", code_of(DATE, occurrence.id))
    return _pdf(poster(posted, _look()), f"poster-{occurrence.id}")


@pages.route("/sheets", methods=["GET", "POST"])
def by_code() -> ResponseReturnValue:
    """Ask for the code of a sheet and go where it leads: to keying it in, or to its date."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return go(_led_to(str(form.code.data)))
        except NotFound:
            form.refuse(Invalid("sheet_code_wrong"))
    return form.page("paper/code.html")


def _led_to(code: str) -> str:
    actor = current_actor()
    occurrence_id, sheet = queries.find_named_by(db_session(), actor, code)
    # Raises for a date that the asker may not see.
    find_occurrence(db_session(), actor, occurrence_id)
    if sheet is None and queries.is_withdrawn(db_session(), code):
        flash(gettext("その紙は取り消されました。申し込みは、このページからできます。"), "warning")
    return f"/dates/{occurrence_id}" if sheet is None else f"/sheets/{sheet.code}"


@pages.get("/sheets/<code>/paper.pdf")
def sheet_paper(code: str) -> ResponseReturnValue:
    """Return a sheet once more, its lines as they were printed, with who has signed up by now."""
    sheet = queries.find_sheet(db_session(), current_actor(), code)
    if sheet.withdrawn_at is not None:
        return go(f"/sheets/{sheet.code}")
    return _pdf(asking([_asked(sheet)], _look()), f"sheet-{sheet.code}")


@pages.get("/dates/<int:occurrence_id>/sheets.pdf")
def date_sheets(occurrence_id: int) -> ResponseReturnValue:
    """Return the sheets of a date in one file, those that are asked for or all; what was withdrawn is left out."""
    actor = current_actor()
    occurrence = find_date_to_enter(db_session(), actor, occurrence_id)
    found = queries.sheets_of(db_session(), actor, occurrence)[::-1]
    codes = set(request.args.getlist("code")) | queries.printed_with(found, request.args.get("with", ""))
    asked = [one for one in found if one.withdrawn_at is None and (not codes or one.code in codes)]
    if not asked:
        raise NotFound
    return _pdf(asking([_asked(one) for one in asked], _look()), f"sheets-{occurrence_id}")


def _asked(sheet: PrintedSheet) -> Asked:
    standing = queries.standing_of(db_session(), sheet.rows, sheet.occurrence.slots)
    people = {place: one.people for place, one in standing.items()}
    noes = noes_at(db_session(), [sheet.occurrence_id]).get(sheet.occurrence_id, set())
    return Asked(sheet, f"{settings().address}/sheets/{sheet.code}", people, noes)


@pages.get("/sheets/<code>")
def sheet(code: str) -> ResponseReturnValue:
    """Show a sheet to key in; a neighbour who has scanned it gets to the date."""
    actor = current_actor()
    _occurrence_id, found = queries.find_named_by(db_session(), actor, code)
    return go(_led_to(code)) if found is None else _sheet_page(found, KeyingForm())


@pages.post("/sheets/<code>")
def key_in(code: str) -> ResponseReturnValue:
    """Enter a whole sheet with one press; each line says what became of it."""
    actor, form = current_actor(), KeyingForm()
    found = queries.find_sheet(db_session(), actor, code)
    by = actions.By(actor, clock.now(), actions.note_of(found), "sure" in request.form)
    if "back" in request.form:
        return _brought_back(found, form, by)
    keyed = keyed_of(found, request.form)
    leaving = [] if "sure" in request.form else actions.leaving(db_session(), found, keyed)
    if form.validate_on_submit() and leaving:
        return _sheet_page(found, form, leaving)
    if form.validate_on_submit() and form.attempt(lambda: actions.key_in(db_session(), found, keyed, by)):
        db_session().commit()
        if not any(one.refusal for one in form.done):
            # The page draws three with a link behind the sentence.
            flash(_all_in(found, form.done), "success")  # type: ignore[arg-type]
            return go(f"/sheets/{found.code}")
    return _sheet_page(found, form)


def _brought_back(found: PrintedSheet, form: KeyingForm, by: actions.By) -> ResponseReturnValue:
    ended = request.form.get("back", 0, int)
    if form.validate_on_submit() and form.attempt(lambda: undoing.bring_back(db_session(), found, ended, by)):
        db_session().commit()
        flash(gettext("元にもどしました。"), "success")
        return go(f"/sheets/{found.code}")
    return _sheet_page(found, form)


@pages.post("/sheets/<code>/undo")
def undo_keying(code: str) -> ResponseReturnValue:
    """Take back what one has just keyed in from a sheet with one press."""
    actor, form = current_actor(), KeyingForm()
    found = queries.find_sheet(db_session(), actor, code)
    by = actions.By(actor, clock.now())
    if form.validate_on_submit() and form.attempt(lambda: undoing.take_back(db_session(), found, by)):
        db_session().commit()
        flash(gettext("元にもどしました。"), "success")
        return go(f"/sheets/{found.code}")
    return _sheet_page(found, form)


@pages.post("/sheets/<code>/withdraw")
def withdraw_sheet(code: str) -> ResponseReturnValue:
    """Withdraw a sheet that was printed by mistake."""
    actor, form = current_actor(), KeyingForm()
    found = queries.find_sheet(db_session(), actor, code)
    if form.validate_on_submit() and form.attempt(
        lambda: actions.withdraw(db_session(), found, actor, clock.now())
    ):
        db_session().commit()
        return go(f"/sheets/{found.code}")
    return _sheet_page(found, form)


@pages.post("/sheets/<code>/restore")
def restore_sheet(code: str) -> ResponseReturnValue:
    """Take back that a sheet was withdrawn."""
    actor, form = current_actor(), KeyingForm()
    found = queries.find_sheet(db_session(), actor, code)
    if form.validate_on_submit() and form.attempt(
        lambda: actions.restore(db_session(), found, actor, clock.now())
    ):
        db_session().commit()
        flash(gettext("元にもどしました。"), "success")
        return go(f"/sheets/{found.code}")
    return _sheet_page(found, form)


def _all_in(found: PrintedSheet, outcomes: list[actions.Outcome]) -> str | tuple[str, str, str]:
    """Say how many homes were entered, one that helps with two parts once; and who waits, with the way to them."""
    lines = {one.line.id for one in outcomes if one.what != "same"}
    if not lines:
        return str(gettext("前と同じなので、変わったところはありません。"))
    said = gettext("%(count)sを入れました。", count=_counted(found, len(lines)))
    waiting = {one.line.id: one.row for one in outcomes if one.row and one.row.state == "waitlisted"}
    if not waiting:
        return str(said)
    names = "、".join(_party(row) for row in list(waiting.values())[:3])
    more = gettext(
        "そのうち%(count)sは、空きが足りないので補欠です（%(names)s）。人数に打ちまちがいがないか、確かめてください。",
        count=_counted(found, len(waiting)),
        names=names,
    )
    occurrence, actor = found.occurrence, current_actor()
    if not may_organise(db_session(), actor, occurrence.activity.organization_id):
        return str(said + more)
    return said + more, f"/dates/{occurrence.id}/board", gettext("来る人の一覧")


def _party(row: Participation) -> str:
    return f"{row.party_name} {ngettext('%(num)s人', '%(num)s人', row.people)}"


def _counted(found: PrintedSheet, count: int) -> str:
    return str(
        ngettext("%(count)s軒", "%(count)s軒", count, count=count)
        if found.block_id is not None
        else ngettext("%(count)s人", "%(count)s人", count, count=count)
    )


def _sheet_page(
    found: PrintedSheet, form: KeyingForm, leaving: Sequence[tuple[PrintedRow, Participation]] = ()
) -> ResponseReturnValue:
    slots = found.occurrence.slots[:MOST_SLOTS]
    outcomes = form.done if isinstance(form.done, list) else []
    refused = [one for one in outcomes if one.refusal]
    if refused or leaving:
        form.status = 409
    standing = queries.standing_of(db_session(), found.rows, slots)
    stay_away = noes_at(db_session(), [found.occurrence_id]).get(found.occurrence_id, set())
    return form.page(
        "paper/sheet.html",
        sheet=found,
        occurrence=found.occurrence,
        slots=slots,
        standing=standing,
        answered={line for line, _slot in standing},
        said_no={row.id for row in found.rows if row.has_answered},
        # Shown beside the name only, like a 0 that was keyed in: what stands in a field is saved with the sheet.
        stays_away={row.id for row in found.rows if row.household_id in stay_away},
        leaving=leaving,
        left=queries.just_left(db_session(), found, current_actor(), clock.now()),
        keyed=queries.just_keyed(db_session(), found, current_actor(), clock.now()),
        refusals={(one.line.id, one.slot.id): one.refusal for one in refused},
        typed=request.form if form.is_submitted() else {},
        organises=may_organise(db_session(), current_actor(), found.occurrence.activity.organization_id),
        may_withdraw=queries.may_withdraw(db_session(), current_actor(), found),
    )


def _listed(occurrence_id: int) -> Listed:
    """Return what the lists of a date show: all its parts or the asked one, in as many copies as are asked for."""
    session, now = db_session(), clock.now()
    occurrence = find_organised_occurrence(session, current_actor(), occurrence_id)
    asked = request.args.get("slot", None, int)
    slot_id = asked if any(slot.id == asked for slot in occurrence.slots) else None
    copies = min(max(request.args.get("copies", 1, int), 1), MOST_COPIES)
    stations = stations_of(session, occurrence, slot_id, now)
    return Listed(occurrence, stations, copy_of(occurrence, slot_id, now), copies)


@pages.get("/dates/<int:occurrence_id>/station-list.pdf")
def date_station_list(occurrence_id: int) -> ResponseReturnValue:
    """Return the lists of the stations, a page for each, for who organises the date."""
    return _pdf(station_list(_listed(occurrence_id), _look()), f"stations-{occurrence_id}")


@pages.get("/dates/<int:occurrence_id>/roster.pdf")
def date_roster(occurrence_id: int) -> ResponseReturnValue:
    """Return everybody of a date on one list, for who organises it."""
    return _pdf(roster(_listed(occurrence_id), _look()), f"roster-{occurrence_id}")


@pages.get("/activities/<int:activity_id>/rota.pdf")
def activity_rota(activity_id: int) -> ResponseReturnValue:
    """Return the year of an activity with everybody's turns, for who organises it."""
    actor = current_actor()
    activity = find_organised_activity(db_session(), actor, activity_id)
    year = request.args.get("year", fiscal_year(actor.today), int)
    found = rota_of(db_session(), activity, min(max(year, 1990), 2200))
    return _pdf(rota(activity, found, _look()), f"rota-{activity_id}-{found.begins.year}")


@pages.route("/people/<int:card_person_id>/card", methods=["GET", "POST"])
def key_card(card_person_id: int) -> ResponseReturnValue:
    """Show whether somebody has a key card that is not used yet; make a new one."""
    actor, now, form = current_actor(), clock.now(), KeyingForm()
    person = cards.find_holder(db_session(), actor, card_person_id)
    if form.validate_on_submit() and actor.person_id is not None:
        cards.make(db_session(), person, actor.person_id, settings().secret_key, now)
        db_session().commit()
        flash(gettext("鍵カードができました。印刷してください。"), "success")
        return go(f"/people/{person.id}/card")
    live = cards.live_card(db_session(), person, now)
    at_home = "home" in request.args
    return form.page(
        "paper/card.html", holder=person, card=live, own=person.id == actor.person_id and not at_home
    )


@pages.post("/people/<int:card_person_id>/card/stop")
def stop_key_card(card_person_id: int) -> ResponseReturnValue:
    """Let a key card that was lost open nothing any more."""
    actor = current_actor()
    person = cards.find_holder(db_session(), actor, card_person_id)
    if KeyingForm().validate_on_submit() and actor.person_id is not None:
        cards.stop(db_session(), person, actor.person_id, clock.now())
        db_session().commit()
        flash(gettext("その鍵カードは、もう使えません。"), "success")
    return go(f"/people/{person.id}/card")


@pages.get("/people/<int:card_person_id>/card.pdf")
def key_card_paper(card_person_id: int) -> ResponseReturnValue:
    """Return the key card for printing, as long as nobody has used it."""
    person = cards.find_holder(db_session(), current_actor(), card_person_id)
    live = cards.live_card(db_session(), person, clock.now())
    if live is None:
        raise NotFound
    token = derived(settings().secret_key, "sign-in", live.salt)
    until = to_user_timezone(live.expires_at).date()
    key = Key(person.name, f"{settings().address}/sign-in/{token}", until)
    return secret_address(_pdf(card(key, _look()), "key-card"))


@pages.app_template_global("may_have_card")
def may_have_card(person: Person) -> bool:
    """Say whether the reader may print a key card for somebody."""
    return cards.may_print_for(db_session(), current_actor(), person)


def _whole(code: str) -> str:
    """Return a code as it is read aloud, in one piece on a line."""
    return spoken(code).replace(" ", "\u00a0")


pages.add_app_template_filter(_whole, "spoken_code")
pages.add_app_template_filter(words.sentence, "sentence_of_refusal")
