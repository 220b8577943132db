"""Names and addresses as they are compared; pure. What people typed is kept beside it for showing."""

import unicodedata

from scheduler.errors import Invalid
from scheduler.text import text_in

# As long as the columns: folding makes some signs longer.
_MAX_KANA = 120
_MAX_EMAIL = 254
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def kana_key(kana: str) -> str:
    """Fold a reading: width, case, blanks, katakana to hiragana."""
    folded = unicodedata.normalize("NFKC", kana).casefold().translate(_KATAKANA_TO_HIRAGANA)
    return "".join(folded.split())[:_MAX_KANA]


def email_key(email: str) -> str:
    """Fold an address: width and case. Two addresses with one key are one mailbox."""
    return unicodedata.normalize("NFKC", text_in(email)).strip().casefold()[:_MAX_EMAIL]


def mailbox_key(email: str) -> str:
    """Fold an address further, for counting mail only: without a +tag, which reaches the same mailbox."""
    local, _, domain = email_key(email).partition("@")
    return f"{local.split('+')[0]}@{domain}"


def email_in(typed: str) -> str:
    """Check an e-mail address as typed, full-width letters allowed; raise Invalid when no mail can reach it."""
    address = unicodedata.normalize("NFKC", text_in(typed))
    # Addresses in other scripts exist, but mail servers do not take them from us: nothing would ever arrive.
    if not address.isascii():
        raise Invalid("email_unusable")
    # Here and not above: it loads a resolver that most starts of the program never need.
    from email_validator import EmailNotValidError, validate_email

    try:
        checked = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Invalid("email_unusable") from error
    return checked.normalized
