"""Signing up for many dates at once: several of them, or every time but not in August."""
