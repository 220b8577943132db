"""Each way in which typed text leaves or enters takes what attackers type."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.errors import Invalid
from scheduler.text import (
    calendar_text,
    csv_cell,
    fitting,
    mail_header,
    outbound_address,
    shortened,
    text_in,
    whole_sentences,
)

anything = st.text(st.characters())
CODE = Path(__file__).parents[1] / "scheduler"

ONE_LINE = [
    ("", ""),
    ("  みどり 町内会　", "みどり 町内会"),
    ("山田　　花子", "山田 花子"),
    ("one\r\ntwo\nthree\rfour", "one two three four"),
    ("a\u2028b\u2029c\u0085d", "a b c d"),
    ("tab\there", "tab here"),
    ("nul\0bell\x07esc\x1bdel\x7f", "nulbellescdel"),
    ("c1\x80\x9f", "c1"),
    ("\ufeffbyte order mark", "byte order mark"),
    ("evil\u202egnp.exe", "evilgnp.exe"),
    ("\u2066isolated\u2069", "isolated"),
    ("half \ud800 of a pair", "half of a pair"),
    ("か\u3099", "が"),
    ("ｶﾞ", "ｶﾞ"),
    ("<b>&amp;</b>", "<b>&amp;</b>"),
    ("👩‍👩‍👧 family", "👩‍👩‍👧 family"),
    ("\0", ""),
]
SEVERAL_LINES = [
    ("one\r\ntwo\rthree\n", "one\ntwo\nthree"),
    ("\n\n a\tb \n", "a\tb"),
    ("a\n\nb", "a\n\nb"),
    ("a\x0bb\x0cc\0", "abc"),
]


@pytest.mark.parametrize(("typed", "kept"), ONE_LINE)
def test_what_is_typed_becomes_one_clean_line(typed: str, kept: str) -> None:
    assert text_in(typed) == kept


@pytest.mark.parametrize(("typed", "kept"), SEVERAL_LINES)
def test_lines_are_kept_where_lines_are_asked_for(typed: str, kept: str) -> None:
    assert text_in(typed, lines=True) == kept


@given(anything, st.booleans())
def test_whatever_is_typed_what_is_kept_can_be_stored_and_shown(typed: str, lines: bool) -> None:
    kept = text_in(typed, lines=lines)
    assert kept == kept.strip()
    assert not {unicodedata.category(char) for char in kept if char not in "\n\t"} & {"Cc", "Cs"}
    assert kept.encode().decode() == kept


HEADERS = [
    ("資源回収の日", "資源回収の日"),
    ("a\r\nBcc: eve@example.com", "a Bcc: eve@example.com"),
    ("a\u2028Bcc: eve@example.com", "a Bcc: eve@example.com"),
    ("=?utf-8?q?=0D=0ABcc=3A_eve?=", "= ?utf-8?q?=0D=0ABcc=3A_eve?="),
    ("==??", "== ??"),
    ("=\0?utf-8?q?x?=", "= ?utf-8?q?x?="),
    ("長" * 500, "長" * 200),
]


@pytest.mark.parametrize(("typed", "kept"), HEADERS)
def test_a_mail_header_is_one_line_that_nothing_decodes(typed: str, kept: str) -> None:
    assert mail_header(typed) == kept


@given(anything)
def test_whatever_is_typed_a_mail_header_has_no_line_break_and_no_encoded_word(typed: str) -> None:
    line = mail_header(typed)
    assert len(line.splitlines()) <= 1
    assert "=?" not in line


CALENDAR = [
    ("one\r\ntwo", "one\ntwo"),
    ("a\rEND:VEVENT\u2028b", "a\nEND:VEVENT\nb"),
    ("tab\there\0", "tabhere"),
    ("a;b,c\\d", "a;b,c\\d"),
]


@pytest.mark.parametrize(("stored", "written"), CALENDAR)
def test_calendar_text_has_line_breaks_of_one_kind_and_no_controls(stored: str, written: str) -> None:
    assert calendar_text(stored) == written


CELLS = [
    ("山田 花子", "山田 花子"),
    (12, "12"),
    (2.5, "2.5"),
    (None, "None"),
    ('=HYPERLINK("https://evil.example")', '\'=HYPERLINK("https://evil.example")'),
    ("+81-90-0000-0000", "'+81-90-0000-0000"),
    ("-1+1", "'-1+1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("＝1+1", "'＝1+1"),
    ("＋1", "'＋1"),
    ("－1", "'－1"),
    ("＠x", "'＠x"),
    ("\t=1+1", "'\t=1+1"),
    ("\r=1+1", "'\n=1+1"),
    ("  =1+1", "'  =1+1"),
    ("　=1+1", "'　=1+1"),
    ("\0=1+1", "'=1+1"),
    ("\u202e=1+1", "'=1+1"),
    ("a=1", "a=1"),
    ("", ""),
]


@pytest.mark.parametrize(("value", "cell"), CELLS)
def test_no_cell_is_a_formula(value: object, cell: str) -> None:
    assert csv_cell(value) == cell


GOOD_ADDRESSES = [
    "https://example.jp",
    "https://example.jp/path?a=b&c=%20#part",
    "http://town.example.jp:80/",
    "https://town.example.jp:443/",
    "https://例え.jp/",
    "https://8.8.8.8/",
    "https://[2606:4700::1111]/",
]
BAD_ADDRESSES = [
    "",
    "example.jp",
    "//example.jp",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "ftp://example.jp/",
    "https://",
    "https:///path",
    "https://user@example.jp/",
    "https://example.jp@evil.example/",
    "https://example.jp:8080/",
    "https://example.jp:99999/",
    "https://example.jp:x/",
    "https://example.jp\\@evil.example/",
    "https://exa mple.jp/",
    "https://exam\nple.jp/",
    "https://exam\u200eple .jp/",
    "java\tscript:alert(1)",
    "https://[::1/",
    "http://localhost/",
    "http://127.1/",
    "http://0x7f.0.0.1/",
    "http://localhost./",
    "http://db.internal./",
    "http://[64:ff9b::7f00:1]/",
    "http://224.0.0.1/",
    "http://a..b/",
    "http://router.home.arpa/",
    "http://１２７.0.0.1/",
    "http://intranet/",
    "http://printer.local/",
    "http://db.internal/",
    "http://x.localhost/",
    "http://127.0.0.1/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[::ffff:127.0.0.1]/",
]


@pytest.mark.parametrize("typed", GOOD_ADDRESSES)
def test_a_public_address_is_kept_as_typed(typed: str) -> None:
    assert outbound_address(f" {typed} ") == typed


@pytest.mark.parametrize("typed", BAD_ADDRESSES)
def test_no_other_address_is_taken(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        outbound_address(typed)
    assert refused.value.code == "address_unusable"


def test_what_is_too_long_is_refused_and_never_cut() -> None:
    assert fitting(" あいう ", 3) == "あいう"
    with pytest.raises(Invalid) as refused:
        fitting("みどり町内会の秋の清掃と資源回収の日", 10)
    assert (refused.value.code, refused.value.facts) == (
        "text_too_long",
        {"most": 10, "begins": "みどり町内会の秋の清掃と"},
    )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("短い文。", "短い文。"),
        ("門の前です。次の文は長すぎます。", "門の前です。"),
        ("「はい。」と言った。あとは長すぎます", "「はい。」と言った。"),
        ("一行目\n二行目は長すぎるのです", "一行目"),
        ("8.30 sharp. Then more.", "8.30 sharp."),
        ("なにも切れない長い長い文です。", ""),
        ("", ""),
    ],
)
def test_a_text_is_cut_behind_a_whole_sentence(text: str, kept: str) -> None:
    assert whole_sentences(text, 12) == kept


def test_one_sees_that_something_is_missing() -> None:
    assert (shortened("あいう", 3), shortened("あいうえ", 3)) == ("あいう", "あい…")


# What machines write, what is searched for and shown as searched for; nobody's own words.
CUT = {
    "activities/wishes.py",
    "guides/views.py",
    "notices/outcomes.py",
    "notices/ways.py",
    "reach/subscriptions.py",
}


def test_no_module_cuts_off_what_was_typed() -> None:
    cutting = re.compile(r"text_in\((?:[^()\n]|\([^()\n]*\))*\)\[:")
    found = {str(path.relative_to(CODE)) for path in CODE.rglob("*.py") if cutting.search(path.read_text())}
    assert found == CUT
