"""Small decisions of the launcher in words: exit codes, playlists, the command shown at the end."""

from __future__ import annotations

import json
import shlex

import pytest

from services.launcher.demo import DemoFailed, next_uri
from services.launcher.process import describe
from services.launcher.show import curl


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "ended with exit code 0"),
        (1, "ended with exit code 1"),
        (137, "was ended by SIGKILL"),
        (143, "was ended by SIGTERM"),
        (-9, "was ended by SIGKILL"),
        (128, "ended with exit code 128"),
        (255, "ended with exit code 255"),
    ],
)
def test_exit_codes_in_words(code: int, words: str) -> None:
    assert describe(code) == words


def test_the_first_uri_of_a_playlist() -> None:
    assert next_uri("#EXTM3U\n\n#EXTINF:2,\n  a.ts \nb.ts\n") == "a.ts"
    with pytest.raises(DemoFailed):
        next_uri("#EXTM3U\n")


def test_the_command_survives_a_shell() -> None:
    asked = {"text_prompt": 'it\'s a "C++" job', "user_id": "you"}
    *_, body = shlex.split(curl("http://h/jobs/search", asked))
    assert json.loads(body) == asked
