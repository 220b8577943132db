"""A window onto pages that have been fetched already: the browser is given them, and the files that they ask for."""

import mimetypes
from pathlib import Path

from flask import Flask
from playwright.sync_api import BrowserContext, Page, Route

from tests.browser.shown import Shown

HERE = "http://localhost"
# What a file is and what is in it, by its path.
Files = dict[str, tuple[str, bytes]]


def files_of(app: Flask) -> Files:
    """Return the files that pages ask for."""
    client = app.test_client()
    names = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/static/site")]
    folder = Path(app.static_folder or "")
    names += [f"/static/{path.relative_to(folder)}" for path in folder.rglob("*") if path.is_file()]
    return {
        name: (mimetypes.guess_type(name)[0] or "", client.get(name, buffered=True).data) for name in names
    }


class Window:
    """One page of the browser, in which one after the other is opened."""

    def __init__(self, context: BrowserContext, files: Files) -> None:
        self.page: Page = context.new_page()
        self.files, self.now = files, b""
        self.headers: dict[str, str] = {}
        self.page.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        if route.request.resource_type == "document":
            route.fulfill(status=200, headers=self.headers, body=self.now)
            return
        kind, body = self.files.get(route.request.url.removeprefix(HERE).partition("?")[0], ("", b""))
        route.fulfill(status=200 if body else 404, content_type=kind, body=body)

    def open(self, shown: Shown) -> None:
        """Open a page as it came."""
        self.now, self.headers = shown.answer.data, dict(shown.answer.headers)
        self.page.goto(f"{HERE}/looked-at")
