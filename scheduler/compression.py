"""Answers go out packed to whoever can unpack them: a page of Japanese is a quarter as long.

The length of a packed page may tell what stands in it beside what somebody else has put there (BREACH). So each is
made longer by a few bytes of chance, which a reader skips, as Django does (https://ieeexplore.ieee.org/document/9754554).
"""

import gzip
import io
import secrets

from flask import Flask, Response, request

PACKED = frozenset({
    "text/html", "text/css", "text/javascript", "image/svg+xml", "application/json", "application/manifest+json",
})  # fmt: skip
# Below that, the head of the packing eats what it saves.
WORTH_BYTES = 500
CHANCE_BYTES = 100


def init_app(app: Flask) -> None:
    """Pack the answers of an app."""
    app.after_request(_pack)


def _pack(response: Response) -> Response:
    if response.mimetype not in PACKED or response.headers.get("Content-Encoding"):
        return response
    response.vary.add("Accept-Encoding")
    streamed = response.is_streamed and not response.direct_passthrough
    if response.status_code in {206, 304} or streamed or not request.accept_encodings.quality("gzip"):
        return response
    response.direct_passthrough = False
    content = response.get_data()
    if len(content) >= WORTH_BYTES:
        response.set_data(packed(content))
        response.headers["Content-Encoding"] = "gzip"
        _weaken(response)
    return response


def packed(content: bytes) -> bytes:
    """Return content as gzip, with a name of chance and of chance length in its head."""
    name, into = secrets.token_urlsafe(CHANCE_BYTES)[: secrets.randbelow(CHANCE_BYTES)], io.BytesIO()
    with gzip.GzipFile(name, "wb", 6, into, mtime=0) as file:
        file.write(content)
    return into.getvalue()


def _weaken(response: Response) -> None:
    # The bytes differ each time, what they say does not.
    tag, weak = response.get_etag()
    if tag and not weak:
        response.set_etag(tag, weak=True)
