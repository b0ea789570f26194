"""PURE: an answer against its schema, and what to tell a model whose answer does not fit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from shared.llm.base import T, Turn

_FENCED = re.compile(r"\s*```\w*\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)
_MAX_PROBLEMS = 20
_MAX_PROBLEM_CHARS = 300
_MAX_ECHO_CHARS = 8000


class Unfit(ValueError):
    """An answer that cannot be used, by whoever reads it. `problems` are told to the model."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)


def parse(text: str, schema: type[T], context: Mapping[str, Any] | None) -> T:
    """The value in a model's answer, be it in a code fence. Raises ValidationError."""
    fenced = _FENCED.match(text)
    return schema.model_validate_json(fenced[1] if fenced else text, context=context)


def problems(error: ValidationError) -> list[str]:
    """Each problem with the path of its field, e.g. "duties[2]: String should have at most 90 characters"."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{_path(each['loc'])}: {each['msg']}"[:_MAX_PROBLEM_CHARS] for each in found[:_MAX_PROBLEMS]]
    return told if len(found) <= _MAX_PROBLEMS else [*told, f"… and {len(found) - _MAX_PROBLEMS} more"]


def repair_turns(text: str, told: Sequence[str]) -> list[Turn]:
    """The bad answer and what is wrong with it, to go on from."""
    asked = ["Your answer cannot be used:", *(f"- {problem}" for problem in told), "Give the whole answer again with these mended."]
    return [Turn("model", text[:_MAX_ECHO_CHARS]), Turn("user", "\n".join(asked))]


def _path(loc: Sequence[str | int]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return path.removeprefix(".") or "(the whole answer)"
