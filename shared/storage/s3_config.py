"""Where an S3 store is and how to speak to it, read from the settings group of its provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from shared.errors import SettingsError
from shared.settings import Storage

Provider = Literal["spaces", "r2", "s3"]


@dataclass(frozen=True)
class S3Config:
    """`endpoint` empty means AWS; keys None means the machine's own role; times in seconds, for one attempt."""

    provider: str
    endpoint: str
    region: str
    bucket: str
    public_url: str
    access_key: SecretStr | None
    secret_key: SecretStr | None
    acl: str | None = None
    connect_timeout_s: float = 3
    read_timeout_s: float = 20
    attempts: int = 3
    concurrency: int = 8


def s3_config(storage: Storage) -> S3Config:
    """The config STORAGE asks for. Raises SettingsError naming every variable that is missing."""
    provider = storage.storage
    _require(storage, f"STORAGE={provider}", *_needed(provider, storage), _PUBLIC_URL[provider])
    return _BUILD[provider](storage)


def playback_config(provider: Provider, storage: Storage) -> S3Config:
    """The config of a provider of clips, whatever STORAGE says. Without a public URL its own are signed, which takes keys: those of a
    machine's role would end with its session. Raises SettingsError naming every variable that is missing."""
    signed = () if getattr(storage, _PUBLIC_URL[provider]) else _KEYS[provider]
    _require(storage, f"provider {provider}", *dict.fromkeys((*_needed(provider, storage), *signed)))
    return _BUILD[provider](storage)


def _needed(provider: str, storage: Storage) -> tuple[str, ...]:
    if provider == "s3" and not any(getattr(storage, key) for key in _AWS_KEYS):
        return ("s3_bucket",)  # one key alone is a mistake, none is a machine with a role
    return (*_PLACE[provider], *_KEYS[provider])


def _spaces(storage: Storage) -> S3Config:
    return S3Config(
        provider="spaces",
        endpoint=storage.do_spaces_endpoint,
        region=storage.do_spaces_region,
        bucket=storage.do_spaces_bucket,
        public_url=storage.do_spaces_cdn_url,
        access_key=storage.do_spaces_access_key,
        secret_key=storage.do_spaces_secret_key,
        acl=_acl(storage, default="public-read"),
    )


def _r2(storage: Storage) -> S3Config:
    return S3Config(
        provider="r2",
        endpoint=storage.r2_endpoint,
        region="auto",
        bucket=storage.r2_bucket,
        public_url=storage.r2_public_url,
        access_key=storage.aws_access_key_id,
        secret_key=storage.aws_secret_access_key,
        acl=_acl(storage, default=None),
    )


def _s3(storage: Storage) -> S3Config:
    return S3Config(
        provider="s3",
        endpoint=storage.s3_endpoint,
        region=storage.aws_region,
        bucket=storage.s3_bucket,
        public_url=storage.s3_public_url,
        access_key=storage.aws_access_key_id,
        secret_key=storage.aws_secret_access_key,
        acl=_acl(storage, default=None),
    )


_AWS_KEYS = ("aws_access_key_id", "aws_secret_access_key")
_BUILD: Mapping[str, Callable[[Storage], S3Config]] = {"spaces": _spaces, "r2": _r2, "s3": _s3}
_PLACE = {"spaces": ("do_spaces_endpoint", "do_spaces_bucket"), "r2": ("r2_endpoint", "r2_bucket"), "s3": ("s3_bucket",)}
_KEYS = {"spaces": ("do_spaces_access_key", "do_spaces_secret_key"), "r2": _AWS_KEYS, "s3": _AWS_KEYS}
_PUBLIC_URL = {"spaces": "do_spaces_cdn_url", "r2": "r2_public_url", "s3": "s3_public_url"}


def _acl(storage: Storage, *, default: str | None) -> str | None:
    if storage.s3_acl is None:
        return default
    return None if storage.s3_acl == "none" else storage.s3_acl


def _require(storage: Storage, who: str, *fields: str) -> None:
    if missing := [field.upper() for field in fields if not getattr(storage, field)]:
        raise SettingsError(f"{who} needs {', '.join(missing)}")
