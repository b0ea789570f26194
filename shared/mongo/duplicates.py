"""Bulk writes that may meet what is there already."""

from __future__ import annotations

from pymongo.errors import BulkWriteError

_DUPLICATE_KEY = 11000


def places(error: BulkWriteError) -> list[int]:
    """Which of the writes were refused, if each was refused because its key is taken; raises the error if anything else went wrong."""
    refused = error.details.get("writeErrors", ())
    if error.details.get("writeConcernErrors") or any(one["code"] != _DUPLICATE_KEY for one in refused):
        raise error
    return [one["index"] for one in refused]


def count(error: BulkWriteError) -> int:
    """How many they are."""
    return len(places(error))
