"""The organiser's desk: what needs doing today, over all bodies that somebody serves."""
