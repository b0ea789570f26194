"""PURE: URLs that open one object of a private bucket for a while: AWS Signature Version 4 in the query, for GET.

boto3 signs too, at 0.4 ms a URL, which is the whole time a playlist has; and for a bucket outside us-east-1 it names the global host,
whose redirect its own signature does not survive.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from functools import reduce
from urllib.parse import quote, urlencode, urlsplit

from shared.errors import SettingsError
from shared.storage.base import check_key
from shared.storage.s3_config import S3Config

_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


def presigned_url(config: S3Config, key: str, ttl_s: int, now: datetime) -> str:
    """The object's URL, good for `ttl_s` seconds (at most 7 days) from `now` (UTC). Raises InvalidInput for a key that cannot be,
    SettingsError without keys to sign with."""
    if config.access_key is None or config.secret_key is None:
        raise SettingsError(f"URLs of a private bucket of {config.provider} are signed with keys")
    scheme, host, path = _place(config, key)
    stamp = f"{now:%Y%m%dT%H%M%SZ}"
    scope = (stamp[:8], config.region, "s3", "aws4_request")
    query = urlencode(
        {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": "/".join((config.access_key.get_secret_value(), *scope)),
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(ttl_s),
            "X-Amz-SignedHeaders": "host",
        },
        quote_via=quote,
        safe="",
    )
    canonical = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    to_sign = "\n".join(("AWS4-HMAC-SHA256", stamp, "/".join(scope), hashlib.sha256(canonical.encode()).hexdigest()))
    signing_key = reduce(_hmac, scope, b"AWS4" + config.secret_key.get_secret_value().encode())
    return f"{scheme}://{host}{path}?{query}&X-Amz-Signature={_hmac(signing_key, to_sign).hex()}"


def _place(config: S3Config, key: str) -> tuple[str, str, str]:
    """Scheme, host and path: the bucket is part of the path behind an own endpoint, as in `shared/storage/s3.py`, and where its name
    has a dot, which AWS's certificates do not cover; else of the host."""
    name = quote(check_key(key))
    if config.endpoint:
        scheme, netloc, base, *_ = urlsplit(config.endpoint)
        return scheme, netloc.lower().removesuffix(_DEFAULT_PORTS.get(scheme, "")), f"{base.rstrip('/')}/{config.bucket}/{name}"
    host = f"s3.{config.region}.amazonaws.com"
    return ("https", host, f"/{config.bucket}/{name}") if "." in config.bucket else ("https", f"{config.bucket}.{host}", f"/{name}")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
