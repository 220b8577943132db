"""The living page of parts: every part is on it, for people who draw screens."""

import re
from dataclasses import replace
from pathlib import Path

from flask import Flask

from scheduler.config import ROOT

MACROS = re.compile(r"{% macro ([a-z]\w+)\(")
# Drawn by another part, a text as it is (`spoken`, `named`, `with_children`, `age_words`), or for a trial alone.
INSIDE = {
    "csrf",
    "opens_beside",
    "guards",
    "people_bar",
    "burden_list",
    "places_left",
    "join_word",
    "named_link",
    "spoken",
    "named",
    "ticks",
    "with_children",
    "age_words",
    "whole_words",
    "in_one",
    "practice_mail",
}


def test_every_part_is_shown(app: Flask) -> None:
    settings = app.config["TSUDOI"]
    app.config["TSUDOI"] = replace(settings, debug="1")
    try:
        page = app.test_client().get("/design")
    finally:
        app.config["TSUDOI"] = settings
    assert page.status_code == 200
    parts = [name for path in _files("templates/parts") for name in MACROS.findall(path.read_text())]
    template = (ROOT / "templates" / "design.html").read_text()
    assert len(parts) > 30
    assert [name for name in parts if name not in INSIDE and f"{name}(" not in template] == []


def _files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).glob("*.html"))
