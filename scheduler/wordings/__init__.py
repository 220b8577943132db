"""The organiser's own words in letters and messages, for each body and kind; the facts stay what they are."""
