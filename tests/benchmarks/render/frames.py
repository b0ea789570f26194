"""`python -m tests.benchmarks.render.frames FOLDER < posting.json`: makes the reel once and keeps what went into its encoder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from shared.schemas.reels import RenderOptions
from tests.benchmarks.render.kept import Frames, Patch
from tests.benchmarks.render.reel import TEMPLATE
from text_to_video import pipeline
from text_to_video.encode import Film, encode
from text_to_video.picture import U8, Picture
from text_to_video.posting_file import brief_from_json
from text_to_video.rendition import Rendition


def recorded(film: Film) -> tuple[Film, Frames]:
    """The film, and what is kept of it as it is encoded. Every stretch begins with whole frames."""
    kept = Frames(film.size, film.sound())

    def paint_on(picture: Picture) -> Callable[[int], None]:
        paint, before = film.paint_on(picture), list[Any]([None, None, None])

        def paint_and_keep(frame: int) -> None:
            paint(frame)
            kept.patches[frame] = tuple(changes(old, new) for old, new in zip(before, picture, strict=True))
            before[:] = picture.copy()

        return paint_and_keep

    return Film(film.size, film.frames, paint_on, lambda: kept.audio), kept


def changes(before: U8 | None, after: U8) -> Patch | None:
    """The smallest box that differs; None where nothing does."""
    if before is None:
        return slice(None), slice(None), after.copy()
    differs = before != after
    rows, columns = np.flatnonzero(differs.any(1)), np.flatnonzero(differs.any(0))
    if not rows.size:
        return None
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return *box, after[box].copy()


def main(folder: Path) -> None:
    def encode_and_keep(film: Film, out: Path, mp4: Path, options: RenderOptions, report: Callable[[float], None]) -> list[Rendition]:
        film, kept = recorded(film)
        renditions = encode(film, out, mp4, options, report)
        kept.save(folder)
        return renditions

    with mock.patch.object(pipeline, "encode", encode_and_keep):
        pipeline.make_reel(brief_from_json(sys.stdin.read()), folder / "recorded", TEMPLATE, lambda _: None)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
