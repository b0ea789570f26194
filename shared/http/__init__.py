"""Asking others over HTTP: one client, and the guard for URLs that users or catalogues supply."""
