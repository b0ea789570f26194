"""Asking language models: one LLM port, a chain of vendors behind it, and every answer checked against a schema."""
