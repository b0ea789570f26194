"""Text to vectors: one Embedder port."""
