"""The one sheet, addresses that change with their contents, and packing."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler.assets import LAYERS, read
from scheduler.compression import packed
from scheduler.config import ROOT

PACKING = {"Accept-Encoding": "gzip, deflate, br"}


def _addresses(client: FlaskClient) -> list[str]:
    return re.findall(r'"(/static/[^"#]+)', client.get("/").text)


def test_a_page_has_one_sheet_and_all_its_files_may_be_kept_for_good(client: FlaskClient) -> None:
    addresses = _addresses(client)
    assert len({address for address in addresses if ".css" in address}) == 1
    for address in set(addresses):
        answer = client.get(address, buffered=True)
        assert (answer.status_code, "immutable" in answer.headers["Cache-Control"]) == (200, True), address


def test_the_sheet_is_asked_for_before_the_page_is_read(client: FlaskClient) -> None:
    (sheet,) = {address for address in _addresses(client) if ".css" in address}
    assert client.get("/").headers.getlist("Link") == [f"<{sheet}>; rel=preload; as=style"]
    assert "Link" not in client.get(sheet).headers


def test_the_scripts_of_every_page_are_asked_for_once_their_one_script_is_here(client: FlaskClient) -> None:
    (script,) = {address for address in _addresses(client) if "site.js" in address}
    answer = client.get(script)
    named = re.findall(r'import "\.(/[^"]+)";\n', answer.text)
    assert (len(named), answer.mimetype) == (answer.text.count("\n"), "text/javascript")
    for address in named:
        assert "immutable" in client.get(f"/static{address}", buffered=True).headers["Cache-Control"], address


def test_what_is_seen_comes_before_the_scripts_that_make_it_quicker() -> None:
    pages = "".join(page.read_text() for page in (ROOT / "templates").rglob("*.html"))
    scripts = re.findall(r"<script [^>]*src=[^>]*>", pages)
    assert len(scripts) > 5
    assert [script for script in scripts if 'type="module" fetchpriority="low"' not in script] == []


@pytest.mark.parametrize(
    "address", ["/static/site.css", "/static/site.css?v=0000000000", "/static/img/favicon.svg"]
)
def test_an_address_without_its_version_is_asked_for_again(client: FlaskClient, address: str) -> None:
    assert "immutable" not in client.get(address, buffered=True).headers["Cache-Control"]


def test_the_sheet_holds_every_file_in_the_order_of_the_layers(app: Flask) -> None:
    sheet, folder = read(Path(str(app.static_folder))).sheet, Path(str(app.static_folder)) / "css"
    files = [
        path for layer in LAYERS for path in (*folder.glob(f"{layer}.css"), *folder.glob(f"{layer}/*.css"))
    ]
    assert len(files) > 15
    assert sheet.count("@layer") == len(files) + 1
    places = [sheet.index(f"@layer {layer}{{") for layer in LAYERS]
    assert places == sorted(places)
    assert "/*" not in sheet


def test_no_file_of_the_sheet_leaves_a_rule_open(app: Flask) -> None:
    files = (Path(str(app.static_folder)) / "css").rglob("*.css")
    sheets = {path.name: path.read_text() for path in files}
    assert [name for name, text in sheets.items() if text.count("{") != text.count("}")] == []


def test_a_drawing_of_the_sheet_can_be_kept_too(client: FlaskClient) -> None:
    drawings = re.findall(r'url\("([^"]+)"\)', client.get("/static/site.css").text)
    assert drawings
    for drawing in drawings:
        assert "immutable" in client.get(f"/static/{drawing}", buffered=True).headers["Cache-Control"]


def test_a_changed_file_has_another_address(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    versions = []
    for text in ("a{}", "b{}"):
        (tmp_path / "css" / "tokens.css").write_text(text)
        versions.append(read(tmp_path).versions["site.css"])
    assert versions[0] != versions[1]


def test_no_sheet_is_longer_than_four_hundred_lines(app: Flask) -> None:
    sheets = Path(str(app.static_folder)).rglob("*.css")
    assert {path.name: lines for path in sheets if (lines := path.read_text().count("\n")) > 400} == {}


@pytest.mark.parametrize(
    "address", ["/", "/static/site.css", "/static/js/inplace.js", "/api/v1/openapi.json"]
)
def test_what_is_long_comes_packed(client: FlaskClient, address: str) -> None:
    plain, small = client.get(address, buffered=True), client.get(address, headers=PACKING, buffered=True)
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert len(small.data) < len(plain.data) / 2
    assert gzip.decompress(small.data)[:200] == plain.data[:200]


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_whoever_cannot_unpack_gets_it_plain(client: FlaskClient, accepted: str) -> None:
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": accepted}).headers


def test_the_length_of_a_packed_page_tells_nothing() -> None:
    lengths = {len(packed(b"the same page" * 100)) for _ in range(200)}
    assert len(lengths) > 40


TOKENS = ROOT / "tests" / "vendor" / "design-tokens" / "tokens.css"
DECLARED = re.compile(r"--([a-z0-9-]+): ([^;]+);")


def _ours(app: Flask) -> dict[str, str]:
    return dict(DECLARED.findall((Path(str(app.static_folder)) / "css" / "tokens.css").read_text()))


def test_every_colour_is_one_of_the_design_system(app: Flask) -> None:
    theirs = dict(DECLARED.findall(TOKENS.read_text()))
    known = {re.sub("color-(primitive|neutral)-(solid-)?", "", name): value for name, value in theirs.items()}
    ours = {name: value for name, value in _ours(app).items() if value.startswith("#")}
    assert len(ours) > 20
    assert {name: value for name, value in ours.items() if known[name] != value} == {}


def test_every_size_of_letters_is_a_step_of_the_design_system(app: Flask) -> None:
    steps = {value for name, value in DECLARED.findall(TOKENS.read_text()) if name.startswith("font-size")}
    sizes = {value for name, value in _ours(app).items() if name.startswith("size-")}
    assert sizes <= steps


def test_no_sheet_but_that_of_the_tokens_names_a_colour_or_a_size(app: Flask) -> None:
    naming = re.compile(r"#[0-9a-f]{3,8}\b|rgb\(|font-size: [\d.]+(?:rem|px)")
    css = Path(str(app.static_folder)) / "css"
    # A page that stands alone has a sheet of its own.
    own = {css / name for name in ("tokens.css", "print.css", "decide.css")}
    found = {path.name: naming.findall(path.read_text()) for path in css.rglob("*.css") if path not in own}
    assert {name: values for name, values in found.items() if values} == {}


def test_dark_is_the_same_whoever_asks_for_it(app: Flask) -> None:
    sheet = read(Path(str(app.static_folder))).sheet
    asked, chosen = (
        re.search(re.escape(start) + r"([^}]*)\}", sheet)
        for start in (':root:not([data-theme="light"]){', ':root[data-theme="dark"]{color-scheme: dark;')
    )
    assert asked
    assert chosen
    assert asked[1] == chosen[1]


# What stands on what: text needs 4.5, what only marks a border or a shape 3 (WCAG 2.2, 1.4.3 and 1.4.11).
STANDS_ON = [
    *((ink, ground, 4.5) for ink in ("ink", "ink-quiet", "action") for ground in ("ground", "ground-quiet", "raised")),
    *((f"on-{role}", role, 4.5) for role in ("action", "selected", "waiting", "off", "unsure", "danger", "inverse")),
    *((role, "ground", 4.5) for role in ("rest-day", "danger", "on-waiting", "on-off", "on-selected")),
    *((ink, "ground-head", 4.5) for ink in ("ink", "ink-quiet", "rest-day")),
    ("on-action", "action-hover", 4.5),
    ("ink", "selected", 4.5),
    ("line-control", "ground", 3),
    ("focus-outer", "ground", 3),
]  # fmt: skip


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), STANDS_ON)
def test_whatever_is_written_can_be_read(app: Flask, theme: str, ink: str, ground: str, least: float) -> None:
    text = (Path(str(app.static_folder)) / "css" / "tokens.css").read_text()
    light, dark = text.split(':root[data-theme="dark"]')
    said = dict(DECLARED.findall(light.split("@media")[0])) | (
        dict(DECLARED.findall(dark)) if theme == "dark" else {}
    )
    first, second = (_luminance(said[re.sub(r"var\(--(.+)\)", r"\1", said[name])]) for name in (ink, ground))
    contrast = (max(first, second) + 0.05) / (min(first, second) + 0.05)
    assert contrast >= least
