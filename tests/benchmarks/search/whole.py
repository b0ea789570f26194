"""The whole search over HTTP, beside the sum of what it cannot do without; many at once; and with the database gone or hanging.

The backend is the real one, in a process of its own, over a catalogue of 100,000 postings of which a third have a reel. The parts are
measured in turn with it: a bare FastAPI POST, the embedding of the query, reading the int8 vectors once, one `$in` of twenty.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx2
import numpy as np
import psutil
from numpy.typing import NDArray
from pymongo.errors import BulkWriteError

from shared.embeddings.local import open_local
from shared.mongo.client import Database, Doc
from shared.mongo.indexes import create_indexes
from tests.benchmarks.row import Goal, Row, percentile
from tests.benchmarks.search.corpus import Corpus, document
from tests.benchmarks.tools import Tools, database, mongo, uvicorn

_FAULT_SEARCHES = 200
_AT_ONCE = 16


async def rows(tools: Tools, corpus: Corpus) -> AsyncGenerator[Row, None]:
    folder = tools.folder / "whole"
    async with mongo(folder / "mongo") as uri, database(uri, "reelwright") as db:
        tools.tell(f"storing {len(corpus.ids):,} postings")
        await _store(db, corpus)
        environment = {"MONGODB_URI": uri, "DATA_DIR": str(folder / "data"), "SEARCH_TIMEOUT_S": "0.8"}
        async with (
            uvicorn("tests.benchmarks.search.bare:app", folder / "bare") as bare,
            uvicorn("services.backend.app:app", folder / "backend", **environment) as backend,
            httpx2.AsyncClient(timeout=30) as client,
        ):
            prompts = _prompts(corpus)
            yield await _beside_its_parts(tools, client, bare, backend, db, corpus, prompts)
            yield await _many_at_once(tools, client, backend, prompts)
            async for row in _under_faults(tools, client, backend, folder, prompts):
                yield row


async def _store(db: Database, corpus: Corpus) -> None:
    """Three postings are one subject; of every third subject there is a reel."""
    await create_indexes(db)
    now = datetime.now(UTC)
    for chunk in corpus.chunks():
        postings = [{**document(posting), "places": posting.place_keys, "content_hash": posting.greenhouse_id} for posting in chunk]
        await db.jobs.insert_many(postings, ordered=False)
        reels = {posting.subject_key: posting.greenhouse_id for posting in chunk if int(posting.subject_key.rpartition(":")[2]) % 3 == 0}
        with contextlib.suppress(BulkWriteError):  # a subject at the edge of two chunks has its reel
            await db.videos.insert_many([_video(key, greenhouse_id, now) for key, greenhouse_id in reels.items()], ordered=False)


def _video(subject_key: str, greenhouse_id: str, now: datetime) -> Doc:
    name = f"v-{greenhouse_id}"
    return {
        "video_id": name, "greenhouse_id": greenhouse_id, "subject_kind": "posting", "subject_key": subject_key,
        "source_hash": greenhouse_id, "provider": "local", "s3_key": f"hls/{name}/master.m3u8", "cdn_url": "",
        "mp4_key": f"hls/{name}/reel.mp4", "captions_key": f"hls/{name}/captions.vtt", "poster_key": f"hls/{name}/poster.jpg",
        "width": 720, "height": 1280,
        "size_bytes": 4_000_000, "duration_seconds": 30.0, "template_id": "poster", "script": "", "status": "ready", "created_at": now,
    }  # fmt: skip


def _prompts(corpus: Corpus) -> list[str]:
    """Titles as somebody would type them, in other words each time, so that nothing is answered from a cache."""
    titles = sorted({title.lower()[:60] for title in corpus.titles})
    ways = ("{}", "{} job", "looking for {}", "{} full time", "{} near me")
    prompts = [way.format(title) for way in ways for title in titles]
    return random.Random(7).sample(prompts, len(prompts))


async def _beside_its_parts(
    tools: Tools, client: httpx2.AsyncClient, bare: str, backend: str, db: Database, corpus: Corpus, prompts: list[str]
) -> Row:
    tools.tell("searching, in turn with the parts of a search")
    embedder = await asyncio.to_thread(open_local)
    int8 = np.clip(np.rint(corpus.vectors * 127), -127, 127).astype(np.int8)
    numbers = itertools.count()
    figures: dict[str, list[float]] = {name: [] for name in ("search", "POST", "embed", "read", "$in")}

    async def one() -> None:
        n = next(numbers)
        prompt, user = prompts[n % len(prompts)], f"user-{n}"
        ids = [f"v-{name}" for name in random.Random(n).sample(corpus.ids, 20)]
        parts: dict[str, Callable[[], Awaitable[Any]]] = {
            "search": lambda: _post(client, backend, prompt, user),
            "POST": lambda: _post(client, bare, prompt, user),
            "embed": lambda: embedder.embed([prompt]),
            "read": lambda: asyncio.to_thread(_read, int8),
            "$in": lambda: db.videos.find({"video_id": {"$in": ids}}).to_list(),
        }
        for name, part in parts.items():
            figures[name].append(await _seconds(part))

    for _ in range(20):
        await one()
    for values in figures.values():
        values.clear()
    for _ in range(60 if tools.quick else 400):
        await one()
    parts = {name: percentile(values, 50) * 1e3 for name, values in figures.items() if name != "search"}
    ours, theirs = percentile(figures["search"], 50) * 1e3, sum(parts.values())
    note = " + ".join(f"{name} {ms:.2f}" for name, ms in parts.items()) + f"; p99 {percentile(figures['search'], 99) * 1e3:.1f} ms"
    return Row("search p50", ours, "ms", "sum of its parts", theirs, ours / theirs, Goal("ratio", "≤", 1.5), note)


def _read(int8: NDArray[np.int8]) -> int:
    """Every byte once, as fast as one thread can."""
    return int(np.bitwise_xor.reduce(int8.reshape(-1).view(np.int64)))


async def _post(client: httpx2.AsyncClient, url: str, prompt: str, user: str) -> Doc:
    response = await client.post(f"{url}/jobs/search", json={"text_prompt": prompt, "user_id": user})
    assert response.status_code == 200, response.text
    answer: Doc = response.json()
    return answer


async def _seconds(work: Callable[[], Awaitable[Any]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def _many_at_once(tools: Tools, client: httpx2.AsyncClient, backend: str, prompts: Sequence[str]) -> Row:
    tools.tell(f"{_AT_ONCE} searches at once")
    count = 160 if tools.quick else 800
    asked = iter(prompts[-2 * count :])
    alone = await _rate(client, backend, asked, count, 1)
    together = await _rate(client, backend, asked, count, _AT_ONCE)
    return Row(f"searches a second, {_AT_ONCE} in flight", together, "/s", "one at a time", alone, together / alone)


async def _rate(client: httpx2.AsyncClient, backend: str, prompts: Any, count: int, at_once: int) -> float:
    async def worker() -> None:
        for prompt in itertools.islice(prompts, count // at_once):
            await _post(client, backend, prompt, f"user-{prompt[:20].encode().hex()}")

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return count / (time.perf_counter() - started)


async def _under_faults(
    tools: Tools, client: httpx2.AsyncClient, backend: str, folder: Any, prompts: Sequence[str]
) -> AsyncGenerator[Row, None]:
    mongod = next(p for p in psutil.process_iter(["name", "cmdline"]) if _is_mongod(p, str(folder)))
    mongod.suspend()
    try:
        tools.tell("searching while mongod hangs")
        yield await _fault_row("p99 while mongod hangs", client, backend, prompts)
    finally:
        mongod.resume()
    mongod.kill()
    tools.tell("searching while mongod is gone")
    yield await _fault_row("p99 while mongod is gone", client, backend, prompts)


def _is_mongod(process: psutil.Process, folder: str) -> bool:
    return process.info["name"] == "mongod" and any(folder in word for word in process.info["cmdline"] or ())


async def _fault_row(name: str, client: httpx2.AsyncClient, backend: str, prompts: Sequence[str]) -> Row:
    answers: list[Doc] = []

    async def one(prompt: str) -> float:
        return await _seconds(lambda: _kept(prompt))

    async def _kept(prompt: str) -> None:
        answers.append(await _post(client, backend, prompt, "ann"))

    seconds = [s for start in range(0, _FAULT_SEARCHES, 4) for s in await asyncio.gather(*map(one, prompts[start : start + 4]))]
    shown = sum(bool(answer["results"]) for answer in answers)
    assert all(answer["degraded"] for answer in answers), "it was to be told"
    return Row(name, percentile(seconds, 99), "s", goal=Goal("ours", "≤", 1.0), note=f"{shown} of {len(answers)} with results")
