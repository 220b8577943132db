"""Readings over the words of easy Japanese: how the catalogue writes them, and how pages and letters show them.

A translator writes `{漢字|かんじ}`. Inside the service that is one word between marks that nobody can type; only where
text leaves the service it becomes ruby, a reading in brackets, or nothing.
"""

import re
from collections.abc import Callable

from scheduler.errors import Invalid
from scheduler.text import annotated, without_readings

_WRITTEN = re.compile(r"\{([^{|}]+)\|([^{|}]+)\}")
# Organisers write the same with the wide signs, too, which a Japanese keyboard gives.
_TYPED = re.compile(r"[{｛]([^{|}｛｜｝]+)[|｜]([^{|}｛｜｝]+)[}｝]")
# How one is written.
RIGHT = "｛公園｜こうえん｝"
# What is left of a reading that was not closed, lacks its bar or its word.
_BROKEN = re.compile(r"[{｛}｝|｜]")
_MARKED = re.compile("\ufff9([^\ufff9\ufffa\ufffb<>]*)\ufffa([^\ufff9\ufffa\ufffb<>]*)\ufffb")
# The heads of a table that has become cards are drawn from an attribute, where no ruby may stand.
_LABEL = re.compile(' data-label="([^"]*\ufff9[^"]*)"')
_NOTHING_SAID = re.compile('<span class="card-label"><bdi>(?:(?!</bdi>).)*</bdi></span>(?=</td>)')
# People, families, days and minutes are read by their number: 2人 is ふたり, 30分 さんじゅっぷん.
_COUNTED = re.compile("(?<![0-9])([0-9]+)\ufff9([人組日分])\ufffa(?:にん|くみ|にち|ふん)\ufffb")
_IRREGULAR = {"1人": "ひとり", "2人": "ふたり", "1組": "ひとくみ", "2組": "ふたくみ"}
_IRREGULAR |= {
    "2日": "ふつか",
    "3日": "みっか",
    "4日": "よっか",
    "5日": "いつか",
    "6日": "むいか",
    "7日": "なのか",
}
_IRREGULAR |= {"8日": "ようか", "9日": "ここのか", "10日": "とおか", "14日": "じゅうよっか", "20日": "はつか"}
_IRREGULAR |= {"24日": "にじゅうよっか"}
_PUN = frozenset("013468")
# Where a word with its reading goes on: lines break between phrases, and not between 11 and 時, 読 and む.
_GOES_ON = "[0-9A-Za-zぁ-ゖァ-ヺー一-龠]"
_INSIDE_A_PHRASE = re.compile(
    f"(?<={_GOES_ON})(?=<ruby>)|(?<=</ruby>)(?={_GOES_ON}|<ruby>)|(?<=[：」])(?={_GOES_ON}|<ruby>)|(?<=[一-龠])(?=さん)|\\A(?=さん)"
    # Nor before the particle of what another element holds, a time or a name.
    "|\\A(?=(?:[にのはがをでとへも]|から|までに?) )"
    # Nor inside 電話・パソコン, what one has in the hand.
    "|(?<=・)(?=パソコン)"
    # Nor between a day and its weekday, and what goes on behind that: 22日（日曜日）に.
    "|(?<=</ruby>)(?=（<ruby>[月火水木金土日]曜日)|(?<=</ruby>）)(?=[ぁ-ゖ])"
)
# The same where there is no reading, behind what another element holds.
_LED = re.compile("\\A(」?)(?=(?:[にのはがをでとへも]|から|までに?) )")
# Where Chromium ends a phrase though it goes on: up to where, and how.
_TORN = {
    # Words, and those with what points to them.
    "その": "ことば|日のページ",
    "この": "人にお願い",
    "世話人と": "して",
    "下": "書",
    "問い": "合わせ",
    "間に": "合",
    "参加に": "もど",
    "雨の": "ときは、",
    "名前の": "ない行",
    "役割": "[0-9]",
    "転送された": "とき",
    "ほかの": "人に教",
    "ふりが": "なだけ",
    # What is pressed or looked at goes with its particle, an example with its sign, 10月1日（木） with の and で.
    "」": "に(?:まとめて)?申し込む|を[押選捨]|に書|で、",
    "例：": "[^0-9]",
    "）": "の午[前後]|で終わ",
    # 午前6時30分 is one word.
    "時": "[0-9]+分",
    "の午前": "[0-9]",
    "の午後": "[0-9]",
    "午前": "[0-9]+時[0-9]",
    "午後": "[0-9]+時[0-9]",
}
# The first signs before all else: by them alone most of a page is passed over.
_SPLIT = re.compile(
    f"(?=[{''.join(sorted({begun[0] for begun in _TORN}))}])"
    f"(?:{'|'.join(f'{begun}(?={rest})' for begun, rest in _TORN.items())})"
)
# A date stays in one piece where a sentence leads up to it.
_DATED = re.compile("[：、][0-9]+月[0-9]+日(?=\u2060?（)")
# In English a day stays with its month, a number with what it counts, and a dash with what stands behind it.
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_COUNTS = "people|person|places?|minutes?|hours?|days?|weeks?|months?|years?"
_ENGLISH = re.compile(rf" (?:(?<=[0-9] )(?=(?:{_MONTH}|{_COUNTS}|[ap]m)\b)|(?<= – ))")
# Behind a dash a line may end even before a blank that holds.
_DASH = re.compile("(?<= –)(?=\u00a0)")
# In sentences a weekday stays with its day, too: a heading, a row or a column may be too narrow for both.
_WEEKDAY = re.compile(rf"(?<=day) (?=[0-9]{{1,2}}[ \u00a0](?:{_MONTH})\b)")
_IN_SENTENCE = ("<p>", "<p ", "<li>", "<br", "</a>", "</strong>", "</span>")
# What is pressed or opened is named in one piece, with its particle, 「雨のとき」を, where that is short and stands in
# a sentence: as a child of a row it would become a box of its own. One that is longer begins a line rather than break.
_RUBY = "<ruby>[^<]*<rp>（</rp><rt>[^<]*</rt><rp>）</rp></ruby>"
_SHORT, _LONG = 11, 14
_PARTICLE = "\u2060?(?:から|までに?|という|[にでと][はも]|[をにでがのはもとへ])"
# A first word whose reading is longer than itself stands at the edge all the same: how long a sign of a reading is.
_FIRST = re.compile("\\A<ruby>([^<]*)<rp>（</rp><rt>([^<]*)")
_READING = 0.53
_NAMED = re.compile(f"(「[^「」<>&\\s]{{1,{_LONG}}}」)(?:{_PARTICLE})?")
# In easy Japanese lines end at blanks alone, in brackets too.
_NAMED_READ = re.compile(
    f"(「(?:{_RUBY}|[^「」<>&\\n])+」|（(?:{_RUBY}|[^「」（）<>&\\n])+）)(?:{_PARTICLE})?"
)
_READ = re.compile("<rp>（</rp><rt>[^<]*</rt>|<[^>]*>")
_UNCOUNTED = re.compile("[ \u2060「」（）]")
# A line of easy Japanese may end behind what is whole, so that its particle must be in it.
_WHOLE = '<span class="whole">'
_BEHIND = re.compile("</span>(<bdi>|)(\u2060(?:(?:さん)?(?:[にのはがをでとへも]|から|までに?)|さん))(?= )")
_IN_TEXT = ("<p>", "<p ", "<li>", "<dd>", "<br", "</a>", "</strong>", "<h1>", "<h2>")
# What no markup may stand in: tags with their attributes, and elements that hold plain text.
_PLAIN = re.compile(
    r"<!--.*?-->"
    r"|<(script|style|title|option|textarea|svg)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>.*?</\1\s*>"
    r"|<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>",
    re.DOTALL | re.IGNORECASE,
)

# The same elements, what nobody reads, and what is there to be copied, as their tags begin.
_AS_IT_IS = ("<!--", "<script", "<style", "<title", "<option", "<textarea", "<svg", '<p class="pass-on"')
# The large title of what is urgent may be too narrow for a weekday and its day.
_NOT_SAID = (*_AS_IT_IS, '<p class="notice-banner-title"')


def read_marks(written: str) -> str:
    """Return a translation with its `{漢字|かんじ}` between the marks."""
    return _WRITTEN.sub(lambda word: annotated(word[1], word[2]), written)


def typed_marks(typed: str) -> str:
    """Return what an organiser wrote in easy Japanese with its readings between the marks."""
    return _TYPED.sub(lambda word: annotated(word[1], word[2]), typed)


def is_broken(typed: str) -> bool:
    """Say whether a text has a reading that is not written as `{漢字|かんじ}` and would be shown with its brackets."""
    return _BROKEN.search(_TYPED.sub("", typed)) is not None


def well_read(typed: str) -> str:
    """Return what an organiser wrote in easy Japanese; raise Invalid where a reading is broken."""
    if is_broken(typed):
        raise Invalid("reading_broken", right=RIGHT)
    return typed


def in_html(page: str, *, shown: bool = True) -> str:
    """Return a page with its readings as ruby; without them in attributes and titles, or where they are not wanted."""
    if not shown:
        return without_readings(page)
    return _BEHIND.sub(_take_in, _NOTHING_SAID.sub("", _changed(page, _ruby, _in_plain)))


def in_one_piece(page: str) -> str:
    """Return a page in which no line ends inside a word that browsers take for two."""
    held = _held(page, _SPLIT, lambda text: f"{text}\u2060")
    return _NAMED.sub(_named, _held(held, _DATED, _one_date))


def in_one_piece_in_english(page: str) -> str:
    """Return an English page in which no line ends inside a date, between a number and its word, or behind a dash."""

    def with_its_day(gap: re.Match[str]) -> str:
        tag = gap.string.rfind("<", 0, gap.start())
        is_said = gap.string.startswith(_IN_SENTENCE, tag) and not gap.string.startswith(_NOT_SAID, tag)
        return "\u00a0" if is_said else " "

    held = _held(_WEEKDAY.sub(with_its_day, page), _ENGLISH, lambda _: "\u00a0")
    return _held(held, _DASH, lambda _: "\u2060")


def _one_date(day: str) -> str:
    return day.replace("月", "月\u2060") + "\u2060"


def _held(page: str, inside: re.Pattern[str], whole: Callable[[str], str]) -> str:
    # There are few such places: to look at each is quicker than to take the page apart.
    def hold(found: re.Match[str]) -> str:
        tag = page.rfind("<", 0, found.start())
        is_text = page.find(">", tag, found.start()) >= 0 and not page.startswith(_AS_IT_IS, tag)
        return whole(found[0]) if is_text else found[0]

    return inside.sub(hold, page)


def _named(found: re.Match[str]) -> str:
    page, tag = found.string, found.string.rfind("<", 0, found.start())
    is_said = page.startswith(_IN_TEXT, tag) and not page.startswith(_AS_IT_IS, tag)
    is_said = is_said and page.find(">", tag, found.start()) >= 0
    return _whole(found) if is_said else found[0]


def _named_read(found: re.Match[str]) -> str:
    # What has neither blanks nor brackets in it has no place to break.
    text = _READ.sub("", found[1])
    return _whole(found) if " " in text or "（" in text[1:] else found[0]


def _whole(named: re.Match[str]) -> str:
    length, and_particle = (len(_UNCOUNTED.sub("", _READ.sub("", text))) for text in (named[1], named[0]))
    if length > _LONG:
        return named[0]
    return f'<span class="{"whole" if and_particle <= _SHORT else "piece"}">{named[0]}</span>'


def _take_in(particle: re.Match[str]) -> str:
    page, tag = particle.string, particle.string.rfind("<span", 0, particle.start())
    is_whole = page.startswith(_WHOLE, tag) and "</span>" not in page[tag : particle.start()]
    return f"{particle[2]}</span>{particle[1]}" if is_whole else particle[0]


def _changed(page: str, text: Callable[[str], str], plain: Callable[[str], str]) -> str:
    pieces, end = [], 0
    for found in _PLAIN.finditer(page):
        pieces += [text(page[end : found.start()]), plain(found[0])]
        end = found.end()
    return "".join([*pieces, text(page[end:])])


def _in_plain(text: str) -> str:
    label = _LABEL.search(text) if text.startswith("<td") else None
    if label:
        begun = without_readings(text.replace(label[0], ""))
        return f'{begun}<span class="card-label">{_ruby(label[1])}</span>'
    return without_readings(text)


def _ruby(text: str) -> str:
    if "\ufff9" not in text:
        return _LED.sub("\\1\u2060", without_readings(text))
    counted = _COUNTED.sub(_as_counted, text)
    shown = without_readings(_MARKED.sub(r"<ruby>\1<rp>（</rp><rt>\2</rt><rp>）</rp></ruby>", counted))
    shown = _NAMED_READ.sub(_named_read, _INSIDE_A_PHRASE.sub("\u2060", shown))
    # Held together: where boxes stand in a row, each word with its reading would be a box of its own.
    words = shown.strip()
    return shown.replace(words, f"<bdi>{_FIRST.sub(_let_out, words)}</bdi>") if "<ruby>" in words else shown


def _let_out(first: re.Match[str]) -> str:
    is_wide = len(first[2]) * _READING > len(first[1])
    return f'<ruby class="wide">{first[1]}<rp>（</rp><rt>{first[2]}' if is_wide else first[0]


def _as_counted(found: re.Match[str]) -> str:
    number, sign = found[1], found[2]
    if reading := _IRREGULAR.get(number + sign):
        return annotated(number + sign, reading)
    return number + annotated(sign, "ぷん") if sign == "分" and number[-1] in _PUN else found[0]


def in_plain_text(text: str) -> str:
    """Return plain text with the reading of each word in brackets, the first time it comes."""
    seen: set[str] = set()

    def once(word: re.Match[str]) -> str:
        is_new = word[1] not in seen
        seen.add(word[1])
        return f"{word[1]}（{word[2]}）" if is_new else word[1]

    return without_readings(_MARKED.sub(once, _COUNTED.sub(_as_counted, text)))
