"""Addresses that are keys: one lets people name themselves, the other lets a body take its share; pure.

Both say which row they are of, and prove it with a token that follows from the service's secret.
"""

from scheduler.parties.tokens import derived, same


def names_token(secret: str, participation_id: int, salt: str) -> str:
    """Return the token with which the people of a pledge name themselves; a new salt closes it."""
    return f"{participation_id}.{derived(secret, f'names:{participation_id}', salt)}"


def share_token(secret: str, share_id: int) -> str:
    """Return the token with which a body takes places out of its share."""
    return f"{share_id}.{derived(secret, 'share', str(share_id))}"


def row_named_by(token: str) -> int | None:
    """Return of which row a token claims to be; the proof is still to be checked."""
    number = token.partition(".")[0]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else None


def is_names_token(token: str, secret: str, participation_id: int, salt: str) -> bool:
    """Say whether a token opens the naming of this pledge; without a salt nothing does."""
    return salt != "" and same(token, names_token(secret, participation_id, salt))


def is_share_token(token: str, secret: str, share_id: int) -> bool:
    """Say whether a token opens this share."""
    return same(token, share_token(secret, share_id))
