"""Paper as a channel of its own: posters, circulars, sheets to sign up on and to key back, lists, rotas, key cards."""
