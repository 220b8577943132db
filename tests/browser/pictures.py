"""`make screenshots`: a picture of every page and state, on a phone and on a desk, in every language.

The pages are those of the walk that axe looks at, so a new page is in the gallery as soon as it is there.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import time_machine
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright

from scheduler import create_app, guarding, migrating, words
from scheduler.config import ROOT, Settings
from tests.askers import Stage, settle
from tests.browser import engine
from tests.browser.axe import WIDTH, skeleton
from tests.browser.shown import PARTS, Shown, Walk
from tests.browser.window import Window, files_of
from tests.conftest import NOW

FOLDER = ROOT / "screenshots"
HEIGHT = 812
LENGTH = "document.documentElement.scrollHeight"
# What people see first and most; these are also taken in other looks.
MAIN = r"GET (/|/month|/dates/<occurrence_id>(/board|/decision)?|/slots/<slot_id>/join|/me|/desk)"


@dataclass(frozen=True)
class Take:
    """One run through the pages: in which language, how wide, how they look, and whether only the main ones."""

    language: str
    width: int
    look: str = ""
    only: str = ".*"

    @property
    def folder(self) -> str:
        """Where its pictures go."""
        return f"{self.language}/{self.width}{'-' if self.look else ''}{self.look}"


def takes(language: str) -> list[Take]:
    """Return the takes in a language: all pages at two widths, and in Japanese the main ones in other looks."""
    everything = [Take(language, width) for width in (375, 1280)]
    looks = [Take("ja", 768, "", MAIN), Take("ja", 375, "dark", MAIN), Take("ja", 375, "large", MAIN)]
    return everything + (looks if language == "ja" else [])


def name_of(shown: Shown) -> str:
    """Return what the picture of a page is called, from what the walk calls the page."""
    plain = re.sub(r"<(\w+?)(_id)?>", r"\1", shown.name).removeprefix("GET ")
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "page"


def fetched(app: Flask, stage: Stage) -> list[Shown]:
    """Return the pages that are not alike, as they were at NOW."""
    found: dict[str, Shown] = {}
    guarding.forget()
    shutil.rmtree(stage.instance / "outbox", ignore_errors=True)
    with time_machine.travel(NOW, tick=False):
        for part in PARTS.values():
            stage.reset()
            for shown in part(Walk(stage)):
                if shown.is_page:
                    found.setdefault(skeleton(shown.answer.text), shown)
    return list(found.values())


def take_all(wanted: Sequence[Take], folder: Path) -> int:
    """Take the pictures of all these takes; return how many there are."""
    with tempfile.TemporaryDirectory() as own, sync_playwright() as playwright:
        app, browser = _app(Path(own)), engine.start_speaking(playwright, wanted[0].language)
        world, files, count = settle(app, Path(own)), files_of(app), 0
        for (language, look), same in groupby(wanted, lambda take: (take.language, take.look)):
            pages = fetched(app, Stage(app, world, Path(own), language, look))
            for take in same:
                window = Window(_context(browser, take), files)
                count += sum(1 for _ in _pictures(window, pages, take, folder))
        browser.close()
    return count


def _app(instance: Path) -> Flask:
    migrating.upgrade(f"sqlite:///{instance / 'empty.db'}")
    kept = Settings(
        instance=str(instance), base_url="http://localhost", secret="for pictures", form_seconds="2"
    )
    return create_app(kept)


def _context(browser: Browser, take: Take) -> BrowserContext:
    size: ViewportSize = {"width": take.width, "height": HEIGHT}
    return browser.new_context(
        viewport=size, locale="ja-JP", timezone_id="Asia/Tokyo", reduced_motion="reduce"
    )


def _pictures(window: Window, pages: Sequence[Shown], take: Take, folder: Path) -> Iterator[Path]:
    place = folder / take.folder
    place.mkdir(parents=True)
    for shown in pages:
        if re.fullmatch(take.only, shown.route):
            window.open(shown)
            if (wide := window.page.evaluate(WIDTH)) > take.width:
                print(f"{shown.name} sticks out: {wide} px wide in {take.folder}")
            path = place / f"{name_of(shown)}.png"
            # As high as the page: what keeps to the foot of the screen then covers nothing.
            window.page.set_viewport_size({"width": take.width, "height": window.page.evaluate(LENGTH)})
            window.page.screenshot(path=path)
            window.page.set_viewport_size({"width": take.width, "height": HEIGHT})
            window.page.wait_for_function(f"innerHeight == {HEIGHT}")
            yield path
    window.page.context.close()


def contact_sheet(folder: Path) -> str:
    """Return the page that shows all pictures: a line for each page, a column for each take."""
    columns = sorted({path.parent for path in folder.rglob("*.png")})
    names = sorted({path.stem for path in folder.rglob("*.png")})
    heads = "".join(f"<th>{escape(str(place.relative_to(folder)))}" for place in columns)
    lines = "".join(
        f"<tr><th>{escape(name)}" + "".join(_cell(place / f"{name}.png", folder) for place in columns)
        for name in names
    )
    return _SHEET.format(heads=heads, lines=lines)


def _cell(picture: Path, folder: Path) -> str:
    if not picture.exists():
        return "<td>"
    address = quote(str(picture.relative_to(folder)))
    return f'<td><a href="{address}"><img src="{address}" alt="" width="240" loading="lazy"></a>'


_SHEET = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Every page</title>
<style>
  body {{ font: 14px sans-serif }}
  th {{ position: sticky; top: 0; left: 0; background: white; padding: 4px; text-align: left }}
  td {{ vertical-align: top; padding: 4px }}
  img {{ border: 1px solid silver }}
</style>
<h1>Every page</h1>
<table><tr><th>{heads}{lines}</table>
"""


def main(only: Sequence[str]) -> int:
    """Take all pictures, or those in these languages, each language in a process of its own."""
    languages = [code for code, _ in words.LANGUAGES if not only or code in only]
    shutil.rmtree(FOLDER, ignore_errors=True)
    with ProcessPoolExecutor(min(len(languages), os.cpu_count() or 1)) as pool:
        counts = list(pool.map(take_all, map(takes, languages), [FOLDER] * len(languages)))
    (FOLDER / "index.html").write_text(contact_sheet(FOLDER))
    print(f"{sum(counts)} pictures; all of them: {FOLDER / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
