"""Which of a user's rankings: the parts of a cache key, from values that were validated. PURE.

`video:recommendations:v1:{user}:max:trending:category`, as in the seed; versioned, and with the user as the hash tag of Redis Cluster.
"max" is how many are ranked, not how many are shown: one ranking serves pages of any length.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote

from shared.cache.kept import Key

NAME = "video:recommendations"
_ALL = "-"


class Variant(NamedTuple):
    """`category` as `filter_key` makes it, None for all."""

    size: int
    trending: bool
    category: str | None

    def key(self, user_id: str) -> Key:
        return Key(user_id, f"{self.size}:{int(self.trending)}:{quote(self.category, safe='') if self.category else _ALL}")

    def as_params(self) -> dict[str, Any]:
        return self._asdict()
