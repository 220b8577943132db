"""The terms of an activity and of its parts: who may come, how places are given, until when, and what is asked."""
