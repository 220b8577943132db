"""Tokens: made, derived and hashed; pure.

A token that must be told again (the personal link in every mail) is derived from the service's secret and the salt of
its row, so that the database alone, or a leaked copy of it, opens nothing.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

_CODE_DIGITS = 6


def new_token() -> str:
    """Return 256 fresh random bits as text that fits into an address."""
    return secrets.token_urlsafe(32)


def derived(secret: str, purpose: str, salt: str) -> str:
    """Return the token that belongs to this salt and purpose, the same each time."""
    mac = hmac.new(secret.encode(), f"{purpose}:{salt}".encode(), hashlib.sha256)
    return urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()


def code(secret: str, salt: str) -> str:
    """Return the six digits that belong to this salt."""
    mac = hmac.new(secret.encode(), f"code:{salt}".encode(), hashlib.sha256)
    return f"{int.from_bytes(mac.digest()[:8]) % 10**_CODE_DIGITS:0{_CODE_DIGITS}d}"


def hashed(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def code_hash(salt: str, digits: str) -> str:
    """Return what is stored of a code; salted, since six digits alone could be looked up."""
    return hashed(f"{salt}:{digits}")


def personal(secret: str, person_id: int, salt: str) -> str:
    """Return the token of a person's own page: whose it is, and the proof."""
    return f"{person_id}.{derived(secret, f'personal:{person_id}', salt)}"


def person_named_by(token: str) -> int | None:
    """Return whose personal token this claims to be; the proof is still to be checked."""
    number = token.partition(".")[0]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else None


def same(one: str, other: str) -> bool:
    """Compare two tokens in constant time."""
    return hmac.compare_digest(one.encode(errors="surrogatepass"), other.encode(errors="surrogatepass"))


def unsubscribing(secret: str, person_id: int, group: str) -> str:
    """Return the token with which a person, or their mail program, ends one group of notices, and no more."""
    return f"{person_id}.{group}.{derived(secret, f'unsubscribe:{person_id}', group)}"


def unsubscriber(secret: str, token: str) -> tuple[int, str] | None:
    """Return whose such token this is, and for which group; None for any that is not ours."""
    person_id, group = person_named_by(token), token.partition(".")[2].rpartition(".")[0]
    ours = person_id is not None and same(token, unsubscribing(secret, person_id, group))
    return (person_id, group) if person_id is not None and ours else None
