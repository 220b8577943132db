"""What a push service must not read and what it must believe: RFC 8291 (encryption) and RFC 8292 (VAPID)."""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_CURVE = ec.SECP256R1()
# The order of the curve (SEC 2, 2.4.2): private keys are below it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_RECORD = 4096
# One record holds that much: 4,096 less the tag, the padding's end and the header (RFC 8291 4).
MOST_BYTES = _RECORD - 17 - 86
_POINT_BYTES = 65
_SECRET_BYTES = 16
_TOKEN_LASTS = timedelta(hours=12)


def encoded(content: bytes) -> str:
    """Return bytes as text for headers and tokens."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of such a text; raise ValueError for any other."""
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


@dataclass(frozen=True)
class Keys:
    """A subscription's keys as the browser gave them: its public key, and the secret shared with it."""

    public: bytes
    secret: bytes

    @classmethod
    def of(cls, p256dh: str, auth: str) -> "Keys":
        """Read a browser's keys; raise ValueError for what cannot be any."""
        keys = cls(decoded(p256dh), decoded(auth))
        if len(keys.public) != _POINT_BYTES or len(keys.secret) != _SECRET_BYTES:
            raise ValueError("no keys of a subscription")
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, keys.public)
        return keys


def _derived(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(key)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def sealed(
    content: bytes, keys: Keys, own: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """Return content as only the subscribed browser can read it: one record of aes128gcm.

    A new key and salt each time; they are given in tests only.
    """
    own, salt = own or ec.generate_private_key(_CURVE), salt or os.urandom(16)
    mine = _point(own.public_key())
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, keys.public))
    material = _derived(shared, keys.secret, b"WebPush: info\0" + keys.public + mine, 32)
    key = _derived(material, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(material, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + _RECORD.to_bytes(4) + bytes([len(mine)]) + mine
    return header + AESGCM(key).encrypt(nonce, content + b"\2", None)


@dataclass(frozen=True)
class Vapid:
    """How we prove to a push service who sends: a key that follows from our secret, the same on every host."""

    key: ec.EllipticCurvePrivateKey
    contact: str

    @classmethod
    def of(cls, secret: str, contact: str) -> "Vapid":
        """Return the key that belongs to a secret; `contact` is whom a push service writes to when we misbehave."""
        number = int.from_bytes(_derived(secret.encode(), b"", b"tsudoi web push", 48))
        return cls(ec.derive_private_key(number % (_ORDER - 1) + 1, _CURVE), contact)

    @property
    def public(self) -> str:
        """The public key as browsers want it when they subscribe."""
        return encoded(_point(self.key.public_key()))

    def authorization(self, endpoint: str, now: datetime) -> str:
        """Return the header for one request: a token for this push service alone."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((now + _TOKEN_LASTS).timestamp()),
            "sub": self.contact,
        }
        content = ".".join(
            encoded(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims)
        )
        numbers = decode_dss_signature(self.key.sign(content.encode(), ec.ECDSA(hashes.SHA256())))
        signature = b"".join(number.to_bytes(32) for number in numbers)
        return f"vapid t={content}.{encoded(signature)}, k={self.public}"
