"""A ranked pool as it is cached: any name survives, nothing in it can break a line, and pages need no more than its beginning."""

from __future__ import annotations

import json

import pytest

from services.recommendation.answer import Told, answer
from services.recommendation.lines import Lines, LinesCodec, entry, following, line_of, lines_of, name_of, plain
from services.recommendation.pools import Pool, Recommended
from services.recommendation.schemas import VideoRecommendations

ODD = ["acme:7", "a\tb\nc", "100%", "Bäcker|Ä 立", 'quo"te', "%09", ""]


def recommended(name: str, reason: str = "New") -> Recommended:
    return Recommended("v1", name, "acme", 0.123456, "fresh", reason)


@pytest.mark.parametrize("name", ODD)
def test_any_name_survives(name: str) -> None:
    line = line_of(recommended(name, reason=f"because of {name}"))
    found = entry(LinesCodec().decode(LinesCodec().encode(Lines((line, line), ("youtube",)))).lines[1])
    assert (name_of(found.name), found.video_id, found.source) == (name, b"v1", b"fresh")
    assert json.loads(b"{%b}" % found.fields) == {"source": "fresh", "score": 0.1235, "reason": f"because of {name}"}
    assert found.name == plain(name)


def test_what_is_kept_for_how_long() -> None:
    codec, some = LinesCodec(), (recommended("a"),)
    pools = [Pool(()), Pool(some), Pool(some, ("vector",)), Pool(some, ("youtube",))]
    assert [codec.empty(lines_of(pool)) for pool in pools] == [True, False, False, False]
    assert [codec.makeshift(lines_of(pool)) for pool in pools] == [False, False, True, False]
    assert codec.decode(codec.encode(lines_of(pools[2]))) == lines_of(pools[2])
    assert codec.decode(codec.encode(lines_of(pools[0]))).lines == ()


def test_what_is_left_out_is_passed_over_by_video_and_by_name() -> None:
    lines = [line_of(Recommended(f"v{number}", f"acme:{number}", "acme", 1, "fresh", "")) for number in range(5)]
    left = list(following(lines, 1, {b"v2", b"acme:3", b"v0"}))
    assert [(place, each.video_id) for place, each in left] == [(2, b"v1"), (5, b"v4")]


def test_an_answer_is_the_document_it_says_it_is() -> None:
    told = Told("ann", "s:1", "stale", 1_780_000_000.5, 1_780_000_900.0, "s20", degraded=('a "part"',))
    document = VideoRecommendations.model_validate_json(answer(told, b"", 0, 0.0012345))
    assert (document.session_id, document.cache, document.next_cursor, document.degraded) == ("s:1", "stale", "s20", ('a "part"',))
    assert (document.processing_ms, document.generated_at.timestamp(), document.exhausted) == (1.234, 1_780_000_000.5, False)
