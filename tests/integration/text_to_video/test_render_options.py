"""Every way to encode and package a reel, judged as a player would."""

from itertools import product
from pathlib import Path

import av
import m3u8
import pytest
from PIL import Image

from shared.schemas.reels import LAYOUT, FormatId, Progress, ReelBrief, RenderOptions, RenderProfile, Renditions, SegmentType
from tests.hls import problems
from text_to_video.encode import scaled
from text_to_video.layout import STAGES
from text_to_video.look import Look
from text_to_video.pipeline import make_reel

PROFILES: tuple[RenderProfile, ...] = ("fast", "balanced")
KINDS: tuple[SegmentType, ...] = ("ts", "fmp4")
SIZES: tuple[Renditions, ...] = ("720p", "720p,480p")
USUAL = Look()


def make(brief: ReelBrief, out: Path, options: RenderOptions, look: Look = USUAL) -> Path:
    told: list[Progress] = []
    result = make_reel(brief, out, "aurora", told.append, look=look, max_seconds=5, options=options)
    assert result.renditions == tuple(options.renditions.split(","))
    return out


@pytest.mark.parametrize(("profile", "kind", "renditions"), [*product(PROFILES, KINDS, SIZES)])
def test_players_find_nothing_wrong(
    brief: ReelBrief, tmp_path: Path, profile: RenderProfile, kind: SegmentType, renditions: Renditions
) -> None:
    folder = make(brief, tmp_path / "out", RenderOptions(profile=profile, segments=kind, renditions=renditions))
    assert problems(folder) == []
    names = renditions.split(",")
    assert sorted(path.name for path in folder.iterdir()) == sorted([*LAYOUT.values(), *names])
    master = m3u8.load(str(folder / "master.m3u8"))
    assert [(each.uri, each.stream_info.resolution) for each in master.playlists] == [
        (f"{name}/playlist.m3u8", scaled((720, 1280), name)) for name in names
    ]
    suffixes = {path.suffix for name in names for path in (folder / name).glob("segment_*")}
    assert suffixes == ({".ts"} if kind == "ts" else {".m4s"})
    assert all((folder / name / "init.mp4").exists() == (kind == "fmp4") for name in names)


@pytest.mark.parametrize("shape", ["square", "landscape"])
def test_other_shapes_are_whole_reels_too(brief: ReelBrief, tmp_path: Path, shape: FormatId) -> None:
    picture = Image.effect_noise((900, 900), 80).convert("RGB")
    picture.save(tmp_path / "media.png")
    look = Look(media=tmp_path / "media.png", format=shape)
    folder = make(brief, tmp_path / "out", RenderOptions(renditions="720p,480p"), look)
    assert problems(folder) == []
    stage = STAGES[shape]
    master = m3u8.load(str(folder / "master.m3u8"))
    assert [each.stream_info.resolution for each in master.playlists] == [
        (stage.width, stage.height),
        scaled((stage.width, stage.height), "480p"),
    ]
    with Image.open(folder / "poster.jpg") as poster, av.open(str(folder / "reel.mp4")) as container:
        assert poster.size == (stage.width, stage.height) == (container.streams.video[0].width, container.streams.video[0].height)


def test_balanced_is_smaller_and_so_is_fragmented_mp4(brief: ReelBrief, tmp_path: Path) -> None:
    def size(name: str, options: RenderOptions) -> int:
        return sum(path.stat().st_size for path in (make(brief, tmp_path / name, options) / "720p").iterdir())

    usual = size("usual", RenderOptions())
    assert size("balanced", RenderOptions(profile="balanced")) < 0.9 * usual
    assert size("fmp4", RenderOptions(segments="fmp4")) < 0.95 * usual


def test_the_small_rendition_is_the_same_picture(brief: ReelBrief, tmp_path: Path) -> None:
    folder = make(brief, tmp_path / "out", RenderOptions(renditions="720p,480p"))
    frames = []
    for name in ("720p", "480p"):
        with av.open(str(folder / name / "segment_001.ts")) as container:
            frame = next(container.decode(video=0))
            frames.append(frame.reformat(width=48, height=86, interpolation="AREA").to_ndarray(format="gray8").astype(int))
    assert abs(frames[0] - frames[1]).mean() < 2
    assert frames[0].std() > 10
