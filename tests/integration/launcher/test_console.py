"""Colours of the console, on a real terminal."""

from __future__ import annotations

import os

import pytest

from services.launcher.logs import Console


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)],
)
def test_colours_are_left_out_where_they_are_not_wanted(
    environment: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ours, terminal = os.openpty()
    with open(ours, "rb", buffering=0) as screen, open(terminal, "w") as stderr:
        monkeypatch.setattr("sys.stderr", stderr)
        Console(echo=True).say("hello")
        shown = screen.read(100)
    assert shown == (b"\x1b[35mlauncher  |\x1b[0m hello\r\n" if coloured else b"launcher  | hello\r\n")
