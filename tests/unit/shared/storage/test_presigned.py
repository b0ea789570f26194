"""Signed URLs: the very ones that AWS's own library makes."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from pydantic import SecretStr

from shared.errors import InvalidInput, SettingsError
from shared.storage.presigned import presigned_url
from shared.storage.s3_config import S3Config

KEYS = SecretStr("AKIDEXAMPLE"), SecretStr("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


def config(endpoint: str = "", region: str = "eu-west-1", bucket: str = "reels") -> S3Config:
    return S3Config("s3", endpoint, region, bucket, "", *KEYS)


def by_aws(url: str, region: str, ttl_s: int) -> tuple[str, datetime]:
    """The URL as botocore signs it, and when."""
    request = AWSRequest("GET", url)
    S3SigV4QueryAuth(Credentials(*(key.get_secret_value() for key in KEYS)), "s3", region, expires=ttl_s).add_auth(request)
    signed = str(request.url)
    stamp = parse_qs(urlsplit(signed).query)["X-Amz-Date"][0]
    return signed, datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("where", "key", "url"),
    [
        (config(), "clips/push-up.mp4", "https://reels.s3.eu-west-1.amazonaws.com/clips/push-up.mp4"),
        (config(bucket="re.els"), "a b/ü+~(1)=&.mp4", "https://s3.eu-west-1.amazonaws.com/re.els/a%20b/%C3%BC%2B~%281%29%3D%26.mp4"),
        (config("https://x.r2.cloudflarestorage.com", "auto"), "a.mp4", "https://x.r2.cloudflarestorage.com/reels/a.mp4"),
        (config("https://Media.Example:443/s3/"), "a.mp4", "https://media.example/s3/reels/a.mp4"),
        (config("http://127.0.0.1:9000"), "a.mp4", "http://127.0.0.1:9000/reels/a.mp4"),
    ],
)
def test_it_is_signed_as_aws_signs(where: S3Config, key: str, url: str) -> None:
    theirs, now = by_aws(url, where.region, 900)
    assert presigned_url(where, key, 900, now) == theirs


def test_what_cannot_be_a_key_is_not_signed() -> None:
    with pytest.raises(InvalidInput):
        presigned_url(config(), "../other-bucket/secret", 900, datetime.now(UTC))


def test_without_keys_nothing_is_signed() -> None:
    with pytest.raises(SettingsError):
        presigned_url(S3Config("s3", "", "us-east-1", "reels", "", None, None), "a.mp4", 900, datetime.now(UTC))
