"""What organisers choose from when they post an activity; words for each code are in `words`."""

WEATHER_RULES = (
    "none",
    "hold_in_rain",
    "hold_in_light_rain",
    "postpone_if_rain",
    "cancel_if_rain",
    "cancel_in_storm",
)
BURDENS = ("standing", "seated", "heavy", "outdoors", "powered_tool", "with_children", "talking")
# Who is looked for: people who help, people who take part, families who do, counted as one each.
UNITS = ("person", "guest", "family")
# How the places of a slot are given.
POLICIES = ("first_come", "approval", "lottery", "assigned")
# What an activity asks for before somebody under age is confirmed.
MINORS = ("consent", "present", "no")
# From this age on nobody is a child.
GROWN_UP = 18
