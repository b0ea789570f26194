"""Fetching a local voice: whole and checked, or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from http.client import OK
from pathlib import Path

from shared.errors import InvalidInput, Unavailable
from shared.http.client import Limits, raw_client, translated
from text_to_video.speech.catalogue import CATALOGUE, Downloadable, File
from text_to_video.speech.installed import folder_of

OnBytes = Callable[[int], None]
"""Told how many bytes have come since it was last told."""

_LIMITS = Limits(connect_s=15, read_s=60)
_MOST_S = 4 * 3600.0
_PIECE = 1 << 20
_REDIRECTS = 5  # the stores behind the addresses


def find(name: str) -> Downloadable:
    """Raises InvalidInput with the names there are."""
    for voice in CATALOGUE:
        if voice.name == name:
            return voice
    raise InvalidInput(f"there is no voice {name!r}; there are {', '.join(voice.name for voice in CATALOGUE)}", field="name")


def install(voice: Downloadable, voices: Path, on_bytes: OnBytes) -> Path:
    """The folder that holds the voice's files afterwards; files that are there and whole are not fetched again. Blocks.

    Raises Unavailable when the files cannot be fetched or are not those they should be (code "voice_altered"), InvalidInput (field
    "VOICES_DIR") when they cannot be written.
    """
    folder = folder_of(voice, voices)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as part:
            missing = [file for file in voice.files if not _whole(folder / file.name, file)]
            asyncio.run(_fetch(missing, Path(part), on_bytes))
            for file in missing:
                (Path(part) / file.name).replace(folder / file.name)
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror or error}", field="VOICES_DIR") from error
    return folder


async def _fetch(files: Sequence[File], folder: Path, on_bytes: OnBytes) -> None:
    async with asyncio.timeout(_MOST_S), raw_client(_LIMITS, redirects=_REDIRECTS) as client:
        for file in files:
            host = file.url.split("/")[2]
            with translated(host):
                async with client.stream("GET", file.url) as reply:
                    if reply.status_code != OK:
                        raise Unavailable(f"{host}: HTTP {reply.status_code} for {file.name}", code="voice_unavailable")
                    await _write(reply.aiter_bytes(_PIECE), folder / file.name, file, on_bytes)


async def _write(pieces: AsyncIterator[bytes], path: Path, file: File, on_bytes: OnBytes) -> None:
    """Raises Unavailable as soon as there is more than there should be, or at the end when it is something else."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as out:
        async for piece in pieces:
            size += len(piece)
            if size > file.size:
                break
            digest.update(piece)
            await asyncio.to_thread(out.write, piece)
            on_bytes(len(piece))
    if size != file.size or digest.hexdigest() != file.sha256:
        raise Unavailable(f"{file.name} is not the file it should be; nothing was installed", code="voice_altered")


def _whole(path: Path, file: File) -> bool:
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
