"""The recommendation service: what to watch next, over HTTP on port 8003."""
