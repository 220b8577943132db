"""Speed, measured through the real server: printed, never asserted."""
