"""POST /admin/generation-jobs: reels ahead of demand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field, model_validator

from services.backend.admin import paging
from services.backend.admin.audit import Audit
from services.backend.admin.orders import Ordered, Wanted, order
from services.backend.admin.paging import Cursor, NextCursor
from services.backend.dependencies import Config, Db
from shared.mongo import subjects
from shared.mongo.client import Database
from shared.schemas.base import Message

router = APIRouter(prefix="/generation-jobs")

MOST = 500
Name = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]


def _exactly_one(schema: dict[str, Any]) -> None:
    for field in schema["properties"].values():
        field.pop("default")
    schema.update(minProperties=1, maxProperties=1)


class Ahead(Message):
    """Exactly one of the three."""

    model_config = ConfigDict(json_schema_extra=_exactly_one)

    greenhouse_ids: tuple[Name, ...] = Field(default=(), min_length=1, max_length=MOST, description="postings by their id")
    company_slug: Name = Field(default="", description=f"all open postings of a company, {MOST} subjects per call")
    newest: int = Field(default=0, ge=1, le=MOST, description="the subjects published last")

    @model_validator(mode="after")
    def _one(self) -> Ahead:
        if len(self.model_fields_set) != 1:
            raise ValueError("give one of greenhouse_ids, company_slug, newest")
        return self

    def __str__(self) -> str:
        return self.company_slug or (f"newest {self.newest}" if self.newest else f"{len(self.greenhouse_ids)} postings")


class AheadQuery(Message):
    cursor: Cursor = None


class SubjectPosition(Message):
    after: str


class OrderedPage(Message):
    results: tuple[Ordered, ...]
    next_cursor: NextCursor = Field(description="for the next subjects of the company; null: those were all")


@router.post("")
async def make_ahead(wish: Ahead, asked: Annotated[AheadQuery, Query()], db: Db, settings: Config, audit: Audit) -> OrderedPage:
    """Ask for reels that nobody waits for yet, each subject once, behind all that users wait for."""
    after = paging.decode(asked.cursor, SubjectPosition)
    async with audit.action("make_ahead", str(wish)) as details:
        wanted, unknown, following = await _wanted(db, wish, after.after if after else "")
        results = [*await order(db, wanted, settings.queue), *unknown]
        details.update(Counter(result.outcome for result in results))
    return OrderedPage(results=tuple(results), next_cursor=paging.encode(following))


async def _wanted(db: Database, wish: Ahead, after: str) -> tuple[Sequence[Wanted], Sequence[Ordered], SubjectPosition | None]:
    """The subjects meant, the postings that are not there, and where a company's next subjects start."""
    if wish.greenhouse_ids:
        return *await _of_postings(db, wish.greenhouse_ids), None
    if wish.newest:
        return [Wanted(key) for key in await subjects.newest(db, wish.newest)], [], None
    keys = await subjects.of_company(db, wish.company_slug, after, MOST + 1)
    following = SubjectPosition(after=keys[MOST - 1]) if len(keys) > MOST else None
    return [Wanted(key) for key in keys[:MOST]], [], following


async def _of_postings(db: Database, greenhouse_ids: Sequence[str]) -> tuple[list[Wanted], list[Ordered]]:
    """Postings of one subject are one wish, named by the first of them."""
    known = await subjects.of_postings(db, greenhouse_ids)
    first = {known[greenhouse_id]: greenhouse_id for greenhouse_id in reversed(greenhouse_ids) if greenhouse_id in known}
    missing = dict.fromkeys(greenhouse_id for greenhouse_id in greenhouse_ids if greenhouse_id not in known)
    unknown = [Ordered(subject_key=None, greenhouse_id=greenhouse_id, outcome="unknown") for greenhouse_id in missing]
    return [Wanted(*wanted) for wanted in reversed(first.items())], unknown
