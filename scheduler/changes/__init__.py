"""Changing dates that people have signed up for: this one, this and the following, all; told, undoable, on record."""
