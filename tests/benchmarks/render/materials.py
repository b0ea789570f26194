"""`python -m tests.benchmarks.render.materials FOLDER`: the same design in parts, as other ways of composing video want it.

All they need not do themselves they are given: the background as a video, its progress bar drawn; every state of the captions drawn, with
nothing to see through; the sound ready.
"""

from __future__ import annotations

import sys
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from tests.benchmarks.render.kept import Frames
from text_to_video.layout import VERTICAL
from text_to_video.picture import FPS, U8, Picture
from text_to_video.rendition import SAMPLE_RATE

BACKGROUND, SOUND, CAPTIONS = "background.mp4", "sound.wav", "captions.npz"


def main(folder: Path) -> None:
    frames = Frames.load(folder)
    _write_sound(frames.audio, folder / SOUND)
    frame = VideoFrame(*frames.size, "yuv420p")
    picture = Picture.of(frame)
    paint = frames.film.paint_on(picture)
    starts: list[int] = []
    states: list[U8] = []
    with av.open(str(folder / BACKGROUND), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = *frames.size, "yuv420p"
        shown = None
        for number in range(len(frames.patches)):
            paint(number)
            band = picture.view(VERTICAL.band)
            if shown is None or any((one != other).any() for one, other in zip(band, shown, strict=True)):
                shown = band.copy()
                starts.append(number)
                states.append(_rgb(frame)[VERTICAL.band.y : VERTICAL.band.bottom, VERTICAL.band.x : VERTICAL.band.right])
            for plane in band:
                plane[:] = plane[-1, -1]  # in this template nothing else is to be seen there
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
            band.put(shown)
        container.mux(stream.encode())
    np.savez(folder / CAPTIONS, starts=starts, states=states, end=len(frames.patches))


def _rgb(frame: VideoFrame) -> U8:
    rgb: U8 = np.asarray(frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray(), np.uint8)
    return rgb


def _write_sound(audio: NDArray[np.float32], path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((audio.T * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
