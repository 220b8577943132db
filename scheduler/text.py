"""One function for each way in which typed text leaves or enters: nothing else may clean text.

The reasons are the attacks of each format: markup is escaped by the templates, not here.
"""

import re
import unicodedata
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from scheduler.errors import Invalid

_LINE_BREAKS = re.compile(r"\r\n|[\r\u0085\u2028\u2029]")
_SPACES = re.compile(r"[ \t\u3000]+")
_END = re.compile(r"[。！？]+(?![」』）])|[.!?](?=\s)|(?=\n)")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_MAX_HEADER = 200
# So much of a text that is too long is said, to tell which one it is.
_SHOWN = 12
# U+FFF9 base U+FFFA reading U+FFFB: the interlinear annotation of Unicode, ours alone; nobody can type it.
_READING = re.compile("\ufffa[^\ufff9\ufffa\ufffb]*\ufffb")
_ANNOTATIONS = re.compile("[\ufff9\ufffa\ufffb]")
_NAT64 = ip_network("64:ff9b::/96")
_PRIVATE_NAMES = (".local", ".internal", ".localhost", ".home.arpa")


# C0 and C1 controls (category Cc); lone surrogates, which no encoding takes (Cs); bidi overrides: one name reads as
# another. Tabs and line breaks, which some texts may keep, stand apart.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]", re.ASCII)


def _is_control(char: str) -> bool:
    return char in "\t\n" or _CONTROLS.match(char) is not None


def _without_controls(text: str, keep: str = "") -> str:
    kept = _CONTROLS.sub("", text)
    for char in "\t\n":
        if char not in keep:
            kept = kept.replace(char, "")
    return kept


def annotated(base: str, reading: str) -> str:
    """Return a word with its reading, for `scheduler.readings` to show or to leave out."""
    return f"\ufff9{base}\ufffa{reading}\ufffb"


def without_readings(text: str) -> str:
    """Return text with its words alone: readings and the marks around them taken out."""
    return _ANNOTATIONS.sub("", _READING.sub("", text))


def text_in(typed: str, *, lines: bool = False) -> str:
    """Clean what a person typed: NFC, no control characters, one line unless `lines`, no blanks around it."""
    broken = _LINE_BREAKS.sub("\n", without_readings(typed))
    if lines:
        kept = _without_controls(broken, keep="\n\t")
    else:
        kept = _SPACES.sub(" ", _without_controls(broken.replace("\n", " ").replace("\t", " ")))
    # Last, so that what stood apart with a control between is one sign too: cleaning twice changes nothing.
    return unicodedata.normalize("NFC", kept).strip()


def fitting(typed: str, most: int, *, lines: bool = False) -> str:
    """Clean what a person typed, see `text_in`; raise Invalid for what would have to be cut to be kept."""
    text = text_in(typed, lines=lines)
    if len(text) > most:
        raise Invalid("text_too_long", most=most, begins=text[:_SHOWN].split("\n")[0])
    return text


def shortened(text: str, most: int) -> str:
    """Shorten what nobody typed here, such as another calendar's title, so that one sees that something is missing."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def whole_sentences(text: str, most: int) -> str:
    """Return as much of the beginning of a text as fits, cut behind a sentence or a line; nothing where none fits."""
    if len(text) <= most:
        return text
    ends = [found.end() for found in _END.finditer(text) if found.end() <= most]
    return text[: ends[-1]].rstrip() if ends else ""


def mail_header(text: str) -> str:
    """Make one safe header line of text.

    No control character, and no `=?`: some Python releases decode an encoded word given as plain text and write the
    line break hidden in it (CVE-2024-6923, CVE-2026-1299), which lets a title add a Bcc.
    """
    line = text_in(text)
    while "=?" in line:
        line = line.replace("=?", "= ?")
    return line[:_MAX_HEADER]


def calendar_text(text: str) -> str:
    """Make text fit for an iCalendar value: line breaks as `\\n`, nothing else below a space (RFC 5545 3.1)."""
    return _without_controls(_LINE_BREAKS.sub("\n", without_readings(text)), keep="\n")


def csv_cell(value: object) -> str:
    """Make a cell that no spreadsheet takes for a formula: a leading quote where it could be one (ASVS 1.2.10)."""
    text = _without_controls(_LINE_BREAKS.sub("\n", without_readings(str(value))), keep="\n\t")
    hides_formula = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if hides_formula else text


def is_public_address(address: str) -> bool:
    """Say whether an IP address is on the public net; raise ValueError for what is none."""
    found = ip_address(address)
    return found.is_global and not found.is_multicast and found not in _NAT64


def _public_host(host: str) -> bool:
    name = unicodedata.normalize("NFKC", host).removesuffix(".")
    try:
        return is_public_address(name)
    except ValueError:
        return _public_name(name)


def _public_name(name: str) -> bool:
    # Browsers read a name whose last part begins with a digit as a number: 127.1 is this machine (WHATWG URL 3.5).
    labels = name.split(".")
    return (
        len(labels) > 1 and all(labels) and not labels[-1][0].isdigit() and not name.endswith(_PRIVATE_NAMES)
    )


def outbound_address(typed: str) -> str:
    """Check an address on the web that we link to or fetch; raise Invalid unless it is plain, public http or https.

    Whoever fetches it must check the resolved address again when the socket opens (DNS rebinding).
    """
    address = typed.strip()
    if any(_is_control(char) or char.isspace() or char == "\\" for char in address):
        raise Invalid("address_unusable")
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise Invalid("address_unusable") from error
    plain = parts.scheme in {"http", "https"} and port in {None, 80, 443} and "@" not in parts.netloc
    if not (plain and _public_host(host)):
        raise Invalid("address_unusable")
    return address
