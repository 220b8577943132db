"""What an organiser types on the board, for the table of who gets which answer."""

from tests.askers import Typed

CALLER = {"name": "佐藤 花子", "kana": "さとう はなこ", "phone": "090-8888-1111"}
# The second slot of the date: the first rows of the world have the first numbers.
DESK = "2"


def _board() -> Typed:
    """Return what an organiser types on the board; the sign-up comes already, so there is nothing to decline or ask."""
    one, api = "/dates/<occurrence_id>/board", "POST /api/v1/dates/<occurrence_id>/board"
    verbs: Typed = {
        "decline": {"reason": "満員です"},
        "ask": {"question": "車で来ますか"},
        "people": {"people": "1"},
        "contact": {"phone": "090-0000-0000"},
        "consent": {"guardian": "千田 知恵", "how": "telephone"},
    }
    pages = {f"POST {one}/<participation_id>/{verb}": typed for verb, typed in verbs.items()}
    programs = {f"{api}/<participation_id>/{verb}": typed for verb, typed in verbs.items()}
    return (
        pages
        | programs
        | {
            f"POST {one}/add": CALLER | {"slot": DESK},
            "POST /dates/<occurrence_id>/enter": CALLER | {"slot": DESK},
            f"POST {one}/places": {"places": "3"},
            f"POST {one}/message": {"text": "雨具をお持ちください", "sure": "1"},
            f"POST {one}/<participation_id>/move": {"to": DESK, "agreed": "電話"},
            f"POST {one}/<participation_id>/remove": {"why": "都合により"},
            f"{api}/add": CALLER | {"slot_id": int(DESK)},
            f"{api}/places": {"slot_id": 1, "places": 3},
            f"{api}/places/affected": {"slot_id": 1, "places": 3},
            f"{api}/message": {"text": "雨具をお持ちください", "send": True},
            f"{api}/<participation_id>/move": {"slot_id": int(DESK), "agreed": "電話"},
            f"{api}/<participation_id>/remove": {"reason": "都合により"},
        }
    )


BOARD = _board()
