"""ETags: strong, of the bytes, and compared weakly."""

from __future__ import annotations

import pytest
from fastapi import Request
from pydantic import BaseModel

from services.web.conditional import conditional_json, matches, must_match
from shared.errors import PreconditionFailed


class Answer(BaseModel):
    n: int


def asking(**headers: str) -> Request:
    return Request({"type": "http", "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]})


def test_the_tag_changes_with_the_answer_only() -> None:
    one, same, other = (conditional_json(asking(), Answer(n=n)).headers["etag"] for n in (1, 1, 2))
    assert one == same != other
    assert one.startswith('"')


def test_who_has_it_gets_304_without_a_body() -> None:
    first = conditional_json(asking(), Answer(n=1))
    again = conditional_json(asking(if_none_match=first.headers["etag"]), Answer(n=1))
    assert (again.status_code, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert conditional_json(asking(if_none_match=first.headers["etag"]), Answer(n=2)).status_code == 200


@pytest.mark.parametrize(
    ("header", "expected"),
    [('"a"', True), ('W/"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False), ("a", False), ("", False), (None, False)],
)
def test_if_none_match(header: str | None, expected: bool) -> None:
    assert matches(header, '"a"') is expected


@pytest.mark.parametrize("if_match", [None, "*", '"a"', '"b", "a"'])
def test_a_change_is_let_through_where_the_tag_is_the_current_one(if_match: str | None) -> None:
    must_match(if_match, '"a"')


@pytest.mark.parametrize("if_match", ["", '"b"', 'W/"a"', "a"])
def test_a_change_of_what_was_changed_since_is_refused(if_match: str) -> None:
    with pytest.raises(PreconditionFailed):
        must_match(if_match, '"a"')
