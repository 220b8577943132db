"""Attributes of fields: the same as the form library's own, but for the one at which browsers cut."""

from typing import Any

import pytest
from markupsafe import Markup
from wtforms.widgets import html_params

from scheduler.form_marks import attributes

GIVEN: list[dict[str, Any]] = [
    {},
    {"name": "text1", "checked": True, "readonly": False, "abc": "hello"},
    {"value": '"><script>alert(1)</script>', "title": "it's & so"},
    {"value": Markup('<b title="x">&amp;</b>'), "step": None},
    {
        "class_": "control",
        "for_": "f",
        "data_many_words": "1",
        "aria_describedby": "a",
        "aria-invalid": "true",
    },
]


@pytest.mark.parametrize("given", GIVEN, ids=str)
def test_attributes_are_written_as_the_form_library_does(given: dict[str, Any]) -> None:
    assert attributes(**given) == str(html_params(**given))


def test_no_browser_cuts_off_what_is_pasted() -> None:
    assert attributes(maxlength=80, name="kana") == 'name="kana"'
