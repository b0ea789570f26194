"""Feeds: pages and events of what a search or a visit shows, single reels, and what users do with them."""
