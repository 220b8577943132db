"""Pages that explain: help, what becomes of personal data, what was tried so that everybody can read."""
