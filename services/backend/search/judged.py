"""Judged collections for evaluation: texts as TSV, judgements as TREC qrels."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from shared.errors import InvalidInput

_TITLE_WORDS = 20

Judgements = dict[str, dict[str, int]]
"""Grades by query and document."""


class Text(NamedTuple):
    """A posting's title and description; a query has only one of them."""

    title: str
    text: str

    @property
    def whole(self) -> str:
        return f"{self.title}\n{self.text}".strip()


def read_texts(path: Path) -> dict[str, Text]:
    """The texts of a TSV file whose header names `id` and `text`, and may name `title`, by id in the file's order.

    Where there is no title, a text of one line and 20 words at most is one. Raises InvalidInput naming file and line.
    """
    lines = _lines(path)
    number, header = next(lines, (1, ""))
    names = [name.strip().lower() for name in header.split("\t")]
    if "id" not in names or not {"text", "title"} & set(names):
        raise _wrong(path, number, f'the header must name "id" and "text", tabs between them; it is {header[:80]!r}')
    texts: dict[str, Text] = {}
    for number, line in lines:
        values = dict(zip(names, line.split("\t"), strict=False))
        if len(values) < len(names) or not values["id"].strip():
            raise _wrong(path, number, f"it has {len(values)} of {len(names)} fields" if len(values) < len(names) else "the id is empty")
        if values["id"].strip() in texts:
            raise _wrong(path, number, f"the id {values['id'].strip()!r} was there before")
        texts[values["id"].strip()] = _text(_unquoted(values.get("title", "")), _unquoted(values.get("text", "")))
    if not texts:
        raise _wrong(path, number, "there are no rows")
    return texts


def read_judgements(path: Path) -> Judgements:
    """TREC qrels: query, iteration (not read), document and grade, spaces or tabs between them; three columns, without the iteration, and
    a header are taken too. Raises InvalidInput naming file and line."""
    judged: Judgements = {}
    for number, line in _lines(path):
        values = line.split("\t") if "\t" in line.strip() else line.split()
        values = [value.strip() for value in values]
        if len(values) not in (3, 4):
            raise _wrong(path, number, f"it has {len(values)} fields, not query, 0, document, grade")
        grade = _grade(values[-1])
        if grade is None:
            if number == 1:
                continue  # a header
            raise _wrong(path, number, f"the grade {values[-1]!r} is no whole number")
        judged.setdefault(values[0], {})[values[-2]] = grade
    if not judged:
        raise _wrong(path, 1, "there are no judgements")
    return judged


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}", field=str(path)) from error
    except UnicodeDecodeError as error:
        raise _wrong(path, error.object[: error.start].count(b"\n") + 1, "it is not UTF-8") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line.rstrip("\r")


def _wrong(path: Path, line: int, problem: str) -> InvalidInput:
    return InvalidInput(f"{path}: line {line}: {problem}", field=f"{path}: line {line}")


def _grade(value: str) -> int | None:
    try:
        return int(value)
    except ValueError:
        return None


def _unquoted(value: str) -> str:
    """Some write TSV as CSV, with quotes around what has quotes in it."""
    value = value.strip()
    return next(iter(csv.reader([value])))[0] if value.startswith('"') and value.endswith('"') and len(value) > 1 else value


def _text(title: str, text: str) -> Text:
    if title or len(text.split()) > _TITLE_WORDS:
        return Text(title, text)
    return Text(text, "")
