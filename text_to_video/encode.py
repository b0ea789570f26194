"""One encode, two containers: x264 and AAC packets go into HLS transport stream segments and into a faststart MP4."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.stream import VideoStream
from numpy.typing import NDArray

from text_to_video.hls import Segment, avc_codec
from text_to_video.picture import FPS, HEIGHT, U8, WIDTH, Picture

SAMPLE_RATE = 48_000
SEGMENT_S = 2
GOP = SEGMENT_S * FPS
AUDIO_BIT_RATE = 96_000

X264 = {
    "preset": "ultrafast",
    "crf": "24",
    "coder": "1",
    "flags": "+loop+cgop",
    "g": str(GOP),
    "keyint_min": str(GOP),
    "sc_threshold": "0",
    "x264-params": "aq-mode=0:rc-lookahead=10:mbtree=1:chroma-qp-offset=-4",
}
"""ultrafast, with what pays for itself on flat pictures: CABAC, deblocking, a short lookahead, finer chroma (gradients block there
first). One closed GOP a segment."""

_AAC_FRAME = 1024
_BT709, _LIMITED_RANGE = 1, 1


class ReelEncoder:
    """Encodes `picture`, which the caller repaints between calls of `write`; `segments` and `codecs` are whole after the context.

    Raises OSError when a file cannot be written, av.FFmpegError when an encoder fails.
    """

    def __init__(self, rendition: Path, mp4: Path, audio: NDArray[np.float32]) -> None:
        """`rendition`: an existing folder, for segment_000.ts and on. `audio`: (2, n) at 48 kHz, as long as the video will be."""
        self.segments: list[Segment] = []
        self._folder = rendition
        self._audio = audio
        self._frames = self._heard = 0
        self._files: list[_SegmentFile] = []
        self._hls = av.open("playlist.m3u8", "w", format="hls", io_open=self._open, options=_HLS)
        self._video_in, self._audio_in = _video_stream(self._hls), _audio_stream(self._hls)
        self._hls.start_encoding()
        self._mp4 = av.open(str(mp4), "w", format="mp4", options={"movflags": "+faststart"})
        self._copies: dict[Stream, Stream] = {s: self._mp4.add_stream_from_template(s) for s in (self._video_in, self._audio_in)}
        self._frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
        self._frame.time_base = Fraction(1, FPS)
        self.picture = Picture(*(_pixels(plane) for plane in self._frame.planes))

    @property
    def codecs(self) -> str:
        """As in RFC 6381, read from the stream itself."""
        return f"{avc_codec(self._video_in.codec_context.extradata or b'')},mp4a.40.2"

    def write(self) -> None:
        """Encode the picture as the next frame, with the sound that belongs to it."""
        self._frame.pts = self._frames
        self._frames += 1
        self._mux(self._video_in.encode(self._frame))
        while self._heard * FPS < self._frames * SAMPLE_RATE and self._heard < self._audio.shape[1]:
            self._mux(self._audio_in.encode(self._next_sound()))
        self._store_segments()

    def _next_sound(self) -> AudioFrame:
        samples = np.ascontiguousarray(self._audio[:, self._heard : self._heard + _AAC_FRAME])
        frame = AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE, Fraction(1, SAMPLE_RATE), self._heard
        self._heard += samples.shape[1]
        return frame

    def _mux(self, packets: Iterable[Packet[Stream]]) -> None:
        for packet in packets:
            self._hls.mux_one(packet)
            packet.stream = self._copies[packet.stream]
            self._mp4.mux_one(packet)

    def __enter__(self) -> ReelEncoder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self._mux(self._video_in.encode())
            self._mux(self._audio_in.encode())
            self._hls.close()
            self._store_segments()
            self._mp4.close()
            return
        for container in (self._hls, self._mp4):
            with contextlib.suppress(OSError, av.FFmpegError):  # the first error is the one to tell
                container.close()

    def _open(self, url: str, flags: int, options: object) -> io.BytesIO:
        """Where the muxer writes: segments are kept until whole, its playlist is dropped for our own."""
        if not url.endswith(".ts"):
            return io.BytesIO()
        self._files.append(_SegmentFile())
        return self._files[-1]

    def _store_segments(self) -> None:
        """Write whole segments ourselves: an error of the disk reaches us as it is, the muxer would swallow it."""
        while self._files and self._files[0].whole is not None:
            content, name = self._files.pop(0).whole, f"segment_{len(self.segments):03d}.ts"
            assert content is not None
            (self._folder / name).write_bytes(content)
            frames = min(GOP, self._frames - GOP * len(self.segments))
            self.segments.append(Segment(name, frames / FPS, len(content)))


class _SegmentFile(io.BytesIO):
    """A file whose content outlives its closing."""

    whole: bytes | None = None

    def close(self) -> None:
        if not self.closed:
            self.whole = self.getvalue()
        super().close()


_HLS = {
    "hls_time": str(SEGMENT_S),
    "hls_playlist_type": "vod",
    "hls_segment_type": "mpegts",
    "hls_segment_filename": "%03d.ts",
}


def _video_stream(container: OutputContainer) -> VideoStream:
    stream = container.add_stream("libx264", rate=FPS, options=X264)
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    context = stream.codec_context
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED_RANGE
    context.time_base = Fraction(1, FPS)
    context.thread_type = "AUTO"
    return stream


def _audio_stream(container: OutputContainer) -> AudioStream:
    stream = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
    stream.bit_rate = AUDIO_BIT_RATE
    stream.codec_context.options = {"aac_coder": "fast"}
    return stream


def _pixels(plane: VideoPlane) -> U8:
    """A plane's visible part, as an array over its own memory."""
    rows: U8 = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]
