"""Pages that explain: each topic is found, each link leads somewhere, and somebody can be asked."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler.guides.topics import ROLES, TOPICS, topics_with
from tests.cast import Cast
from tests.signed_in import browser_of


def test_every_topic_has_its_own_heading(client: FlaskClient) -> None:
    page = client.get("/help").text
    assert len({topic.key for topic in TOPICS}) == len(TOPICS)
    for topic in TOPICS:
        assert f'href="#{topic.key}"' in page
        assert f'id="{topic.key}"' in page
    assert {topic.role for topic in TOPICS} == set(ROLES)


def test_where_a_topic_leads_there_is_a_page(app: Flask, cast: Cast) -> None:
    browser = browser_of(app, cast.ben)
    for href in {topic.href for topic in TOPICS if topic.href}:
        assert browser.get(href).status_code == 200, href


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("雨 順延", "rain"),
        ("迷惑メール", "no-mail"),
        ("ＬＩＮＥ", None),
        ("line", "told"),
        ("キャンセル", "cannot"),
        ("スマホがない", "neighbour"),
        ("人数をふやす", "together"),
        ("下書きの削除", "discard"),
    ],
)
def test_a_topic_is_found_by_its_words(app: Flask, words: str, key: str | None) -> None:
    with app.test_request_context():
        keys = {topic.key for _, topics in topics_with(words) for topic in topics}
    assert (key in keys) if key else keys == set()


def test_who_finds_nothing_is_led_back(client: FlaskClient) -> None:
    page = client.get("/help?words=<b>xyz").text
    assert "&lt;b&gt;xyz" in page
    assert 'href="/help"' in page


def test_every_page_leads_to_them_and_says_whom_to_ask(app: Flask, client: FlaskClient) -> None:
    footer = client.get("/").text.split("<footer")[1]
    settings = app.config["TSUDOI"]
    app.config["TSUDOI"] = replace(settings, contact="市民活動課 046-000-0000")
    try:
        for path in ("/help", "/privacy", "/accessibility"):
            assert f'href="{path}"' in footer
            assert 'href="tel:046-000-0000"' in client.get(path).text
    finally:
        app.config["TSUDOI"] = settings
    assert not re.search("tel:", client.get("/help").text)
