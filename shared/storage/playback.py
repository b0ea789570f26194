"""Where clips are played from, by their provider: what a provider can do, and the register of all that are known.

Others add theirs as docs/adapters.md says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from importlib.metadata import entry_points
from typing import Protocol

from shared.errors import InvalidInput, SettingsError, Unavailable
from shared.metrics import STORAGE_ERRORS
from shared.schemas.clips import Clip
from shared.settings import Settings
from shared.storage.bucket import open_bucket
from shared.storage.external import open_external
from shared.storage.local_clips import open_local_clips
from shared.storage.stream import open_stream

ENTRY_POINTS = "reelwright.playback"
"""Group of the entry points in which installed packages name their openers."""

TIMED_OUT = "storage_timeout"
"""Code of the Unavailable of a provider that was asked and said nothing in time."""
NOT_CONFIGURED = "provider_not_configured"
"""Code of the Unavailable of a provider without its settings: that says something about this process, nothing about the provider."""


class Playback(Protocol):
    """A provider of clips. Both raise InvalidInput for an asset that is none of its own, naming what is wrong."""

    async def exists(self, clip: Clip) -> bool:
        """Whether it can be played now. Raises Unavailable when the provider cannot be asked, or does not answer in time."""

    def playback_url(self, clip: Clip) -> str:
        """Where clients play it from. No I/O."""

    async def aclose(self) -> None: ...


Opener = Callable[[Settings], Playback]
"""Opens a provider without reaching it. Raises SettingsError naming the variables that are missing."""

_OPENERS: dict[str, Opener] = {
    "local": open_local_clips,
    "spaces": partial(open_bucket, "spaces"),
    "r2": partial(open_bucket, "r2"),
    "s3": partial(open_bucket, "s3"),
    "stream": open_stream,
    "external": open_external,
}


def register(provider: str, opener: Opener) -> None:
    """Make a provider known to all that is opened from now on; the latest of a name holds."""
    _OPENERS[provider] = opener


class Playbacks:
    """Every provider there is, each opened when the first of its clips asks for it."""

    def __init__(self, settings: Settings, openers: Mapping[str, Opener]) -> None:
        self._settings, self._openers = settings, openers
        self._opened: dict[str, Bounded] = {}

    @property
    def providers(self) -> tuple[str, ...]:
        """Names of those that are known, configured or not, in order."""
        return tuple(sorted(self._openers))

    @cached_property
    def configured(self) -> tuple[str, ...]:
        """Names of those that have the settings they need in this process, in order."""
        return tuple(name for name in self.providers if self._is_configured(name))

    def of(self, provider: str) -> Playback:
        """No I/O. Raises InvalidInput for one that is not known, Unavailable (code provider_not_configured) naming what it lacks."""
        if provider not in self._opened:
            self._opened[provider] = self._open(provider)
        return self._opened[provider]

    def check_known(self, provider: str) -> None:
        """Raises InvalidInput naming those that are known, unless this one is."""
        if provider not in self._openers:
            known = ", ".join(self.providers)
            raise InvalidInput(f"there is no provider {provider[:40]!r}; known: {known}", field="provider", code="provider_unknown")

    def _is_configured(self, provider: str) -> bool:
        try:
            self.of(provider)
        except Unavailable:
            return False
        return True

    def _open(self, provider: str) -> Bounded:
        self.check_known(provider)
        with _configured():
            return Bounded(provider, self._openers[provider](self._settings), self._settings.clips.clip_check_timeout_s)

    async def aclose(self) -> None:
        for playback in self._opened.values():
            await playback.aclose()


def open_playbacks(settings: Settings) -> Playbacks:
    """All providers of ours, of installed packages, and registered by hand; the caller closes them with `aclose()`."""
    installed = {entry.name: partial(_open_installed, entry.load) for entry in entry_points(group=ENTRY_POINTS)}
    return Playbacks(settings, {**installed, **_OPENERS})


class Bounded:
    """A provider as callers know it: each question has a deadline, each failure is counted, each URL names the piece of the asset."""

    def __init__(self, provider: str, inner: Playback, timeout_s: float) -> None:
        self._provider, self._inner, self._timeout_s = provider, inner, timeout_s

    async def exists(self, clip: Clip) -> bool:
        try:
            with _about_the_asset(), _configured():
                async with asyncio.timeout(self._timeout_s):
                    return await self._inner.exists(clip)
        except TimeoutError:
            STORAGE_ERRORS.labels(self._provider, TIMED_OUT).inc()
            raise Unavailable(f"{self._provider}: no answer within {self._timeout_s:g} s", code=TIMED_OUT) from None
        except Unavailable as error:
            STORAGE_ERRORS.labels(self._provider, error.code).inc()
            raise

    def playback_url(self, clip: Clip) -> str:
        with _about_the_asset(), _configured():
            url, cut = self._inner.playback_url(clip), piece(clip)
        return url.partition("#")[0] + cut if cut else url

    async def aclose(self) -> None:
        await self._inner.aclose()


def piece(clip: Clip) -> str:
    """The media fragment of the piece of the asset that is the clip, "#t=5,12.5"; empty for all of it (W3C, Media Fragments URI 1.0)."""
    if clip.start_time is None and clip.end_time is None:
        return ""
    end = "" if clip.end_time is None else f",{_seconds(clip.end_time)}"
    return f"#t={_seconds(clip.start_time or 0)}{end}"


def _seconds(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _open_installed(load: Callable[[], Opener], settings: Settings) -> Playback:
    return load()(settings)


@contextmanager
def _configured() -> Iterator[None]:
    """To who asks for a clip, a provider that is not set up is one that is away."""
    try:
        yield
    except SettingsError as error:
        raise Unavailable(error.message, code=NOT_CONFIGURED) from error


@contextmanager
def _about_the_asset() -> Iterator[None]:
    """Adapters call it a key or a URL; the clip calls it its asset."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput(error.message, field="asset", code=error.code) from error
