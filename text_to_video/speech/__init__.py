"""How the reel sounds: one Speech port, with the time of every word."""
