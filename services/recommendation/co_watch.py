"""What was learned from watching: a blend, and which subjects its items are; as it is used, and as bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zipfile import BadZipFile

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]
from numpy.typing import NDArray

from services.recommendation.models.blend import Blend, Latent, Linear, Part
from services.recommendation.models.factors import Pull
from services.recommendation.models.interactions import Floats, history
from services.recommendation.models.recipe import PartName, PlainPart, Recipe
from services.recommendation.taste import Signal, is_taken

_OF_THE_TIME: frozenset[PartName] = frozenset({"trending", "lively"})


@dataclass(frozen=True)
class CoWatch:
    """`subjects` are the keys of the blend's items; `n_users` how many it was learned from."""

    blend: Blend
    subjects: tuple[str, ...]
    n_users: int

    @cached_property
    def number_of(self) -> dict[str, int]:
        return {key: number for number, key in enumerate(self.subjects)}

    @property
    def trending(self) -> Floats:
        """Shape (items,)."""
        return np.asarray(self.blend.plain["trending"][0])

    @property
    def counts(self) -> Floats:
        """How many users took each; shape (items,)."""
        return np.asarray(self.blend.plain["popular"][0] * self.n_users)

    def known(self, signals: Sequence[Signal]) -> list[Signal]:
        """What was liked among what it knows."""
        return [signal for signal in signals if is_taken(signal.worth) and signal.subject_key in self.number_of]

    def scores(self, known: Sequence[Signal], *, include_trending: bool) -> Floats:
        """Of each item, for whoever liked these; shape (items,)."""
        items = np.array([self.number_of[signal.subject_key] for signal in known], np.int32)
        times = np.array([signal.at.timestamp() for signal in known], np.float64)
        scored = self.blend.scored(history(items, times, self.blend.n_items))
        kept = [scores[0] for name, scores in scored.items() if include_trending or name not in _OF_THE_TIME]
        return np.asarray(np.sum(kept, axis=0), np.float32)


def pack(model: CoWatch) -> bytes:
    """As `unpack` reads it; numbers at half their precision, which is far more than they are known to."""
    blend = model.blend
    arrays: dict[str, NDArray[Any]] = {f"plain.{name}": values for name, values in blend.plain.items()}
    for name, part in blend.parts.items():
        arrays |= {f"{name}.{key}": values for key, values in _arrays(part)}
    told = {
        "recipe": blend.recipe.model_dump(),
        "subjects": model.subjects,
        "n_users": model.n_users,
        "parts": {name: _described(part) for name, part in blend.parts.items()},
    }
    written = io.BytesIO()
    arrays["told"] = np.frombuffer(json.dumps(told).encode(), np.uint8)
    np.savez(written, allow_pickle=False, **arrays)
    return written.getvalue()


def _arrays(part: Part) -> Iterator[tuple[str, NDArray[Any]]]:
    if isinstance(part, Latent):
        yield "items", part.items.astype(np.float16)
        return
    weights = sp.csr_array(part.weights)
    yield from (("data", weights.data.astype(np.float16)), ("indices", weights.indices.astype(np.int32)), ("indptr", weights.indptr))


def _described(part: Part) -> dict[str, Any]:
    return {"half_life": part.half_life, **({"pull": part.pull} if isinstance(part, Latent) else {})}


def unpack(data: bytes) -> CoWatch:
    """What `pack` made. Raises ValueError, KeyError for anything else."""
    try:
        opened = np.load(io.BytesIO(data), allow_pickle=False)
    except (BadZipFile, OSError, EOFError) as error:
        raise ValueError("these are no arrays") from error
    with opened as arrays:
        told = json.loads(arrays["told"].tobytes())
        plain: dict[PlainPart, Floats] = {name: arrays[f"plain.{name}"] for name in ("popular", "trending", "lively")}
        size = len(told["subjects"])
        parts = {name: _part(arrays, name, described, size) for name, described in told["parts"].items()}
    blend = Blend(Recipe.model_validate(told["recipe"]), parts, plain)
    return CoWatch(blend, tuple(told["subjects"]), told["n_users"])


def _part(arrays: Any, name: PartName, described: dict[str, Any], size: int) -> Part:
    if "pull" in described:
        return Latent(arrays[f"{name}.items"].astype(np.float32), Pull(*described["pull"]), described["half_life"])
    values = (arrays[f"{name}.data"].astype(np.float32), arrays[f"{name}.indices"], arrays[f"{name}.indptr"])
    return Linear(sp.csr_array(values, shape=(size, size)), described["half_life"])
