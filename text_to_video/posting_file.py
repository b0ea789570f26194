"""A posting from a file: one job as Greenhouse's job board API gives it, or an order as the worker sends it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.errors import InvalidInput
from shared.schemas.base import first_problem
from shared.schemas.clips import ClipBrief
from shared.schemas.postings import BoardPosting, Subject, read_posting
from shared.schemas.reels import ReelBrief
from text_to_video.exercise_file import clip_brief, is_exercise
from text_to_video.script.base import Script, tokens


@dataclass(frozen=True)
class Order:
    """A reel to be made. `script` None: the one who makes it writes it too."""

    brief: ReelBrief | ClipBrief
    script: Script | None = None

    def as_json(self) -> bytes:
        """What `order_from_json` reads."""
        return TypeAdapter(Order).dump_json(self)


def order_from_json(text: str) -> Order:
    """The order in a JSON text: one as `Order.as_json` writes it, or what `brief_from_json` or `clip_brief` reads.

    Raises InvalidInput.
    """
    try:
        order = json.loads(text)
    except (ValueError, RecursionError):
        order = None
    if isinstance(order, dict) and is_exercise(order):
        return Order(clip_brief(order))
    if not (isinstance(order, dict) and isinstance(order.get("brief"), dict)):
        return Order(brief_from_json(text))
    brief = clip_brief(order["brief"]) if is_exercise(order["brief"]) else brief_from_posting(order["brief"])
    return Order(brief, _script(order["script"]) if order.get("script") else None)


def _script(given: object) -> Script:
    """Raises InvalidInput, also when what is said is not word for word what is shown."""
    try:
        script = TypeAdapter(Script).validate_python(given)
    except ValidationError as error:
        raise _invalid(error, "script") from error
    for i, line in enumerate(script.lines):
        if len(tokens(line.display)) != len(tokens(line.spoken)):
            raise InvalidInput("its spoken words are not as many as those shown", field=f"script.lines.{i}")
    if not script.lines:
        raise InvalidInput("it has no lines", field="script.lines")
    return script


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
        raise _invalid(error) from error
    if not (row.company_name or row.company):
        raise InvalidInput("Field required", field="company_name")
    return Subject.of([read_posting(row)]).brief()


def _invalid(error: ValidationError, *within: str) -> InvalidInput:
    field, problem = first_problem(error)
    return InvalidInput(problem, field=".".join(filter(None, (*within, field))))
