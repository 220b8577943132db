"""Names and addresses are compared as people mean them, not as their keyboards write them."""

import pytest

from scheduler.errors import Invalid
from scheduler.parties.names import email_in, email_key, kana_key, mailbox_key

READINGS = [
    ("やまだ はなこ", "やまだはなこ"),
    ("ヤマダ　ハナコ", "やまだはなこ"),
    ("ﾔﾏﾀﾞ ﾊﾅｺ", "やまだはなこ"),
    ("Ann  SMITH", "annsmith"),
    ("Ａｎｎ　Ｓｍｉｔｈ", "annsmith"),
    ("ヴァン", "ゔぁん"),
    ("らーめん ー", "らーめんー"),
    ("", ""),
    ("　 ", ""),
    ("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 120, None),
]
ADDRESSES = [
    ("hanako@example.jp", "hanako@example.jp"),
    (" Hanako@Example.JP ", "hanako@example.jp"),
    ("ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ", "hanako@example.jp"),
    ("hanako+tsudoi@example.jp", "hanako+tsudoi@example.jp"),
    ("hanako\0@example.jp", "hanako@example.jp"),
]
MAILBOXES = [
    ("hanako+tsudoi@example.jp", "hanako@example.jp"),
    ("HANAKO+a+b@example.jp", "hanako@example.jp"),
    ("hanako@example.jp", "hanako@example.jp"),
    ("nonsense", "nonsense@"),
]
USABLE = [
    ("hanako@example.jp", "hanako@example.jp"),
    (" ｈａｎａｋｏ＠example.jp　", "hanako@example.jp"),
    ("o'neil.hanako+x@sub.example.jp", "o'neil.hanako+x@sub.example.jp"),
]
UNUSABLE = [
    "",
    "hanako",
    "hanako@",
    "@example.jp",
    "hanako@example",
    "a b@example.jp",
    "hanako@example.jp, eve@example.com",
    "Hanako <hanako@example.jp>",
    "hanako@exa_mple.jp",
    "hanako@[127.0.0.1]",
    "hanako..x@example.jp",
    "x@" + "y" * 250 + ".jp",
    # No mail server that we know takes these, so the person would never be told anything.
    "花子@example.jp",
    "hanako@例え.jp",
]


@pytest.mark.parametrize(("kana", "key"), READINGS)
def test_a_reading_is_folded(kana: str, key: str | None) -> None:
    assert kana_key(kana) == key if key is not None else len(kana_key(kana)) == 120


@pytest.mark.parametrize(("email", "key"), ADDRESSES)
def test_an_address_is_folded(email: str, key: str) -> None:
    assert email_key(email) == key


@pytest.mark.parametrize(("email", "key"), MAILBOXES)
def test_tags_reach_the_same_mailbox(email: str, key: str) -> None:
    assert mailbox_key(email) == key


@pytest.mark.parametrize(("typed", "kept"), USABLE)
def test_an_address_may_be_typed_in_full_width(typed: str, kept: str) -> None:
    assert email_in(typed) == kept


@pytest.mark.parametrize("typed", UNUSABLE)
def test_what_no_mail_can_reach_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        email_in(typed)
    assert refused.value.code == "email_unusable"
