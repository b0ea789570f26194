"""Where a reel's files are played from."""

from __future__ import annotations

from dataclasses import dataclass

from shared.schemas.videos import Video
from shared.storage.base import BlobStore, join_url


@dataclass(frozen=True)
class ReelUrls:
    playback_url: str
    mp4_url: str | None
    poster_url: str
    captions_url: str | None


def reel_urls(video: Video, store: BlobStore) -> ReelUrls:
    """URLs of a reel: from the store that holds it now, or, for a reel of another provider, beside the URL it was published at."""
    base = video.cdn_url.removesuffix(video.s3_key)

    def url(key: str) -> str:
        return store.url(key) if video.provider == store.provider else join_url(base, key)

    mp4_url = url(video.mp4_key) if video.mp4_key else None
    captions_url = url(video.captions_key) if video.captions_key else None
    return ReelUrls(url(video.s3_key), mp4_url, url(video.poster_key), captions_url)
