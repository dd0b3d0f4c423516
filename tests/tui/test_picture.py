"""The picture loads nothing from anywhere."""

import re
from xml.etree import ElementTree as ET

import pytest

from hushkey.tui.picture import self_contained, take

NAMESPACE = "http://www.w3.org/2000/svg"  # a name; nobody fetches it
RICH = """<svg xmlns="http://www.w3.org/2000/svg">
    <!-- Made by https://example.org -->
    <style>
    @font-face {
        font-family: "Some Font";
        src: local("SomeFont"), url("https://example.org/some.woff2") format("woff2");
    }
    .matrix { font-family: Some Font, monospace; }
    </style>
    <g clip-path="url(#clip)"><text>@font-face { https://example.org }</text></g>
</svg>"""


@pytest.fixture(scope="module")
def picture() -> str:
    return take("see you tom", columns=60, rows=16)


def test_the_picture_names_no_other_machine_and_no_font_file(picture: str) -> None:
    assert set(re.findall(r"[a-z]+:?//[^\s\"'<>)]+", picture)) == {NAMESPACE}
    assert "@font-face" not in picture
    assert "@import" not in picture
    assert "href" not in picture
    assert set(re.findall(r"url\((.)", picture)) == {"#"}


def test_the_picture_falls_back_to_any_monospace_font(picture: str) -> None:
    assert re.search(r"font-family: [^;]*\bmonospace;", picture)


def test_the_picture_is_still_a_whole_svg(picture: str) -> None:
    root = ET.fromstring(picture)  # noqa: S314 - drawn here, a moment ago
    assert root.tag == f"{{{NAMESPACE}}}svg"


def test_what_the_text_says_of_fonts_and_addresses_is_left_as_it_is() -> None:
    cut = self_contained(RICH)
    assert "<text>@font-face { https://example.org }</text>" in cut
    assert cut.count("example.org") == 1
    assert ".matrix { font-family: Some Font, monospace; }" in cut
