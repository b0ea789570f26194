"""The `admin_audit` collection: every write an operator made or tried, kept for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from shared.mongo.client import Database
from shared.schemas.base import Document


class AdminAction(Document):
    """`who` is the name of the key; `outcome` is "done" or the code of the problem it ended with."""

    who: str
    address: str
    action: str
    target: str
    outcome: str
    at: datetime
    request_id: str | None = None
    details: dict[str, Any] = Field(default_factory=dict)


async def record(db: Database, action: AdminAction) -> None:
    await db.admin_audit.insert_one(action.model_dump())
