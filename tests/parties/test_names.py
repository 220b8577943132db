"""Names and addresses are compared as people mean them, not as their keyboards write them."""

import pytest

from scheduler.errors import Invalid
from scheduler.parties.names import (
    email_in,
    email_key,
    kana_in,
    kana_key,
    mailbox_key,
    phone_in,
    phone_kept,
    phone_key,
    phone_text,
    reading_of,
)

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


READ = [
    ("John Smith", "", "John Smith"),
    ("さとう はな", " ", "さとう はな"),
    ("ジョー", "", "ジョー"),
    ("José O’Neill", "", "José O’Neill"),
    ("Nguyễn Thị Ánh", "", "Nguyễn Thị Ánh"),
    ("山田 花子", "", ""),
    ("山田 Anna", "", ""),
    ("Анна", "", ""),
    ("12", "", ""),
    ("John Smith", "じょん すみす", "じょん すみす"),
]


@pytest.mark.parametrize(("name", "kana", "reading"), READ)
def test_a_name_without_kanji_is_its_own_reading(name: str, kana: str, reading: str) -> None:
    assert reading_of(name, kana).strip() == reading


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


PHONES = [
    ("090-1234-5678", "+819012345678"),
    ("０９０－１２３４－５６７８", "+819012345678"),
    ("090ー1234ー5678", "+819012345678"),
    ("090‐1234−5678", "+819012345678"),
    ("090 1234　5678", "+819012345678"),
    ("０９０１２３４５６７８\0", "+819012345678"),
    ("+81 90-1234-5678", "+819012345678"),
    ("+81 (0)90 1234 5678", "+819012345678"),
    ("(03)1234-5678", "+81312345678"),
    ("0194-52-2111", "+81194522111"),
    ("0120-444-444", "+81120444444"),
    ("0800-123-4567", "+818001234567"),
    ("060-0123-4567", "+816001234567"),
    ("+1 212-555-0100", "+12125550100"),
    ("010 44 20 7946 0000", "+442079460000"),
]
NO_PHONES = [
    ("", "unusable"),
    ("　", "unusable"),
    ("119", "short"),
    ("000-0000-0001", "unusable"),
    ("１２３", "short"),
    ("080-12", "short"),
    ("1234-5678", "short"),
    ("090-1234-567", "short"),
    ("090-1234-56789", "long"),
    ("03-1234-567", "short"),
    ("03-1234-5678、090-1234-5678", "long"),
    ("03-1234-5678 内線12", "with_extension"),
    ("03-1234-5678 ext 12", "with_extension"),
    ("03-1234-5678x12", "with_extension"),
    ("03-1234-5678ext12", "with_extension"),
    ("next door 03-1234-5678", "unusable"),
    ("1-800-FLOWERS", "unusable"),
    ("+999 123456", "unusable"),
    ("+1 212-555", "short"),
    ("+1 212-555-0100-1", "long"),
    ("+1 000-555-0100", "unusable"),
    ("hanako@example.jp", "unusable"),
    ("電話はありません", "unusable"),
    ("9" * 5000, "unusable"),
    ("+" * 50, "unusable"),
]
WRITTEN = [
    ("+819012345678", "090-1234-5678"),
    ("+81194522111", "0194-52-2111"),
    ("+819000000001", "090-0000-0001"),
    ("+12125550100", "+1 212-555-0100"),
    ("0422-11-2222", "0422-11-2222"),
    ("呼び出し 佐藤", "呼び出し 佐藤"),
    ("", ""),
]


@pytest.mark.parametrize(("typed", "kept"), PHONES)
def test_a_telephone_may_be_typed_in_any_form(typed: str, kept: str) -> None:
    assert phone_in(typed) == phone_key(typed) == phone_key(kept) == kept


@pytest.mark.parametrize(("typed", "why"), NO_PHONES)
def test_what_nobody_can_dial_is_refused_with_what_is_wrong(typed: str, why: str) -> None:
    assert phone_key(typed) is None
    with pytest.raises(Invalid) as refused:
        phone_in(typed)
    assert refused.value.code == f"phone_{why}"


@pytest.mark.parametrize(("phone", "written"), WRITTEN)
def test_a_telephone_is_written_as_one_dials_it_at_home(phone: str, written: str) -> None:
    assert phone_text(phone) == written


KEPT = [
    ("0422-11-2222", "0422-11-2222"),
    ("０４２２（１１）２２２２", "0422-11-2222"),
    ("0422112222", "+81422112222"),
    ("03-1234-5678", "+81312345678"),
    ("090-0000-0001", "+819000000001"),
]


@pytest.mark.parametrize(("typed", "kept"), KEPT)
def test_a_number_of_an_unknown_area_keeps_the_hyphens_with_which_it_was_typed(typed: str, kept: str) -> None:
    assert (phone_kept(typed), phone_key(phone_kept(typed))) == (kept, phone_key(typed))


@pytest.mark.parametrize("typed", ["🎉", "...", "123", "山田"])
def test_a_reading_is_of_kana_or_latin_letters(typed: str) -> None:
    with pytest.raises(Invalid, match="reading_unusable"):
        kana_in(typed)
    assert [kana_in(kana) for kana in ("ﾔﾏﾀﾞ", "José", "")] == ["ﾔﾏﾀﾞ", "José", ""]
