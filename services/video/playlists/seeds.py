"""PURE: chance without a generator. Every number is a digest of a seed and a name, so it is the same in every process, on every machine
and under every Python; and that of one clip does not depend on which others there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from itertools import permutations

from shared.fingerprint import content_hash
from shared.schemas.playlists import Day

ALGO_VERSION = 1
"""To be raised with any change after which the same catalogue would be played otherwise."""

_NAME = "reelwright.playlist"
_SHARES = tuple(permutations(range(3)))
_UNIT = 1 << 32


@dataclass(frozen=True)
class Seed:
    """`of_week` is shared by the days of one week, `of_day` is the day's own; 32 hex digits each."""

    of_week: str
    of_day: str


def seed_of(day: Day) -> Seed:
    """The exercises are no part of it: whoever swaps one keeps the clips of the others."""
    whose = () if day.user_id is None else (day.user_id,)
    of_week = content_hash(_NAME, str(ALGO_VERSION), day.workout_id, str(day.week), day.archetype, day.locale, *whose)
    return Seed(of_week, content_hash(of_week, str(day.day)))


def happens(probability: float, seed: str, *names: str) -> bool:
    """Whether something of this probability happens under this name."""
    return int(content_hash(seed, *names)[:16], 16) < probability * 2**64


def place_key(seed: str, exercise_slug: str | None, kind: str) -> bytes:
    """Under which clips are ranked for a kind of clip of an exercise."""
    return bytes.fromhex(content_hash(seed, exercise_slug or "", kind))


def rank(key: bytes, day: int, clip_id: str) -> int:
    """How much a clip is wanted on this day of the week, 1 to 7; the highest is played (rendezvous hashing, Thaler and Ravishankar 1998).

    Days 1 and 4, 2 and 5, 3 and 6, where weeks repeat what they train, are pairs: a clip is wanted on one as much as it is unwanted on
    the other, so the pair never plays the same one of two. How much differs from pair to pair, a third of the scale for each: what wins
    on one pair is weak on the next. Day 7 stands alone. On each day every clip is as likely as the others.
    """
    digest = blake2b(clip_id.encode(), digest_size=20, key=key).digest()
    second, pair = divmod(day - 1, 3)
    if second == 2:
        return int.from_bytes(digest[16:], "big")
    noise = int.from_bytes(digest[4 * pair + 4 : 4 * pair + 8], "big")
    strength = _SHARES[digest[0] % 6][pair] * _UNIT + noise
    return strength if (digest[1] >> pair & 1) == second else -1 - strength
