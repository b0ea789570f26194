"""`python -m tests.benchmarks.render.floor FOLDER`: encodes the kept frames with our own encoder, and says how long it took.

{"wall_s", "cpu_s"} of the encoding alone, {"loading_wall_s", "loading_cpu_s"} of reading the frames, which nobody would do.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.schemas.reels import RenderOptions
from tests.benchmarks.render.kept import Frames
from text_to_video.encode import encode


def main(folder: Path) -> None:
    loading = time.perf_counter(), time.process_time()
    frames = Frames.load(folder)
    encoding = time.perf_counter(), time.process_time()
    with TemporaryDirectory(dir=folder) as out:
        encode(frames.film, Path(out), Path(out) / "reel.mp4", RenderOptions(), lambda _: None)
        done = time.perf_counter(), time.process_time()
    seconds = {
        "wall_s": done[0] - encoding[0],
        "cpu_s": done[1] - encoding[1],
        "loading_wall_s": encoding[0] - loading[0],
        "loading_cpu_s": encoding[1] - loading[1],
    }
    sys.stdout.write(json.dumps(seconds))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    sys.stdout.flush()
    os._exit(0)  # as our command does
