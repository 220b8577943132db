"""Journey 7: a body of twelve signs up with a number and is named later, by its people and by a list."""

from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.activities.parts import ShareFacts, SlotFacts
from scheduler.participation.queries import named_people_at
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.journeys.conftest import HANAKO, sign_ups
from tests.program import Program, done
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

LIST = "\n".join(f"参加 {number}\tさんか {number}" for number in "一二三四五六七八九")


def _festival(session: Session, cast: Cast) -> Occurrence:
    part = SlotFacts("沿道", 20, shares=(ShareFacts(cast.library.id, 12, 24 * 60),))
    date = make.occurrence(session, cast.midori, NOW, slots=(part,))
    session.commit()
    return date


def test_a_body_of_twelve_is_named_later(app: Flask, session: Session, cast: Cast) -> None:
    date, hanako, friend = _festival(session, cast), Visitor(app), Visitor(app)
    # The organiser passes the words of the share on; whoever gets them needs no office here.
    shares = browser_of(app, cast.aiko).text(f"/dates/{date.id}/shares")
    link = f"/slots/{date.slots[0].id}/join/group?share=" + shares.partition("?share=")[2].partition("<")[0]
    assert "市立図書館のための場所です" in hanako.text(link)
    assert hanako.submit(link, **HANAKO, people="12", comes="y").status_code == 303
    mail = mailbox.confirm(app, hanako, HANAKO["email"])
    assert "11人のお名前は、あとからでだいじょうぶです" in mailbox.text(mail)
    own = f"{mailbox.path(mail, '/me/')}/participations/{sign_ups(session)[0].id}"
    # She passes the link on, and her people name themselves.
    page = hanako.text(own)
    assert "12人のうち1人のお名前がそろいました" in page
    naming = "/names/" + page.partition("http://localhost/names/")[2].partition("<")[0]
    assert friend.submit(naming, name="池田 泉", kana="いけだ いずみ").status_code == 303
    assert "山田" not in friend.text(naming)
    # The others she pastes, and one more comes at the last.
    assert hanako.submit(f"{own}/names", pasted=LIST).status_code == 303
    assert (sign_ups(session)[0].state, len(named_people_at(session, date.id))) == ("pledged", 11)
    friend.submit(naming, name="上野 海", kana="うえの うみ")
    assert (sign_ups(session)[0].state, len(named_people_at(session, date.id))) == ("confirmed", 12)
    assert "お名前がそろいました" in mailbox.new_mail(app, HANAKO["email"])["Subject"]


def test_a_program_does_the_same(app: Flask, session: Session, cast: Cast) -> None:
    date = _festival(session, cast)
    chie = program_of(app, cast.chie)
    sent: dict[str, Any] = {"organization_id": cast.library.id, "people": 12}
    joined = done(chie.post(f"/slots/{date.slots[0].id}/join/group", **sent))
    naming = joined["names_url"].removeprefix("http://localhost")
    assert done(Program(app).post(naming, name="池田 泉", kana="いけだ いずみ"))["named"] == 2
    lines = [line.split("\t") for line in LIST.splitlines()]
    names = [{"name": name, "kana": kana} for name, kana in lines]
    assert done(chie.post(f"/participations/{joined['id']}/names", names=names))["group"]["named"] == 11
    smaller = done(chie.post(f"/participations/{joined['id']}/people", people=11))
    assert (smaller["state"], smaller["people"]) == ("confirmed", 11)
    (share,) = program_of(app, cast.aiko).read(f"/dates/{date.id}/shares")["shares"]
    assert (share["asked"], share["come"], share["left"]) == (12, 11, 1)
