"""Which boards are imported: their names as in "greenhouse:acme", alone or in a file of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple, get_args
from urllib.parse import quote, unquote

from shared.errors import InvalidInput
from shared.schemas.postings import slugify

Vendor = Literal["greenhouse", "lever", "ashby"]
VENDORS: tuple[Vendor, ...] = get_args(Vendor)
NAME = r"[A-Za-z0-9_-](?:[A-Za-z0-9_. -]{0,98}[A-Za-z0-9_-])?"
"""Ashby has boards with a dot or a space in their names; none of this can leave its place in a URL's path."""


class Board(NamedTuple):
    """One company's postings at one vendor."""

    vendor: Vendor
    name: str

    def __str__(self) -> str:
        return f"{self.vendor}:{self.name}"

    @property
    def slug(self) -> str:
        """What its postings have as `company_slug`."""
        return slugify(self.name)

    @property
    def path(self) -> str:
        """The name as it stands in a URL."""
        return quote(self.name, safe="")


def is_board(source: str) -> bool:
    """Whether a source means a board, not a file."""
    return source.partition(":")[0] in VENDORS and ":" in source


def parse_board(text: str, *, field: str = "source") -> Board:
    """The board that "vendor:name" names. Raises InvalidInput naming `field`."""
    vendor, _, name = text.strip().partition(":")
    known = next((each for each in VENDORS if each == vendor), None)
    if known is None:
        raise InvalidInput(f"{text!r}: a board is greenhouse:NAME, lever:NAME or ashby:NAME", field=field)
    if not re.fullmatch(NAME, unquote(name)):
        raise InvalidInput(f"{text!r}: a board's name has letters, digits, - and _ (with . or spaces between), 100 at most", field=field)
    return Board(known, unquote(name))


def read_boards(path: Path) -> list[Board]:
    """The boards of a file: one a line, each once; blank lines and what follows a # are for people.

    Raises InvalidInput that names every line that is none.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise InvalidInput(f"{path}: it cannot be read ({error.strerror})", field="boards") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path}: not UTF-8: {error.reason} at byte {error.start}", field="boards") from error
    boards: list[Board] = []
    problems: list[str] = []
    for where, text in _told(lines):
        try:
            boards.append(parse_board(text))
        except InvalidInput as error:
            problems.append(f"{path}: {where}: {error.message}")
    if problems:
        raise InvalidInput("; ".join(problems), field="boards")
    return list(dict.fromkeys(boards))


def _told(lines: list[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, start=1):
        if text := line.partition("#")[0].strip():
            yield f"line {number}", text
