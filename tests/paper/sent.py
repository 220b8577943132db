"""What can be sent in about paper, for the tests of what nobody should send: who, where, what is good, which fields."""

from collections.abc import Mapping
from typing import Any

_Sent = tuple[str, str, Mapping[str, Any], tuple[tuple[str, ...], ...]]

PAPER_FORMS: tuple[_Sent, ...] = (
    (
        "aiko",
        "/dates/<occurrence_id>/sheets",
        {"kind": "circular", "block": ""},
        (("text",), ("kind",), ("block",), ("useful_until",)),
    ),
    ("dan", "/sheets", {}, (("code",),)),
    (
        "aiko",
        "/sheets/<code>",
        {"n-2-<slot_id>": "1"},
        (("name-2", "kana-2", "phone-2"), ("n-1-<slot_id>",), ("was-1-<slot_id>",)),
    ),
)
PAPER_PROGRAMS: tuple[_Sent, ...] = (
    ("aiko", "/dates/<occurrence_id>/sheets", {}, (("text",), ("kind",), ("block_id",), ("useful_until",))),
    (
        "aiko",
        "/sheets/<code>",
        {},
        (("lines.0.name",), ("lines.0.number",), ("lines.0.fields.0.slot_id",), ("lines.0.fields.0.people",)),
    ),
)
