"""Every write of an operator, done or refused, goes on record: a log event and a document in `admin_audit`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends

from services.backend.dependencies import Db
from services.web.admin_key import Admin, Operator
from services.web.request_id import current_request_id
from shared.errors import ReelwrightError
from shared.logging import get_logger
from shared.mongo import admin_audit
from shared.mongo.admin_audit import AdminAction
from shared.mongo.client import Database, translated

log = get_logger(__name__)


@dataclass(frozen=True)
class Auditor:
    db: Database
    operator: Operator

    @property
    def who(self) -> str:
        return self.operator.name

    @asynccontextmanager
    async def action(self, action: str, target: str) -> AsyncIterator[dict[str, Any]]:
        """Put what happens inside on record, however it ends, with the details that are put into what this gives."""
        outcome, details = "unexpected_error", dict[str, Any]()
        try:
            with translated():
                yield details
            outcome = "done"
        except ReelwrightError as error:
            outcome = error.code
            raise
        finally:
            await self._record(action, target, outcome, details)

    async def _record(self, action: str, target: str, outcome: str, details: dict[str, Any]) -> None:
        who, address = self.operator.name, self.operator.address
        log.info("admin_action", who=who, address=address, action=action, target=target, outcome=outcome, **details)
        told = AdminAction(
            who=who,
            address=address,
            action=action,
            target=target,
            outcome=outcome,
            at=datetime.now(UTC),
            request_id=current_request_id(),
            details=details,
        )
        with translated():
            await admin_audit.record(self.db, told)


def auditor(db: Db, operator: Admin) -> Auditor:
    return Auditor(db, operator)


Audit = Annotated[Auditor, Depends(auditor)]
