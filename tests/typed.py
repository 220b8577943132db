"""What is typed into each form and sent to each end-point, so that only the asker decides about the answer."""

from hashlib import sha256

from scheduler.paper.codes import DATE, code_of
from tests.askers import ICS, Typed
from tests.board.typed import BOARD

HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
POSTED = {"title": "清掃", "place": "みどり公園", "first_on": "2026-12-06", "first_at": "08:00"}
HOME = {"name": "山田家"}
OFFICE = HANAKO | {"office": "treasurer", "starts_on": "2026-12-01"}
MOVED = {"first_at": "13:00", "place": "公民館"}
GROUP = HANAKO | {"group_name": "駅前商店会", "people": "1"}
UMI = {"name": "上野 海", "kana": "うえの うみ"}
QUIET = {"quiet_from": "21:00", "quiet_until": "07:00"}
# The receiver of RFC 8291, appendix A.
BROWSER = {
    "endpoint": "https://push.example.com/1",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
BENS_MAILBOX = f"email-{sha256(b'ben@example.jp').hexdigest()[:12]}"


def _sign_up(verb: str, typed: dict[str, str], name: str = "participation_id") -> Typed:
    ways = ("", "/me/<token>", "/api/v1")
    return {f"POST {way}/participations/<{name}>/{verb}": typed for way in ways}


# What is sent along, so that only the asker decides about the answer.
TYPED: Typed = {
    **BOARD,
    "POST /dates/<occurrence_id>/decision": {"outcome": "cancel", "revision": "0", "early": "1"},
    "POST /dates/<occurrence_id>/change/<scope>": MOVED | {"day": "2026-11-21", "ends_at": "15:00"},
    "POST /activities/<activity_id>/edit": POSTED
    | {"ends_at": "10:00", "slots-0-name": "係", "slots-0-places": "3"},
    "POST /organizations/<slug>/activities/new": POSTED
    | {"ends_at": "10:00", "slots-0-name": "係", "slots-0-places": "3"},
    "POST /activities/<activity_id>/correct": {
        "title": "資源回収の日",
        "weather_rule": "postpone_if_rain",
        "reserve_days": "7",
        "decide_at": "06:30",
        "contact": "会長 0155-22-1111",
        "was": "1",
        # As one who has seen that the contact may be told.
        "seen": "0",
    },
    "POST /activities/<activity_id>/end": {"last_on": "2026-12-31"},
    "POST /api/v1/activities/<activity_id>/end": {"last_on": "2026-12-31"},
    "POST /api/v1/activities/<activity_id>/corrections": {"contact": "会長 0155-22-1111"},
    "POST /organizations/<slug>/about": {"kana": "みどりちょうないかい"},
    "PUT /api/v1/organizations/<slug>": {"kana": "みどりちょうないかい"},
    "POST /me/erase": {"sure": "y"},
    "POST /organizations/<slug>/offices": OFFICE | {"body": "midori"},
    "POST /offices/<office_id>/end": {"last_on": "2026-12-31"},
    "POST /organizations/<slug>/closed-days": {"name": "冬休み", "starts_on": "2026-12-27"},
    "POST /activities/<activity_id>/reminders": {"asks_reminders": "1", "reminders-0-when": "d1"},
    "PUT /api/v1/activities/<activity_id>/reminders": {"reminders": [{"minutes_before": 60}]},
    "POST /slots/<slot_id>/join": HANAKO,
    "POST /slots/<slot_id>/join/group": GROUP | {"party": "name"},
    **_sign_up("names", {"pasted": "上野 海,うえの うみ"}, "pledge_id"),
    **_sign_up("people", {"people": "4"}, "pledge_id"),
    "POST /names/<token>": UMI,
    "POST /api/v1/names/<token>": UMI,
    "POST /api/v1/participations/<pledge_id>/names": {"names": [UMI]},
    "POST /api/v1/slots/<slot_id>/join/group": GROUP,
    "POST /activities/<activity_id>/join/<position>": HANAKO | {"scope": "every"},
    "POST /api/v1/activities/<activity_id>/join": HANAKO | {"position": 0, "every": True},
    "POST /series/<series_id>/months": {"months_off": ["8"]},
    "POST /me/<token>/series/<series_id>/months": {"months_off": ["8"]},
    "POST /api/v1/series/<series_id>/months": {"months_off": [8]},
    "POST /activities/<activity_id>/terms": {"minors": "no", "warn_days": "3"},
    "POST /activities/<activity_id>/terms/<position>": {"policy": "first_come", "offer_hours": "24"},
    "POST /api/v1/activities/<activity_id>/terms/<position>": {"offer_hours": 12},
    **_sign_up("stand-in", {"way": "named"}),
    "POST /stand-ins/open/<search_id>": HANAKO,
    "POST /stand-ins/<token>": HANAKO,
    "POST /stand-ins/asked/<asked_search_id>": {"answer": "no"},
    "POST /me/<token>/stand-ins/asked/<asked_search_id>": {"answer": "no"},
    "POST /api/v1/stand-ins/<stand_in_token>": HANAKO,
    "POST /api/v1/stand-ins/asked/<asked_search_id>": {"yes": False},
    **_sign_up("reply", {"answer": "はい"}),
    **_sign_up("again", {"answer": "yes"}),
    "POST /api/v1/participations/<participation_id>/fewer": {"without": []},
    "POST /api/v1/participations/<participation_id>/answers": {"answers": {}},
    **_sign_up("consent", {"guardian": "千田 知恵"}),
    "POST /dates/<occurrence_id>/sheets": {"kind": "sign_up", "block": ""},
    "POST /sheets": {"code": code_of(DATE, 1)},
    "POST /sheets/<code>": {"n-1-2": "0"},
    "POST /api/v1/dates/<occurrence_id>/sheets": {"kind": "circular"},
    "POST /api/v1/dates/<occurrence_id>/sheets/blocks": {"kind": "circular"},
    "POST /api/v1/sheets/<code>": {"lines": [{"number": 1, "fields": [{"slot_id": 2, "people": 1}]}]},
    "POST /organizations/<slug>/blocks/new": {"names": "1班"},
    "POST /organizations/<slug>/blocks/<block_slug>": {"name": "2班"},
    "POST /api/v1/organizations/<slug>/blocks": {"names": ["1班"]},
    "PUT /api/v1/organizations/<slug>/blocks/<block_slug>": {"name": "2班"},
    "POST /api/v1/dates/<occurrence_id>/homes/<household_id>": {},
    "POST /organizations/<slug>/households/new": HOME,
    "POST /organizations/<slug>/households/paste": {"pasted": "山田 花子,やまだ はなこ", "sure": "1"},
    "POST /households/<household_id>": HOME,
    "POST /households/<household_id>/members/new": HANAKO,
    "POST /households/<household_id>/members/<member_id>": HANAKO,
    "POST /api/v1/organizations/<slug>/households": HOME,
    "POST /api/v1/organizations/<slug>/households/paste": {"text": "山田 花子,やまだ はなこ"},
    "POST /api/v1/households/<household_id>": HOME,
    "POST /api/v1/households/<household_id>/members": HANAKO,
    "POST /api/v1/households/<household_id>/members/<member_id>": HANAKO,
    "POST /api/v1/me/household/contact": {"releases": True},
    "POST /me/name": HANAKO,
    "POST /api/v1/me/name": {"name": "山田 花子", "kana": "やまだ はなこ"},
    "POST /me/limits": QUIET,
    "POST /me/<token>/limits": QUIET,
    "POST /api/v1/me/limits": QUIET,
    "POST /organizations/<slug>/tokens": {"name": "広報紙", "scopes": "read", "days": "90"},
    "POST /me/tokens": {"name": "広報紙", "scopes": "read", "days": "90"},
    "POST /me/calendars": {"purpose": "feed", "act": "renew"},
    "POST /me/<token>/calendars": {"purpose": "open", "act": "renew"},
    "POST /organizations/<slug>/calendars": {"act": "renew"},
    "POST /organizations/<slug>/import/<import_id>": {"part": "参加", "places": "20"},
    "POST /api/v1/organizations/<slug>/import": {"calendar": ICS.decode()},
    "POST /api/v1/me/calendars/alarm": {"minutes": 60},
    "POST /sign-in": {"email": "hanako@example.jp"},
    "POST /language": {"language": "en"},
    "POST /api/v1/dates/<occurrence_id>/changes": MOVED | {"first_on": "2026-11-21", "minutes": 60},
    "POST /api/v1/dates/<occurrence_id>/decision/undo": {"revision": 0},
    "POST /api/v1/dates/<occurrence_id>/decision": {"outcome": "cancel", "revision": 0},
    "PUT /api/v1/dates/<occurrence_id>/attendance": {"ticks": []},
    "POST /api/v1/organizations/<slug>/activities": POSTED
    | {"minutes": 120, "slots": [{"name": "係", "places": 3}]},
    "POST /api/v1/organizations/<slug>/activities/dates": {"first_on": "2026-12-06", "first_at": "08:00"},
    "POST /api/v1/organizations/<slug>/offices": OFFICE,
    "POST /organizations/<slug>/wordings/<kind>": {"text": "お待ちしています", "step": "save"},
    "PUT /api/v1/organizations/<slug>/wordings/<kind>": {"text": "お待ちしています"},
    "POST /offices/<office_id>/hand-over": HANAKO | {"starts_on": "2026-12-01"},
    "POST /api/v1/offices/<office_id>/hand-over": HANAKO | {"starts_on": "2026-12-01"},
    "POST /api/v1/offices/<office_id>/end": {"last_on": "2026-12-31"},
    "POST /api/v1/organizations/<slug>/closed-days": {"name": "冬休み", "starts_on": "2026-12-27"},
    "POST /api/v1/slots/<slot_id>/join": HANAKO,
    "POST /api/v1/organizations/<slug>/tokens": {"name": "広報紙", "scopes": ["read"]},
    "POST /api/v1/me/tokens": {"name": "広報紙", "scopes": ["read"]},
    "POST /api/v1/sign-in": {"email": "hanako@example.jp"},
    "POST /api/v1/sign-in/code": {"email": "hanako@example.jp", "code": "123456"},
    "POST /me/channels": {"point": BENS_MAILBOX, "verb": "first"},
    "POST /me/<token>/channels": {"point": BENS_MAILBOX, "verb": "plain"},
    "POST /api/v1/dates/<occurrence_id>/reached": {"delivery_ids": []},
    "POST /api/v1/changes/<edit_id>/reached": {"delivery_ids": []},
    "POST /dates/<occurrence_id>/coming": {"verb": "yes"},
    "POST /me/<token>/dates/<occurrence_id>/coming": {"verb": "late"},
    "POST /api/v1/dates/<occurrence_id>/coming": {"answer": "yes"},
    "POST /organizations/<slug>/line": {"basic_id": "@midori", "monthly_limit": "200"},
    "PUT /api/v1/organizations/<slug>/line": {"basic_id": "@midori", "monthly_limit": 200},
    "POST /me/push": BROWSER,
    "POST /me/<token>/push": BROWSER,
    "POST /api/v1/me/push": BROWSER,
    "PUT /api/v1/me/wishes": {"kinds": ["reminder_week"], "own_minutes": 60},
    "POST /api/v1/me/channels": {"point": BENS_MAILBOX, "verb": "test"},
}
