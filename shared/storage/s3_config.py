"""Where an S3 store is and how to speak to it, read from the settings group of its provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from shared.errors import SettingsError
from shared.settings import Storage


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
    build = {"spaces": _spaces, "r2": _r2, "s3": _s3}
    return build[storage.storage](storage)


def _spaces(storage: Storage) -> S3Config:
    _require(storage, "do_spaces_endpoint", "do_spaces_bucket", "do_spaces_access_key", "do_spaces_secret_key", "do_spaces_cdn_url")
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
    _require(storage, "r2_endpoint", "r2_bucket", "r2_public_url", "aws_access_key_id", "aws_secret_access_key")
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
    keys = ("aws_access_key_id", "aws_secret_access_key")
    with_keys = any(getattr(storage, key) for key in keys)  # one key alone is a mistake, none is a machine with a role
    _require(storage, "s3_bucket", "s3_public_url", *(keys if with_keys else ()))
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


def _acl(storage: Storage, *, default: str | None) -> str | None:
    if storage.s3_acl is None:
        return default
    return None if storage.s3_acl == "none" else storage.s3_acl


def _require(storage: Storage, *fields: str) -> None:
    values: Mapping[str, object] = {field: getattr(storage, field) for field in fields}
    missing = [field.upper() for field, value in values.items() if not value]
    if missing:
        raise SettingsError(f"STORAGE={storage.storage} needs {', '.join(missing)}")
