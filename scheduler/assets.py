"""Static files under addresses that change with their contents, all style sheets as one, and the scripts of every page.

Whoever has a file keeps it for good. There is no build step: the sheets are put together when the service starts.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, request

# In the order in which they win. A layer is one file or a folder of files; what is in `print` is for paper alone.
LAYERS = ("tokens", "base", "parts", "pages", "print")
MADE = {"sheet": "site.css", "script": "site.js"}
ENDPOINTS = frozenset({"static", *MADE})
# What makes every page quicker. One script names them, so that they are asked for once that is here: asked for with the
# sheet they would share the line with it, and what browsers do with a page that is done would come before it is seen.
EVERYWHERE = ("js/typed.js", "js/inplace.js", "js/swap.js")
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Assets:
    """What is made of the static folder: the one sheet, the script of every page, and a version for every address."""

    sheet: str
    script: str
    versions: dict[str, str]


def init_app(app: Flask, *, fresh: bool) -> None:
    """Serve the static folder of an app; `fresh` reads it anew when it has changed, for people who draw screens."""
    folder = Path(str(app.static_folder))
    kept = {_state(folder) if fresh else (): read(folder)}

    def assets() -> Assets:
        # Looked at once a request: a page names a file a hundred times.
        if fresh and "static_state" not in g:
            g.static_state = _state(folder)
        state = g.static_state if fresh else ()
        found = kept.get(state)
        if found is None:
            found = read(folder)
            kept.clear()
            kept[state] = found
        return found

    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        name = MADE.get(endpoint) or values.get("filename", "")
        if endpoint in ENDPOINTS and name in (versions := assets().versions):
            values.setdefault("v", versions[name])

    def keep(response: Response) -> Response:
        named = request.args.get("v", "")
        if request.endpoint in ENDPOINTS and named and named in assets().versions.values():
            response.headers["Cache-Control"] = FOREVER
        if sheet := g.get("sheet"):
            # The browser asks for it before it has read a line of the page.
            response.headers.add("Link", f"<{sheet}>; rel=preload; as=style")
        return response

    @lru_cache
    def file_address(name: str) -> str:
        return app.url_for("static", filename=name)

    def address(endpoint: str, **values: Any) -> str:
        """Return an address in a page; that of a file, such as an icon's, is put together once."""
        is_file = endpoint == "static" and not fresh and list(values) == ["filename"]
        found = file_address(values["filename"]) if is_file else app.url_for(endpoint, **values)
        if endpoint == "sheet":
            g.sheet = found
        return found

    app.jinja_env.globals["url_for"] = address
    app.add_url_rule("/static/site.css", "sheet", lambda: _answer(assets().sheet, "text/css"))
    app.add_url_rule("/static/site.js", "script", lambda: _answer(assets().script, "text/javascript"))
    app.url_defaults(add_version)
    app.after_request(keep)


def _answer(text: str, kind: str) -> Response:
    answer = current_app.response_class(text, mimetype=kind)
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def read(folder: Path) -> Assets:
    """Read the static folder."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    versions = {name: _version(content) for name, content in files.items()}
    sheet, script = _one_sheet(folder / "css", versions), _script(versions)
    made = {"site.css": _version(sheet.encode()), "site.js": _version(script.encode())}
    return Assets(sheet, script, versions | made)


def _state(folder: Path) -> tuple[int, ...]:
    return tuple(path.stat().st_mtime_ns for path in sorted(folder.rglob("*")))


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]


def _one_sheet(folder: Path, versions: dict[str, str]) -> str:
    def drawing(found: re.Match[str]) -> str:
        return f'url("{found[1]}?v={versions[found[1]]}")'

    text = f"@layer {', '.join(LAYERS)};" + "".join(_sheets(folder))
    # Seen from the one sheet, which lies at the top.
    return re.sub(r'url\("(?:\.\./)+([^"]+)"\)', drawing, text)


def _script(versions: dict[str, str]) -> str:
    named = (name for name in EVERYWHERE if name in versions)
    return "".join(f'import "./{name}?v={versions[name]}";\n' for name in named)


def _sheets(folder: Path) -> Iterator[str]:
    for layer in LAYERS:
        for path in [folder / f"{layer}.css", *sorted((folder / layer).glob("*.css"))]:
            if path.exists():
                text = _small(path.read_text())
                yield f"@media print{{{text}}}" if layer == "print" else text


def _small(text: str) -> str:
    """Return a sheet without comments and indentation; nothing else is touched."""
    bare = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.S))
    return re.sub(r" ?([{};]) ?", r"\1", bare).strip()
