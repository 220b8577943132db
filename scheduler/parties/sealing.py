"""Other services' secrets as the database keeps them: sealed by our own, so that the database alone opens nothing."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


def _cipher(secret: str) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, None, b"tsudoi sealed").derive(secret.encode()))


def sealed(secret: str, text: str) -> str:
    """Return text as only this installation can read it."""
    nonce = os.urandom(_NONCE)
    return urlsafe_b64encode(nonce + _cipher(secret).encrypt(nonce, text.encode(), None)).decode()


def opened(secret: str, text: str) -> str:
    """Return what was sealed; raise cryptography's InvalidTag for what was not, or by another secret."""
    content = urlsafe_b64decode(text)
    return _cipher(secret).decrypt(content[:_NONCE], content[_NONCE:], None).decode()
