"""The reel's still picture: one of its frames, as JPEG."""

from __future__ import annotations

from pathlib import Path

from av.video.frame import VideoFrame
from PIL import Image

from text_to_video.picture import Picture


def save_poster(picture: Picture, path: Path) -> None:
    """`picture` as it is, in R'G'B'. Raises OSError."""
    height, width = picture.y.shape
    frame = VideoFrame(width, height, "yuv420p")
    Picture.of(frame).put(picture)
    rgb = frame.reformat(format="rgb24", src_colorspace="ITU709", src_color_range="MPEG", dst_color_range="JPEG")
    Image.fromarray(rgb.to_ndarray()).save(path, quality=85, optimize=True)
