"""Addresses and headers into which anybody may type anything; read by test_hostile."""

QUERIES = (
    "/dates/<occurrence_id>/board?slot=",
    "/organizations/<slug>/activities/dates?first_on=2026-12-06&first_at=08:00&repeats=rule&rrule=",
    "/organizations/<slug>/activities/dates?first_on=2026-12-06&first_at=08:00&repeats=dates&dates=",
    "/organizations/<slug>/activities/dates?first_at=08:00&repeats=weekly&first_on=",
    "/?page=",
    "/calendars/public.ics?lang=",
    "/calendars/public.ics?body=",
    "/calendars/public.ics?kind=",
    "/calendars/public.ics?place=",
    "/calendars/public.ics?weekday=",
    "/organizations/<slug>/hours.csv?year=",
    "/sign-in?next=",
    "/slots/<other_slot_id>/join/group?share=",
    "/organizations/<slug>/activities/new?like=",
    "/?words=",
    "/?tag=",
    "/month?m=",
    "/dates/<occurrence_id>/roster.pdf?copies=",
)

ADDRESSES = (
    "/{}",
    "/dates/{}",
    "/organizations/{}",
    "/me/{}",
    "/calendars/{}.ics",
    "/sign-in/{}",
    "/names/{}",
    "/decide/{}",
    "/unsubscribe/{}",
    "/me/{}/channels",
    "/outbox/{}",
    "/static/{}",
    "/api/v1/dates/{}",
    "/api/v1/organizations/<slug>/hours/{}",
    "/api/v1/names/{}",
)

HEADERS = (
    "Accept",
    "Accept-Language",
    "Authorization",
    "Cookie",
    "If-Modified-Since",
    "If-None-Match",
    "Referer",
    "Sec-Fetch-Site",
    "User-Agent",
    "X-Forwarded-For",
    "X-Forwarded-Host",
)
