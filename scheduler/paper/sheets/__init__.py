"""What stands on each sheet, and where; in the reader's language, drawn with `drawing`."""
