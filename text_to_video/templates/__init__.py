"""How the reel looks: each template as data plus a small drawing."""
