"""`python -m tests.benchmarks.render.moviepy_peer FOLDER`: the design composed by MoviePy, as MoneyPrinterTurbo's last step does.

A clip of the background, a clip for every state of the captions, the sound, one CompositeVideoClip, written by `write_videofile`
with its two threads; but with x264's fastest preset, where MoneyPrinterTurbo takes MoviePy's "medium". One MP4: no HLS, no poster.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from moviepy import AudioFileClip, CompositeVideoClip, ImageClip, VideoFileClip  # type: ignore[import-untyped,import-not-found,unused-ignore]

from tests.benchmarks.render.materials import BACKGROUND, CAPTIONS, SOUND
from text_to_video.layout import VERTICAL
from text_to_video.picture import FPS


def main(folder: Path) -> None:
    captions = np.load(folder / CAPTIONS)
    starts, states = captions["starts"], captions["states"]
    with VideoFileClip(str(folder / BACKGROUND)) as background, AudioFileClip(str(folder / SOUND)) as sound:
        clips = [
            ImageClip(state).with_start(start / FPS).with_duration((end - start) / FPS).with_position((VERTICAL.band.x, VERTICAL.band.y))
            for state, start, end in zip(states, starts, [*starts[1:], captions["end"]], strict=True)
        ]
        video = CompositeVideoClip([background, *clips]).with_audio(sound)
        video.write_videofile(
            str(folder / "moviepy.mp4"), fps=FPS, codec="libx264", audio_codec="aac", preset="ultrafast", threads=2, logger=None
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
