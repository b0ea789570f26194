"""One rendition of a reel: its own x264 encode, cut into HLS segments in a folder of its own, and copied into an MP4 if wanted."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Literal

import av
from av.audio.stream import AudioStream
from av.codec.context import CodecContext, Flags
from av.container import OutputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from shared.schemas.reels import RenderOptions, RenderProfile, SegmentType
from text_to_video.hls import Segment, Variant, avc_codec, media_playlist
from text_to_video.picture import FPS

SEGMENT_S = 2
GOP = SEGMENT_S * FPS
SAMPLE_RATE = 48_000
AUDIO_BIT_RATE = 96_000
AAC_FRAME = 1024
PLAYLIST, INIT = "playlist.m3u8", "init.mp4"

_ALIKE = {
    "crf": "22",
    "g": str(GOP),
    "keyint_min": str(GOP),
    "sc_threshold": "0",
    "x264-params": "aq-mode=0:rc-lookahead=4:mbtree=1:chroma-qp-offset=-4:vbv-maxrate=8000:vbv-bufsize=16000",
}
X264: dict[RenderProfile, dict[str, str]] = {
    "fast": {**_ALIKE, "preset": "ultrafast", "coder": "1", "flags": "+loop+cgop"},
    "balanced": {**_ALIKE, "preset": "superfast", "bf": "0", "flags": "+cgop"},
}
"""One closed GOP a segment, no frame out of order, finer chroma (gradients block there first), and 8 Mbit/s at most, whatever lies
behind the words. A lookahead of 4 frames at CRF 22 gives the picture of 10 at 24 in the same bytes and 20 MB less memory.

fast: ultrafast, with what pays for itself on flat pictures: CABAC and deblocking. balanced: the same picture in fewer bytes.
"""

_SUFFIX: dict[SegmentType, str] = {"ts": "ts", "fmp4": "m4s"}
_MUXER: dict[SegmentType, Literal["mpegts", "fmp4"]] = {"ts": "mpegts", "fmp4": "fmp4"}
_BT709, _LIMITED_RANGE = 1, 1


class Rendition:
    """Takes frames of one size in lanes, each through an encoder of its own, and writes them with their sound.

    Used as a context. Raises OSError when a file cannot be written, av.FFmpegError when an encoder fails.
    """

    def __init__(
        self,
        folder: Path,
        size: tuple[int, int],
        options: RenderOptions,
        lanes: int,
        *,
        sound_of: Rendition | None = None,
        mp4: Path | None = None,
    ) -> None:
        """`folder` exists; `size` in px, both even. Sound is encoded once: by the rendition without `sound_of`, for all others."""
        self.segments: list[Segment] = []
        self._folder = folder
        self._files: list[_File] = []
        hls = av.open(PLAYLIST, "w", format="hls", io_open=self._open, options=_muxing(options.segments))
        self._video = hls.add_stream("libx264", rate=FPS)
        self.sound: AudioStream = hls.add_stream_from_template(sound_of.sound) if sound_of else _audio_stream(hls)
        self.encoders = [self._video.codec_context, *(CodecContext.create("libx264", "w") for _ in range(lanes - 1))]
        for encoder in self.encoders:
            _configure(encoder, size, options.profile)
        hls.start_encoding()
        self._outputs = [(hls, self._video, self.sound)]
        if mp4:
            container = av.open(str(mp4), "w", format="mp4", options={"movflags": "+faststart"})
            copies = (container.add_stream_from_template(self._video), container.add_stream_from_template(self.sound))
            self._outputs.append((container, *copies))

    def write(self, pictures: Sequence[Packet[VideoStream]], sound: Sequence[Packet[AudioStream]], frames: int) -> None:
        """All packets of the reel, each frame after the sound that comes before it ends; then `segments` is whole."""
        heard = 0
        for shown, picture in enumerate(pictures, 1):
            until = shown * SAMPLE_RATE // (FPS * AAC_FRAME) + 1
            self._mux(sound[heard:until], [picture])
            heard = until
            self._store(frames)
        self._mux(sound[heard:], [])
        for container, *_ in self._outputs:
            container.close()
        self._store(frames)
        init = INIT if (self._folder / INIT).exists() else ""
        (self._folder / PLAYLIST).write_text(media_playlist(self.segments, init), encoding="utf-8")

    def variant(self) -> Variant:
        """For the master playlist beside the folder."""
        context = self._video.codec_context
        codecs = f"{avc_codec(context.extradata or b'')},mp4a.40.2"
        return Variant(f"{self._folder.name}/{PLAYLIST}", self.segments, codecs, context.width, context.height)

    def __enter__(self) -> Rendition:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for container, *_ in self._outputs:
            with contextlib.suppress(OSError, av.FFmpegError):  # closed already, or the first error is the one to tell
                container.close()

    def _mux(self, sound: Sequence[Packet[AudioStream]], pictures: Sequence[Packet[VideoStream]]) -> None:
        for container, video, audio in self._outputs:
            for packet in sound:
                packet.stream = audio
                container.mux_one(packet)
            for picture in pictures:
                picture.stream = video
                container.mux_one(picture)

    def _open(self, url: str, flags: int, options: object) -> io.BytesIO:
        """Where the muxer writes: files are kept until whole, its playlist is dropped for our own."""
        file = _File(url)
        if url != PLAYLIST:
            self._files.append(file)
        return file

    def _store(self, frames: int) -> None:
        """Write whole files ourselves: an error of the disk reaches us as it is, the muxer would swallow it."""
        while self._files and self._files[0].whole is not None:
            file = self._files.pop(0)
            assert file.whole is not None
            (self._folder / file.name).write_bytes(file.whole)
            if file.name != INIT:
                length = min(GOP, frames - GOP * len(self.segments))
                self.segments.append(Segment(file.name, round(length / FPS, 6), len(file.whole)))


class _File(io.BytesIO):
    """A file whose content outlives its closing."""

    whole: bytes | None = None

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def close(self) -> None:
        if not self.closed:
            self.whole = self.getvalue()
        super().close()


def _muxing(kind: SegmentType) -> dict[str, str]:
    return {
        "hls_time": str(SEGMENT_S),
        "hls_playlist_type": "vod",
        "hls_segment_type": _MUXER[kind],
        "hls_segment_filename": f"segment_%03d.{_SUFFIX[kind]}",
        "hls_fmp4_init_filename": INIT,
    }


def _configure(encoder: VideoCodecContext, size: tuple[int, int], profile: RenderProfile) -> None:
    (encoder.width, encoder.height), encoder.pix_fmt = size, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.colorspace = encoder.color_primaries = encoder.color_trc = _BT709
    encoder.color_range = _LIMITED_RANGE
    encoder.thread_count = 1
    encoder.flags |= Flags.global_header
    encoder.options = X264[profile]


def _audio_stream(container: OutputContainer) -> AudioStream:
    stream = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
    stream.bit_rate = AUDIO_BIT_RATE
    stream.codec_context.options = {"aac_coder": "fast"}
    return stream
