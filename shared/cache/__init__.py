"""Values kept for a while, in this process or in Redis: whatever goes wrong is a miss."""
