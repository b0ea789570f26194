"""What the reel says: one ScriptWriter port."""
