"""The files of the checker: catalogues of exercises, and sentences with what a person expects of each."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from pydantic import ValidationError

from services.backend.catalogue.exercise_file import as_exercise, read_exercise
from services.backend.catalogue.rows import read_rows
from services.backend.routines.check import Expectation
from shared.errors import InvalidInput
from shared.schemas.base import first_problem
from shared.schemas.exercises import Exercise

_LISTS = ("equipment", "exclusions", "areas", "avoid", "limits", "body_areas")


def read_exercises(data: bytes) -> list[Exercise]:
    """Those of a catalogue that can be read. Raises InvalidInput naming the row where none can."""
    now, found, problems = datetime.now(UTC), dict[str, Exercise](), list[str]()
    for row in read_rows(data, listed_as="exercises"):
        try:
            exercise = as_exercise(read_exercise(row.row or {}), None, now)
        except InvalidInput as error:
            problems.append(f"{row.where}: {row.problem or error.message}")
            continue
        if exercise.active:
            found.setdefault(exercise.slug, exercise)
    if not found:
        raise InvalidInput(f"no exercise can be read; {problems[0] if problems else 'none is active'}", field="catalogue")
    return list(found.values())


def own_sentences() -> bytes:
    """The project's own fifty, each with what a person expects of it."""
    return files("services.samples").joinpath("sentences.json").read_bytes()


def read_sentences(data: bytes) -> list[Expectation]:
    """A JSON list, JSON lines, TSV with a header (lists separated by ";", "none" for an empty one), or a sentence a line.

    An entry is a sentence or an object with one. Raises InvalidInput naming the entry.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"it is not UTF-8: {error.reason} at byte {error.start}", field="sentences") from error
    entries = _listed(text)
    if not entries:
        raise InvalidInput("it has no sentence", field="sentences")
    return [_expectation(number, entry) for number, entry in enumerate(entries, start=1)]


def _listed(text: str) -> list[Any]:
    lines = [line for line in text.splitlines() if line.strip()]
    if text.lstrip().startswith("["):
        whole = _json(text, "it")
        return whole if isinstance(whole, list) else [whole]
    if text.lstrip().startswith("{"):
        if len(lines) == 1 or not lines[0].rstrip().endswith("}"):
            whole = _json(text, "it")
            return list(whole.get("sentences", [whole]))
        return [_json(line, f"line {number}") for number, line in enumerate(lines, start=1)]
    if lines and "\t" in lines[0] and set(lines[0].split("\t")) & {"sentence", "user_requirements", "text"}:
        return [_cells(row) for row in csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)]
    return [line.partition("\t")[0] for line in lines if line.strip().casefold() != "sentence"]


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{where} is not JSON: {error}", field="sentences") from error


def _cells(row: Mapping[str | Any, Any]) -> dict[str, Any]:
    told = {name: value.strip() for name, value in row.items() if name and isinstance(value, str) and value.strip()}
    lists = {name: [] if told[name] == "none" else told[name].split(";") for name in told if name in _LISTS}
    return {**told, **{name: [each.strip() for each in listed] for name, listed in lists.items()}}


def _expectation(number: int, entry: object) -> Expectation:
    told = {"sentence": entry} if isinstance(entry, str) else entry
    if not isinstance(told, dict):
        raise InvalidInput(f"entry {number} is neither a sentence nor an object with one", field="sentences")
    beside: dict[str, Any] = next(
        (told[name] for name in ("expectations", "expected", "expectation") if isinstance(told.get(name), dict)), {}
    )
    try:
        return Expectation.model_validate({**told, **beside})
    except ValidationError as error:
        field, problem = first_problem(error)
        raise InvalidInput(f"entry {number}: {field}: {problem}", field="sentences") from error
