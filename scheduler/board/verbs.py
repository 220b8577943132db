"""What the buttons of a sign-up's page do: the form of each, and the action behind it."""

from collections.abc import Callable

from scheduler import clock
from scheduler.board import actions, forms, queries
from scheduler.participation import capacity, contacting, giving
from scheduler.participation.models import Participation
from scheduler.parties.names import phone_text
from scheduler.web import Form, db_session, settings

FORMS: dict[str, type[forms.VerbForm]] = {
    "approve": forms.ApproveForm,
    "decline": forms.DeclineForm,
    "ask": forms.AskForm,
    "move": forms.MoveForm,
    "people": forms.PeopleForm,
    "consent": forms.ConsentForm,
    "remove": forms.RemoveForm,
    "contact": forms.ContactForm,
}
Forms = dict[str, forms.VerbForm]


def forms_of(row: Participation, verb: str = "") -> Forms:
    """Return the forms of all verbs; only the one that is pressed reads what was typed."""
    who = row.contact
    given = {
        "people": row.people,
        "guardian": row.guardian,
        "phone": phone_text(who.phone),
        "email": who.email,
    }
    made: Forms = {name: form() if name == verb else form(None, data=given) for name, form in FORMS.items()}
    for form in made.values():
        form.fit(row)
    return made


def _approve(row: Participation, form: Form, by_id: int) -> None:
    giving.approve(db_session(), row, by_id, clock.now(), or_wait=bool(form.or_wait.data))


def _decline(row: Participation, form: Form, by_id: int) -> None:
    giving.decline(db_session(), row, form.reason.data, by_id, clock.now())


def _ask(row: Participation, form: Form, by_id: int) -> None:
    giving.ask_back(db_session(), row, form.question.data, by_id, clock.now())


def _move(row: Participation, form: Form, by_id: int) -> None:
    to = queries.find_part(row.slot.occurrence, int(form.to.data))
    capacity.move(db_session(), row, to, clock.now(), agreed=form.agreed.data, by_id=by_id)


def _people(row: Participation, form: Form, by_id: int) -> None:
    assert isinstance(form, forms.PeopleForm)
    people = int(form.people.data or 0)
    capacity.change_people(db_session(), row, people, by_id, clock.now(), without=form.crossed_out)


def _consent(row: Participation, form: Form, by_id: int) -> None:
    actions.record_consent(db_session(), row, form.guardian.data, by_id, clock.now(), how=form.how.data)


def _remove(row: Participation, form: Form, by_id: int) -> None:
    giving.remove(db_session(), row, form.why.data, by_id, clock.now())


def _contact(row: Participation, form: Form, by_id: int) -> contacting.Given:
    typed = form.phone.data or "", form.email.data or ""
    return contacting.give(db_session(), row, *typed, (by_id, clock.now()), sends=settings().mail_leaves)


ACTS: dict[str, Callable[[Participation, Form, int], object]] = {
    "approve": _approve,
    "decline": _decline,
    "ask": _ask,
    "move": _move,
    "people": _people,
    "consent": _consent,
    "remove": _remove,
    "contact": _contact,
}
