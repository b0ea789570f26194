"""The bytes of reels that lie on local disk."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from services.video.dependencies import Store
from services.video.playback.ranges import judge
from services.web.conditional import matches
from shared.errors import InvalidInput, NotFound
from shared.storage.base import BlobStore, headers_for
from shared.storage.local import LocalStore

_BYTES = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", **_BYTES},
    206: {"description": "The part Range asks for", **_BYTES},
    304: {"description": "If-None-Match names the current ETag"},
}

router = APIRouter(tags=["media"])


@router.head("/media/{key:path}", include_in_schema=False)
@router.get("/media/{key:path}", response_class=FileResponse, responses=_RESPONSES)
async def media(key: str, request: Request, store: Store) -> Response:
    """A file of a reel, whole or in part. Served only where the store is local disk: any other has a CDN."""
    path, found = await _find(store, key)
    response = FileResponse(path, headers=headers_for(key), stat_result=found)
    if matches(request.headers.get("if-none-match"), response.headers["etag"]):
        kept = {name: response.headers[name] for name in ("etag", "cache-control", "last-modified")}
        return Response(status_code=304, headers=kept)
    _settle_range(request, response, found.st_size)
    return response


async def _find(store: BlobStore, key: str) -> tuple[Path, os.stat_result]:
    absent = NotFound("There is no such file.", code="media_not_found")
    if not isinstance(store, LocalStore):
        raise absent
    try:
        path = store.path(key)
        found = await asyncio.to_thread(path.stat)
    except (InvalidInput, FileNotFoundError, NotADirectoryError):
        raise absent from None
    if not stat.S_ISREG(found.st_mode):
        raise absent
    return path, found


def _settle_range(request: Request, response: Response, size: int) -> None:
    """Starlette serves the ranges, but answers HEAD in parts and refuses what is to be ignored: such a Range it must not see.

    Raises HTTPException 416.
    """
    asked = request.headers.get("range")
    if asked is None:
        return
    verdict = judge(asked, size)
    if request.method != "GET" or verdict == "ignore":
        request.scope["headers"] = [(name, value) for name, value in request.scope["headers"] if name != b"range"]
    elif verdict == "unsatisfiable" and request.headers.get("if-range") in (
        None,
        response.headers["etag"],
        response.headers["last-modified"],
    ):
        raise HTTPException(416, "The file has no such bytes.", {"Content-Range": f"bytes */{size}"})
