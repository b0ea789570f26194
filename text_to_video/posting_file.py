"""A posting from a file: one job as Greenhouse's job board API gives it, or a brief as the worker sends it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from shared.errors import InvalidInput
from shared.schemas.postings import BoardPosting, Subject, read_posting
from shared.schemas.reels import ReelBrief


def brief_from_json(text: str) -> ReelBrief:
    """The brief in a JSON text. Raises InvalidInput naming what is wrong."""
    try:
        posting = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"this is not JSON: {error}", field="posting") from error
    if isinstance(posting, list) or (isinstance(posting, dict) and isinstance(posting.get("jobs"), list)):
        raise InvalidInput("this is a list of postings; a reel is made of one: give a single job object", field="posting")
    if not isinstance(posting, dict):
        raise InvalidInput("a posting is a JSON object with title, company_name, location and content", field="posting")
    return brief_from_posting(posting)


def brief_from_posting(posting: Mapping[str, Any]) -> ReelBrief:
    """From {title, company_name, location {name}, content (HTML, escaped or not)}, or from a brief's own fields.

    Raises InvalidInput naming the field that is missing or cannot be used.
    """
    try:
        if "description" in posting and "content" not in posting:
            return ReelBrief.model_validate(dict(posting))
        row = BoardPosting.model_validate({"id": "0", **posting})
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(first["msg"], field=".".join(map(str, first["loc"]))) from error
    if not (row.company_name or row.company):
        raise InvalidInput("Field required", field="company_name")
    return Subject.of([read_posting(row)]).brief()
