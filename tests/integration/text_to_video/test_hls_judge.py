"""The judge of HLS finds what is wrong: each kind of damage to a good reel, in its own words."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.schemas.reels import ReelBrief, RenderOptions
from tests.hls import problems
from text_to_video.pipeline import make_reel


@pytest.fixture(scope="module")
def good(brief: ReelBrief, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("judge") / "good"
    make_reel(brief, out, "poster", lambda _: None, max_seconds=6, options=RenderOptions(renditions="720p,480p"))
    assert problems(out) == []
    return out


def edit(name: str, pattern: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        changed = re.sub(pattern, new, text, count=1)
        assert changed != text
        (folder / name).write_text(changed)

    return change


def swap(folder: Path) -> None:
    one, other = folder / "720p/segment_000.ts", folder / "720p/segment_001.ts"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def blot(folder: Path) -> None:
    """Break the coded picture inside a segment, not its packets."""
    path = folder / "720p/segment_001.ts"
    data = bytearray(path.read_bytes())
    for packet in range(len(data) // 188 // 2, len(data) // 188 // 2 + 40):
        data[packet * 188 + 100 : packet * 188 + 188] = bytes(88)
    path.write_bytes(data)


def headless(folder: Path) -> None:
    """Begin a segment with the middle of a GOP."""
    path = folder / "720p/segment_001.ts"
    data = path.read_bytes()
    half = len(data) // 188 // 2 * 188
    path.write_bytes(data[: 188 * 3] + data[half:])


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (edit("master.m3u8", r"#EXT-X-INDEPENDENT-SEGMENTS\n", ""), "independent"),
        (edit("master.m3u8", r":BANDWIDTH=\d+", ":BANDWIDTH=1000"), "BANDWIDTH 1000 is under the peak"),
        (edit("master.m3u8", r"AVERAGE-BANDWIDTH=\d+", "AVERAGE-BANDWIDTH=1000"), "AVERAGE-BANDWIDTH"),
        (edit("master.m3u8", "avc1.4d", "avc1.64"), "CODECS"),
        (edit("master.m3u8", "720x1280", "1080x1920"), "RESOLUTION"),
        (edit("master.m3u8", r"FRAME-RATE=30", "FRAME-RATE=25"), "FRAME-RATE"),
        (edit("720p/playlist.m3u8", r"EXTINF:2\.0", "EXTINF:1.9"), "and says 1.9"),
        (edit("480p/playlist.m3u8", r"EXTINF:2\.0", "EXTINF:1.9"), "renditions are cut"),
        (edit("720p/playlist.m3u8", "#EXT-X-ENDLIST", ""), "not a finished playlist"),
        (edit("720p/playlist.m3u8", r"#EXTINF:2.000000,\nsegment_001.ts\n", ""), "video has a gap"),
        (swap, "video has a gap"),
        (blot, "does not decode"),
        (headless, "does not start on an IDR"),
    ],
)
def test_damage_is_found(good: Path, tmp_path: Path, damage: Callable[[Path], None], complaint: str) -> None:
    shutil.copytree(good, tmp_path / "reel")
    damage(tmp_path / "reel")
    assert any(complaint in problem for problem in problems(tmp_path / "reel"))
