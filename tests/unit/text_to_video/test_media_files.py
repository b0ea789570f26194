"""Own pictures and clips: what can be used, what is refused and why, and which falls to which reel."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from text_to_video.colour import rgb_from_yuv
from text_to_video.media.clip import Clip
from text_to_video.media.folder import footage_for
from text_to_video.media.footage import BadFootage
from text_to_video.media.still import Still, open_still
from text_to_video.picture import FPS, HEIGHT, U8, WIDTH, Picture

SIZE = WIDTH, HEIGHT


def gradient(width: int, height: int) -> Image.Image:
    """Red grows to the right, green downwards, blue is constant."""
    rgb = np.full((height, width, 3), 60, np.uint8)
    rgb[..., 0] = np.linspace(0, 255, width)[None]
    rgb[..., 1] = np.linspace(0, 255, height)[:, None]
    return Image.fromarray(rgb)


def write_clip(
    path: Path,
    *,
    width: int = 480,
    height: int = 270,
    rate: int = 24,
    seconds: float = 3,
    turned: int | None = None,
    pixels: str = "yuv420p",
) -> Path:
    """A clip whose brightness counts its pictures; the left half of each is 40 brighter than the right."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.options = {"preset": "ultrafast", "crf": "4", "g": "12"}
        if turned is not None:
            stream.set_display_rotation(turned)
        count = round(rate * seconds)
        for number in range(count):
            grey = np.full((height, width, 3), 30 + 150 * number // count, np.uint8)
            grey[:, : width // 2] += 40
            for packet in stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def rgb(picture: Picture) -> U8:
    return rgb_from_yuv(picture.y, *(plane.repeat(2, 0).repeat(2, 1) for plane in picture[1:]))


def still(tmp_path: Path, image: Image.Image, *, mirrored: bool = False, kind: str = "PNG") -> Still:
    image.save(tmp_path / "a", kind)
    return open_still(tmp_path / "a", SIZE, mirrored=mirrored)


@pytest.mark.parametrize("size", [(720, 1280), (4000, 1000), (900, 4000), (400, 400), (3000, 2000), (361, 5000)])
def test_a_picture_of_any_shape_fills_the_frame_and_drifts_slowly(tmp_path: Path, size: tuple[int, int]) -> None:
    footage = still(tmp_path, gradient(*size))
    assert len({footage.step(frame) for frame in range(FPS)}) == 15
    steps = [footage.step(frame) for frame in range(0, 60 * FPS, 6 * FPS)]
    pictures = [rgb(footage.at(step)).copy() for step in steps]
    assert {picture.shape for picture in pictures} == {(HEIGHT, WIDTH, 3)}
    assert all((one != other).any() for one, other in pairwise(pictures))
    for step in steps:
        near, next_ = (footage.at(each).y.astype(int).copy() for each in (step, step + 1))
        assert np.abs(near - next_).max() <= 3, "a gradient moves by less than a few of its levels in a fifteenth of a second"


def test_a_picture_is_not_distorted_and_keeps_its_colours(tmp_path: Path) -> None:
    image = Image.new("RGB", (1440, 2560), (200, 60, 30))
    image.paste((20, 30, 160), (520, 1080, 920, 1480))
    shown = rgb(still(tmp_path, image).at(0)).astype(int)
    blue = shown[..., 2] > 100
    rows, columns = np.flatnonzero(blue.any(1)), np.flatnonzero(blue.any(0))
    assert abs(len(rows) - len(columns)) <= 2, "a square stays one"
    assert np.abs(shown[10, 10] - (200, 60, 30)).max() <= 3


def test_a_mirrored_drift_goes_the_other_way(tmp_path: Path) -> None:
    one, other = (still(tmp_path, gradient(3000, 2000), mirrored=mirrored) for mirrored in (False, True))
    early, late = one.at(0).v.mean(), one.at(300).v.mean()
    assert (late - early) * (other.at(300).v.mean() - other.at(0).v.mean()) < 0


def test_a_huge_picture_takes_no_more_memory_than_a_large_one(tmp_path: Path) -> None:
    footage = still(tmp_path, gradient(6000, 4000), kind="JPEG")
    assert sum(plane.width * plane.height for plane in footage.planes) < 3_500_000


def test_a_clip_is_cropped_looped_and_goes_over_into_its_beginning(tmp_path: Path) -> None:
    clip = Clip(write_clip(tmp_path / "a.mp4"), SIZE)
    levels = [float(clip.at(clip.step(frame)).y.mean()) for frame in range(8 * FPS)]
    assert rgb(clip.at(0)).shape == (HEIGHT, WIDTH, 3)
    falls = [frame for frame in range(1, len(levels)) if levels[frame] < levels[frame - 1] - 1]
    assert min(falls) == pytest.approx(2.6 * FPS, abs=3), "after its three seconds less the seam"
    assert min(b - a for a, b in pairwise(levels)) > -22, "no jump: 128 levels in ten pictures"
    assert max(levels[round(2.5 * FPS) : round(5.2 * FPS)]) == pytest.approx(max(levels), abs=4), "it runs to its end again"


def test_the_middle_of_a_clip_is_shown_upright(tmp_path: Path) -> None:
    level = rgb(Clip(write_clip(tmp_path / "a.mp4"), SIZE).at(0)).astype(int)
    assert level[640, 100, 0] - level[640, 620, 0] == pytest.approx(40, abs=6)
    clockwise = rgb(Clip(write_clip(tmp_path / "b.mp4", turned=-90), SIZE).at(0)).astype(int)
    assert clockwise[200, 360, 0] - clockwise[1100, 360, 0] == pytest.approx(40, abs=6), "the left side is on top"
    counter = rgb(Clip(write_clip(tmp_path / "c.mp4", turned=90), SIZE).at(0)).astype(int)
    assert counter[1100, 360, 0] - counter[200, 360, 0] == pytest.approx(40, abs=6)
    over = rgb(Clip(write_clip(tmp_path / "d.mp4", turned=180), SIZE).at(0)).astype(int)
    assert over[640, 620, 0] - over[640, 100, 0] == pytest.approx(40, abs=6)


@pytest.mark.parametrize("rate", [10, 25, 30, 50, 60])
def test_a_clip_runs_at_its_own_speed(tmp_path: Path, rate: int) -> None:
    clip = Clip(write_clip(tmp_path / "a.mp4", rate=rate, seconds=4), SIZE)
    early, late = (float(clip.at(clip.step(round(second * FPS))).y.mean()) for second in (0.5, 2.5))
    assert late - early == pytest.approx(150 * 219 / 255 / 2, abs=6), "150 levels of 255 in four seconds"


def test_a_clip_may_be_asked_for_any_moment(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", seconds=5)
    in_order, jumping = Clip(path, SIZE), Clip(path, SIZE)
    expected = {step: in_order.at(step).y.copy() for step in range(0, 250, 10)}
    for step in (240, 0, 110, 120, 10, 200, 60):
        assert np.abs(jumping.at(step).y.astype(int) - expected[step]).max() <= 1, step


def test_a_damaged_clip_stands_still_where_the_damage_begins(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "a.mkv", seconds=6).read_bytes()
    (tmp_path / "b.mkv").write_bytes(whole[: len(whole) // 2] + bytes(len(whole) // 2))
    clip = Clip(tmp_path / "b.mkv", SIZE)
    assert clip.at(140).y.shape == (HEIGHT, WIDTH)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.write_bytes(b"no clip"), "cannot be read"),
        (lambda path: path.write_bytes(b""), "cannot be read"),
        (lambda path: write_clip(path, seconds=1), "shorter than 2 s"),
        (lambda path: write_clip(path, width=320, height=180), "smaller than 240 px"),
        (lambda path: write_clip(path, width=2560, height=1440, seconds=0.2), "larger than 1920×1200"),
    ],
)
def test_what_is_no_clip_for_us_is_refused_in_words(tmp_path: Path, make: Callable[[Path], object], why: str) -> None:
    make(tmp_path / "a.mp4")
    with pytest.raises(BadFootage, match=why):
        Clip(tmp_path / "a.mp4", SIZE)


def test_a_file_with_sound_alone_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = 48_000, Fraction(1, 48_000), 0
        for packet in [*stream.encode(frame), *stream.encode()]:
            container.mux(packet)
    with pytest.raises(BadFootage, match="no video"):
        Clip(tmp_path / "a.mp4", SIZE)


def test_the_same_reel_gets_the_same_file_and_all_files_get_reels(tmp_path: Path) -> None:
    for name in "abcd":
        gradient(400, 700).save(tmp_path / f"{name}.png")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "folder.jpg").mkdir()
    chosen = {f"reel {n}": chosen_file(tmp_path, f"reel {n}") for n in range(40)}
    assert set(chosen.values()) == {"a.png", "b.png", "c.png", "d.png"}
    (tmp_path / "d.png").unlink()
    for reel, name in chosen.items():
        assert name == "d.png" or chosen_file(tmp_path, reel) == name, "only the reels of the file that went get another"


def chosen_file(folder: Path, name: str) -> str:
    """By breaking every file and reading which is complained of first."""
    kept = {path: path.read_bytes() for path in folder.glob("*.png")}
    for path in kept:
        path.write_bytes(b"")
    _, reasons = footage_for(folder, name, SIZE)
    for path, data in kept.items():
        path.write_bytes(data)
    return reasons[0].split(": ")[1]


def test_bad_files_are_passed_over_with_a_reason(tmp_path: Path) -> None:
    gradient(400, 700).save(tmp_path / "good.png")
    for name in ("a.jpg", "b.mp4", "c.webp"):
        (tmp_path / name).write_bytes(b"broken")
    for n in range(12):
        footage, reasons = footage_for(tmp_path, f"reel {n}", SIZE)
        assert isinstance(footage, Still)
        assert len(reasons) == len({reason.split(": ")[1] for reason in reasons}) <= 3
    (tmp_path / "good.png").unlink()
    footage, reasons = footage_for(tmp_path, "reel", SIZE)
    assert footage is None
    assert sorted(reason.split(": ")[1] for reason in reasons) == ["a.jpg", "b.mp4", "c.webp"]


def test_a_place_without_pictures_says_so(tmp_path: Path) -> None:
    assert footage_for(tmp_path, "reel", SIZE) == (None, (f"media: {tmp_path} holds no pictures or clips",))
    _, (reason,) = footage_for(tmp_path / "gone", "reel", SIZE)
    assert "cannot be read" in reason
