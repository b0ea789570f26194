"""Where and how one reel plays, and the bytes of reels kept on local disk."""
