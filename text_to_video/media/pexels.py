"""Photographs from Pexels, found by what a reel is about, and kept.

Wire format and terms: https://www.pexels.com/api/documentation/ (GET /v1/search; "Always credit our photographers when possible").
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr, TypeAdapter, ValidationError

from shared.errors import InvalidInput, Unavailable
from shared.fingerprint import content_hash
from shared.http.client import HttpClient, Limits, Reply
from shared.http.guard import Guard
from shared.schemas.base import Document
from text_to_video.media.footage import BadFootage
from text_to_video.media.still import Still, open_still

_LIMITS = Limits(connect_s=4, read_s=10, total_s=15, attempts=2, max_bytes=12 * 2**20)
_THEIRS = Guard(hosts=frozenset({".pexels.com"}))
_PER_PAGE = 30
_FRESH_S = 30 * 86_400.0
_MOST_KEPT = 500
"""Photographs; the one unused longest goes first."""
_TRIES = 3
_LOCALES = (
    "en-US pt-BR es-ES ca-ES de-DE it-IT fr-FR sv-SE id-ID pl-PL ja-JP zh-TW zh-CN ko-KR th-TH nl-NL hu-HU vi-VN cs-CZ da-DK fi-FI "
    "uk-UA el-GR ro-RO nb-NO sk-SK tr-TR ru-RU"
).split()


class _Sources(Document):
    large2x: str


class _Photo(Document):
    id: int
    url: str
    photographer: str
    src: _Sources

    @property
    def credit(self) -> str:
        return f"Photo by {self.photographer} on Pexels: {self.url}"


class _Found(Document):
    photos: tuple[_Photo, ...]


_KEPT = TypeAdapter(tuple[_Photo, ...])


@dataclass(frozen=True)
class Pexels:
    """`folder` keeps what was found and fetched, for every process of this machine. `guard` is what photographs' URLs must pass."""

    key: SecretStr
    base_url: str
    folder: Path
    guard: Guard = field(default=_THEIRS)

    def photograph(self, query: str, name: str, language: str, size: tuple[int, int]) -> tuple[Still, str]:
        """A photograph of `query` for a frame of `size`, the same one for a reel of the same name, and whom it is owed to.

        Not to be called where an event loop runs: it brings its own, so that a signal ends it at once. Raises BadFootage.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return asyncio.run(self._photograph(query, name, language, size))
        except (Unavailable, InvalidInput) as error:
            raise BadFootage(f"Pexels: {error.message}") from error
        except OSError as error:
            raise BadFootage(f"Pexels: {self.folder} cannot be used: {error.strerror}") from error

    async def _photograph(self, query: str, name: str, language: str, size: tuple[int, int]) -> tuple[Still, str]:
        photos = await self._search(query, language)
        if not photos:
            raise BadFootage(f"Pexels has nothing for {query!r}")
        chosen = sorted(photos, key=lambda photo: content_hash(name, str(photo.id)))
        for photo in chosen[:_TRIES]:
            path = await self._fetched(photo)
            try:
                return open_still(path, size, mirrored=photo.id % 2 == 0), photo.credit
            except BadFootage:
                path.unlink(missing_ok=True)
        raise BadFootage(f"Pexels: no photograph for {query!r} can be used")

    async def _search(self, query: str, language: str) -> Sequence[_Photo]:
        """What Pexels has, asked for once a month."""
        locale = next(
            (each for each in _LOCALES if each.lower() == language.lower() or each.startswith(f"{language[:2].lower()}-")), "en-US"
        )
        kept = self.folder / f"{content_hash(query.casefold(), locale)}.json"
        if (known := _read(kept)) is not None:
            return known
        params = {"query": query, "orientation": "portrait", "size": "medium", "per_page": str(_PER_PAGE), "locale": locale}
        http = HttpClient(_LIMITS)
        try:
            headers = {"Authorization": self.key.get_secret_value()}
            photos = _found(await http.request("GET", f"{self.base_url.rstrip('/')}/v1/search", headers=headers, params=params))
        finally:
            await http.aclose()
        _write(kept, _KEPT.dump_json(tuple(photos)))
        return photos

    async def _fetched(self, photo: _Photo) -> Path:
        path = self.folder / f"{photo.id}.jpg"
        if path.exists():
            os.utime(path)
            return path
        http = HttpClient(_LIMITS, guard=self.guard, redirects=2)
        try:
            reply = await http.request("GET", photo.src.large2x)
        finally:
            await http.aclose()
        if reply.status != 200:
            raise Unavailable(f"a photograph was answered with {reply.status}", code="upstream_malformed")
        _write(path, reply.body)
        self._prune()
        return path

    def _prune(self) -> None:
        """Workers may do so at once: what is gone already is gone."""
        photos = sorted(((path.stat().st_mtime, path) for path in self.folder.glob("*.jpg")), reverse=True)
        for _, path in photos[_MOST_KEPT:]:
            path.unlink(missing_ok=True)


def _found(reply: Reply) -> Sequence[_Photo]:
    """Raises Unavailable, saying what the status means."""
    if reply.status != 200:
        meaning = {401: "the key is refused", 403: "the key is refused", 429: "its limit of requests is used up"}
        raise Unavailable(meaning.get(reply.status, f"it answers {reply.status}"), code="upstream_refused")
    try:
        return _Found.model_validate(reply.json()).photos
    except ValidationError as error:
        raise Unavailable("the answer is not as expected", code="upstream_malformed") from error


def _read(kept: Path) -> Sequence[_Photo] | None:
    try:
        return _KEPT.validate_json(kept.read_bytes()) if time.time() - kept.stat().st_mtime < _FRESH_S else None
    except (FileNotFoundError, ValidationError):
        return None


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, whoever else writes it."""
    handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(part).replace(path)
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise
