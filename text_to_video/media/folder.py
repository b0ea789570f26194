"""An operator's folder of pictures and clips, and which of them falls to a reel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shared.fingerprint import content_hash
from text_to_video.media.clip import Clip
from text_to_video.media.footage import BadFootage, Footage
from text_to_video.media.still import open_still

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
CLIPS = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv"})
_TRIES = 5


def footage_for(place: Path, name: str, size: tuple[int, int]) -> tuple[Footage | None, tuple[str, ...]]:
    """What falls to the reel of this name, for a frame of `size`, from a file or a folder (not those within it); and why others did not.

    The same name always gets the same file; another file in the folder changes only the reels that it falls to. A reel gives up after
    five files that cannot be used.
    """
    try:
        files = [place] if place.is_file() else sorted(_usable(place), key=lambda path: content_hash(name, path.name))
    except OSError as error:
        return None, (f"media: {place} cannot be read: {error.strerror}",)
    if not files:
        return None, (f"media: {place} holds no pictures or clips",)
    reasons: list[str] = []
    for path in files[:_TRIES]:
        try:
            return _opened(path, name, size), tuple(reasons)
        except BadFootage as error:
            reasons.append(f"media: {path.name}: {error}")
    return None, tuple(reasons)


def _usable(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix.lower() in PICTURES | CLIPS and path.is_file())


def _opened(path: Path, name: str, size: tuple[int, int]) -> Footage:
    """Raises BadFootage."""
    if path.suffix.lower() in CLIPS:
        return Clip(path, size)
    return open_still(path, size, mirrored=content_hash(name, "way")[-1] in "02468ace")
