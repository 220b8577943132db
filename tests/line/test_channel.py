"""Notices by LINE, against a stand-in that checks what the real one checks."""

import pytest

from scheduler.notices.channels.line import LineApi, LineChannel, is_signed, retry_key
from scheduler.notices.outlet import ChannelError, Content, Letter, OutgoingMessage
from tests.line.stand_in import TOKEN, USER, Line
from tests.notices.make import NOON
from tests.notices.stand_in import Answered

pytestmark = pytest.mark.loopback


def _message(number: int = 1, text: str = "八時からです。", token: str = TOKEN) -> OutgoingMessage:
    letter = Letter(USER, "青木 直", "ja", "", {}, channel="line", way={"access_token": token})
    return OutgoingMessage(f"id{number}", NOON, letter, Content("明日です", text))


def _trouble(api: LineApi, message: OutgoingMessage) -> tuple[str, int]:
    with pytest.raises(ChannelError) as error:
        LineChannel(api).deliver(message)
    return error.value.trouble, error.value.code


def test_a_notice_is_one_text_to_one_person(api: LineApi, line: Line) -> None:
    LineChannel(api).deliver(_message())
    assert line.pushed == [(USER, "明日です\n\n八時からです。")]


def test_tried_again_it_arrives_once(api: LineApi, line: Line) -> None:
    for _ in range(3):
        LineChannel(api).deliver(_message())
    assert len(line.pushed) == 1
    assert line.keys == [retry_key("id1")]


def test_two_notices_have_two_keys(api: LineApi, line: Line) -> None:
    for number in (1, 2):
        LineChannel(api).deliver(_message(number))
    assert len(set(line.keys)) == 2


def test_a_very_long_notice_is_cut(api: LineApi, line: Line) -> None:
    LineChannel(api).deliver(_message(text="長" * 9000))
    assert len(line.pushed[0][1]) <= 5000


LIMIT = '{"message": "You have reached your monthly limit."}'
RATE = '{"message": "The API rate limit has been exceeded. Try again later."}'


@pytest.mark.parametrize(
    ("status", "text", "trouble"),
    [
        (429, RATE, "not_now"),
        (429, LIMIT, "refused"),
        (500, "", "not_now"),
        (400, "{}", "refused"),
        (403, "{}", "refused"),
    ],
)
def test_the_answer_decides(api: LineApi, line: Line, status: int, text: str, trouble: str) -> None:
    line.before = lambda asked: Answered(status, text)
    assert _trouble(api, _message()) == (trouble, status)


@pytest.mark.parametrize("token", ["", "another"])
def test_a_wrong_token_is_a_fault_of_the_account_and_not_of_the_person(api: LineApi, token: str) -> None:
    assert _trouble(api, _message(token=token)) == ("refused", 401)


def test_what_line_has_signed_is_known_by_it() -> None:
    # Made with: printf '{"events":[]}' | openssl dgst -sha256 -hmac secret -binary | base64
    body, signature = b'{"events":[]}', "pkK1lVPJPiJ+wPLziRD79xIxohl8AImYM8AEeM7IbzQ="
    assert is_signed(body, signature, "secret")
    assert not is_signed(body, signature, "other")
    assert not is_signed(body + b" ", signature, "secret")
    assert not is_signed(body, "", "secret")
    assert not is_signed(body, "é\udcff", "secret")
