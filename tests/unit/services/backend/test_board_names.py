"""Names of boards: which can be, and which file of them can be used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.backend.postings.boards import Board, is_board, parse_board, read_boards
from shared.errors import InvalidInput
from shared.mongo.boards import BoardState, is_due


@pytest.mark.parametrize(
    ("text", "board"),
    [
        ("greenhouse:acme", Board("greenhouse", "acme")),
        (" lever:people-ai ", Board("lever", "people-ai")),
        ("ashby:a\n", Board("ashby", "a")),
        ("ashby:Jerry.ai", Board("ashby", "Jerry.ai")),
        ("ashby:Rose%20Rocket", Board("ashby", "Rose Rocket")),
    ],
)
def test_boards(text: str, board: Board) -> None:
    assert parse_board(text) == board
    assert parse_board(str(board)) == board


@pytest.mark.parametrize(
    "text",
    ["", "acme", "workday:acme", "Greenhouse:acme", "greenhouse:", "greenhouse:a/b", "greenhouse:..", "greenhouse:.", "lever:a?b",
     "lever:a%2Fb", "ashby:a%00", "ashby:é", f"ashby:{'a' * 101}"],
)  # fmt: skip
def test_names_that_cannot_be(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_board(text, field="sources.3")
    assert refused.value.field == "sources.3"


@given(st.text(max_size=30))
def test_no_name_leaves_its_place_in_the_url(name: str) -> None:
    try:
        board = parse_board(f"greenhouse:{name}")
    except InvalidInput:
        return
    assert not set(board.path) & set("/?#\\:@")
    assert board.path.strip(".")


def test_what_is_a_board_and_what_a_file() -> None:
    assert is_board("greenhouse:acme")
    assert [name for name in ("acme.json", "-", "./greenhouse:acme", "C:acme", "greenhouse") if is_board(name)] == []


def test_a_file_of_boards(tmp_path: Path) -> None:
    file = tmp_path / "boards.txt"
    file.write_bytes("\ufeff# ours\r\ngreenhouse:acme  # the mill\r\n\r\nashby:Rose%20Rocket\ngreenhouse:acme\n".encode())
    assert list(map(str, read_boards(file))) == ["greenhouse:acme", "ashby:Rose Rocket"]


def test_each_bad_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "boards.txt"
    file.write_text("greenhouse:acme\nworkday:x\n\nlever:a/b\n")
    with pytest.raises(InvalidInput) as refused:
        read_boards(file)
    assert "boards.txt: line 2: 'workday:x'" in refused.value.message
    assert "boards.txt: line 4: 'lever:a/b'" in refused.value.message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    for name, says in (("nothing", "cannot be read"), ("", "cannot be read"), ("latin", "not UTF-8")):
        with pytest.raises(InvalidInput, match=says):
            read_boards(tmp_path / name)


NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("due_at", "is_now"),
    [(None, True), (NOW - HOUR, True), (NOW, True), (NOW + HOUR, False), (NOW + 1.09 * HOUR, False), (NOW + 24 * HOUR, True)],
)
def test_when_a_board_is_due(due_at: datetime | None, *, is_now: bool) -> None:
    """One that is due in a day was read when the interval was a day."""
    assert is_due(BoardState(board="greenhouse:acme", due_at=due_at), HOUR, NOW) is is_now
