"""The database that MONGODB_URI names: whether it can be used at all, and if not, why."""

from __future__ import annotations

from pymongo.errors import PyMongoError

from shared.errors import Unavailable
from shared.mongo.client import open_mongo
from shared.settings import Settings


async def check_given(settings: Settings, patience_s: float) -> None:
    """Raises SettingsError when MONGODB_URI cannot be read, Unavailable with the driver's reason when nobody answers there."""
    try:
        async with open_mongo(settings, serverSelectionTimeoutMS=int(1000 * patience_s)) as db:
            await db.command("ping")
    except PyMongoError as error:
        raise Unavailable(f"MONGODB_URI: that database cannot be used: {_reason(error)}") from error


def _reason(error: PyMongoError) -> str:
    """Without the driver's own state, which it appends."""
    return str(error).partition(", Timeout: ")[0].partition(", full error: ")[0].partition(" (configured timeouts: ")[0]
