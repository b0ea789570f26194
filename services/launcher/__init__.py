"""The one-machine launcher: starts everything in order, keeps it running, stops it cleanly and leaves nothing behind."""
