"""Real reels of every template, taken apart: playlists, segments, MP4, poster, captions."""

import re
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import m3u8
import numpy as np
import pytest
from PIL import Image

from shared.schemas.reels import LAYOUT, TEMPLATE_IDS, Progress, ReelResult, TemplateId
from tests.hls import AAC_FRAME, opened, packets, problems
from text_to_video.colour import Rgb, company_hue, yuv
from text_to_video.templates import TEMPLATES
from text_to_video.templates.base import Card

each_template = pytest.mark.parametrize("template", TEMPLATE_IDS)
Made = tuple[Path, ReelResult, list[Progress]]
Reels = Mapping[TemplateId, Made]


def segments(folder: Path) -> list[tuple[Path, float]]:
    playlist = m3u8.load(str(folder / "720p/playlist.m3u8"))
    return [(folder / "720p" / segment.uri, segment.duration) for segment in playlist.segments]


@each_template
def test_the_folder_holds_exactly_a_reel(reels: Reels, template: TemplateId) -> None:
    folder, result, _ = reels[template]
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    expected = [f"720p/segment_{n:03d}.ts" for n in range(len(segments(folder)))]
    assert names == sorted([*LAYOUT.values(), "720p/playlist.m3u8", *expected])
    assert result.size_bytes == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert (result.width, result.height, result.template_id, result.renditions) == (720, 1280, template, ("720p",))
    assert sorted(path.name for path in folder.parent.iterdir()) == sorted(TEMPLATE_IDS)


@each_template
def test_players_find_nothing_wrong_with_the_hls(reels: Reels, template: TemplateId) -> None:
    folder, result, _ = reels[template]
    assert problems(folder) == []
    assert sum(duration for _, duration in segments(folder)) == pytest.approx(result.duration_seconds, abs=0.001)


@each_template
def test_the_mp4_decodes_clean_as_h264_and_aac_with_both_ending_together(reels: Reels, template: TemplateId) -> None:
    folder, result, _ = reels[template]
    media = folder / "reel.mp4"
    with opened(media) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height, video.pix_fmt) == (720, 1280, "yuv420p")
        assert video.average_rate == 30
        assert (audio.rate, audio.layout.name) == (48_000, "stereo")
        for stream in (video, audio):
            stream.codec_context.options = {"err_detect": "explode"}
        assert len(list(container.decode(video))) == round(result.duration_seconds * 30)
    ends = [max((packet.pts + packet.duration) * packet.time_base for packet in packets(media, kind)) for kind in ("video", "audio")]
    assert abs(ends[0] - ends[1]) <= AAC_FRAME


def atoms(data: bytes) -> Iterator[str]:
    offset = 0
    while offset < len(data):
        size, name = struct.unpack(">I4s", data[offset : offset + 8])
        yield name.decode("latin-1")
        offset += size


@each_template
def test_the_mp4_starts_fast_and_is_the_same_encode(reels: Reels, template: TemplateId) -> None:
    folder, result, _ = reels[template]
    order = list(atoms((folder / "reel.mp4").read_bytes()))
    assert order.index("moov") < order.index("mdat")
    whole = b"".join(path.read_bytes() for path, _ in segments(folder))
    # The transport stream adds delimiters, the MP4 lengths for start codes: what remains is the coded picture itself.
    coded = [re.split(rb"\x00\x00\x01", bytes(packet))[-1] for packet in packets(whole, "video")]
    copied = [bytes(packet) for packet in packets(folder / "reel.mp4", "video")]
    assert len(coded) == len(copied)
    assert all(copy.endswith(picture) for picture, copy in zip(coded, copied, strict=True))
    with opened(folder / "reel.mp4") as container:
        assert container.duration == pytest.approx(result.duration_seconds * 1e6, abs=1000)


@each_template
def test_colours_are_tagged_and_converted_as_bt_709(reels: Reels, template: TemplateId) -> None:
    folder, _, _ = reels[template]
    with opened(folder / "reel.mp4") as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        last = list(container.decode(video=0))[-1]
    planes = [np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size) for plane in last.planes]
    bar = yuv(_bar(template))
    for plane, value in zip(planes, bar, strict=True):
        assert abs(int(plane[-2, 40]) - value) <= 4


def _bar(template: TemplateId) -> Rgb:
    return TEMPLATES[template](Card("", "Northwind Energy", (), None, company_hue("Northwind Energy"))).bar


@each_template
def test_the_poster_is_a_frame_with_a_caption(reels: Reels, template: TemplateId) -> None:
    folder, _, _ = reels[template]
    poster = Image.open(folder / "poster.jpg").convert("RGB")
    assert poster.size == (720, 1280)
    with opened(folder / "reel.mp4") as container:
        frames = [frame.to_ndarray(format="rgb24", src_colorspace="ITU709") for frame in container.decode(video=0)][:150]
    mine = np.asarray(poster).astype(int)
    nearest = min(float(np.abs(mine - frame).mean()) for frame in frames[::2])
    assert nearest < 3, "the poster is no frame of the reel"
    captions = np.asarray(poster.crop((56, 644, 610, 870)).convert("L"))
    assert captions.max() - captions.min() > 100, "no caption can be read on the poster"


@each_template
def test_captions_and_script_say_the_same(reels: Reels, template: TemplateId) -> None:
    folder, result, _ = reels[template]
    cues = (folder / "captions.vtt").read_text(encoding="utf-8")
    assert cues.startswith("WEBVTT")
    spoken = " ".join(line for line in re.sub(r"<[\d:.]+>", "", cues).split("\n")[1:] if line and "-->" not in line)
    assert spoken.replace("&amp;", "&").split() == result.script.split()


@each_template
def test_progress_goes_through_the_stages_from_0_to_1(reels: Reels, template: TemplateId) -> None:
    _, result, told = reels[template]
    assert list(dict.fromkeys(progress.stage for progress in told)) == ["script", "speech", "captions", "render", "package"]
    assert list(result.stage_seconds) == ["script", "speech", "captions", "render", "package"]
    render = [progress.fraction for progress in told if progress.stage == "render"]
    assert render == sorted(render)
    assert (render[0], render[-1]) == (0, 1)
    assert len(render) > 5
