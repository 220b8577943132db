"""A letter that hundreds get is put into words once for each language; only who reads it is filled in."""

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import escape

from scheduler.notices.outlet import Content, Letter

# One decision goes out in a few languages and by a few channels at the same time.
_MOST = 24
# A date is told with its year once the year is over: nothing is remembered for long.
_SECONDS = 60
# Nobody can type these: they are made anew each time that the service starts.
_MARK = secrets.token_hex(16)
_NAME = f"n{_MARK}"
# Templates tell a link from other words by how it begins.
_LINK = f"https://{_MARK}.invalid/l"
_UNSUBSCRIBE = f"https://{_MARK}.invalid/u"


def _without_reader(letter: Letter) -> tuple[Letter, dict[str, str]]:
    """Return the letter that all readers of its words share, and what each mark in it stands for."""
    own, facts = {}, dict(letter.facts)
    if letter.name:
        own[_NAME] = letter.name
    if link := str(facts.get("personal_link", "")):
        own[_LINK] = link
    if letter.unsubscribe:
        own[_UNSUBSCRIBE] = letter.unsubscribe
    if facts.get("name"):
        facts["name"] = _NAME
    facts |= {
        name: value.replace(link, _LINK) for name, value in facts.items() if link and isinstance(value, str)
    }
    facts |= {"parts": _without_numbers(facts["parts"], own)} if "parts" in facts else {}
    shared = replace(
        letter,
        address="",
        name=_NAME if letter.name else "",
        facts=facts,
        attachments=(),
        unsubscribe=_UNSUBSCRIBE if letter.unsubscribe else "",
        way={"plain": letter.is_plain},
    )
    return shared, own


def _without_numbers(parts: Any, own: dict[str, str]) -> list[Any]:
    """Put marks in the place of the numbers of sign-ups, which stand in the links of who is asked again."""
    marked = []
    for position, part in enumerate(parts):
        mark = f"p{position}x{_MARK}" if getattr(part, "sign_up", 0) else ""
        own |= {mark: str(part.sign_up)} if mark else {}
        marked.append(replace(part, sign_up=mark) if mark else part)
    return marked


def _filled(content: Content, own: Mapping[str, str]) -> Content:
    subject, text, html, link = content.subject, content.text, content.html, content.link
    for mark, meant in own.items():
        subject, text, link = (words.replace(mark, meant) for words in (subject, text, link))
        html = html and html.replace(mark, str(escape(meant)))
    return Content(subject, text, html, link)


@dataclass
class Memory:
    """The letters put into words in the last minute; for several threads."""

    draw: Callable[[Letter], Content]
    _known: deque[tuple[float, Letter, Content]] = field(default_factory=lambda: deque(maxlen=_MOST))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def content(self, letter: Letter) -> Content:
        """Return the letter in words."""
        if letter.is_plain and "://" in letter.name:
            # Filled in afterwards, that link would stay in a letter that may have none.
            return self.draw(letter)
        shared, own = _without_reader(letter)
        content = self._found(shared)
        if content is None:
            content = self.draw(shared)
            with self._lock:
                self._known.append((time.monotonic(), shared, content))
        return _filled(content, own)

    def _found(self, letter: Letter) -> Content | None:
        with self._lock:
            known = list(self._known)
        fresh = time.monotonic() - _SECONDS
        return next((words for at, other, words in reversed(known) if at > fresh and other == letter), None)
