"""How people are reached: their channels, what they do not want to be told, and what did not arrive."""
