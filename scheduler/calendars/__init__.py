"""Feeds for everybody's own calendar app."""
