"""Media in a bucket: DigitalOcean Spaces, Cloudflare R2, or any other S3."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.session import Session
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import SettingsError, Unavailable
from shared.storage.base import MAX_READ_BYTES, Blob, check_key, check_prefix, headers_for, join_url, too_large
from shared.storage.daemon_threads import DaemonThreads
from shared.storage.s3_config import S3Config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")
_DELETE_BATCH = 1000  # the API's limit
_MEANINGS: dict[int | None, tuple[str, str]] = {
    401: ("storage_denied", "access denied"),
    403: ("storage_denied", "access denied"),
    404: ("storage_no_bucket", "there is no such bucket"),
}


class S3Store:
    """One boto3 client, shared by a bounded number of threads. A store that falls silent does not keep a process from ending."""

    def __init__(self, config: S3Config) -> None:
        self.provider = config.provider
        self._config = config
        self._client = _client(config)
        self._threads = DaemonThreads(config.concurrency, "s3")

    async def put_file(self, key: str, path: Path) -> None:
        await self._run(f"put {key}", partial(self._put, check_key(key), path))

    async def exists(self, key: str) -> bool:
        head = partial(self._client.head_object, Bucket=self._config.bucket, Key=check_key(key))
        try:
            await self._run(f"exists {key}", head)
        except Unavailable as error:
            if _status(error.__cause__) == 404:
                return False
            raise
        return True

    async def read(self, key: str) -> bytes | None:
        try:
            return await self._run(f"read {key}", partial(self._read, check_key(key)))
        except Unavailable as error:
            if isinstance(error.__cause__, ClientError) and error.__cause__.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise

    async def list(self, prefix: str = "", after: str = "") -> AsyncIterator[Blob]:
        request: dict[str, Any] = {"Bucket": self._config.bucket, "Prefix": check_prefix(prefix)}
        if after:
            request["StartAfter"] = check_prefix(after)
        while True:
            page = await self._run(f"list {prefix}", partial(self._client.list_objects_v2, **request))
            for item in page.get("Contents", ()):
                yield Blob(item["Key"], item["Size"], item["LastModified"])
            if not page["IsTruncated"]:
                return
            request["ContinuationToken"] = page["NextContinuationToken"]

    async def delete(self, keys: Iterable[str]) -> None:
        checked = iter([check_key(key) for key in keys])
        while batch := list(islice(checked, _DELETE_BATCH)):
            await self._delete(batch)

    def url(self, key: str) -> str:
        return join_url(self._config.public_url, key)

    async def ping(self) -> None:
        await self._run("ping", partial(self._client.head_bucket, Bucket=self._config.bucket))

    async def aclose(self) -> None:
        self._threads.close()
        self._client.close()

    def _put(self, key: str, path: Path) -> None:
        headers = headers_for(key)
        acl: dict[str, Any] = {"ACL": self._config.acl} if self._config.acl else {}
        with path.open("rb") as body:
            self._client.put_object(
                Bucket=self._config.bucket,
                Key=key,
                Body=body,
                ContentType=headers["Content-Type"],
                CacheControl=headers["Cache-Control"],
                **acl,
            )

    def _read(self, key: str) -> bytes:
        with closing(self._client.get_object(Bucket=self._config.bucket, Key=key)["Body"]) as body:
            content: bytes = body.read(MAX_READ_BYTES + 1)
        if len(content) > MAX_READ_BYTES:
            raise too_large(key)
        return content

    async def _delete(self, keys: Sequence[str]) -> None:
        wanted: Any = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        answer = await self._run("delete", partial(self._client.delete_objects, Bucket=self._config.bucket, Delete=wanted))
        if errors := answer.get("Errors"):
            first = errors[0]
            raise Unavailable(f"{self.provider}, delete: {len(errors)} of {len(keys)} objects stay, {first['Key']}: {first['Code']}")

    async def _run(self, action: str, call: Callable[[], T]) -> T:
        """The call in one of our threads, the vendor's errors as ours."""
        try:
            return await self._threads.run(call)
        except (ClientError, BotoCoreError) as error:
            raise _translate(error, f"{self.provider}, {action}") from error


def _client(config: S3Config) -> S3Client:
    options = Config(
        signature_version="s3v4",
        request_checksum_calculation="when_required",  # the stores that are not AWS refuse the newer defaults
        response_checksum_validation="when_required",
        connect_timeout=config.connect_timeout_s,
        read_timeout=config.read_timeout_s,
        retries={"mode": "standard", "total_max_attempts": config.attempts},
        max_pool_connections=config.concurrency,
        # behind an own endpoint a bucket is seldom a host name of its own
        s3={"addressing_style": "path" if config.endpoint else "auto"},
    )
    try:
        client = Session().client(
            "s3",
            endpoint_url=config.endpoint or None,
            region_name=config.region,
            aws_access_key_id=config.access_key.get_secret_value() if config.access_key else None,
            aws_secret_access_key=config.secret_key.get_secret_value() if config.secret_key else None,
            config=options,
        )
    except (BotoCoreError, ValueError) as error:
        raise SettingsError(f"STORAGE={config.provider}: {error}") from error
    client.meta.events.register("before-sign.s3.PutObject", _without_expect)
    client.meta.events.register("before-sign.s3.DeleteObjects", _with_md5)
    return client


def _without_expect(request: AWSRequest, **_: object) -> None:
    """`Expect: 100-continue` costs every object a round trip to save a refused body once in a blue moon."""
    del request.headers["Expect"]


def _with_md5(request: AWSRequest, **_: object) -> None:
    """Stores that are not AWS know Content-MD5, which older boto3 sent, where the newer sends a CRC."""
    for name in [name for name in request.headers if name.lower().startswith(("x-amz-checksum-", "x-amz-sdk-checksum-", "content-md5"))]:
        del request.headers[name]
    digest = hashlib.md5(bytes(request.data or b""), usedforsecurity=False).digest()
    request.headers["Content-MD5"] = base64.b64encode(digest).decode()


def _status(error: BaseException | None) -> int | None:
    return error.response["ResponseMetadata"]["HTTPStatusCode"] if isinstance(error, ClientError) else None


def _translate(error: ClientError | BotoCoreError, action: str) -> Unavailable:
    """Only the vendor's code goes into our message: its own text may quote keys and hosts."""
    reason = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    code, meaning = _MEANINGS.get(_status(error), ("storage_unavailable", "no success"))
    return Unavailable(f"{action}: {meaning} ({reason})", code=code)
