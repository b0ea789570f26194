"""Which providers of clips there are, what each lacks, and how others add theirs."""

from __future__ import annotations

from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.errors import InvalidInput, SettingsError, Unavailable
from shared.schemas.clips import Clip
from shared.settings import Settings, load_settings
from shared.storage import playback
from shared.storage.playback import Playback, open_playbacks, piece, register

AWS = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
R2 = {"R2_ENDPOINT": "https://account.r2.cloudflarestorage.com", "R2_BUCKET": "clips", **AWS}
SPACES = {
    "DO_SPACES_ENDPOINT": "https://tor1.digitaloceanspaces.com",
    "DO_SPACES_BUCKET": "clips",
    "DO_SPACES_ACCESS_KEY": "k",
    "DO_SPACES_SECRET_KEY": "s",
}
STREAM = {"CF_STREAM_HLS_TEMPLATE": "https://videodelivery.net/{playback_id}/manifest/video.m3u8"}
EXTERNAL = {"EXTERNAL_MEDIA_HOSTS": "media.example, .CDN.example"}
OURS = ("external", "local", "r2", "s3", "spaces", "stream")


def settings(**variables: str) -> Settings:
    return load_settings(variables, env_file=None)


def clip(asset: str, provider: str = "any", start: float | None = None, end: float | None = None) -> Clip:
    now = datetime.now(UTC)
    return Clip(
        clip_id="c1", exercise_slug=None, kind="intro", archetype="peer", provider=provider, asset=asset, start_time=start, end_time=end,
        duration=10, created_at=now, updated_at=now,
    )  # fmt: skip


async def test_an_unknown_provider_names_the_known_ones() -> None:
    async with aclosing(open_playbacks(settings())) as playbacks:
        with pytest.raises(InvalidInput) as caught:
            playbacks.of("r3")
    assert playbacks.providers == OURS
    assert caught.value.field == "provider"
    assert all(name in caught.value.message for name in OURS)


@pytest.mark.parametrize(
    ("provider", "variables", "missing"),
    [
        ("r2", {}, ["R2_ENDPOINT", "R2_BUCKET", *AWS]),
        ("r2", {"STORAGE": "local", **R2, "R2_BUCKET": ""}, ["R2_BUCKET"]),
        ("spaces", {}, list(SPACES)),
        ("s3", {}, ["S3_BUCKET", *AWS]),
        ("s3", {"S3_BUCKET": "clips"}, list(AWS)),
        ("s3", {"S3_BUCKET": "clips", "S3_PUBLIC_URL": "https://cdn.example", "AWS_ACCESS_KEY_ID": "k"}, ["AWS_SECRET_ACCESS_KEY"]),
        ("stream", {}, ["CF_STREAM_HLS_TEMPLATE"]),
        ("external", {}, ["EXTERNAL_MEDIA_HOSTS"]),
        ("local", {"STORAGE": "r2"}, ["STORAGE=local"]),
    ],
)
async def test_a_provider_that_is_not_set_up_names_what_it_lacks(provider: str, variables: dict[str, str], missing: list[str]) -> None:
    async with aclosing(open_playbacks(settings(**variables))) as playbacks:
        with pytest.raises(Unavailable, match=f"provider {provider} needs {', '.join(missing)}") as caught:
            playbacks.of(provider)
    assert caught.value.code == "provider_not_configured"


async def test_who_is_configured() -> None:
    async with aclosing(open_playbacks(settings(**EXTERNAL))) as playbacks:
        assert playbacks.configured == ("external", "local")
    async with aclosing(open_playbacks(settings(**STREAM, **R2, STORAGE="r2"))) as playbacks:
        assert playbacks.configured == ("r2", "stream")


async def test_all_work_side_by_side_whatever_storage_is() -> None:
    """And none is reached for a URL."""
    public = {"DO_SPACES_CDN_URL": "https://clips.cdn.example/", "S3_BUCKET": "others"}
    async with aclosing(open_playbacks(settings(**R2, **SPACES, **STREAM, **EXTERNAL, **public))) as playbacks:
        urls = {name: playbacks.of(name).playback_url(clip("https://media.example/a" if name == "external" else "a")) for name in OURS}
        assert playbacks.of("r2") is playbacks.of("r2")
    assert urls["r2"].startswith("https://account.r2.cloudflarestorage.com/clips/a?X-Amz-Algorithm=")
    assert "X-Amz-Expires=3600" in urls["r2"]
    assert urls["s3"].startswith("https://others.s3.us-east-1.amazonaws.com/a?")
    assert urls["spaces"] == "https://clips.cdn.example/a"
    assert urls["stream"] == "https://videodelivery.net/a/manifest/video.m3u8"
    assert urls["external"] == "https://media.example/a"
    assert urls["local"] == "http://127.0.0.1:8002/media/a"


async def test_hosts_are_names_alone_or_with_all_beneath() -> None:
    async with aclosing(open_playbacks(settings(**EXTERNAL))) as playbacks:
        for asset in ("https://media.example/a", "https://eu.cdn.example/a"):
            assert playbacks.of("external").playback_url(clip(asset)) == asset
        with pytest.raises(InvalidInput):
            playbacks.of("external").playback_url(clip("https://eu.media.example/a"))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CF_STREAM_HLS_TEMPLATE", "http://videodelivery.net/{playback_id}/manifest/video.m3u8"),
        ("CF_STREAM_HLS_TEMPLATE", "https://videodelivery.net/manifest/video.m3u8"),
        ("CF_STREAM_HLS_TEMPLATE", "https://{playback_id}.example/video.m3u8"),
        ("CF_STREAM_HLS_TEMPLATE", "https://videodelivery.net/{playback_id}/{file}"),
        ("EXTERNAL_MEDIA_HOSTS", "https://media.example"),
        ("EXTERNAL_MEDIA_HOSTS", "media.example,*.example.com"),
        ("EXTERNAL_MEDIA_HOSTS", "media.example:8443"),
        ("PLAYBACK_URL_TTL_S", "604801"),
    ],
)
def test_settings_that_cannot_be_meant_stop_the_process(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        settings(**{variable: value})


@pytest.mark.parametrize(
    ("start", "end", "fragment"),
    [
        (None, None, ""), (0, None, "#t=0"), (5, None, "#t=5"), (None, 8, "#t=0,8"), (5, 12.5, "#t=5,12.5"), (100, 200, "#t=100,200"),
        (1 / 3, 1e-9, "#t=0.333,0"),
    ],
)  # fmt: skip
def test_a_piece_is_a_media_fragment(start: float | None, end: float | None, fragment: str) -> None:
    assert piece(clip("a", start=start, end=end)) == fragment


async def test_the_piece_takes_the_place_of_a_fragment_the_url_has() -> None:
    async with aclosing(open_playbacks(settings(**EXTERNAL))) as playbacks:
        external = playbacks.of("external")
        assert external.playback_url(clip("https://media.example/a#t=1", start=5)) == "https://media.example/a#t=5"
        assert external.playback_url(clip("https://media.example/a#t=1")) == "https://media.example/a#t=1"


class Bunny:
    """Somebody else's."""

    def __init__(self, settings: Settings) -> None:
        self.closed = False

    async def exists(self, clip: Clip) -> bool:
        return clip.asset == "carrot"

    def playback_url(self, clip: Clip) -> str:
        return f"https://bunny.example/{clip.asset}"

    async def aclose(self) -> None:
        self.closed = True


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> list[Bunny]:
    """The Bunnies that were opened."""
    opened: list[Bunny] = []

    def open_bunny(settings: Settings) -> Playback:
        opened.append(Bunny(settings))
        return opened[-1]

    monkeypatch.setattr(playback, "_OPENERS", dict(playback._OPENERS))
    register("bunny", open_bunny)
    return opened


async def test_a_third_party_registers_its_own(registered: list[Bunny]) -> None:
    async with aclosing(open_playbacks(settings())) as playbacks:
        assert "bunny" in playbacks.providers
        assert registered == []
        assert await playbacks.of("bunny").exists(clip("carrot"))
        assert playbacks.of("bunny").playback_url(clip("carrot", start=1)) == "https://bunny.example/carrot#t=1"
    assert [bunny.closed for bunny in registered] == [True]


async def test_an_installed_package_names_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "hare_clips-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hare-clips\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{playback.ENTRY_POINTS}]\nhare = hare_clips:open_hare\n")
    (tmp_path / "hare_clips.py").write_text("from tests.unit.shared.storage.test_providers import Bunny as open_hare\n")
    monkeypatch.syspath_prepend(tmp_path)
    async with aclosing(open_playbacks(settings())) as playbacks:
        assert await playbacks.of("hare").exists(clip("carrot")) is True
