"""How pages look to somebody: size of letters, light or dark, language."""
