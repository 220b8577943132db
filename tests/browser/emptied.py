"""What a browser sends when somebody empties a form: its fields without what was typed, its choices as they stand."""

from html.parser import HTMLParser

# Buttons are not pressed; files are not chosen.
_UNSENT = {"submit", "button", "reset", "image", "file"}


class _Form(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.inside, self.select = path, False, ""
        self.fields: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            posts = found.get("method", "").lower() == "post"
            self.inside = posts and found.get("action", self.path) == self.path
        elif self.inside and tag == "option" and self.select:
            self._option(found)
        elif self.inside and found.get("name"):
            self.select = found["name"] if tag == "select" else ""
            self._field(tag, found)

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"

    def _field(self, tag: str, found: dict[str, str]) -> None:
        kind, sent = found.get("type", "text"), self.fields.setdefault(found["name"], [])
        if tag == "textarea" or (tag == "input" and kind not in _UNSENT | {"hidden", "checkbox", "radio"}):
            sent.append("")
        elif kind == "hidden" or (kind in {"checkbox", "radio"} and "checked" in found):
            sent.append(found.get("value", "on"))

    def _option(self, found: dict[str, str]) -> None:
        sent = self.fields[self.select]
        if not sent or "selected" in found:
            self.fields[self.select] = [found.get("value", "")]


def emptied(page: str, path: str) -> dict[str, list[str]]:
    """Return what the form of a page that posts to `path` sends once everything typed in it is deleted."""
    form = _Form(path)
    form.feed(page)
    return {name: sent for name, sent in form.fields.items() if name not in {"csrf_token", "opened"}}
