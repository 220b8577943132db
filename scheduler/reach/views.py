"""Pages about reaching people: their ways and wishes, whom news has reached and whom to telephone."""

from collections.abc import Callable, Iterable
from datetime import datetime

from flask import Blueprint, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext, to_user_timezone

from scheduler import clock, words
from scheduler.activities.models import Occurrence
from scheduler.activities.queries import find_organised_occurrence
from scheduler.errors import NotFound, Refused
from scheduler.notices.actions import wish
from scheduler.notices.queries import is_off
from scheduler.parties.access import Actor
from scheduler.parties.limits import limits_of
from scheduler.parties.login import actor_by_link, current_actor
from scheduler.parties.models import Person
from scheduler.parties.names import is_mobile
from scheduler.parties.queries import find_me
from scheduler.reach import coming, queries, shown, subscriptions, ways
from scheduler.reach.forms import ChannelForm, PushForm, WishForm, ticked
from scheduler.reach.news import News, news_about, news_of_change
from scheduler.reach.reached import (
    Round,
    answered_by,
    asked_again,
    dates_of_change,
    find_change_round,
    find_organised_change,
    find_round,
    put_on_list,
    take_answer,
    take_answer_back,
    tick_all,
    tick_one,
)
from scheduler.reach.status import is_late
from scheduler.reach.told import Told
from scheduler.reach.troubles import Trouble, trouble_at, troubles_of
from scheduler.reach.wishes import want, wishes
from scheduler.web import Form, csrf, db_session, go, secret_address, settings

pages = Blueprint("reach", __name__)
shown.fit(pages)
# On a body's page; the desk has them all.
_TROUBLES_SHOWN = 5


def _asker(token: str | None) -> tuple[Actor, str]:
    """Return who acts and where their own page is, by session or by personal link."""
    return (current_actor(), "/me") if token is None else (actor_by_link(token), f"/me/{token}")


@pages.route("/me/channels", methods=["GET", "POST"])
@pages.route("/me/<token>/channels", methods=["GET", "POST"])
def channels(token: str | None = None) -> ResponseReturnValue:
    """Show how one is told, in which order, and change it."""
    actor, base = _asker(token)
    me, form, now = find_me(db_session(), actor), ChannelForm(), clock.now()
    if form.validate_on_submit() and form.attempt(
        lambda: ways.change(db_session(), me, str(form.point.data), str(form.verb.data), now)
    ):
        db_session().commit()
        if form.verb.data == "test":
            flash(
                gettext("ためしに送りました。数分たっても届かないときは、ほかの受け取り方を選んでください。"),
                "success",
            )
        return go(f"{base}/channels")
    return _channels_page(form, actor, base)


def _channels_page(form: Form, actor: Actor, base: str) -> ResponseReturnValue:
    session, me = db_session(), find_me(db_session(), actor)
    wanted = form if isinstance(form, WishForm) else WishForm()
    if not wanted.is_submitted() or wanted is not form:
        wanted.show(wishes(session, me.id))
    points = ways.current_points(session, me, clock.now())
    key = subscriptions.vapid(settings()).public
    facts = {"wanted": wanted, "points": points, "limits": limits_of(me.limits)}
    facts["sms_to"] = me.phone if settings().has_sms and is_mobile(me.phone) else ""
    page = form.page("reach/channels.html", base=base, push_key=key, **facts)
    return secret_address(make_response(page))


@pages.post("/me/push")
@pages.post("/me/<token>/push")
def subscribe(token: str | None = None) -> ResponseReturnValue:
    """Let the browser that asks show the person's notices."""
    actor, base = _asker(token)
    me, form = find_me(db_session(), actor), PushForm()
    if form.validate_on_submit() and form.attempt(
        lambda: subscriptions.subscribe(db_session(), me, form.subscription(), clock.now())
    ):
        db_session().commit()
        flash(
            gettext("この端末にお知らせが出るようになりました。「ためしに送る」で確かめられます。"), "success"
        )
        return go(f"{base}/channels")
    return _channels_page(form, actor, base)


@pages.post("/me/sms")
@pages.post("/me/<token>/sms")
def add_sms(token: str | None = None) -> ResponseReturnValue:
    """Let one be told by SMS on the telephone that is known."""
    actor, base = _asker(token)
    me, form = find_me(db_session(), actor), ChannelForm()
    _must_have_sms()
    if form.validate_on_submit() and form.attempt(lambda: ways.add_sms(db_session(), me, clock.now())):
        db_session().commit()
        flash(gettext("SMSで受け取れるようになりました。「ためしに送る」で確かめられます。"), "success")
        return go(f"{base}/channels")
    return _channels_page(form, actor, base)


def _must_have_sms() -> None:
    if not settings().has_sms:
        raise NotFound


@pages.post("/me/wishes")
@pages.post("/me/<token>/wishes")
def choose_notices(token: str | None = None) -> ResponseReturnValue:
    """Write down which notices one wants, and when."""
    actor, base = _asker(token)
    me, form = find_me(db_session(), actor), WishForm()
    if form.validate_on_submit() and form.attempt(
        lambda: want(db_session(), me.id, **form.chosen(), now=clock.now())
    ):
        db_session().commit()
        flash(gettext("お知らせの選び方を保存しました。"), "success")
        return go(f"{base}/channels")
    return _channels_page(form, actor, base)


@pages.route("/unsubscribe/<token>", methods=["GET", "POST"])
def unsubscribe(token: str) -> ResponseReturnValue:
    """Show one button that ends a kind of notice; a mail program presses it by itself (RFC 8058), with POST only.

    It has no session, so no token of a form is asked for: the address is the key, and opens nothing else. RFC 8058
    forbids to answer with a redirect.
    """
    person, group = queries.find_unsubscriber(db_session(), token, settings().secret_key)
    if request.method == "POST":
        wish(db_session(), person.id, group, off_at=None if "again" in request.form else clock.now())
        db_session().commit()
    off = is_off(db_session(), person.id, {group})
    page = render_template("reach/unsubscribe.html", group=group, off=off)
    return secret_address(make_response(page))


csrf.exempt(unsubscribe)


@pages.route("/dates/<int:occurrence_id>/ask", methods=["GET", "POST"])
def ask(occurrence_id: int) -> ResponseReturnValue:
    """Ask everybody who comes to a date whether they still do; first say how many these are."""
    actor = current_actor()
    occurrence = find_organised_occurrence(db_session(), actor, occurrence_id)
    if request.method == "GET":
        return render_template("reach/ask.html", occurrence=occurrence, now=clock.now())
    asked = coming.ask(db_session(), occurrence, actor.person_id, clock.now())
    db_session().commit()
    flash(
        gettext("%(count)s人にたずねます。半日たっても返事のない人は、ここに出ます。", count=asked), "success"
    )
    return go(f"/dates/{occurrence_id}/board")


@pages.app_template_global("left_to_ask")
def left_to_ask(occurrence: Occurrence) -> int:
    """Return how many are asked when the organiser asks who still comes."""
    return coming.left_to_ask(db_session(), occurrence)


@pages.route("/dates/<int:occurrence_id>/coming", methods=["GET", "POST"])
@pages.route("/me/<token>/dates/<int:occurrence_id>/coming", methods=["GET", "POST"])
def still_coming(occurrence_id: int, token: str | None = None) -> ResponseReturnValue:
    """Ask one person with large buttons; only pressing one answers. Of a party, some may come and others not."""
    actor, base = _asker(token)
    me = find_me(db_session(), actor)
    occurrence, form = coming.find_own_date(db_session(), actor, occurrence_id), ChannelForm()
    parties = coming.parties(db_session(), occurrence, me.id, clock.now())
    fewer = next((row.id for row in parties if form.verb.data == f"fewer-{row.id}"), None)
    said = "yes" if fewer else str(form.verb.data)
    if form.validate_on_submit() and form.attempt(
        lambda: coming.answer(db_session(), occurrence, me.id, said, clock.now())
    ):
        db_session().commit()
        flash(gettext("返事を受け取りました。ありがとうございます。"), "success")
        return go(f"{base.removesuffix('/me')}/participations/{fewer}/company" if fewer else base)
    before = coming.answers(db_session(), occurrence).get(me.id, "")
    facts = {"occurrence": occurrence, "said_before": before, "base": base, "parties": parties}
    page = form.page("reach/coming.html", **facts)
    return secret_address(make_response(page))


@pages.route("/dates/<int:occurrence_id>/reached", methods=["GET", "POST"])
def reached(occurrence_id: int) -> ResponseReturnValue:
    """Show the organiser whom the newest word has reached and whom to telephone; tick off who was told."""
    actor, session = current_actor(), db_session()
    occurrence = find_organised_occurrence(session, actor, occurrence_id)
    chosen = request.args.get("news", 0, int)
    news = news_about(session, occurrence, has_mail_server=settings().mail_leaves, notice_id=chosen)
    if "kept" in request.form:
        return _listed(news, f"/dates/{occurrence_id}/list")
    if request.method == "POST":
        back = f"{request.path}?news={chosen}" if news is not None and chosen else request.path
        return _ticked(find_round(session, actor, occurrence_id), back)
    facts = {"activity": occurrence.activity, "dates": [occurrence], "change_id": 0, "now": clock.now()}
    return render_template("reach/reached.html", news=news, **facts)


@pages.route("/changes/<int:edit_id>/reached", methods=["GET", "POST"])
def change_reached(edit_id: int) -> ResponseReturnValue:
    """Show the organiser the same of a change, whichever of its dates people come to, gone ones too."""
    actor, session = current_actor(), db_session()
    activity = find_organised_change(session, actor, edit_id)
    dates = dates_of_change(session, activity.id, edit_id)
    news = news_of_change(session, dates, edit_id, has_mail_server=settings().mail_leaves)
    if "kept" in request.form:
        return _listed(news, f"/changes/{edit_id}/list")
    if request.method == "POST":
        return _ticked(find_change_round(session, actor, edit_id), request.path)
    facts = {"activity": activity, "dates": dates, "change_id": edit_id, "now": clock.now()}
    return render_template("reach/reached.html", news=news, **facts)


def _listed(news: News | None, list_page: str) -> ResponseReturnValue:
    """Put those whose mail never left on the list of whom to tell by hand, and lead there."""
    count = put_on_list(db_session(), news.rows if news is not None else [])
    db_session().commit()
    if count:
        flash(gettext("%(count)s人を、この一覧に入れました。", count=count), "success")
    return go(list_page)


@pages.route("/dates/<int:occurrence_id>/list", methods=["GET", "POST"])
def walking_list(occurrence_id: int) -> ResponseReturnValue:
    """Show, for paper too, who is told by hand, in walking order; tick off who was."""
    return _list(find_round(db_session(), current_actor(), occurrence_id))


@pages.route("/changes/<int:edit_id>/list", methods=["GET", "POST"])
def change_list(edit_id: int) -> ResponseReturnValue:
    """Show the same of a change: everybody once, with their dates."""
    return _list(find_change_round(db_session(), current_actor(), edit_id))


def _list(found: Round) -> ResponseReturnValue:
    if request.method == "POST":
        return _ticked(found, request.path)
    session, by = db_session(), (current_actor().person_id, clock.now())
    if "letter" in request.args:
        return _letter(found, request.args.get("letter", 0, int), by[1])
    answered, asked = answered_by(session, found, by), asked_again(session, found)
    people = {one.person.id for one in answered}
    done = [row for row in found.ticked(*by) if row.person.id not in people]
    unsent = found.unsent(has_mail_server=settings().mail_leaves) if found.whole else 0
    facts = {"done": done, "asked": asked, "answered": answered, "now": by[1], "unsent": unsent}
    return render_template("reach/list.html", round=found, **facts)


def _letter(found: Round, delivery_id: int, now: datetime) -> ResponseReturnValue:
    told = found.has_told(delivery_id)
    if told is not None:
        flash(gettext("%(name)sさんには、もう伝えました。", name=told.person.name), "success")
        return go(request.path)
    one = found.of(delivery_id)
    people = list({row.person.id: row.person for row in one.rows}.values())
    facts = {
        "asked": asked_again(db_session(), one),
        "people": people,
        "at_home": one.rows[0].household is not None,
    }
    return render_template("reach/letter.html", round=one, now=now, **facts)


def _ticked(found: Round, back: str) -> ResponseReturnValue:
    session, now, by_id = db_session(), clock.now(), current_actor().person_id
    ids, only, mistaken = (ticked(request.form, name) for name in ("told", "only", "mistaken"))
    assert by_id is not None
    if only:
        tick_one(session, found, only[0], by_id, now, told=only[0] in ids)
        session.commit()
        return "", 204
    answered, unsaid = (ticked(request.form, name) for name in ("answered", "unsaid"))
    if answered:
        _pressed(lambda: _answered(found, answered[0], by_id))
    elif unsaid:
        _pressed(lambda: _unsaid(found, unsaid[0], by_id))
    elif mistaken:
        _pressed(lambda: _not_told(found, mistaken[0], by_id))
    else:
        _pressed(lambda: _all_ticked(found, ids, by_id))
    session.commit()
    return go(back)


def _pressed(act: Callable[[], str]) -> None:
    """Say on the next page what was done; where a rule refuses it, nothing is, not half of it either."""
    try:
        flash(act(), "success")
    except Refused as refused:
        db_session().rollback()
        flash(words.sentence(refused), "warning")


def _not_told(found: Round, delivery_id: int, by_id: int) -> str:
    tick_one(db_session(), found, delivery_id, by_id, clock.now(), told=False)
    back: str = gettext("一覧にもどしました。")
    return back


def _answered(found: Round, delivery_id: int, by_id: int) -> str:
    said = request.form.get("answer", "")
    row = take_answer(db_session(), found, delivery_id, said, (by_id, clock.now()))
    done: str = gettext("%(name)sさんは「行きます」です。", name=row.person.name)
    gone: str = gettext("%(name)sさんの申し込みを取りやめにして、場所を空けました。", name=row.person.name)
    return done if said == "yes" else gone


def _unsaid(found: Round, person_id: int, by_id: int) -> str:
    one = take_answer_back(db_session(), found, person_id, (by_id, clock.now()))
    rows, name = [entry.row for entry in one.entries], one.person.name
    back: str = gettext("%(name)sさんの申し込みを、元にもどしました。", name=name)
    if any(row.state == "waitlisted" for row in rows):
        back = gettext("元にもどしましたが、場所はもう埋まっていました。%(name)sさんは補欠です。", name=name)
    elif any(row.is_asked_again for row in rows):
        back = gettext("%(name)sさんの返事を消しました。来られるか、もう一度たずねてください。", name=name)
    return back


def _all_ticked(found: Round, ids: list[int], by_id: int) -> str:
    told = tick_all(db_session(), found, ids, by_id, clock.now())
    said: str = ngettext(
        "伝えた方を%(count)s人、一覧から外しました。",
        "伝えた方を%(count)s人、一覧から外しました。",
        told,
        count=told,
    )
    return said


@pages.app_template_global("troubles_of")
def troubles_of_body(organization_id: int) -> list[Trouble]:
    """Return the dates of a body at which somebody could not be reached."""
    found = troubles_of(db_session(), [organization_id], clock.now(), has_mail_server=settings().mail_leaves)
    return [trouble for trouble in found if trouble.missed][:_TROUBLES_SHOWN]


@pages.app_template_global("trouble_at")
def trouble_at_date(occurrence: Occurrence) -> Trouble:
    """Return who has still to be told something about a date that its organiser looks at."""
    return trouble_at(db_session(), occurrence, has_mail_server=settings().mail_leaves)


@pages.app_template_global("left_of_change")
def left_of_change(change_id: int) -> int:
    """Return how many people have still to be told of a change."""
    return len(_people(find_change_round(db_session(), current_actor(), change_id).told))


def _people(told: Iterable[Told]) -> set[int]:
    return {row.person.id for row in told if row.is_left}


@pages.app_template_global("ways_to")
def ways_to(people: list[Person]) -> ways.Reached:
    """Return by which ways these people would be told now, and how many homes by telephone or on paper."""
    return ways.reached_by(db_session(), [one.id for one in people])


@pages.app_template_global("is_told_by_hand")
def is_told_by_hand(person: Person) -> bool:
    """Say whether a person is told by telephone or on paper: no reminder goes there by itself."""
    return ways.reached_by(db_session(), [person.id]).homes > 0


@pages.app_template_global("at_risk")
def at_risk(occurrence: Occurrence) -> list[coming.AtRisk]:
    """Return who was asked and is silent, or comes late."""
    return coming.at_risk(db_session(), occurrence, clock.now())


@pages.app_template_global("notices_are_late")
def notices_are_late() -> bool:
    """Say whether notices do not go out in time."""
    return is_late(db_session(), clock.now())


@pages.app_template_filter("moment_text")
def moment_text(at: datetime) -> str:
    """Return an instant as day and time in Japan."""
    local = to_user_timezone(at)
    return f"{words.date_text(local)} {words.clock_text(local)}"
