"""A body's own words, for programs."""

from scheduler import clock
from scheduler.errors import NotFound
from scheduler.json_api import Api, ApiModel
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_organised_body
from scheduler.web import db_session
from scheduler.wordings import actions, queries
from scheduler.wordings.kinds import KINDS, Texts

api = Api("wordings_api", __name__)


class OwnWordsIn(ApiModel):
    """Own words in three languages, with blanks such as ［日にち］; all empty, or `reset`, is the usual."""

    text: str = ""
    text_easy: str = ""
    text_en: str = ""
    reset: bool = False


class WordingOut(ApiModel):
    """What one kind of letter or message says beside the facts; `adapted` where it is the body's own."""

    kind: str
    text: str
    text_easy: str
    text_en: str
    adapted: bool


class WordingsOut(ApiModel):
    """What every kind says for a body."""

    wordings: list[WordingOut]


def _out(kind: str, texts: Texts, *, is_own: bool) -> WordingOut:
    return WordingOut(kind=kind, adapted=is_own, **vars(texts))


@api.operation("GET /organizations/<slug>/wordings", WordingsOut, scope="organise")
def wordings(slug: str) -> WordingsOut:
    """List what letters and messages say beside the facts for a body."""
    body = find_organised_body(db_session(), current_actor(), slug)
    own = queries.adapted(db_session(), body.id)
    said = queries.words_of(db_session(), body.id)
    return WordingsOut(wordings=[_out(kind, texts, is_own=kind in own) for kind, texts in said.items()])


@api.operation("PUT /organizations/<slug>/wordings/<kind>", WordingOut, body=OwnWordsIn, scope="organise")
def write(slug: str, kind: str, body: OwnWordsIn) -> WordingOut:
    """Write a body's own words for one kind, or go back to the usual ones."""
    actor, session, now = current_actor(), db_session(), clock.now()
    found = find_organised_body(session, actor, slug)
    if kind not in KINDS:
        raise NotFound
    if body.reset:
        actions.reset(session, found, kind, actor.person_id, now)
    else:
        texts = Texts(body.text, body.text_easy, body.text_en)
        actions.write(session, found, kind, texts, now, by_id=actor.person_id)
    session.commit()
    is_own = kind in queries.adapted(session, found.id)
    return _out(kind, queries.words_of(session, found.id)[kind], is_own=is_own)
