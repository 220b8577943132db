"""The ways from a feed's address into a calendar app: a link that opens it, Google, Outlook, a picture; pure."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlencode

import segno


@dataclass(frozen=True)
class Links:
    """One feed's address as each app wants it; `qr` is a picture as a data address, nothing of it leaves the page."""

    address: str
    webcal: str
    google: str
    outlook: str
    qr: str


@lru_cache(maxsize=500)
def links_of(address: str, name: str) -> Links:
    """Return the ways to subscribe to a feed.

    A plain https link would be downloaded once and never change. Google wants webcal inside its own address and finds
    nothing with https there; Outlook on the web takes the address with the name that it shall have.
    """
    webcal = f"webcal://{address.partition('://')[2]}"
    outlook = urlencode({"url": address, "name": name}, quote_via=quote)
    return Links(
        address,
        webcal,
        f"https://www.google.com/calendar/render?cid={quote(webcal, safe='')}",
        f"https://outlook.live.com/calendar/0/addfromweb?{outlook}",
        qr_picture(webcal),
    )


def qr_picture(text: str) -> str:
    """Return a text as a QR code, a picture as a data address."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=4)
