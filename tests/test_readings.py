"""Readings: as the translator writes them, as ruby on pages, in brackets in plain text, and nowhere else."""

import pytest
from flask import Flask, Response

from scheduler.readings import (
    in_html,
    in_one_piece,
    in_one_piece_in_english,
    in_plain_text,
    is_broken,
    read_marks,
)
from scheduler.text import annotated, calendar_text, csv_cell, mail_header, text_in, without_readings

WORD = annotated("日", "ひ")
RUBY = "<ruby>日<rp>（</rp><rt>ひ</rt><rp>）</rp></ruby>"
HELD = f"<bdi>{RUBY}</bdi>"
DAY = f"22{WORD}（{annotated('水曜日', 'すいようび')}）"
WEEKDAY = "<ruby>水曜日<rp>（</rp><rt>すいようび</rt><rp>）</rp></ruby>"


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("{日|ひ}を えらびます", f"{WORD}を えらびます"),
        ("%(name)sの {日|ひ}", f"%(name)sの {WORD}"),
        ("a {b} {c|} {|d} {e", "a {b} {c|} {|d} {e"),
    ],
)
def test_a_translation_marks_words_with_their_readings(written: str, marked: str) -> None:
    assert read_marks(written) == marked


@pytest.mark.parametrize(
    ("typed", "broken"),
    [
        ("{日|ひ}と｛水｜みず｝を もちます", False),
        ("", False),
        ("｛漢字｜かな", True),
        ("漢字｜かな}", True),
        ("{漢字}", True),
        ("{漢字|}", True),
        ("漢字|かな", True),
    ],
)
def test_a_reading_that_would_be_shown_with_its_brackets_is_broken(typed: str, broken: bool) -> None:
    assert is_broken(typed) == broken


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        (f"<p>{WORD}です</p>", f"<p><bdi>{RUBY}\u2060です</bdi></p>"),
        (f"<p>{WORD}：1{WORD}</p>", f"<p><bdi>{RUBY}：\u20601\u2060{RUBY}</bdi></p>"),
        (f"<p>{DAY}に</p>", f"<p><bdi>22\u2060{RUBY}\u2060（{WEEKDAY}）\u2060に</bdi></p>"),
        (f'<a aria-label="{WORD} > {WORD}">{WORD}</a>', f'<a aria-label="日 > 日">{HELD}</a>'),
        (f'<td data-label="{WORD}">{WORD}</td>', f'<td><span class="card-label">{HELD}</span>{HELD}</td>'),
        (f'<td data-label="{WORD}"></td>', "<td></td>"),
        (f'<td data-label="ひ">{WORD}</td>', f'<td data-label="ひ">{HELD}</td>'),
        (f"<title>{WORD}</title><h1>{WORD}</h1>", f"<title>日</title><h1>{HELD}</h1>"),
        (f"<option selected>{WORD}</option>", "<option selected>日</option>"),
        (f"<textarea>{WORD}</textarea>", "<textarea>日</textarea>"),
        (f'<script type="application/ld+json">"{WORD}"</script>', '<script type="application/ld+json">"日"</script>'),
        (f"<svg><title>{WORD}</title></svg>{WORD}", f"<svg><title>日</title></svg>{HELD}"),
        (f"<!-- {WORD} -->", "<!-- 日 -->"),
    ],
)  # fmt: skip
def test_a_page_shows_readings_where_markup_may_stand(page: str, shown: str) -> None:
    assert in_html(page) == shown
    assert in_html(page, shown=False) == without_readings(page)


def test_a_word_that_browsers_break_is_held_together_where_it_is_read() -> None:
    page = '<p title="下書き">まだ下書きです。問い合わせが間に合いません。「係」に申し込む</p>'
    named = '<span class="whole">「係」\u2060に</span>'
    shown = f"まだ下\u2060書きです。問い\u2060合わせが間に\u2060合いません。{named}申し込む"
    assert in_one_piece(page) == f'<p title="下書き">{shown}</p>'
    assert in_one_piece("<p>「係」にまとめて申し込む</p>") == f"<p>{named}まとめて申し込む</p>"


@pytest.mark.parametrize(
    ("whole", "after"),
    [
        ("「この内容で公開する」を押します。", "」"),
        ("この日のページの「雨のとき」に書いてあります。", "」"),
        ("その日のページに出ます。", "その"),
        ("世話人として働きます。", "世話人と"),
        ("自分のページの「手伝える回数や時間」で、月に何回まで", "」"),
        ("お名前とふりがなだけでも", "ふりが"),
        ("あとで見分けるための名前です。例：広報紙", "例："),
        ("朝6時30分に決まります", "時"),
        ("8日の午前6時に", "の午前"),
        ("30分以内なら、参加にもどせます。", "参加に"),
        ("雨のときは、その日に順延します。", "雨の"),
    ],
)
def test_a_particle_stays_with_what_it_belongs_to(whole: str, after: str) -> None:
    assert in_one_piece(f"<b>{whole}</b>") == f"<b>{whole.replace(after, after + chr(0x2060))}</b>"


def test_a_short_name_of_what_is_pressed_is_held_together() -> None:
    whole = '<p>活動の<span class="whole">「雨のとき」\u2060を</span>押します。「とてもとても長い名前のボタンです」</p>'
    assert in_one_piece("<p>活動の「雨のとき」を押します。「とてもとても長い名前のボタンです」</p>") == whole
    assert '<span class="piece">「とても長い名前のボタンです」' in in_one_piece(
        "<p>「とても長い名前のボタンです」</p>"
    )
    assert in_one_piece('<a title="「雨」">「雨」</a>') == '<a title="「雨」">「雨」</a>'


def test_the_same_holds_with_readings() -> None:
    ruby = "<ruby>日<rp>（</rp><rt>ひ</rt><rp>）</rp></ruby>"
    held = f'<span class="whole">「{ruby}\u2060の とき」\u2060を</span> {ruby}'
    assert in_html(f"<p>「{WORD}の とき」を {WORD}</p>") == f"<p><bdi>{held}</bdi></p>"
    assert in_html(f"<p>「{WORD}する（{WORD}）」</p>").startswith('<p><bdi><span class="whole">「')
    assert "whole" not in in_html(f"<p>「{WORD}の とても とても {WORD} {WORD} ながい」</p>")


def test_what_is_whole_takes_its_particle_in_where_a_line_may_end_behind_it() -> None:
    time, do = '<span class="whole">8:00', f"{annotated('決', 'き')}める"
    assert f"{time}\u2060までに</span><bdi> " in in_html(f"<p>{time}</span>までに {do}</p>")
    chip = '<span class="chip">8:00</span>'
    assert f"{chip}<bdi>\u2060に " in in_html(f"<p>{chip}に {do}</p>")


def test_a_first_word_that_is_shorter_than_its_reading_stands_at_the_edge() -> None:
    word = annotated("目標", "もくひょう")
    shown = in_html(f"<h2>{word}</h2><p>1{WORD} {word}</p><p>{WORD} {word}</p>")
    assert shown.startswith('<h2><bdi><ruby class="wide">目標<')
    assert shown.count("wide") == 1


def test_a_time_of_day_is_one_word() -> None:
    assert (
        in_one_piece("<p>22日（日）の午前6時30分に</p>")
        == "<p>22日（日）\u2060の午前\u20606時\u206030分に</p>"
    )


@pytest.mark.parametrize("led", ["決めた日時：", "雨なら、"])
def test_a_date_that_a_sentence_leads_up_to_is_one_word(led: str) -> None:
    assert in_one_piece(f"<p>{led}11月29日（日）に</p>") == f"<p>{led}11月\u206029日\u2060（日）に</p>"


def test_an_example_of_a_number_is_held_together_anyway() -> None:
    assert in_one_piece("<p>例：9:00</p>") == "<p>例：9:00</p>"


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("Sunday 22 November 8:00", "Sunday 22\u00a0November 8:00"),
        ("22 Marchers", "22 Marchers"),
        ("3 people, 10 minutes", "3\u00a0people, 10\u00a0minutes"),
        ("9:00 am", "9:00\u00a0am"),
        ("Recovery day – Loading", "Recovery day –\u2060\u00a0Loading"),
    ],
)
def test_no_line_of_english_ends_inside_a_date_or_a_number_with_its_word(written: str, held: str) -> None:
    assert in_one_piece_in_english(f"<b>x</b> {written}") == f"<b>x</b> {held}"


@pytest.mark.parametrize(
    ("page", "stays"),
    [("<p>by Tuesday 17 November, 10:00</p>", True), ("<dd>Wednesday 25 November</dd>", False)],
)
def test_a_weekday_stays_with_its_day_in_sentences_but_not_where_both_may_not_fit(
    page: str, stays: bool
) -> None:
    held = in_one_piece_in_english(page)
    assert ("day\u00a0" in held, "\u00a0November" in held) == (stays, True)


@pytest.mark.parametrize("page", ['<input value="22 November">', "<option selected>22 November</option>"])
def test_what_may_be_sent_back_stays_as_it_is(page: str) -> None:
    assert in_one_piece_in_english(page) == page


def test_a_particle_stays_with_a_time_in_an_element_of_its_own() -> None:
    assert f"</b><bdi>\u2060に {RUBY}</bdi>" in in_html(f"<b>8:00</b>に {WORD}")
    assert in_html("<b>清掃</b>」を すてますか") == "<b>清掃</b>」\u2060を すてますか"


def test_a_name_stays_with_its_san_where_there_are_readings() -> None:
    assert in_html(f"<p>福田 文さんの {WORD}</p>").startswith("<p><bdi>福田 文\u2060さんの ")
    assert in_html(f"<p><span>福田 文</span>さんの {WORD}</p>").startswith(
        "<p><span>福田 文</span><bdi>\u2060さんの "
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "\ufff9<b>\ufffax\ufffb",
        "\ufff9a\ufffa<i>x</i>\ufffb",
        "\ufff9\ufff9a\ufffab\ufffb",
        "\ufffb\ufffa\ufff9",
        "\ufff9a\ufffa",
    ],
)
def test_marks_that_are_not_ours_make_no_markup(hostile: str) -> None:
    shown = in_html(f"<p>{hostile}</p>")
    assert not set(shown) & {"\ufff9", "\ufffa", "\ufffb"}
    assert shown.count("<ruby>") == shown.count("</ruby>") <= 1
    assert "<ruby><b>" not in shown


@pytest.mark.parametrize(
    ("sign", "reading", "number", "read"),
    [("人", "にん", 2, "2人（ふたり）"), ("人", "にん", 12, "12人（にん）"), ("組", "くみ", 1, "1組（ひとくみ）"),
     ("日", "にち", 20, "20日（はつか）"), ("日", "にち", 1, "1日（にち）"), ("分", "ふん", 30, "30分（ぷん）"),
     ("分", "ふん", 15, "15分（ふん）")],
)  # fmt: skip
def test_what_is_counted_is_read_by_its_number(sign: str, reading: str, number: int, read: str) -> None:
    assert in_plain_text(f"{number}{annotated(sign, reading)}") == read


def test_plain_text_says_a_reading_the_first_time() -> None:
    assert in_plain_text(f"{WORD}と{WORD}、{annotated('月', 'つき')}") == "日（ひ）と日、月（つき）"


@pytest.mark.parametrize("leave", [text_in, mail_header, calendar_text, csv_cell, without_readings])
def test_everything_else_keeps_the_word_alone(leave: object) -> None:
    assert callable(leave)
    assert leave(f"{WORD}よう\ufffa") == "日よう"


@pytest.mark.parametrize(
    ("kind", "packing"), [("application/pdf", ""), ("text/html", "gzip"), ("text/calendar", "gzip")]
)
def test_bytes_that_are_no_text_go_out_as_they_are(app: Flask, kind: str, packing: str) -> None:
    content = b"\xff\xef\xbf\xb9\xff"
    with app.test_request_context("/"):
        answer = Response(content, mimetype=kind)
        if packing:
            answer.headers["Content-Encoding"] = packing
        assert app.process_response(answer).data == content


def test_what_is_there_to_be_copied_carries_nothing_that_nobody_typed() -> None:
    page = '<p class="pass-on">11月22日（日） 午前8時30分、「雨のとき」を見る – 3 people on Sunday 22 November</p>'
    assert (in_one_piece(page), in_one_piece_in_english(page)) == (page, page)
    assert in_one_piece(page.replace(' class="pass-on"', "")) != page
