"""Where a place is on the map, read from what people paste."""

import time

import pytest

from scheduler.activities.map_points import MapPoint, read_point, stored_point
from scheduler.errors import Invalid

SHIBUYA = "35.65803,139.70164"
GOOGLE = "https://www.google.com/maps"
READ = {
    "35.658034,139.701636": SHIBUYA,
    " 35.658034、 139.701636 ": SHIBUYA,
    "３５．６５８０３４，１３９．７０１６３６": SHIBUYA,
    "(35.658034, 139.701636)": SHIBUYA,
    "35.658034 139.701636": SHIBUYA,
    "139.701636,35.658034": SHIBUYA,
    "北緯35.658034 東経139.701636": SHIBUYA,
    "北緯35度39分28.92秒 東経139度42分5.89秒": SHIBUYA,
    "35°39'28.9\"N 139°42'05.9\"E": "35.65803,139.70164",
    "33°51'31\"S 151°12'51\"E": "-33.85861,151.21417",
    "-33.85861,151.21417": "-33.85861,151.21417",
    "geo:35.658034,139.701636": SHIBUYA,
    "geo:35.658034,139.701636;u=35": SHIBUYA,
    "geo:0,0?q=35.658034,139.701636(公園)": SHIBUYA,
    f"{GOOGLE}/@35.658034,139.701636,17z": SHIBUYA,
    f"{GOOGLE}/place/公園/@35.1,139.1,17z/data=!3m1!4b1!4m6!8m2!3d35.658034!4d139.701636?hl=ja": SHIBUYA,
    f"{GOOGLE}/search/?api=1&query=35.658034%2C139.701636": SHIBUYA,
    f"{GOOGLE}/search/35.658034,+139.701636?entry=tts": SHIBUYA,
    "https://maps.google.com/?q=35.658034,139.701636": SHIBUYA,
    "https://www.openstreetmap.org/?mlat=35.658034&mlon=139.701636#map=17/35.1/139.1": SHIBUYA,
    "https://www.openstreetmap.org/#map=17/35.658034/139.701636": SHIBUYA,
    "https://www.openstreetmap.org/node/1#map=17.5/35.658034/139.701636": SHIBUYA,
    "https://maps.apple.com/?ll=35.658034,139.701636&q=公園": SHIBUYA,
    "https://maps.apple.com/place?coordinate=35.658034,139.701636": SHIBUYA,
    "https://map.yahoo.co.jp/place?lat=35.658034&lon=139.701636&zoom=17": SHIBUYA,
    "https://maps.gsi.go.jp/#17/35.658034/139.701636/&base=std": SHIBUYA,
    "": "",
    "  ": "",
}
REFUSED = {
    "みどり公園": "map_point_unreadable",
    "35.658034": "map_point_unreadable",
    "0,0": "map_point_unreadable",
    "95,195": "map_point_unreadable",
    "03-1234-5678": "map_point_unreadable",
    "https://www.google.com/maps/place/%E5%85%AC%E5%9C%92": "map_point_unreadable",
    "http://[::1": "map_point_unreadable",
    "javascript:alert(1)": "map_point_unreadable",
    "1" * 3000: "map_point_unreadable",
    "https://maps.app.goo.gl/AbCdEf": "map_link_short",
    "\x00": "map_point_unreadable",
}


@pytest.mark.parametrize("typed", READ)
def test_what_a_map_copies_is_read(typed: str) -> None:
    assert read_point(typed) == READ[typed]
    # What is stored is read back as itself: a form shows it, and sends it again.
    assert read_point(read_point(typed)) == READ[typed]


@pytest.mark.parametrize("typed", REFUSED)
def test_what_names_no_place_is_refused_with_a_reason(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_point(typed)
    assert refused.value.code == REFUSED[typed]


def test_a_stored_point_is_two_numbers_or_none() -> None:
    assert stored_point("") is None
    assert stored_point(SHIBUYA) == MapPoint(35.65803, 139.70164)


@pytest.mark.parametrize("piece", ["1", "1,", "=1,", "geo:", "?q=1", "1°", "#1/", "-", "@1,"])
def test_no_paste_takes_long(piece: str) -> None:
    begin = time.perf_counter()
    with pytest.raises(Invalid):
        read_point(f"https://a/?{piece * 600}x"[:2000])
    assert time.perf_counter() - begin < 1
