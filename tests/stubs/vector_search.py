"""A server of MongoDB's wire protocol that answers `$vectorSearch` as MongoDB documents it, for what cannot run here.

Wire protocol: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ (OP_MSG, and OP_QUERY of the first handshake).
Stage and replies: https://www.mongodb.com/docs/vector-search/query/aggregation-stages/vector-search-stage/ and
https://www.mongodb.com/docs/manual/reference/operator/aggregation/listSearchIndexes/. What that page forbids is refused.
"""

from __future__ import annotations

import asyncio
import operator
import struct
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import bson
import numpy as np
from bson.binary import VECTOR_SUBTYPE
from bson.codec_options import CodecOptions

Doc = dict[str, Any]

_OP_REPLY, _OP_QUERY, _OP_MSG = 1, 2004, 2013
_AWARE: CodecOptions[Doc] = CodecOptions(tz_aware=True)
_HELLO: Doc = {
    "ismaster": True, "isWritablePrimary": True, "helloOk": True, "maxBsonObjectSize": 16777216, "maxMessageSizeBytes": 48000000,
    "maxWriteBatchSize": 100000, "logicalSessionTimeoutMinutes": 30, "minWireVersion": 0, "maxWireVersion": 21, "readOnly": False,
}  # fmt: skip
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, asked: asked in value if isinstance(value, list) else value == asked,
    "$gte": lambda value, asked: value is not None and value >= asked,
    "$in": lambda value, asked: value in asked,
    "$nin": lambda value, asked: value not in asked,
}
_OPTIONS = {"index", "path", "queryVector", "numCandidates", "limit", "filter"}


class Refused(Exception):
    def __init__(self, code: int, message: str) -> None:
        self.reply = {"ok": 0.0, "code": code, "errmsg": message}


class VectorSearchServer:
    """`documents` are those of every collection; `indexes` by name, ready after `looks` more questions about them. `broken`, when set, is
    the reply to each search."""

    def __init__(self) -> None:
        self.documents: list[Doc] = []
        self.indexes: dict[str, Doc] = {}
        self.asked: list[Doc] = []
        self.looks = 0
        self.broken: Doc | None = None
        self._connections: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """The server's URI."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            yield f"mongodb://127.0.0.1:{server.sockets[0].getsockname()[1]}/?directConnection=true"
        await asyncio.gather(*self._connections)  # their clients have gone

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while True:
                length, request, _, kind = struct.unpack("<iiii", await reader.readexactly(16))
                body = await reader.readexactly(length - 16)
                reply = self._reply(kind, body)
                writer.write(struct.pack("<iiii", 16 + len(reply), 0, request, _OP_REPLY if kind == _OP_QUERY else _OP_MSG) + reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            await writer.wait_closed()

    def _reply(self, kind: int, body: bytes) -> bytes:
        if kind == _OP_QUERY:  # flags, collection, skip and limit stand before the document
            return struct.pack("<iqii", 0, 0, 0, 1) + bson.encode(
                {**self._answer(bson.decode(body[body.index(b"\0", 4) + 9 :])), "ok": 1.0}
            )
        assert body[4] == 0, "one document, without a sequence of more"
        return b"\0\0\0\0\0" + bson.encode({"ok": 1.0, **self._answer(bson.decode(body[5:], _AWARE))})

    def _answer(self, command: Doc) -> Doc:
        name = next(iter(command))
        if name in ("hello", "ismaster", "isMaster"):
            return {**_HELLO, "localTime": datetime.now(UTC)}
        self.asked.append(command)
        try:
            return getattr(self, f"_{name}", lambda _: {})(command)
        except Refused as refused:
            return refused.reply

    def _find(self, command: Doc) -> Doc:
        return _cursor(doc for doc in self.documents if _matches(doc, command["filter"]))

    def _aggregate(self, command: Doc) -> Doc:
        [(stage, options), *_] = [next(iter(stage.items())) for stage in command["pipeline"]]
        if stage == "$listSearchIndexes":
            self.looks -= 1
            return _cursor([self._told(options["name"])] if options["name"] in self.indexes else [])
        if self.broken:
            return self.broken
        assert command["pipeline"][1]["$project"]["score"] == {"$meta": "vectorSearchScore"}
        return _cursor(self._nearest(options))

    def _listIndexes(self, _: Doc) -> Doc:  # noqa: N802 - the command's name
        return _cursor([{"v": 2, "key": {"_id": 1}, "name": "_id_"}])

    def _createSearchIndexes(self, command: Doc) -> Doc:  # noqa: N802 - the command's name
        for index in command["indexes"]:
            assert index["type"] == "vectorSearch"
            self.indexes[index["name"]] = index["definition"]
        return {"indexesCreated": [{"id": "65", "name": index["name"]} for index in command["indexes"]]}

    def _updateSearchIndex(self, command: Doc) -> Doc:  # noqa: N802 - the command's name
        self.indexes[command["name"]] = command["definition"]
        return {}

    def _told(self, name: str) -> Doc:
        ready = self.looks <= 0
        state = {"status": "READY" if ready else "BUILDING", "queryable": ready}
        return {"id": "65", "name": name, "type": "vectorSearch", "latestDefinition": self.indexes[name], **state}

    def _nearest(self, options: Doc) -> list[Doc]:
        self._refuse(options)
        query = _vector(options["queryVector"])
        found = []
        for doc in self.documents:
            binary = _at(doc, options["path"])
            if binary is not None and _matches(doc, options["filter"]):
                vector = _vector(binary)
                cosine = float(vector @ query) / float(np.linalg.norm(vector) * np.linalg.norm(query))
                found.append({**doc, "score": (1 + cosine) / 2})
        return sorted(found, key=operator.itemgetter("score"), reverse=True)[: options["limit"]]

    def _refuse(self, options: Doc) -> None:
        fields = {field["path"]: field for field in self.indexes.get(options["index"], {}).get("fields", ())}
        if options.keys() != _OPTIONS or not options["limit"] <= options["numCandidates"] <= 10_000:
            raise Refused(8, f"options {sorted(options)}, limit {options['limit']}, numCandidates {options['numCandidates']}")
        if fields.get(options["path"], {}).get("numDimensions") != len(_vector(options["queryVector"])):
            raise Refused(8, f"{options['path']} is not indexed as a vector of this length")
        for condition in options["filter"]["$and"]:
            for path in condition:
                if fields.get(path, {}).get("type") != "filter":
                    raise Refused(8, f"Path '{path}' needs to be indexed as filter")


def _cursor(found: Iterable[Doc]) -> Doc:
    return {"cursor": {"id": 0, "ns": "db.jobs", "firstBatch": list(found)}}


def _vector(binary: bson.Binary) -> np.ndarray[Any, np.dtype[np.float32]]:
    assert binary.subtype == VECTOR_SUBTYPE
    assert binary[:2] == b"\x27\x00"
    return np.frombuffer(binary, "<f4", offset=2)


def _at(doc: Doc, path: str) -> Any:
    value: Any = doc
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _matches(doc: Doc, conditions: Doc) -> bool:
    return all(
        _COMPARE[name](_at(doc, path), asked)
        for condition in conditions["$and"]
        for path, comparison in condition.items()
        for name, asked in comparison.items()
    )
