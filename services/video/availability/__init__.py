"""Whether clips can be played: looked at in the background, and once more when a playlist meets one nobody has looked at."""
