"""Files of a catalogue: what can be read, and what is said of the rest."""

from __future__ import annotations

import json

import pytest

from services.backend.catalogue.rows import read_rows
from shared.errors import InvalidInput


def rows(text: str | bytes) -> list[tuple[str, object]]:
    data = text if isinstance(text, bytes) else text.encode()
    return [(row.where, row.row or row.problem) for row in read_rows(data, listed_as="clips", columns=("kind", "r2_kind"))]


@pytest.mark.parametrize("text", ['[{"a": 1}]', '{"clips": [{"a": 1}]}', '{"a": 1}', '{\n"a": 1}', b'\xef\xbb\xbf[{"a": 1}]'], ids=repr)
def test_one_json_text(text: str | bytes) -> None:
    assert rows(text) == [("entry 1", {"a": 1})]


def test_json_lines_with_malformed_ones_between() -> None:
    found = rows(b'{"a": 1}\n\n{"b":\n[1]\n\xff\n{"c": 3}\n')
    assert [where for where, _ in found] == ["line 1", "line 3", "line 4", "line 5", "line 6"]
    assert (found[0][1], found[2][1], found[4][1]) == ({"a": 1}, "not a JSON object", {"c": 3})
    assert "not JSON" in str(found[1][1])
    assert "not UTF-8" in str(found[3][1])


def test_a_table() -> None:
    found = rows('\ufeffexercise,"kind", r2_file,note\r\npush-up,technique,a.mp4,\r\n"plank","a\nb",c.mp4,x\r\none,two,three,four,five\r\n')
    assert found[0] == ("line 2", {"exercise": "push-up", "kind": "technique", "r2_file": "a.mp4"})
    assert found[1] == ("line 4", {"exercise": "plank", "kind": "a\nb", "r2_file": "c.mp4", "note": "x"})
    assert found[2] == ("line 5", "it has more cells than the header")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_what_parts_the_cells_of_a_table(mark: str) -> None:
    text = mark.join(("exercise", '"kind"', "note")) + "\n" + mark.join(("push-up", "technique", '"one, two; three"')) + "\n"
    assert rows(text) == [("line 2", {"exercise": "push-up", "kind": "technique", "note": "one, two; three"})]


@pytest.mark.parametrize("data", ["kind,note\na,b\nx,é\n".encode("latin-1"), '[\n{"a": "b"},\n{"a": "é"}]'.encode("latin-1")], ids=repr)
def test_a_file_that_is_not_utf8_says_where(data: bytes) -> None:
    with pytest.raises(InvalidInput, match=rf"byte 0xe9 at offset {data.index(0xE9)}, in line 3") as raised:
        rows(data)
    assert raised.value.field == "file"


@pytest.mark.parametrize(
    "text", ["", " \n", "name,level\nPush-Up,beginner\n", "[]", "[1, 2]", '{"clips": []}', "[" * 100_000, b"\x89PNG\r\n"]
)
def test_a_file_that_is_none_of_these(text: str | bytes) -> None:
    with pytest.raises(InvalidInput) as raised:
        rows(text)
    assert raised.value.field == "file"


def test_entries_that_are_no_objects_are_told() -> None:
    assert rows(json.dumps([{"a": 1}, 2, None])) == [
        ("entry 1", {"a": 1}),
        ("entry 2", "not a JSON object"),
        ("entry 3", "not a JSON object"),
    ]
