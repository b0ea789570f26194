"""Postings: read from boards and files, cleaned, stored, embedded and shown."""
