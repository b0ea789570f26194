"""The video service: playback URLs and local media, over HTTP on port 8002."""
