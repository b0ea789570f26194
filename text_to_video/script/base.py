"""The script of a reel, and the port of those who write one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Protocol

from shared.schemas.reels import ReelBrief

Role = Literal["hook", "role", "place", "pay", "duty", "requirement", "cta"]


@dataclass(frozen=True)
class Line:
    """One sentence of the reel. `display` is what captions show, `spoken` what the voice says ("$95k" / "95 thousand dollars").

    Both are split by `tokens` into the same number of tokens, so that word i of one is word i of the other;
    a spoken token of several words joins them with U+00A0.
    """

    role: Role
    display: str
    spoken: str


def tokens(text: str) -> list[str]:
    """The caption tokens of a line: split at white space but, unlike `str.split`, never at U+00A0."""
    return re.findall(r"[^ \t\r\n]+", text)


@dataclass(frozen=True)
class Script:
    """`spare` lines, the best first, are duties and requirements to add should `lines` be too short when spoken."""

    lines: tuple[Line, ...]
    language: str = "en"
    spare: tuple[Line, ...] = ()

    @property
    def text(self) -> str:
        """The words as shown, one line of the script a line."""
        return "\n".join(line.display for line in self.lines)


class ScriptWriter(Protocol):
    def write(self, brief: ReelBrief) -> Script:
        """A script of 20–40 s when spoken.

        Raises PermanentJobError with code "no_usable_text" when the brief has nothing to say, "unsupported_script" when it is written
        in an alphabet that we can neither draw nor speak.
        """
        ...
