"""The one place that chooses a store."""

from __future__ import annotations

from shared.settings import Settings
from shared.storage.base import BlobStore
from shared.storage.local import LocalStore
from shared.storage.s3_config import s3_config


def open_store(settings: Settings) -> BlobStore:
    """The store STORAGE asks for; the caller closes it with `aclose()`. Raises SettingsError."""
    if settings.storage.storage == "local":
        return open_local(settings)
    from shared.storage.s3 import S3Store  # boto3 takes 30 MB and 0.3 s, which only its users pay

    return S3Store(s3_config(settings.storage))


def open_local(settings: Settings) -> LocalStore:
    """The media folder, which the video service serves."""
    return LocalStore(settings.process.data_dir / "media", f"{settings.video_base_url}/media")
