"""What every provider of clips does alike: local disk, buckets (signatures checked by rclone), Cloudflare Stream, hosts of others."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr

from shared.errors import InvalidInput, Unavailable
from shared.http.guard import Guard
from shared.schemas.clips import Clip
from shared.settings import Clips, Process, Settings, Storage
from shared.storage.bucket import open_bucket
from shared.storage.external import ExternalPlayback
from shared.storage.local_clips import open_local_clips
from shared.storage.playback import Opener, Playback, Playbacks
from shared.storage.stream import PLACE, StreamPlayback
from tests.faults.s3_server import S3Server, free_port, s3_server
from tests.stubs.media_host import BODY, MediaHost

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOOPBACK = (ipaddress.ip_network("127.0.0.1/32"),)
REMOTE = ("bucket", "stream", "external")


def clip(asset: str, start: float | None = None, end: float | None = None) -> Clip:
    return Clip(
        clip_id="c1", exercise_slug="push-up", kind="technique", archetype="peer", provider="any", asset=asset, start_time=start,
        end_time=end, duration=10, created_at=NOW, updated_at=NOW,
    )  # fmt: skip


def settings(folder: Path, timeout_s: float, **storage: object) -> Settings:
    keys = {"aws_access_key_id": SecretStr("reelwright"), "aws_secret_access_key": SecretStr("a-long-enough-secret")}
    return Settings(
        process=Process(data_dir=folder),
        storage=Storage.model_validate({"s3_bucket": "reels", **keys, **storage}),
        clips=Clips(clip_check_timeout_s=timeout_s),
    )


@asynccontextmanager
async def opened(opener: Opener, settings: Settings) -> AsyncIterator[Playback]:
    async with aclosing(Playbacks(settings, {"tested": opener})) as playbacks:
        yield playbacks.of("tested")


def opener_at(provider: str, url: str) -> Opener:
    """Of a provider of this kind whose other end is at `url`."""
    if provider == "stream":
        return lambda _: StreamPlayback(f"{url}/{PLACE}/manifest/video.m3u8")
    if provider == "external":
        port = urlsplit(url).port
        assert port
        return lambda _: ExternalPlayback(Guard(allow_http=True, hosts=frozenset({"127.0.0.1"}), ports=frozenset({port}), vouched=LOOPBACK))
    return partial(open_bucket, "s3")


def asset_at(provider: str, url: str, name: str) -> str:
    return f"{url}/{name}" if provider == "external" else name


@pytest.fixture(scope="session")
async def host() -> AsyncIterator[MediaHost]:
    async with MediaHost().listening() as host:
        yield host


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("clips")) as server:
        (server.bucket / "there ü+1.mp4").write_bytes(BODY)
        yield server


@dataclass(frozen=True)
class Subject:
    """A provider under test that has one asset and lacks another; `served`: its URLs can be fetched here."""

    playback: Playback
    there: str
    absent: str
    never: str
    served: bool = True


@pytest.fixture(params=["local", "signed", "public", "stream", "external"])
async def subject(request: pytest.FixtureRequest, host: MediaHost, tmp_path: Path) -> AsyncIterator[Subject]:
    kind = str(request.param)
    if kind == "local":
        (tmp_path / "media").mkdir()
        (tmp_path / "media" / "there.mp4").write_bytes(BODY)
        async with opened(open_local_clips, settings(tmp_path, 30)) as playback:
            yield Subject(playback, "there.mp4", "absent.mp4", "../there.mp4", served=False)
    elif kind in ("signed", "public"):
        port = request.getfixturevalue("s3").port
        public = "https://cdn.example.com/" if kind == "public" else ""
        storage = {"s3_endpoint": f"http://127.0.0.1:{port}", "s3_public_url": public}
        async with opened(partial(open_bucket, "s3"), settings(tmp_path, 30, **storage)) as playback:
            yield Subject(playback, "there ü+1.mp4", "absent.mp4", "/there.mp4", served=kind == "signed")
    else:
        there, absent = (asset_at(kind, host.url, name) for name in ("there", "status-404"))
        async with opened(opener_at(kind, host.url), settings(tmp_path, 30)) as playback:
            yield Subject(playback, there, absent, ".." if kind == "stream" else "https://10.0.0.1/there")


async def test_it_says_what_it_has(subject: Subject) -> None:
    assert await subject.playback.exists(clip(subject.there)) is True
    assert await subject.playback.exists(clip(subject.absent)) is False


async def test_its_url_plays_whole_or_in_part(subject: Subject) -> None:
    url = subject.playback.playback_url(clip(subject.there))
    assert "#" not in url
    assert subject.playback.playback_url(clip(subject.there, 5, 12.5)).endswith("#t=5,12.5")
    if subject.served:
        assert (await fetched(url)).raise_for_status().content == BODY


async def fetched(url: str) -> httpx2.Response:
    async with httpx2.AsyncClient(timeout=30) as http:
        return await http.get(url)


async def test_a_signed_url_opens_what_it_was_signed_for_and_nothing_else(s3: S3Server, tmp_path: Path) -> None:
    async with opened(partial(open_bucket, "s3"), settings(tmp_path, 30, s3_endpoint=f"http://127.0.0.1:{s3.port}")) as playback:
        url = playback.playback_url(clip("there ü+1.mp4"))
    (s3.bucket / "other.mp4").write_bytes(b"private")
    assert (await fetched(url)).content == BODY
    for changed in (url.replace("there%20%C3%BC%2B1", "other"), url.replace("Expires=3600", "Expires=7200"), url.partition("?")[0]):
        assert (await fetched(changed)).status_code in (400, 403)


async def test_an_asset_that_cannot_be_its_own_is_refused(subject: Subject) -> None:
    with pytest.raises(InvalidInput) as caught:
        subject.playback.playback_url(clip(subject.never))
    assert caught.value.field == "asset"
    with pytest.raises(InvalidInput) as caught:
        await subject.playback.exists(clip(subject.never))
    assert caught.value.field == "asset"


@pytest.mark.parametrize("provider", REMOTE)
async def test_a_server_in_trouble_is_no_answer(provider: str, host: MediaHost, tmp_path: Path) -> None:
    async with opened(opener_at(provider, host.url), settings(tmp_path, 30, s3_endpoint=host.url)) as playback:
        for status in (500, 503, 429):
            with pytest.raises(Unavailable):
                await playback.exists(clip(asset_at(provider, host.url, f"status-{status}")))


@pytest.mark.parametrize("provider", ["stream", "external"])
@pytest.mark.parametrize("name", ["status-401", "status-403", "status-404", "status-410", "away"])
async def test_what_no_client_could_play_is_not_there(provider: str, name: str, host: MediaHost, tmp_path: Path) -> None:
    async with opened(opener_at(provider, host.url), settings(tmp_path, 30)) as playback:
        assert await playback.exists(clip(asset_at(provider, host.url, name))) is False
    assert not [asked for asked in host.asked if "elsewhere" in asked]


async def test_a_bucket_that_denies_us_says_nothing_about_its_clips(host: MediaHost, tmp_path: Path) -> None:
    """Without leave to list, a bucket denies what is not there, too."""
    async with opened(opener_at("bucket", host.url), settings(tmp_path, 30, s3_endpoint=host.url)) as playback:
        with pytest.raises(Unavailable) as caught:
            await playback.exists(clip("status-403"))
    assert caught.value.code == "storage_denied"


async def test_a_bucket_that_is_not_there_does_not_empty_the_catalogue(s3: S3Server, tmp_path: Path) -> None:
    wrong = settings(tmp_path, 30, s3_endpoint=f"http://127.0.0.1:{s3.port}", s3_bucket="rells")
    async with opened(partial(open_bucket, "s3"), wrong) as playback:
        with pytest.raises(Unavailable) as caught:
            await playback.exists(clip("there ü+1.mp4"))
    assert caught.value.code == "storage_no_bucket"


@pytest.mark.parametrize("provider", ["stream", "external"])
@pytest.mark.parametrize("status", [403, 405, 501])
async def test_where_head_is_refused_the_first_byte_is_asked_for(provider: str, status: int, host: MediaHost, tmp_path: Path) -> None:
    host.asked.clear()
    async with opened(opener_at(provider, host.url), settings(tmp_path, 30)) as playback:
        assert await playback.exists(clip(asset_at(provider, host.url, f"head-{status}")))
    assert [asked.split(" ")[0] for asked in host.asked] == ["HEAD", "GET"]


@pytest.mark.parametrize("provider", ["stream", "external"])
async def test_what_was_there_is_asked_for_by_its_validator(provider: str, host: MediaHost, tmp_path: Path) -> None:
    asset = asset_at(provider, host.url, "tagged")
    async with opened(opener_at(provider, host.url), settings(tmp_path, 30)) as playback:
        before = host.unchanged
        assert [await playback.exists(clip(asset)) for _ in range(3)] == [True, True, True]
        assert host.unchanged == before + 2
        host.etag = f'"second at {provider}"'
        assert [await playback.exists(clip(asset)) for _ in range(2)] == [True, True]
        assert host.unchanged == before + 3


@pytest.mark.parametrize("provider", REMOTE)
async def test_silence_and_absence_end_in_time_and_are_counted(provider: str, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        for port, timeout_s in ((silent.getsockname()[1], 0.2), (free_port(), 30)):
            url, before = f"http://127.0.0.1:{port}", failures()
            async with opened(opener_at(provider, url), settings(tmp_path, timeout_s, s3_endpoint=url)) as playback:
                with pytest.raises(Unavailable):
                    await playback.exists(clip(asset_at(provider, url, "there")))
            assert failures() == before + 1


def failures() -> float:
    samples = [sample for metric in REGISTRY.collect() if metric.name == "reelwright_storage_errors" for sample in metric.samples]
    return sum(sample.value for sample in samples if sample.name.endswith("_total") and sample.labels["provider"] == "tested")


@pytest.mark.parametrize(
    "asset",
    [
        "http://media.example/a.mp4", "https://10.0.0.1/a.mp4", "https://localhost/a.mp4", "https://media.example.evil/a.mp4", "https://u:p@media.example/a",
        "https://media.example:8443/a.mp4", "ftp://media.example/a", "a.mp4", "", "javascript:alert(1)",
    ],
)  # fmt: skip
async def test_hosts_of_others_are_those_allowed_over_https(asset: str) -> None:
    async with aclosing(ExternalPlayback(Guard(hosts=frozenset({"media.example"})))) as external:
        assert external.playback_url(clip("https://media.example/a.mp4?b=c")) == "https://media.example/a.mp4?b=c"
        with pytest.raises(InvalidInput):
            external.playback_url(clip(asset))


async def test_a_host_that_means_the_inside_is_refused_when_it_is_asked(host: MediaHost) -> None:
    """Its name passes; what it resolves to does not."""
    port = urlsplit(host.url).port
    assert port
    host.asked.clear()
    async with aclosing(ExternalPlayback(Guard(allow_http=True, hosts=frozenset({"localhost"}), ports=frozenset({port})))) as external:
        with pytest.raises(InvalidInput):
            await external.exists(clip(f"http://localhost:{port}/there"))
    assert host.asked == []


@pytest.mark.parametrize(
    ("playback_id", "encoded"),
    [("5d5bc37ffcf54c9b82e996823bffbb81", "5d5bc37ffcf54c9b82e996823bffbb81"), ("a/b?c#d %", "a%2Fb%3Fc%23d%20%25"), ("ü", "%C3%BC")],
)
async def test_a_playback_id_is_one_segment_of_the_template(playback_id: str, encoded: str) -> None:
    async with aclosing(StreamPlayback("https://videodelivery.net/{playback_id}/manifest/video.m3u8")) as stream:
        assert stream.playback_url(clip(playback_id)) == f"https://videodelivery.net/{encoded}/manifest/video.m3u8"


@pytest.mark.parametrize("playback_id", ["", ".", "..", "a\nb", "\ud800", "x" * 2049])
async def test_a_playback_id_that_would_be_no_segment_is_refused(playback_id: str) -> None:
    async with aclosing(StreamPlayback("https://videodelivery.net/{playback_id}/manifest/video.m3u8")) as stream:
        with pytest.raises(InvalidInput):
            stream.playback_url(clip(playback_id))
