"""One client a process: majority writes, UTC-aware times, bounded waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import Context
from typing import Any, TypeVar

import pymongo
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
)

from shared.errors import SettingsError, Unavailable
from shared.logging import get_logger
from shared.settings import Settings

T = TypeVar("T")
Doc = dict[str, Any]
Database = AsyncDatabase[Doc]
Client = AsyncMongoClient[Doc]

log = get_logger(__name__)

MONGO_UNAVAILABLE = "mongo_unavailable"
_SOCKET_TIMEOUT_MS = 10_000
_ABANDON_TIMEOUT_S = 5.0


@asynccontextmanager
async def open_mongo(settings: Settings, **options: Any) -> AsyncIterator[Database]:
    """The project's database on MONGODB_URI; connects lazily, so a database that comes late is borne.

    `options` go to the client, over its defaults. Raises SettingsError when the URI is missing or cannot be read.
    """
    if settings.mongo.mongodb_uri is None:
        raise SettingsError("MONGODB_URI: not set; `make demo` and `python -m services up` start a private server and set it")
    defaults: Mapping[str, Any] = {
        "w": "majority",
        "tz_aware": True,
        "retryWrites": True,
        "serverSelectionTimeoutMS": settings.mongo.mongodb_timeout_ms,
        "connectTimeoutMS": 2_000,
        "socketTimeoutMS": _SOCKET_TIMEOUT_MS,
    }
    try:
        client: Client = AsyncMongoClient(settings.mongo.mongodb_uri.get_secret_value(), **{**defaults, **options})
    except (PyMongoError, ValueError) as error:
        raise SettingsError(f"MONGODB_URI: {type(error).__name__}, it is not a MongoDB connection string") from error
    async with client:
        yield client[settings.mongo.mongodb_database]


REQUEST_TIMEOUT_S = 4.0
"""All that one request may wait for the database: a server that hangs must not make the request hang."""

_GOING_AWAY = {89, 91, 189, 11600, 11602, 10107, 13435, 13436}
"""NetworkTimeout, ShutdownInProgress, PrimarySteppedDown, Interrupted…, NotWritablePrimary…"""


@contextmanager
def translated() -> Iterator[None]:
    """The driver's failures as ours: Unavailable (code MONGO_UNAVAILABLE) when the server is away, slow, ending or stepping down."""
    try:
        yield
    except PyMongoError as error:
        if not _is_away(error):
            raise
        raise Unavailable(f"MongoDB does not answer ({type(error).__name__})", code=MONGO_UNAVAILABLE) from error


def _is_away(error: PyMongoError) -> bool:
    if isinstance(error, ConnectionFailure | ExecutionTimeout | WaitQueueTimeoutError | NotPrimaryError) or error.timeout:
        return True
    if isinstance(error, BulkWriteError):
        problems = [*error.details.get("writeErrors", ()), *error.details.get("writeConcernErrors", ())]
        return any(problem.get("code") in _GOING_AWAY for problem in problems)
    return isinstance(error, OperationFailure) and (error.code in _GOING_AWAY or error.has_error_label("RetryableWriteError"))


@contextmanager
def within_a_request(timeout_s: float = REQUEST_TIMEOUT_S) -> Iterator[None]:
    """`translated`, and the database may take `timeout_s` in all."""
    with translated(), pymongo.timeout(timeout_s):
        yield


async def in_transaction(db: Database, transaction: Callable[[AsyncClientSession], Awaitable[T]], timeout_s: float) -> T:
    """Run `transaction` in a session, again as often as it loses a race, for `timeout_s` in all.

    When time runs out, or the caller is cancelled, there is none left to abort in, and the server would keep the transaction, with all it
    touched, for a minute: the abort gets time of its own.
    """
    session = db.client.start_session()
    lapsed = False
    try:
        with pymongo.timeout(timeout_s):
            return await session.with_transaction(transaction)
    except PyMongoError as error:
        lapsed = error.timeout
        raise
    except asyncio.CancelledError:
        lapsed = True
        raise
    finally:
        if lapsed:
            _abandon(db, session)
        else:
            await session.end_session()


_abandoned: set[asyncio.Task[None]] = set()


def _abandon(db: Database, session: AsyncClientSession) -> None:
    """Beside the caller, whose time is over, and outside its deadline (a context variable)."""
    task = asyncio.get_running_loop().create_task(_kill(db, session), context=Context())
    _abandoned.add(task)
    task.add_done_callback(_abandoned.discard)


async def _kill(db: Database, session: AsyncClientSession) -> None:
    """Kill the session, and only then end it: from then on others may use its id."""
    try:
        with pymongo.timeout(_ABANDON_TIMEOUT_S):
            await db.client.admin.command("killSessions", [session.session_id])
            await session.end_session()
    except PyMongoError as error:
        log.warning("transaction_left_open", error=type(error).__name__)


async def ping(db: Database) -> None:
    """Raises Unavailable when the server does not answer."""
    with translated():
        await db.command("ping")
