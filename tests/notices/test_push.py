"""Web push against a push service of our own, which believes the key and decrypts what came."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any

import http_ece
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from scheduler.notices.channels.encryption import Keys, Vapid, decoded, encoded, sealed
from scheduler.notices.channels.push import PushChannel
from scheduler.notices.channels.web import Web
from scheduler.notices.outlet import ChannelError, Content, Letter, OutgoingMessage
from tests.notices import make
from tests.notices.stand_in import Answered, Asked, StandIn

pytestmark = pytest.mark.loopback
VAPID = Vapid.of("a secret of the tests", "mailto:tsudoi@example.org")
AUTH = b"sixteen bytes!!!"


class Browser:
    """A browser that has subscribed: its keys, and how it reads what arrives."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.way = {"p256dh": encoded(point), "auth": encoded(AUTH)}

    def read(self, asked: Asked) -> dict[str, Any]:
        content = http_ece.decrypt(asked.body, private_key=self.key, auth_secret=AUTH, version="aes128gcm")
        said: dict[str, Any] = json.loads(content)
        return said


@pytest.fixture
def service() -> Iterator[StandIn]:
    with StandIn(lambda asked: Answered(201)) as service:
        yield service


def _channel() -> PushChannel:
    return PushChannel(VAPID, lambda: make.NOON, Web(allows=lambda address: True, plain=True))


def _message(url: str, way: dict[str, str], text: str = "八時からです。") -> OutgoingMessage:
    letter = Letter(f"{url}/send/abc", "青木 直", "ja", "", {}, channel="push", way=way)
    return OutgoingMessage(
        "a" * 40, make.NOON, letter, Content("明日です", text, link="https://t.example/dates/1")
    )


def _trouble(channel: PushChannel, message: OutgoingMessage) -> ChannelError:
    with pytest.raises(ChannelError) as error:
        channel.deliver(message)
    return error.value


def test_the_browser_reads_what_was_sent_and_nobody_on_the_way(service: StandIn) -> None:
    browser = Browser()
    _channel().deliver(_message(service.url, browser.way))
    (asked,) = service.asked
    assert browser.read(asked) == {
        "title": "明日です",
        "body": "八時からです。",
        "tag": "a" * 32,
        "url": "https://t.example/dates/1",
        "language": "ja",
    }
    assert "明日".encode() not in asked.body


def test_the_push_service_is_told_what_it_wants_to_know(service: StandIn) -> None:
    _channel().deliver(_message(service.url, Browser().way))
    headers = service.asked[0].headers
    assert headers["content-encoding"] == "aes128gcm"
    assert (headers["topic"], headers["ttl"]) == ("a" * 32, "86400")
    assert service.asked[0].path == "/send/abc"


def _claims(header: str, url: str) -> dict[str, Any]:
    """Check the signature as a push service does, and return what was claimed."""
    token, key = (part.split("=", 1)[1] for part in header.removeprefix("vapid ").split(", "))
    head, claims, signature = token.split(".")
    numbers = decoded(signature)
    signed = encode_dss_signature(int.from_bytes(numbers[:32]), int.from_bytes(numbers[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
    public.verify(signed, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    said: dict[str, Any] = json.loads(decoded(claims))
    return said


def test_it_is_proven_who_sends(service: StandIn) -> None:
    _channel().deliver(_message(service.url, Browser().way))
    header = service.asked[0].headers["authorization"]
    claims = _claims(header, service.url)
    assert (claims["aud"], claims["sub"]) == (service.url, "mailto:tsudoi@example.org")
    assert 0 < claims["exp"] - make.NOON.timestamp() <= 24 * 3600
    assert header.endswith(VAPID.public)
    with pytest.raises(InvalidSignature):
        _claims(header.replace("vapid t=eyJ0", "vapid t=eyJ1", 1), service.url)


def test_the_key_follows_from_the_secret() -> None:
    again, other = Vapid.of("a secret of the tests", "mailto:x@y.z"), Vapid.of("another", "mailto:x@y.z")
    assert again.public == VAPID.public
    assert other.public != VAPID.public
    assert len(decoded(VAPID.public)) == 65


def test_the_example_of_the_standard_comes_out_as_printed() -> None:
    # RFC 8291, appendix A.
    own = ec.derive_private_key(
        int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
    )
    keys = Keys.of(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    text, salt = b"When I grow up, I want to be a watermelon", decoded("DGv6ra1nlYgDCS1FRnbzlw")
    printed = (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert encoded(sealed(text, keys, own, salt)) == printed


def test_a_long_notice_is_cut_and_still_read(service: StandIn) -> None:
    browser = Browser()
    _channel().deliver(_message(service.url, browser.way, "長い" * 5000))
    assert len(service.asked[0].body) <= 4096
    assert browser.read(service.asked[0])["body"].startswith("長い長い")


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (404, "refused"),
        (410, "refused"),
        (403, "refused"),
        (413, "refused"),
        (429, "not_now"),
        (503, "not_now"),
    ],
)
def test_the_answer_decides(service: StandIn, status: int, trouble: str) -> None:
    service.answer = lambda asked: Answered(status, "no", {"Retry-After": "120"})
    error = _trouble(_channel(), _message(service.url, Browser().way))
    assert (error.trouble, error.code) == (trouble, status)
    assert error.retry_after == (120 if trouble == "not_now" else 0)


def test_a_redirect_leads_nowhere(service: StandIn) -> None:
    service.answer = lambda asked: Answered(307, "", {"Location": f"{service.url}/secret"})
    assert _trouble(_channel(), _message(service.url, Browser().way)).trouble == "refused"
    assert [asked.path for asked in service.asked] == ["/send/abc"]


def test_our_own_network_is_never_asked(service: StandIn) -> None:
    guarded = PushChannel(VAPID, lambda: make.NOON, Web(plain=True))
    for url in (service.url, service.url.replace("127.0.0.1", "localhost")):
        error = _trouble(guarded, _message(url, Browser().way))
        assert (error.trouble, error.text) == ("refused", "the address is not on the public net")
    assert service.asked == []


def test_unencrypted_addresses_are_never_asked(service: StandIn) -> None:
    guarded = PushChannel(VAPID, lambda: make.NOON)
    assert _trouble(guarded, _message(service.url, Browser().way)).trouble == "refused"
    assert service.asked == []


def test_where_nobody_listens_it_is_tried_again() -> None:
    with StandIn() as gone:
        url = gone.url
    assert _trouble(_channel(), _message(url, Browser().way)).trouble == "not_now"


@pytest.mark.parametrize("way", [{}, {"p256dh": "AAAA", "auth": "AAAA"}, {"p256dh": "é", "auth": ""}])
def test_without_keys_there_is_no_subscription(service: StandIn, way: dict[str, str]) -> None:
    assert _trouble(_channel(), _message(service.url, way)).code == 410
    assert service.asked == []


def test_bytes_and_their_text_come_back() -> None:
    for length in range(6):
        assert decoded(encoded(bytes(range(length)))) == bytes(range(length))
    assert urlsafe_b64decode(encoded(b"abcd") + "==") == b"abcd"
