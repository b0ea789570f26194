"""The shapes of documents and messages, as Pydantic models without any I/O."""
