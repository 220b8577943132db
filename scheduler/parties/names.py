"""Names, addresses and telephone numbers as they are compared; pure. Names as typed are kept beside it for showing."""

import re
import unicodedata
from typing import TYPE_CHECKING

from scheduler.errors import Invalid
from scheduler.text import text_in

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

# As long as the columns: folding makes some signs longer.
_MAX_KANA = 120
MAX_NAME = 120
_MAX_EMAIL = 254
# More than any number with its signs; what is longer is something else.
_MAX_PHONE_TYPED = 60
# As dialled at home: eleven digits where the third is 0 (090, 050, 0800), ten elsewhere.
_JAPANESE = re.compile(r"0[1-9]0\d{8}|0[1-9]{2}\d{7}")
# Kana, or Latin letters with or without accents.
_READABLE = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1effぁ-ゖァ-ヺ]")
_GROUPED = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}")
_LETTERS = re.compile("[A-Za-z]")
# What is dialled only once somebody has answered.
_EXTENSION = re.compile(r"内線|(?<![a-z])ext|\d\s*[x#]\s*\d", re.IGNORECASE)
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def kana_key(kana: str) -> str:
    """Fold a reading: width, case, blanks, katakana to hiragana."""
    folded = unicodedata.normalize("NFKC", kana).casefold().translate(_KATAKANA_TO_HIRAGANA)
    return "".join(folded.split())[:_MAX_KANA]


def name_in(typed: str) -> str:
    """Return a name as typed, empty for none; raise Invalid for one that would have to be cut."""
    name = text_in(typed)
    if len(name) > MAX_NAME:
        raise Invalid("name_too_long", most=MAX_NAME)
    return name


def kana_in(typed: str) -> str:
    """Return a reading as typed, empty for none; raise Invalid where nothing in it can be read out or sorted by."""
    kana = text_in(typed)
    if len(kana) > MAX_NAME:
        raise Invalid("kana_too_long", most=MAX_NAME)
    if kana_key(kana) and not _READABLE.search(unicodedata.normalize("NFKC", kana)):
        raise Invalid("reading_unusable")
    return kana


def reads_itself(name: str) -> bool:
    """Say whether a name is written in kana or Latin letters alone, so that nobody has to be told how it is read."""
    letters = [sign for sign in unicodedata.normalize("NFKC", name) if sign.isalpha() and sign != "ー"]
    return bool(letters) and all(_READABLE.match(sign) for sign in letters)


def reading_of(name: str, kana: str) -> str:
    """Return how a name is read: as was typed, else as it is written where it reads itself."""
    return name if not kana.strip() and reads_itself(name) else kana


def names_in(name: str, kana: str) -> tuple[str, str]:
    """Return a name and how it is read; raise Invalid where one is missing, or cannot be used."""
    named = name_in(name), kana_in(reading_of(name, kana))
    if not named[0] or not kana_key(named[1]):
        raise Invalid("name_missing")
    return named


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


def phone_in(typed: str) -> str:
    """Check a telephone number as typed, in any width and with any hyphens; raise Invalid when nobody can be called.

    It comes back as E.164, such as +819012345678; without a country it is Japanese. An extension is refused: two
    people behind one switchboard would be one. The code of what is raised says what is wrong with it.
    """
    number = unicodedata.normalize("NFKC", text_in(typed))
    if _EXTENSION.search(number):
        raise Invalid("phone_with_extension")
    if len(number) > _MAX_PHONE_TYPED or _LETTERS.search(number):
        raise Invalid("phone_unusable")
    # Here and not above: it loads the numbering plans of the world, which most starts never need.
    from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse

    try:
        parsed = parse(number, "JP")
    except NumberParseException as error:
        # Two numbers, mostly: no number of the world is longer (E.164).
        too_long = sum(sign.isdigit() for sign in number) > 15
        raise Invalid("phone_long" if too_long else "phone_unusable") from error
    kept = format_number(parsed, PhoneNumberFormat.E164)
    _check_digits(kept, parsed)
    return kept


def _check_digits(kept: str, parsed: "PhoneNumber") -> None:
    from phonenumbers import ValidationResult, is_possible_number_with_reason, is_valid_number

    if not _is_japanese(kept):
        length = is_possible_number_with_reason(parsed)
        missing, over = length == ValidationResult.TOO_SHORT, length == ValidationResult.TOO_LONG
        is_usable = is_valid_number(parsed)
    else:
        # Japan opens new ranges (060 in 2026) before any library knows them, so there the length decides.
        home = _at_home(kept)
        wanted = 11 if home[2:3] == "0" else 10
        missing, over = len(home) < wanted, len(home) > wanted
        is_usable = _JAPANESE.fullmatch(home) is not None
    if not is_usable:
        raise Invalid("phone_short" if missing else "phone_long" if over else "phone_unusable")


def phone_kept(typed: str) -> str:
    """Return a number as it is stored for showing: E.164, but as typed where the library would group it otherwise.

    People know how long their own area code is; the library does not know all of them. Raise Invalid when nobody can be
    called.
    """
    kept = phone_in(typed)
    grouped = re.sub("[^0-9]+", "-", unicodedata.normalize("NFKC", text_in(typed))).strip("-")
    by_area = _is_japanese(kept) and not _goes_with_its_owner(kept) and _GROUPED.fullmatch(grouped)
    return grouped if by_area and grouped != phone_text(kept) else kept


def phones_in(typed: str) -> tuple[str, str | None]:
    """Return a number as shown and as compared, nothing for none; raise Invalid when nobody can be called."""
    shown = phone_kept(typed) if typed.strip() else ""
    return shown, phone_key(shown)


def _goes_with_its_owner(phone: str) -> bool:
    # 050 to 090: all are grouped alike, also those of which no library knows yet.
    return _at_home(phone)[2] == "0"


def _is_japanese(phone: str) -> bool:
    return phone.startswith("+81")


def _at_home(phone: str) -> str:
    return f"0{phone[3:]}"


def is_mobile(phone: str) -> bool:
    """Say whether a stored telephone number can take an SMS: a Japanese mobile one, or one abroad that may be."""
    if phone_key(phone) != phone or not phone:
        return False
    return not _is_japanese(phone) or phone.startswith(("+8160", "+8170", "+8180", "+8190"))


def phone_key(phone: str) -> str | None:
    """Fold a telephone number, typed or stored; None for what is none. Two numbers with one key ring one telephone."""
    try:
        return phone_in(phone) if phone.strip() else None
    except Invalid:
        return None


def phone_text(phone: str) -> str:
    """Return a stored telephone number as people at home write and dial it: 090-1234-5678, +1 212-555-0100."""
    if phone_key(phone) != phone:
        return phone
    from phonenumbers import PhoneNumberFormat, format_number, is_valid_number, parse

    parsed = parse(phone)
    if _is_japanese(phone) and not is_valid_number(parsed):
        home = _at_home(phone)
        # How long an area code is, nobody can know who does not know it.
        return f"{home[:3]}-{home[3:-4]}-{home[-4:]}" if _goes_with_its_owner(phone) else home
    kind = PhoneNumberFormat.NATIONAL if _is_japanese(phone) else PhoneNumberFormat.INTERNATIONAL
    return format_number(parsed, kind)
