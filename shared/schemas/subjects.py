"""The subject: what one video serves, however many postings or clips point at it."""

from __future__ import annotations

from typing import Literal, NamedTuple

SubjectKind = Literal["posting", "clip"]


class SubjectId(NamedTuple):
    """`key` is "company_slug:internal_job_id" for a posting, "exercise_slug:kind:archetype:locale" for a clip."""

    kind: SubjectKind
    key: str
