"""Where a place is on the earth, as people paste it: two numbers, or what a map's "share" copies; pure.

Nothing is fetched, so that a shortened link, which only its owner can resolve, is refused with a sentence of its own.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from scheduler.errors import Invalid

_MAX_TYPED = 2000
_NUMBER = r"([-+]?\d{1,3}(?:\.\d{1,20})?)"
_PAIR = re.compile(rf"\s*\(?{_NUMBER}\s*(?:[,/;、]|\s)\s*{_NUMBER}\)?\s*")
_WORDS = re.compile(rf"[^\d+-]{{0,8}}{_NUMBER}[^\d+-]{{1,8}}{_NUMBER}[^\d+-]{{0,8}}")
_ANGLE = r"(\d{1,3})\s*[°度]\s*(\d{1,2})\s*['′’分]\s*(\d{1,2}(?:\.\d{1,9})?)\s*(?:[\"″”秒]|'')?"
_DEGREES = re.compile(rf"(北緯|南緯)?\s*{_ANGLE}\s*([NS])?[\s,、]*(東経|西経)?\s*{_ANGLE}\s*([EW])?")
# In links, the surest first: the pin that was set, then what was asked for, then the middle of what is seen.
_IN_LINKS = (
    rf"!3d{_NUMBER}!4d{_NUMBER}",
    rf"[?&]mlat={_NUMBER}&mlon={_NUMBER}",
    rf"[?&](?:q|query|ll|destination|daddr|coordinate|center|sll)=(?:loc:)?{_NUMBER},\s*\+?{_NUMBER}",
    rf"[?&]lat(?:itude)?={_NUMBER}&(?:lon|lng|long|longitude)={_NUMBER}",
    rf"/maps/(?:search|place|dir/)/?{_NUMBER},\s*\+?{_NUMBER}",
    rf"/@{_NUMBER},{_NUMBER}",
    rf"#(?:map=)?\d{{1,2}}(?:\.\d+)?/{_NUMBER}/{_NUMBER}",
)
_GEO = re.compile(rf"geo:{_NUMBER},{_NUMBER}(?:[,;?].*)?", re.I)
_GEO_PIN = re.compile(rf"[?&]q={_NUMBER},{_NUMBER}")
_SHORT_HOSTS = frozenset({"maps.app.goo.gl", "goo.gl", "g.co", "osm.org", "maps.apple", "yahoo.jp"})


@dataclass(frozen=True)
class MapPoint:
    """North and east in degrees; what is stored and told has five digits: a step or so."""

    north: float
    east: float

    def __str__(self) -> str:
        """Return it as it is stored, typed and read back."""
        return f"{self.north:.5f},{self.east:.5f}"


@dataclass(frozen=True)
class MapLinks:
    """Where to see a place: a page with a map, and what opens a phone's own maps; None where nobody said where."""

    page: str | None
    app: str | None


def links_to(stored: str, address: str) -> MapLinks:
    """Return the ways to a stored point; without one, to its address."""
    if stored:
        north, _, east = stored.partition(",")
        pin = f"?mlat={north}&mlon={east}#map=17/{north}/{east}"
        return MapLinks(f"https://www.openstreetmap.org/{pin}", f"geo:{stored}?q={stored}")
    page = f"https://www.openstreetmap.org/search?query={quote(address)}" if address else None
    return MapLinks(page, None)


def read_point(typed: str) -> str:
    """Return what was pasted as it is stored, empty for nothing; raise Invalid where no place can be read in it."""
    if len(typed) > _MAX_TYPED:
        raise Invalid("map_point_unreadable")
    text = unicodedata.normalize("NFKC", typed.replace("、", ",")).strip()
    if not text:
        return ""
    found = _in_link(text) if ":" in text.partition("?")[0] else _in_numbers(text)
    if found is None:
        raise Invalid("map_point_unreadable")
    return str(found)


def stored_point(stored: str) -> MapPoint | None:
    """Return a stored point, None where none is."""
    if not stored:
        return None
    north, east = stored.split(",")
    return MapPoint(float(north), float(east))


def _in_numbers(text: str) -> MapPoint | None:
    if degrees := _DEGREES.fullmatch(text):
        return _from_degrees(degrees.groups())
    pair = _PAIR.fullmatch(text) or _WORDS.fullmatch(text)
    return _point(*pair.groups()) if pair else None


def _from_degrees(parts: tuple[str | None, ...]) -> MapPoint | None:
    before, after = (parts[0], parts[4]), (parts[5], parts[9])
    angles = [
        sum(float(part or 0) / 60**at for at, part in enumerate(parts[begin : begin + 3])) for begin in (1, 6)
    ]
    north = -angles[0] if {"南緯", "S"} & set(before) else angles[0]
    east = -angles[1] if {"西経", "W"} & set(after) else angles[1]
    return _point(str(north), str(east))


def _in_link(text: str) -> MapPoint | None:
    if text.lower().startswith("geo:"):
        return _in_geo(unquote(text))
    try:
        host = urlsplit(text).hostname or ""
    except ValueError:
        return None
    link = unquote(text)
    for pattern in _IN_LINKS:
        for pair in re.finditer(pattern, link):
            if found := _point(*pair.groups()):
                return found
    if host.removeprefix("www.") in _SHORT_HOSTS:
        raise Invalid("map_link_short")
    return None


def _in_geo(text: str) -> MapPoint | None:
    # "geo:0,0?q=35.66,139.70(name)" is how some phones share a pin (the 0,0 means nothing).
    pin, plain = _GEO_PIN.search(text), _GEO.fullmatch(text)
    pair = pin or plain
    return _point(*pair.groups()) if pair else None


def _point(first: str, second: str) -> MapPoint | None:
    north, east = float(first), float(second)
    # East first, as some data has it: in Japan there is no doubt, for no latitude is over 90.
    if abs(north) > 90 >= abs(east):
        north, east = east, north
    # Where both are nought lies no place, only a map that did not know.
    is_place = abs(north) <= 90 and abs(east) <= 180 and (round(north, 5), round(east, 5)) != (0, 0)
    return MapPoint(north, east) if is_place else None
