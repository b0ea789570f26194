"""Keys and the headers of what lies under them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.storage.base import check_key, check_prefix, headers_for

ROOT = Path("/media")


@given(st.text(alphabet=st.sampled_from("ab./\\\x00é ~"), max_size=30))
def test_no_accepted_key_leaves_the_root(key: str) -> None:
    try:
        path = ROOT / check_key(key)
    except InvalidInput:
        return
    assert ROOT in Path(*path.parts).resolve().parents
    assert path.relative_to(ROOT).as_posix() == key


@pytest.mark.parametrize(
    ("key", "reason"), [("a" * 256, "segment longer"), ("ab/" * 342 + "c", "longer than 1024"), ("a\u200bb", "invisible")]
)
def test_refusals_name_the_reason(key: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        check_key(key)


def test_a_prefix_may_end_anywhere_but_not_leave() -> None:
    assert [check_prefix(prefix) for prefix in ("", "hls/", "hls/ab")] == ["", "hls/", "hls/ab"]
    with pytest.raises(InvalidInput):
        check_prefix("hls/../../")


@pytest.mark.parametrize(
    ("key", "content_type"),
    [
        ("hls/v/master.m3u8", "application/vnd.apple.mpegurl"),
        ("hls/v/720p/segment_000.ts", "video/mp2t"),
        ("hls/v/720p/segment_000.m4s", "video/iso.segment"),
        ("hls/v/reel.mp4", "video/mp4"),
        ("hls/v/captions.vtt", "text/vtt; charset=utf-8"),
        ("hls/v/poster.jpg", "image/jpeg"),
        ("hls/v/other", "application/octet-stream"),
    ],
)
def test_each_kind_of_file_has_its_type_and_is_cached_for_ever(key: str, content_type: str) -> None:
    assert headers_for(key) == {"Content-Type": content_type, "Cache-Control": "public, max-age=31536000, immutable"}
