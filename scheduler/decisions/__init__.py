"""Whether a date is held: go, postponed, cancelled."""
