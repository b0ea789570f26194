"""What a Range header asks for."""

from __future__ import annotations

import pytest

from services.video.playback.ranges import Verdict, judge


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        ("bytes=0-0", "serve"),
        ("bytes=0-", "serve"),
        ("bytes=-1", "serve"),
        ("bytes=-5000", "serve"),
        ("bytes=99-2000", "serve"),
        ("bytes= 0-1 , 500-600", "serve"),
        ("Bytes=0-1", "serve"),
        ("bytes=100-", "unsatisfiable"),
        ("bytes=100-200, 300-", "unsatisfiable"),
        ("bytes=-0", "unsatisfiable"),
        ("items=0-1", "ignore"),
        ("bytes", "ignore"),
        ("bytes=", "ignore"),
        ("bytes=-", "ignore"),
        ("bytes=5-2", "ignore"),
        ("bytes=0-1,x", "ignore"),
        ("bytes=0-1,", "ignore"),
        ("bytes=١-٢", "ignore"),
        ("bytes=" + "9" * 5000 + "-", "ignore"),
    ],
)
def test_of_a_file_of_100_bytes(header: str, verdict: Verdict) -> None:
    assert judge(header, 100) == verdict


@pytest.mark.parametrize("header", ["bytes=0-0", "bytes=-1"])
def test_an_empty_file_has_no_bytes_to_ask_for(header: str) -> None:
    assert judge(header, 0) == "unsatisfiable"
