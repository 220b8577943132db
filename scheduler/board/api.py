"""The organiser's board for programs: the same as its pages, with the same actions."""

from scheduler import clock
from scheduler.activities.queries import find_organised_occurrence
from scheduler.activities.shapes import date_out
from scheduler.board import actions, entering, queries
from scheduler.board.shapes import (
    AffectedOut,
    ApproveIn,
    BoardOut,
    BoardSignUpOut,
    ContactIn,
    EntryIn,
    FindIn,
    FoundOut,
    KnownHomeOut,
    KnownOut,
    MessageIn,
    MessageOut,
    MoveIn,
    PaperConsentIn,
    PeopleIn,
    PlacesIn,
    PlacesOut,
    QuestionIn,
    ReasonIn,
    TodoOut,
    UndoneOut,
    part_out,
    sign_up_out,
    withdrawn_out,
)
from scheduler.board.withdrawals import withdrawals_from
from scheduler.errors import NotFound
from scheduler.json_api import Api
from scheduler.participation import capacity, contacting, giving, undoing
from scheduler.participation.models import Participation
from scheduler.parties.access import may_enter_for_all, may_organise
from scheduler.parties.login import current_actor
from scheduler.web import db_session, settings

api = Api("board_api", __name__)


@api.operation("GET /dates/<int:occurrence_id>/board", BoardOut, scope="organise")
def board(occurrence_id: int) -> BoardOut:
    """Show the organiser who comes, who waits and why, what needs an answer, who has withdrawn."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    parts = queries.parts_of(db_session(), occurrence, clock.now())
    todos = queries.todos_of(parts, clock.now())
    return BoardOut(
        date=date_out(occurrence, settings().address),
        slots=[part_out(part) for part in parts],
        todos=[
            TodoOut(
                what=todo.what,
                slot_id=todo.slot.id,
                participation_id=todo.line.row.id if todo.line else None,
            )
            for todo in todos
        ],
        withdrawn=[withdrawn_out(one) for one in withdrawals_from(db_session(), occurrence, clock.now())],
    )


def _me() -> int:
    person_id = current_actor().person_id
    if person_id is None:
        raise NotFound
    return person_id


def _done(row: Participation) -> BoardSignUpOut:
    """Commit, and show the sign-up with the change that may be taken back."""
    db_session().commit()
    now = clock.now()
    steps = queries.history_of(db_session(), row, now)
    undo = steps[0].change.id if steps and steps[0].may_be_undone else None
    return sign_up_out(queries.line_of(db_session(), row, now), undo)


@api.operation(
    "POST /dates/<int:occurrence_id>/board/<int:participation_id>/approve",
    BoardSignUpOut,
    body=ApproveIn,
    scope="organise",
)
def approve(occurrence_id: int, participation_id: int, body: ApproveIn) -> BoardSignUpOut:
    """Say yes to a party that applied or waits; once more is the same."""
    row = queries.find_on_board(db_session(), current_actor(), occurrence_id, participation_id)
    giving.approve(db_session(), row, _me(), clock.now(), or_wait=body.or_wait)
    return _done(row)


@api.operation(
    "POST /dates/<int:occurrence_id>/board/<int:participation_id>/decline",
    BoardSignUpOut,
    body=ReasonIn,
    scope="organise",
)
def decline(occurrence_id: int, participation_id: int, body: ReasonIn) -> BoardSignUpOut:
    """Say no to a party that applied or waits, with a reason."""
    row = queries.find_on_board(db_session(), current_actor(), occurrence_id, participation_id)
    giving.decline(db_session(), row, body.reason, _me(), clock.now())
    return _done(row)


@api.operation(
    "POST /dates/<int:occurrence_id>/board/<int:participation_id>/ask",
    BoardSignUpOut,
    body=QuestionIn,
    scope="organise",
)
def ask(occurrence_id: int, participation_id: int, body: QuestionIn) -> BoardSignUpOut:
    """Ask a party something."""
    row = queries.find_on_board(db_session(), current_actor(), occurrence_id, participation_id)
    giving.ask_back(db_session(), row, body.question, _me(), clock.now())
    return _done(row)


@api.operation(
    "POST /dates/<int:occurrence_id>/board/<int:participation_id>/move",
    BoardSignUpOut,
    body=MoveIn,
    scope="organise",
)
def move(occurrence_id: int, participation_id: int, body: MoveIn) -> BoardSignUpOut:
    """Move a party to another slot of the date."""
    row = queries.find_on_board(db_session(), current_actor(), occurrence_id, participation_id)
    to = queries.find_part(row.slot.occurrence, body.slot_id)
    capacity.move(db_session(), row, to, clock.now(), agreed=body.agreed, by_id=_me())
    return _done(row)


@api.operation(
    "POST /dates/<int:occurrence_id>/board/<int:participation_id>/people",
    BoardSignUpOut,
    body=PeopleIn,
    scope="organise",
)
def people(occurrence_id: int, participation_id: int, body: PeopleIn) -> BoardSignUpOut:
    """Correct how many people a party is."""
    row = queries.find_on_board(db_session(), current_actor(), occurrence_id, participation_id)
    capacity.change_people(db_session(), row, body.people, _me(), clock.now(), without=body.without)
    return _done(row)


@api.operation(
    "POST /dates/<int:occurrence_id>/board/<int:participation_id>/consent",
    BoardSignUpOut,
    body=PaperConsentIn,
    scope="organise",
)
def consent(occurrence_id: int, participation_id: int, body: PaperConsentIn) -> BoardSignUpOut:
    """Write down a guardian's consent that came on paper or by telephone."""
    row = queries.find_on_board(db_session(), current_actor(), occurrence_id, participation_id)
    actions.record_consent(db_session(), row, body.guardian, _me(), clock.now(), how=body.how)
    return _done(row)


@api.operation(
    "POST /dates/<int:occurrence_id>/board/<int:participation_id>/remove",
    BoardSignUpOut,
    body=ReasonIn,
    scope="organise",
)
def remove(occurrence_id: int, participation_id: int, body: ReasonIn) -> BoardSignUpOut:
    """Take a party out, with a reason; once more is the same."""
    row = queries.find_on_board(db_session(), current_actor(), occurrence_id, participation_id)
    giving.remove(db_session(), row, body.reason, _me(), clock.now())
    return _done(row)


@api.operation(
    "POST /dates/<int:occurrence_id>/board/<int:participation_id>/contact",
    BoardSignUpOut,
    body=ContactIn,
    scope="organise",
)
def contact(occurrence_id: int, participation_id: int, body: ContactIn) -> BoardSignUpOut:
    """Write down how somebody is reached who was entered without telephone and mail, or correct that."""
    row = queries.find_on_board(db_session(), current_actor(), occurrence_id, participation_id)
    contacting.give(
        db_session(), row, body.phone, body.email, (_me(), clock.now()), sends=settings().mail_leaves
    )
    return _done(row)


@api.operation("POST /board/undo/<int:change_id>", UndoneOut, scope="organise")
def undo(change_id: int) -> UndoneOut:
    """Take back what was done within half an hour; a place that is taken meanwhile is waited for."""
    change, _occurrence = queries.find_change(db_session(), current_actor(), change_id)
    thing = undoing.undo(db_session(), change, _me(), clock.now())
    db_session().commit()
    return UndoneOut(state=getattr(thing, "state", None), places=_places_of(thing))


def _places_of(thing: object) -> int | None:
    return None if isinstance(thing, Participation) else getattr(thing, "places", None)


@api.operation("POST /dates/<int:occurrence_id>/board/find", FoundOut, body=FindIn, scope="organise")
def find(occurrence_id: int, body: FindIn) -> FoundOut:
    """Look for known people and households for whom one may enter something."""
    actor = current_actor()
    occurrence = queries.find_date_to_enter(db_session(), actor, occurrence_id)
    organisation = occurrence.activity.organization
    found = entering.find(db_session(), actor, organisation, body.facts)
    sees = may_organise(db_session(), actor, organisation.id)
    return FoundOut(
        people=[
            KnownOut(
                id=one.id,
                name=one.name,
                kana=one.kana,
                household_id=one.household_id,
                phone=one.phone if sees else None,
            )
            for one in found.people
        ],
        households=[KnownHomeOut.model_validate(home, from_attributes=True) for home in found.households],
    )


@api.operation(
    "POST /dates/<int:occurrence_id>/board/add", BoardSignUpOut, body=EntryIn, status=201, scope="organise"
)
def add(occurrence_id: int, body: EntryIn) -> BoardSignUpOut:
    """Sign somebody up by telephone or paper; who enters may be officer, counter, or leader of their block."""
    actor = current_actor()
    occurrence = queries.find_date_to_enter(db_session(), actor, occurrence_id)
    slot = queries.find_part(occurrence, body.slot_id)
    row = entering.enter(db_session(), slot, body.entry, actor, clock.now())
    shown = _done(row)
    seen = may_enter_for_all(db_session(), actor, occurrence.activity.organization)
    return shown if seen else shown.model_copy(update={"email": None, "phone": "", "note": "", "answers": {}})


@api.operation("POST /dates/<int:occurrence_id>/board/places", PlacesOut, body=PlacesIn, scope="organise")
def places(occurrence_id: int, body: PlacesIn) -> PlacesOut:
    """Change how many places a slot has; below what is taken, the latest parties are named, and must be sent along."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    slot = queries.find_part(occurrence, body.slot_id)
    gone = actions.change_places(db_session(), slot, body.places, _me(), clock.now(), waits=body.waits)
    db_session().commit()
    done = queries.just_done(db_session(), occurrence, _me(), clock.now())
    return PlacesOut(
        slot_id=slot.id,
        places=slot.places,
        taken=slot.taken,
        left=slot.left,
        waits=[row.id for row in gone],
        undo=done.change.id if done is not None else None,
    )


@api.operation(
    "POST /dates/<int:occurrence_id>/board/places/affected", AffectedOut, body=PlacesIn, scope="organise"
)
def affected(occurrence_id: int, body: PlacesIn) -> AffectedOut:
    """Say who would lose their place if a slot had only so many; nothing is changed."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    slot = queries.find_part(occurrence, body.slot_id)
    rows = capacity.surplus_of(db_session(), slot, body.places)
    return AffectedOut(waits=[row.id for row in rows], names=[row.party_name for row in rows])


@api.operation("POST /dates/<int:occurrence_id>/board/message", MessageOut, body=MessageIn, scope="organise")
def message(occurrence_id: int, body: MessageIn) -> MessageOut:
    """Tell everybody of a slot or a date something, once each; it cannot be taken back."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    slot = queries.find_part(occurrence, body.slot_id) if body.slot_id is not None else None
    if body.send:
        actions.send_message(db_session(), occurrence, body.text, _me(), clock.now(), slot=slot)
        db_session().commit()
    ways = [queries.way_to(one) for one in queries.told_of(db_session(), occurrence, body.slot_id)]
    return MessageOut(
        sent=body.send,
        people=len(ways),
        by_mail=ways.count("email"),
        by_phone=ways.count("phone"),
        by_hand=ways.count("hand"),
    )
