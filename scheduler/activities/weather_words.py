"""What the weather does to a date, in the reader's language."""

from scheduler import words
from scheduler.activities.facts import is_on_reserve, weather_is_open
from scheduler.activities.models import Occurrence


def weather_words(occurrence: Occurrence) -> str:
    """Return what becomes of a date in the rain; empty where the weather decides nothing, or has decided already."""
    rule = occurrence.activity.weather_rule
    if not weather_is_open(occurrence):
        return ""
    # The reserve date has no reserve date of its own: who decides about it says so then.
    if rule == "none" or (rule == "postpone_if_rain" and is_on_reserve(occurrence)):
        return ""
    return words.word(words.WEATHER, rule)
