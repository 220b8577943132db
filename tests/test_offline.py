"""The service as something installed: one manifest, a worker that changes with its files, and whose page is whose."""

import json
import re

from flask import Flask
from sqlalchemy.orm import Session

from scheduler.parties.tokens import personal
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor


def test_the_manifest_names_the_service_and_icons_that_are_there(visitor: Visitor) -> None:
    answer = visitor.get("/manifest.webmanifest")
    found = json.loads(answer.data)
    assert (answer.mimetype, found["short_name"], found["scope"]) == (
        "application/manifest+json",
        "つどい",
        "/",
    )
    assert {icon["purpose"] for icon in found["icons"]} == {"any", "maskable"}
    sizes = [visitor.get(icon["src"], buffered=True).data[16:24] for icon in found["icons"]]
    assert [int.from_bytes(size[:4]) for size in sizes] == [192, 512, 512]


def test_the_worker_keeps_what_is_there_under_addresses_of_its_contents(visitor: Visitor) -> None:
    script = visitor.get("/sw.js").text
    shell = json.loads(script.partition("const SHELL = ")[2].partition(";\n")[0])
    assert all("?v=" in address for address in shell)
    assert [visitor.get(address, buffered=True).status_code for address in shell] == [200] * len(shell)
    (script,) = (address for address in shell if "/site.js" in address)
    assert {f"/static{name}" for name in re.findall(r'import "\.([^"]+)"', visitor.get(script).text)} < set(
        shell
    )


def test_a_page_that_may_be_kept_says_for_whom_and_no_other_does(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    day = make.occurrence(session, cast.midori, NOW)
    token = personal("a secret of the tests", cast.ben.id, cast.ben.link_salt)
    session.commit()
    ben, aiko = browser_of(app, cast.ben), browser_of(app, cast.aiko)
    bens = ben.get("/me").headers["X-Kept-For"]
    assert visitor.get(f"/me/{token}").headers["X-Kept-For"] == bens
    assert aiko.get(f"/dates/{day.id}/board").headers["X-Kept-For"] != bens
    others = [ben.get("/"), ben.get(f"/dates/{day.id}/board"), visitor.get("/me"), visitor.get("/offline")]
    assert ["X-Kept-For" in answer.headers for answer in others] == [False] * 4


def test_whoever_goes_leaves_no_page_on_the_device(app: Flask, visitor: Visitor) -> None:
    script = visitor.get("/sw.js").text
    ends = re.compile(re.search(r"const ENDS = /(.+)/;", script)[1].replace("\\/", "/"))  # type: ignore[index]
    gone = {"parties.sign_out", "people.erase_me", "participation.close_link"}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint in gone]
    assert len({rule.endpoint for rule in rules}) == len(gone)
    assert all(ends.search(rule.rule) for rule in rules)
    assert not ends.search("/me")
