"""Judged collections read from files, and what is wrong with one told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.backend.search.judged import Text, read_judgements, read_texts
from shared.errors import InvalidInput


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "given.tsv"


def test_texts_by_id_in_order(file: Path) -> None:
    file.write_text("id\ttext\nb\tNurse\n\na\tCook, nights\r\n", "utf-8")
    assert list(read_texts(file).items()) == [("b", Text("Nurse", "")), ("a", Text("Cook, nights", ""))]


def test_a_long_text_has_no_title(file: Path) -> None:
    long = "word " * 21
    file.write_text(f"id\ttext\n1\t{long}\n", "utf-8")
    assert read_texts(file)["1"] == Text("", long.strip())
    assert read_texts(file)["1"].whole == long.strip()


@pytest.mark.parametrize("header", ["id\ttitle\ttext", "\ufeffID\tTitle\tText", "title\tid\ttext\tmore"])
def test_a_title_beside_the_text(file: Path, header: str) -> None:
    row = {"id": "1", "title": "Nurse", "text": "nights", "more": "?"}
    file.write_text(f"{header}\n" + "\t".join(row[name.strip("\ufeff").lower()] for name in header.split("\t")) + "\n", "utf-8")
    assert read_texts(file) == {"1": Text("Nurse", "nights")}
    assert read_texts(file)["1"].whole == "Nurse\nnights"


def test_quotes_of_a_spreadsheet_go(file: Path) -> None:
    file.write_text('id\ttext\n1\t"a ""big"" shop"\n2\t"Nurse" or "cook"x\n', "utf-8")
    assert [text.title for text in read_texts(file).values()] == ['a "big" shop', '"Nurse" or "cook"x']


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", 'line 1: the header must name "id" and "text"'),
        (b"id,text\n1,Nurse\n", 'line 1: the header must name "id" and "text"'),
        (b"id\ttext\n", "there are no rows"),
        (b"id\ttext\n1\tNurse\n2\n", "line 3: it has 1 of 2 fields"),
        (b"id\ttext\n1\tNurse\n1\tCook\n", "line 3: the id '1' was there before"),
        (b"id\ttext\n \tNurse\n", "line 2: the id is empty"),
        (b"id\ttext\n1\tNurse\n2\t\xff\n", "line 3: it is not UTF-8"),
    ],
)
def test_bad_texts_are_told_by_file_and_line(file: Path, content: bytes, problem: str) -> None:
    file.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        read_texts(file)
    assert str(file) in caught.value.message
    assert problem in caught.value.message


@pytest.mark.parametrize(
    "content",
    ["q1 0 d1 2\nq1 0 d2 0\nq2 0 d1 1\n", "q1\t0\td1\t2\nq1\t0\td2\t0\nq2\tQ0\td1\t1\n", "query doc grade\nq1 d1 2\nq1 d2 0\n\nq2 d1 1\n"],
)
def test_judgements_with_spaces_or_tabs(file: Path, content: str) -> None:
    file.write_text(content, "utf-8")
    assert read_judgements(file) == {"q1": {"d1": 2, "d2": 0}, "q2": {"d1": 1}}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "line 1: there are no judgements"),
        ("q iter doc grade\n", "there are no judgements"),
        ("q1 0 d1 1\nq1 0\n", "line 2: it has 2 fields"),
        ("q1 0 d1 1\nq1 0 d2 good\n", "line 2: the grade 'good' is no whole number"),
    ],
)
def test_bad_judgements_are_told_by_file_and_line(file: Path, content: str, problem: str) -> None:
    file.write_text(content, "utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_judgements(file)
    assert str(file) in caught.value.message
    assert problem in caught.value.message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for read in (read_texts, read_judgements):
        with pytest.raises(InvalidInput, match=r"gone\.tsv: No such file"):
            read(tmp_path / "gone.tsv")
