"""Who holds which office of a body, from when to when; and handing it over."""
