"""Own pictures and clips as backgrounds."""
