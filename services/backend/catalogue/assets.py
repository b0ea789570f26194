"""PURE: which assets of our providers can be at all, whatever is set up here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.errors import InvalidInput
from shared.http.guard import Guard, check_url
from shared.storage.base import check_key
from shared.storage.stream import encoded_id

_PUBLIC = Guard()


def _check_url(url: str) -> object:
    return check_url(url, _PUBLIC, field="asset")


_CHECKS: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(("local", "spaces", "r2", "s3"), check_key),
    "stream": encoded_id,
    "external": _check_url,
}


def asset_problem(provider: str, asset: str) -> str | None:
    """Why no clip of this provider has this asset: a key that leads elsewhere; a URL that is not https, carries a password, or names a
    private address. None also for providers of others, which say so themselves once they are set up."""
    try:
        _CHECKS.get(provider, str)(asset)
    except InvalidInput as error:
        return error.message
    return None
