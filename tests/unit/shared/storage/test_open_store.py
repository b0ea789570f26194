"""Which store the settings ask for."""

from __future__ import annotations

from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.errors import SettingsError
from shared.schemas.videos import Video
from shared.settings import load_settings
from shared.storage.local import LocalStore
from shared.storage.open import open_store
from shared.storage.s3_config import S3Config, s3_config
from shared.storage.urls import reel_urls

SPACES = {
    "STORAGE": "spaces",
    "DO_SPACES_ENDPOINT": "https://tor1.digitaloceanspaces.com",
    "DO_SPACES_BUCKET": "reels",
    "DO_SPACES_ACCESS_KEY": "k",
    "DO_SPACES_SECRET_KEY": "s",
    "DO_SPACES_CDN_URL": "https://reels.tor1.cdn.digitaloceanspaces.com",
}
R2 = {
    "STORAGE": "r2",
    "R2_ENDPOINT": "https://account.r2.cloudflarestorage.com",
    "R2_BUCKET": "reels",
    "R2_PUBLIC_URL": "https://media.example.com",
    "AWS_ACCESS_KEY_ID": "k",
    "AWS_SECRET_ACCESS_KEY": "s",
}
S3 = {"STORAGE": "s3", "S3_BUCKET": "reels", "S3_PUBLIC_URL": "https://media.example.com"}


def config(variables: dict[str, str]) -> S3Config:
    return s3_config(load_settings(variables, env_file=None).storage)


def test_local_is_the_default_and_is_played_from_the_video_service(tmp_path: Path) -> None:
    store = open_store(load_settings({"DATA_DIR": str(tmp_path), "VIDEO_PUBLIC_URL": "https://video.example.com/"}, env_file=None))
    assert isinstance(store, LocalStore)
    assert store.root == tmp_path / "media"
    assert store.url("hls/v/master.m3u8") == "https://video.example.com/media/hls/v/master.m3u8"


async def test_an_s3_store_opens_without_reaching_the_vendor() -> None:
    async with aclosing(open_store(load_settings(SPACES, env_file=None))) as store:
        assert store.provider == "spaces"
        assert store.url("hls/v/master.m3u8") == "https://reels.tor1.cdn.digitaloceanspaces.com/hls/v/master.m3u8"


@pytest.mark.parametrize(
    ("variables", "acl"),
    [(SPACES, "public-read"), (SPACES | {"S3_ACL": "none"}, None), (R2, None), (S3, None), (S3 | {"S3_ACL": "public-read"}, "public-read")],
)
def test_the_acl_is_the_providers_unless_set(variables: dict[str, str], acl: str | None) -> None:
    assert config(variables).acl == acl


@pytest.mark.parametrize("complete", [SPACES, R2, S3])
def test_every_missing_variable_is_named(complete: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        config({"STORAGE": complete["STORAGE"]})
    assert all(name in caught.value.message for name in complete if name != "STORAGE")


def test_s3_takes_the_machines_role_without_keys_but_not_half_a_pair() -> None:
    assert config(S3).access_key is None
    with pytest.raises(SettingsError, match="AWS_SECRET_ACCESS_KEY"):
        config(S3 | {"AWS_ACCESS_KEY_ID": "k"})


def test_an_endpoint_that_is_no_url_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="STORAGE=r2"):
        open_store(load_settings(R2 | {"R2_ENDPOINT": "not a url"}, env_file=None))


def test_a_reel_is_played_from_its_store_or_where_it_was_published(tmp_path: Path) -> None:
    store = LocalStore(tmp_path, "http://now:8002/media")
    reel = Video(
        video_id="v",
        subject_kind="posting",
        subject_key="acme:1",
        source_hash="h",
        provider="local",
        s3_key="hls/v/master.m3u8",
        cdn_url="http://before:9999/media/hls/v/master.m3u8",
        mp4_key="hls/v/reel.mp4",
        captions_key="hls/v/captions.vtt",
        poster_key="hls/v/poster.jpg",
        width=720,
        height=1280,
        size_bytes=1,
        duration_seconds=1,
        template_id="poster",
        script="",
        created_at=datetime.now(UTC),
    )
    assert reel_urls(reel, store).poster_url == "http://now:8002/media/hls/v/poster.jpg"
    elsewhere = reel.model_copy(update={"provider": "spaces"})
    assert reel_urls(elsewhere, store).mp4_url == "http://before:9999/media/hls/v/reel.mp4"
    assert reel_urls(elsewhere, store).playback_url == elsewhere.cdn_url
