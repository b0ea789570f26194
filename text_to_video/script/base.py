"""The script of a reel, and the port of those who write one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from shared.schemas.clips import ClipBrief
from shared.schemas.reels import ReelBrief

READ_CHARACTERS = 40_000
"""Of a description: a posting says what one does long before this."""
SENTENCE_ENDS = tuple(".!?…。！？؟।")

Role = Literal["hook", "role", "place", "pay", "duty", "requirement", "step", "cta"]


@dataclass(frozen=True)
class Line:
    """One sentence of the reel. `display` is what captions show, `spoken` what the voice says ("$95k" / "95 thousand dollars").

    Both are split by `tokens` into the same number of tokens, so that word i of one is word i of the other;
    a spoken token of several words joins them with U+00A0.
    """

    role: Role
    display: str
    spoken: str

    @property
    def text(self) -> str:
        """The words as shown, as people read them."""
        return text_of(tokens(self.display))


JOINT = "\u200b"
"""Ends a token that the next one follows without a space, as in Chinese, Japanese and Thai."""


def tokens(text: str) -> list[str]:
    """The caption tokens of a line: split at white space but, unlike `str.split`, never at U+00A0; and after every JOINT, which stays."""
    return re.findall(rf"[^ \t\r\n{JOINT}]+{JOINT}?", text)


def weight(text: str) -> int:
    """Words of `text`; of scripts without spaces, two signs or four letters of Thai count as one."""
    signs, letters = len(re.findall(r"[\u3040-\u30ff\u3400-\u9fff]", text)), len(re.findall(r"[\u0e00-\u0e7f]", text))
    return len(text.split()) + signs // 2 + letters // 4


def text_of(words: Sequence[str]) -> str:
    """Caption tokens as people read them: spaces between them, but none where there is a JOINT."""
    return " ".join(words).replace(f"{JOINT} ", "").replace(JOINT, "")


@dataclass(frozen=True)
class Script:
    """`spare` lines, the best first, are duties and requirements to add should `lines` be too short when spoken.

    `degraded` says why it is not by the writer who was wished for.
    """

    lines: tuple[Line, ...]
    language: str = "en"
    spare: tuple[Line, ...] = ()
    degraded: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The words as shown, one line of the script a line."""
        return "\n".join(line.text for line in self.lines)


class ScriptWriter(Protocol):
    """Who may take time to write, as language models do. What the rules write at once is `briefs.drafted`."""

    async def write(self, brief: ReelBrief | ClipBrief) -> Script:
        """A script of 20–40 s when spoken, `degraded` where it is not by this writer.

        Raises PermanentJobError with code "no_usable_text" when the brief has nothing to say, "unsupported_script" when it is written
        in an alphabet that no font of ours has.
        """
        ...
