"""The operator's API under /admin: the queue, its jobs, and the reels. Behind the admin key; every write is on record."""
