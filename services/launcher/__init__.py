"""Starts the whole stack on one machine, gates each part on its health, and leaves nothing behind."""
