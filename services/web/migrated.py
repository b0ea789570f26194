"""Whether the database is of this version, as /health/ready tells it: services wait for `python -m services migrate`, they do not crash."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from fastapi import Request

from shared.errors import Unavailable
from shared.mongo.client import Database
from shared.mongo.migrations.runner import until_migrated


class Migrated:
    """`follow` looks; `check` is for the health routes. Before the first look nothing is known, and nothing is held against it."""

    def __init__(self) -> None:
        self.pending: Sequence[str] = ()

    async def follow(self, db: Database, then: Callable[[], Awaitable[object]]) -> None:
        """Wait until nothing is pending, then do what needs a database of this version, such as making its indexes."""
        await until_migrated(db, self._tell)
        await then()

    async def check(self, _: Request) -> None:
        """Raises Unavailable naming what is pending."""
        if self.pending:
            raise Unavailable(f"the database is of an older version: run `python -m services migrate` ({', '.join(self.pending)})")

    def _tell(self, names: Sequence[str]) -> None:
        self.pending = tuple(names)
