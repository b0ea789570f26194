"""A search in plain words, answered at once with the best reels, and the reels it asks to be made."""
