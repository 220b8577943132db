"""People who are on a body's lists twice: shown side by side, and merged by its organisers."""
