"""Postings as boards send them, as we store them (`jobs`), as the API shows them; and the subject several of them share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from shared.fingerprint import content_hash
from shared.pay import pay_from_ranges, pay_from_text
from shared.schemas.base import Document, Utc
from shared.schemas.place_names import named, usual
from shared.schemas.reels import ReelBrief
from shared.schemas.subjects import SubjectId
from shared.text import html_to_text, one_line

MAX_CONTENT = 500_000


class BoardLocation(BaseModel):
    name: str = ""

    @field_validator("name", mode="before")
    @classmethod
    def _none_is_empty(cls, value: Any) -> Any:
        return value or ""


class BoardDepartment(BaseModel):
    name: str = Field(default="", max_length=300)


class PayInputRange(BaseModel):
    min_cents: int
    max_cents: int
    currency_type: str
    title: str | None = None


class BoardPosting(BaseModel):
    """One job of a Greenhouse board (`GET /v1/boards/{board}/jobs?content=true`); other fields of the row are kept aside as they are."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(min_length=1, max_length=128, pattern=r"^[^/\s]+$")
    title: str = Field(min_length=1, max_length=1000)
    company: str | None = Field(default=None, max_length=500)
    company_name: str | None = Field(default=None, max_length=500, validate_default=True)
    internal_job_id: str | None = Field(default=None, max_length=128)
    location: BoardLocation | None = None
    departments: list[BoardDepartment] = []
    absolute_url: str | None = Field(default=None, max_length=2000)
    content: str | None = Field(default=None, max_length=MAX_CONTENT)
    language: str | None = Field(default=None, max_length=35)
    updated_at: Utc | None = None
    first_published: Utc | None = None
    pay_input_ranges: list[PayInputRange] | None = None

    @field_validator("location", mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @field_validator("departments", mode="before")
    @classmethod
    def _names_alone(cls, value: Any) -> Any:
        return [{"name": one} if isinstance(one, str) else one for one in value] if isinstance(value, list) else value or []

    @field_validator("updated_at", "first_published")
    @classmethod
    def _as_stored(cls, value: datetime | None) -> datetime | None:
        """Whole milliseconds, as the database keeps them."""
        return value and value.replace(microsecond=value.microsecond // 1000 * 1000)

    @field_validator("id", "internal_job_id", mode="before")
    @classmethod
    def _numbers_are_names(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("company_name")
    @classmethod
    def _has_a_company(cls, value: str | None, given: ValidationInfo) -> str | None:
        if not (value or given.data.get("company")):
            raise ValueError("a posting is required to name its company")
        return value

    @field_validator("title", "company_name", "company")
    @classmethod
    def _says_something(cls, value: str | None) -> str | None:
        if value is None:
            return None
        cleaned = one_line(value)
        if not cleaned:
            raise ValueError("it has no visible characters")
        return cleaned

    @field_validator("absolute_url")
    @classmethod
    def _only_web_addresses(cls, value: str | None) -> str | None:
        """Anything else (javascript:, data:, file:) must never become a link."""
        return value if value and re.match(r"https?://[^\s/]", value, re.IGNORECASE) else None


class Posting(Document):
    """A job advert. `description` is clean text; `places` its locations; `pay` as stated, else None; times are UTC."""

    greenhouse_id: str
    company_slug: str
    company_name: str
    internal_job_id: str | None = None
    subject_key: str
    title: str
    description: str
    places: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    remote: bool = False
    pay: str | None = None
    language: str = "en"
    absolute_url: str | None = None
    updated_at: datetime | None = None
    first_published: datetime | None = None
    content_hash: str
    active: bool = True
    place_keys: tuple[str, ...] = ()
    department_keys: tuple[str, ...] = ()

    @field_validator("departments", mode="before")
    @classmethod
    def _names_alone(cls, value: Any) -> Any:
        """Before they were a field of ours the board's own stood there."""
        return [one.get("name") or "" if isinstance(one, dict) else one for one in value or ()]

    @property
    def subject(self) -> SubjectId:
        return SubjectId("posting", self.subject_key)


def slugify(name: str) -> str:
    """Lower-case ASCII-ish slug: letters and digits of any script, the rest becomes single hyphens."""
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-") or "company"


def filter_key(words: str) -> str:
    """How a place or a department is compared: without case, accents, punctuation and surplus space."""
    bare = (c for c in unicodedata.normalize("NFKD", words.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", "".join(bare)).split())


def place_key(words: str) -> str:
    """What a place that somebody looks for is called in `place_keys`."""
    return usual(filter_key(words))


def place_keys(places: Sequence[str]) -> tuple[str, ...]:
    """By what postings in these places are found: each whole, and what it names: "Berlin Office, Germany" also by "Berlin", "Germany"."""
    names = (name for place in places for name in (place, *re.split(r"[,()/&+–-]", place)))
    return tuple(dict.fromkeys(key for name in names if name for key in named(filter_key(name)) if key))


def read_posting(row: BoardPosting) -> Posting:
    """A board's row as we store it. The text hash covers what is embedded and spoken: title, company and description."""
    company = unquote(row.company_name or row.company or "")
    slug = slugify(unquote(row.company or row.company_name or ""))
    title, description = row.title, html_to_text(row.content or "")
    places, departments = _places(row), _departments(row)
    ranges = [(r.min_cents, r.max_cents, r.currency_type, r.title or "") for r in row.pay_input_ranges or ()]
    return Posting(
        greenhouse_id=row.id,
        company_slug=slug,
        company_name=company,
        internal_job_id=row.internal_job_id,
        subject_key=f"{slug}:{row.internal_job_id}" if row.internal_job_id else row.id,
        title=title,
        description=description,
        places=places,
        departments=departments,
        place_keys=place_keys(places),
        department_keys=tuple(dict.fromkeys(filter(None, map(filter_key, departments)))),
        remote=_is_remote(row, places),
        pay=pay_from_ranges(ranges) if ranges else pay_from_text(description),
        language=(row.language or "en").lower(),
        absolute_url=row.absolute_url,
        updated_at=row.updated_at,
        first_published=row.first_published,
        content_hash=content_hash(title, company, description),
    )


def _places(row: BoardPosting) -> tuple[str, ...]:
    name = one_line(row.location.name) if row.location else ""
    return tuple(dict.fromkeys(part.strip() for part in re.split(r"[;|•]|\s/\s", name) if part.strip()))


def _departments(row: BoardPosting) -> tuple[str, ...]:
    """Greenhouse's departments; department and team of other boards, kept under `_meta`."""
    meta = (row.model_extra or {}).get("_meta")
    other = [meta.get(name) for name in ("department", "team")] if isinstance(meta, dict) else []
    names = [*(department.name for department in row.departments), *(name for name in other if isinstance(name, str))]
    return tuple(dict.fromkeys(filter(None, map(one_line, names))))


def _is_remote(row: BoardPosting, places: Sequence[str]) -> bool:
    meta = (row.model_extra or {}).get("_meta")
    return any("remote" in place.casefold() for place in places) or (isinstance(meta, dict) and meta.get("is_remote") is True)


class Subject(BaseModel):
    """All active postings of one role, in a stable order; the first stands for them."""

    model_config = ConfigDict(frozen=True)

    postings: tuple[Posting, ...] = Field(min_length=1)

    @classmethod
    def of(cls, postings: Sequence[Posting]) -> Subject:
        return cls(postings=tuple(sorted(postings, key=lambda posting: posting.greenhouse_id)))

    @property
    def first(self) -> Posting:
        return self.postings[0]

    @property
    def id(self) -> SubjectId:
        return self.first.subject

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(place for posting in self.postings for place in posting.places))

    @property
    def pay(self) -> str | None:
        """Stated only where every posting states the same."""
        pays = {posting.pay for posting in self.postings}
        return pays.pop() if len(pays) == 1 else None

    @property
    def source_hash(self) -> str:
        return self.first.content_hash

    def brief(self) -> ReelBrief:
        first = self.first
        return ReelBrief(
            title=first.title[:300],
            company=first.company_name[:200],
            description=first.description[:200_000],
            places=self.places,
            remote=all(posting.remote for posting in self.postings),
            pay=self.pay,
            language=first.language,
        )


def group_by_subject(postings: Sequence[Posting]) -> dict[SubjectId, Subject]:
    """Subjects in the order their first posting appears."""
    groups: dict[SubjectId, list[Posting]] = {}
    for posting in postings:
        groups.setdefault(posting.subject, []).append(posting)
    return {subject_id: Subject.of(members) for subject_id, members in groups.items()}
