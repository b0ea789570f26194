"""What a cache of dear values keeps: a value, the name of this making of it, and its times; and how it looks in Redis. PURE."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Generic, Literal, NamedTuple, Protocol, TypeVar
from uuid import uuid4

V = TypeVar("V")

How = Literal["hit", "miss", "stale"]


class Key(NamedTuple):
    """`variant`: which of the owner's values. Neither holds a brace."""

    owner: str
    variant: str


class Codec(Protocol[V]):
    def encode(self, value: V) -> bytes: ...

    def decode(self, data: bytes) -> V:
        """Raises ValueError for what another version wrote."""
        ...

    def empty(self, value: V) -> bool:
        """Whether there is nothing in it, which is kept for a short time only."""
        ...

    def makeshift(self, value: V) -> bool:
        """Whether it might soon be better, so that it is stale after a short time."""
        ...


@dataclass(frozen=True)
class Lifetimes:
    """Seconds. A value is given for `hard_s` at most and is stale from `soft_s` on, both up to a tenth earlier by chance, so that what was
    made together does not run out together; `brief_s` is in place of one or both for what is empty or a makeshift. A copy of what Redis has
    is used for `near_s` without asking."""

    soft_s: float
    hard_s: float
    brief_s: float
    near_s: float


@dataclass(frozen=True)
class Kept(Generic[V]):
    """A value, the name of this making of it, and its times (Unix, s). `size`: bytes once encoded."""

    value: V
    version: str
    epoch: str
    made_at: float
    stale_at: float
    expires_at: float
    size: int


class Found(NamedTuple, Generic[V]):
    kept: Kept[V]
    how: How


def made(value: V, codec: Codec[V], life: Lifetimes, *, epoch: str, at: float, size: int) -> Kept[V]:
    """What was begun to be made then (Unix, s)."""
    share = 1 - random.uniform(0, 0.1)  # noqa: S311 - no secret hangs on it
    empty = codec.empty(value)
    hard_s = min(life.brief_s, life.hard_s) if empty else life.hard_s
    soft_s = min(life.brief_s, life.soft_s) if empty or codec.makeshift(value) else life.soft_s
    return Kept(value, uuid4().hex[:12], epoch, at, at + soft_s * share, at + hard_s * share, size)


def as_of(kept: Kept[V], now: float) -> Found[V] | None:
    """A hit or stale; None once it has expired."""
    if now >= kept.expires_at:
        return None
    return Found(kept, "hit" if now < kept.stale_at else "stale")


def encoded(kept: Kept[Any], body: bytes) -> bytes:
    return f"{kept.version} {kept.epoch} {kept.made_at:.3f} {kept.stale_at:.3f} {kept.expires_at:.3f}\n".encode() + body


def decoded(data: bytes, codec: Codec[V], near: Kept[V] | None) -> Kept[V] | None:
    """`near` where it is this version: what is there need not be read once more. None for what is none of ours."""
    head, _, body = data.partition(b"\n")
    try:
        version, epoch, *times = head.decode().split(" ")
        if near and near.version == version:
            return near
        made_at, stale_at, expires_at = map(float, times)
        return Kept(codec.decode(body), version, epoch, made_at, stale_at, expires_at, len(body))
    except ValueError:
        return None
