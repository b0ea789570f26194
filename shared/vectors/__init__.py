"""Nearest postings to a vector: one VectorIndex port."""
