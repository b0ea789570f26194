"""Files of postings: what can be read, and what is said of the rest."""

import json
from pathlib import Path

import pytest

from services.backend.postings.files import read_file
from shared.errors import InvalidInput
from tests.stubs.boards import ashby_job, greenhouse_job, lever_posting


def written(tmp_path: Path, name: str, text: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_lines_with_malformed_ones_between(tmp_path: Path) -> None:
    text = '{"id": 1, "title": "a"}\n\n{"id": 2,\n[1]\n"x"\n{"id": 3, "title": "c"}\n'
    rows = read_file(written(tmp_path, "postings.jsonl", text)).rows
    assert [row.where for row in rows] == ["line 1", "line 3", "line 4", "line 5", "line 6"]
    assert [row.row is not None for row in rows] == [True, False, False, False, True]
    assert "not JSON" in rows[1].problem
    assert rows[2].problem == rows[3].problem == "not a JSON object"


def test_a_board_with_its_total_is_complete(tmp_path: Path) -> None:
    board = {"jobs": [{"id": 1}], "meta": {"total": 1}}
    assert read_file(written(tmp_path, "board.json", json.dumps(board))).complete
    board["meta"] = {"total": 2}
    assert not read_file(written(tmp_path, "part.json", json.dumps(board))).complete
    assert not read_file(written(tmp_path, "list.json", json.dumps(board["jobs"]))).complete


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    assert read_file(written(tmp_path, "bom.jsonl", b'\xef\xbb\xbf{"id": 1}')).rows[0].row == {"id": 1}


def test_line_separators_inside_texts_do_not_split_lines(tmp_path: Path) -> None:
    assert len(read_file(written(tmp_path, "u2028.jsonl", '{"id": 1, "title": "a\u2028b"}\n')).rows) == 1


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    board = json.dumps({"jobs": [{"id": 1}, {"id": 2}]}, indent=2)
    assert len(read_file(written(tmp_path, "board.jsonl", board)).rows) == 2
    assert len(read_file(written(tmp_path, "list.txt", '[{"id": 1}]')).rows) == 1
    assert len(read_file(written(tmp_path, "lines.json", '{"id": 1}\n{"id": 2}\n')).rows) == 2


def test_an_empty_board_is_complete_and_no_mistake(tmp_path: Path) -> None:
    source = read_file(written(tmp_path, "empty.json", '{"jobs": [], "meta": {"total": 0}}'))
    assert (source.rows, source.complete) == ([], True)


def test_a_line_in_another_encoding_is_one_rejected_line(tmp_path: Path) -> None:
    rows = read_file(written(tmp_path, "mixed.jsonl", b'{"id": 1}\n{"id": "caf\xe9"}\n{"id": 3}\n')).rows
    assert [row.row is not None for row in rows] == [True, False, True]
    assert "not UTF-8" in rows[1].problem


def test_a_listing_in_csv(tmp_path: Path) -> None:
    text = '\ufeffid,board,company_name,title,location,language\r\n7,oven,Oven & Co,"Baker, night\nshift",Ghent,\r\n8,mill,,Miller,,pt\r\n'
    rows = read_file(written(tmp_path, "listings.csv", text)).rows
    assert [row.row for row in rows] == [
        {"id": "7", "board": "oven", "company": "oven", "company_name": "Oven & Co", "title": "Baker, night\nshift", "location": "Ghent"},
        {"id": "8", "board": "mill", "company": "mill", "title": "Miller", "language": "pt"},
    ]
    assert [row.where for row in rows] == ["line 3", "line 4"]


def test_rows_of_lever_and_ashby_are_recognised(tmp_path: Path) -> None:
    lines = [lever_posting(1), ashby_job(2), ashby_job(3, company="crumbs"), greenhouse_job(4)]
    rows = read_file(written(tmp_path, "mixed.jsonl", "\n".join(map(json.dumps, lines)))).rows
    told = [(row.row["title"], row.row.get("company")) for row in rows if row.row]
    assert told == [
        ("Miller of shift 1", "mill-house"),
        ("Yeast keeper 2", "Crumb Lab"),
        ("Yeast keeper 3", "crumbs"),
        ("Baker of shift 4", None),
    ]


def test_what_a_collection_keeps_aside_is_read_too(tmp_path: Path) -> None:
    published, later = "2026-03-01T08:00:00+00:00", "2026-04-01T08:00:00+00:00"
    aside = {"first_published": published, "secondary_locations": ["Lyon", "Ghent", None]}
    lines = [
        {"id": 1, "location": {"name": "Ghent"}, "_meta": aside},
        {"id": 2, "first_published": later, "_meta": aside},
        {"id": 3, "_meta": 4},
    ]
    first, second, third = (row.row for row in read_file(written(tmp_path, "kept.jsonl", "\n".join(map(json.dumps, lines)))).rows)
    assert first
    assert second
    assert (first["location"], first["first_published"]) == ({"name": "Ghent; Lyon"}, published)
    assert (second["location"], second["first_published"]) == ({"name": "Lyon; Ghent"}, later)
    assert third == {"id": 3, "_meta": 4}


def test_whole_answers_of_lever_and_ashby_may_lack_something(tmp_path: Path) -> None:
    for name, content in (("lever.json", [lever_posting(1)]), ("ashby.json", {"apiVersion": "1", "jobs": [ashby_job(2)]})):
        source = read_file(written(tmp_path, name, json.dumps(content)))
        assert (len(source.rows), source.complete) == (1, False)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("empty.jsonl", "", "is empty"),
        ("blank.json", " \n", "is empty"),
        ("latin.jsonl", b"\xff\xfe\x00", "line 1: not UTF-8"),
        ("broken.json", "{", "line 1: not JSON"),
        ("deep.json", "[" * 200_000, "line 1: not JSON"),
        ("number.json", "3", "JSON lines nor CSV"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, name: str, text: str | bytes, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        read_file(written(tmp_path, name, text))


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        read_file(tmp_path / "nothing.json")
    with pytest.raises(InvalidInput, match="not a regular file"):
        read_file(tmp_path)
