"""How our Pydantic models behave: frozen values; messages forbid unknown fields, documents ignore what newer versions added."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """Something sent or configured: an unknown field is a mistake of the sender."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(BaseModel):
    """Something stored: `_id` and fields of other versions are not ours to refuse."""

    model_config = ConfigDict(frozen=True, extra="ignore")
