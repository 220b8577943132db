"""Looks at a page as axe does, at 375 px in both themes, and at 320 px with letters of both sizes."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext

from tests.browser.shown import Shown

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe-core" / "axe.min.js"
PHONE, NARROW = 375, 320
HEIGHT = 812
# All rules, those of good practice too; the size of targets is the one of WCAG 2.2 that axe leaves off by itself.
# Nothing is fetched again for the one rule about the sheet alone, which all pages share: see SHEET.
_SAID = "resultTypes: ['violations'], selectors: false"
ALL = f"() => axe.run({{{_SAID}, preload: false, rules: {{'target-size': {{enabled: true}}}}}})"
COLOURS = f"() => axe.run({{{_SAID}, preload: false, runOnly: ['color-contrast', 'link-in-text-block']}})"
SHEET = f"() => axe.run({{{_SAID}, runOnly: ['css-orientation-lock']}})"
# Buttons have 44 px to press on.
SMALL = """() => [...document.querySelectorAll('button, [role=button], .button, input[type=submit]')]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
    .map(one => `${one.textContent.trim()} is ${one.getBoundingClientRect().height} px high`)"""
# What is wrong is listed as it comes on the page, each a link to its field.
ASTRAY = """() => {
    const links = [...document.querySelectorAll('.error-summary a')]
    const led = links.map(one => document.getElementById(one.hash.slice(1)))
    const follows = (one, other) => one?.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING
    return links.filter((one, at) => !led[at] || (at && !follows(led[at - 1], led[at])))
        .map(one => `the link "${one.textContent}" leads nowhere, or back`)
}"""
# What was done is said above the way back, on every page.
BELOW = """() => {
    const back = document.querySelector('main .top-line')
    return [...document.querySelectorAll('main :is(.undo-bar, [data-news])')]
        .filter(one => back && back.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)
        .map(one => `"${one.textContent.trim()}" is said below the way back`)
}"""
# One page takes the place of the other as the browser reads it, with its sheets and its scripts; opening each anew
# costs three times as much, and axe would have to be read again. What is folded away is a part of the page, too.
PLACE = """async (page) => {
    document.open()
    const loaded = new Promise(done => addEventListener('load', done, {once: true}))
    document.write(page)
    document.close()
    await loaded
    document.querySelectorAll('details').forEach(one => { one.open = true })
    // Wherever the page begins, a bar that stays at the foot of the window lies over something; one scrolls.
    document.querySelectorAll('.sticky-action, .check-in-save').forEach(one => { one.style.position = 'static' })
}"""
POLICY = "Content-Security-Policy"
WIDE = """() => ['', 'large'].map(letters => {
    document.documentElement.dataset.type = letters
    return [document.documentElement.scrollWidth, letters]
})"""
WIDTH = "() => document.documentElement.scrollWidth"
# A script runs once in a document, unless it has another name.
_SCRIPT = re.compile(r'(<script [^>]*src="[^"]+)"')
# Where a page leads and what it says; what is left are its tags, their attributes, and where there is text at all.
_LEADS = re.compile(r'\s(?:href|action|value|content|src)="[^"]*"')
_SAYS = re.compile(r">[^<]*[^<\s][^<]*<")


def skeleton(page: str) -> str:
    """Return what is alike in pages that only lead elsewhere and name something else."""
    return _SAYS.sub(">x<", _LEADS.sub("", page))


class Looker:
    """Somebody who looks at one page after the other; pages come from the walk, their files from the service."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        context.add_init_script(path=AXE)
        self.page = context.new_page()
        first = self.page.goto(f"{address}/offline")
        assert first is not None
        self.policy = first.header_value(POLICY)
        self.seen: set[str] = set()

    def faults(self, shown: Shown) -> list[str]:
        """Show a page and return all that is wrong with it; nothing where one like it has been looked at."""
        alike = skeleton(shown.answer.text)
        if alike in self.seen:
            return []
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": PHONE, "height": HEIGHT})
        self.place(shown)
        found = [] if self.seen else self._says(SHEET, "sheet")
        self.seen.add(alike)
        found += [*self._says(ALL, "light"), *self.page.evaluate(SMALL)]
        found += [*self.page.evaluate(ASTRAY), *self.page.evaluate(BELOW)]
        self.page.emulate_media(color_scheme="dark")
        found += self._says(COLOURS, "dark")
        self.page.set_viewport_size({"width": NARROW, "height": HEIGHT})
        for width, letters in self.page.evaluate(WIDE):
            found += [f"{width} px wide on {NARROW} {letters}"] if width > NARROW else []
        return [f"{shown.name}: {fault}" for fault in found]

    def place(self, shown: Shown) -> None:
        """Put a page in the place of the one before; what it may load stays what it was, and must be the same."""
        assert shown.answer.headers[POLICY] == self.policy, shown.name
        self.page.evaluate(PLACE, _SCRIPT.sub(rf'\1&again={len(self.seen)}"', shown.answer.text))

    def _says(self, what: str, theme: str) -> list[str]:
        violations: list[dict[str, Any]] = self.page.evaluate(what)["violations"]
        return [
            f"{one['id']} ({theme}) {node['html'][:150]} {node['failureSummary'][:200]}"
            for one in violations
            for node in one["nodes"][:3]
        ]
