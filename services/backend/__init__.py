"""The backend: search, fallback, enqueue and the posting import, over HTTP on port 8000."""
