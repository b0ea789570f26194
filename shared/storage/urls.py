"""Where a reel's files are played from."""

from __future__ import annotations

from dataclasses import dataclass

from shared.schemas.videos import Video
from shared.storage.base import BlobStore, join_url


@dataclass(frozen=True)
class ReelUrls:
    playback_url: str
    mp4_url: str
    poster_url: str
    captions_url: str


def reel_urls(video: Video, store: BlobStore) -> ReelUrls:
    """URLs of a reel: from the store that holds it now, or, for a reel of another provider, beside the URL it was published at."""
    base = video.cdn_url.removesuffix(video.s3_key)

    def url(key: str) -> str:
        return store.url(key) if video.provider == store.provider else join_url(base, key)

    return ReelUrls(url(video.s3_key), url(video.mp4_key), url(video.poster_key), url(video.captions_key))
