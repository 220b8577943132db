"""The organiser's board: who comes to a date, what needs an answer, and everything an organiser does about it."""
