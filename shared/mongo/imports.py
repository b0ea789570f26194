"""The `imports` collection: imports in the background, as long tasks; and rows that were sent for one, kept until it is over."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

from shared.errors import NotFound
from shared.mongo.client import Database
from shared.mongo.long_tasks import LongTask, LongTasks
from shared.settings import Queue

COLLECTION = "imports"
COLLECTIONS = (COLLECTION, "import_uploads", "boards")
BOARD, UPLOAD = "board", "upload"
"""Kinds of imports: the key is a board's name, or the digest of the rows."""
_UPLOADS_KEPT = timedelta(days=7)


def tasks(db: Database, settings: Queue) -> LongTasks:
    return LongTasks(db, COLLECTION, lease_s=settings.lease_s)


async def ask_board(db: Database, settings: Queue, board: str, who: str) -> tuple[LongTask, bool]:
    """The import of a board: a new one, or the active one there is, and whether it is new."""
    return await tasks(db, settings).ask(BOARD, {"who": who}, key=board)


async def ask_upload(db: Database, settings: Queue, rows: bytes, who: str) -> tuple[LongTask, bool]:
    """The import of these rows, the content of a file (8 MB at most)."""
    upload = uuid.uuid4().hex
    kept = {"upload": upload, "rows": rows, "expires_at": datetime.now(UTC) + _UPLOADS_KEPT}
    await db.import_uploads.insert_one(kept)
    asked = {"who": who, "upload": upload, "bytes": len(rows)}
    task, new = await tasks(db, settings).ask(UPLOAD, asked, key=hashlib.sha256(rows).hexdigest()[:32])
    if not new:
        await drop_upload(db, upload)
    return task, new


async def uploaded(db: Database, upload: str) -> bytes:
    """Raises NotFound once they are gone."""
    doc = await db.import_uploads.find_one({"upload": upload})
    if doc is None:
        raise NotFound("the rows that were sent are no longer kept", code="upload_gone")
    return bytes(doc["rows"])


async def drop_upload(db: Database, upload: str) -> None:
    await db.import_uploads.delete_one({"upload": upload})
