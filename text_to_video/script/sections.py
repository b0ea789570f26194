"""The parts of a job description: which heading stands over which text, and what kind of text that is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from text_to_video.script.base import weight
from text_to_video.script.headings import Kind, is_boilerplate, kind_of

_ITEM = re.compile(r"\s*(?:(?:[•·▪◦●○■‣⁃∙*✓✔➢►→–—-]|\(?\d{1,2}[.)])\s+)+|\s*(?:[・①-⑳]|[(（]?\d{1,2}[、．)）])\s*")
_MARKS = re.compile(
    "(?<![\u0600-\u08ff\u0900-\u0dff])[\u200c\u200d]|"
    "[\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f<>{}|^`*_=\\\\\u2190-\u2bff\ufe00-\ufe0f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ue000-\uf8ff"
    "\U0001f000-\U0001faff\U000e0000-\U000e0fff]"
)
"""Emoji, arrows, dingbats, invisible and control characters, and ASCII that marks text up."""
_HEADING_WORDS = 9


@dataclass(frozen=True)
class Block:
    """A bullet or paragraph, on one line, without its mark."""

    text: str
    bullet: bool


@dataclass(frozen=True)
class Section:
    kind: Kind
    heading: str
    blocks: tuple[Block, ...]


def sections(description: str) -> tuple[Section, ...]:
    """The parts of a clean description (as of `shared.text.html_to_text`), in order, without legal and other boilerplate lines.

    A heading is a short line without final punctuation, or one ending in a colon. A sub-heading nobody knows
    ("Sales leadership:") under duties belongs to the duties.
    """
    found: list[Section] = []
    kind: Kind = "other"
    heading, blocks = "", list[Block]()
    for line, title in _lines(description):
        if title is None:
            blocks.append(line)
            continue
        found.append(Section(kind, heading, tuple(blocks)))
        kind, heading, blocks = kind_of(title) or ("duties" if kind == "duties" else "other"), title, []
    found.append(Section(kind, heading, tuple(blocks)))
    return tuple(section for section in found if section.blocks)


def _lines(description: str) -> Iterator[tuple[Block, str | None]]:
    """Each line as a block, with its title if it is a heading."""
    for raw in description.split("\n"):
        item = _ITEM.match(raw)
        line = raw[item.end() :] if item else raw
        text = " ".join(_MARKS.sub(" ", re.sub(r"(?<=\w) *(?:→|->) *(?=\w)", " to ", line.replace("\u2011", "-"))).split())
        if not text or is_boilerplate(text):
            continue
        before, title, after = (text, None, "") if item else _heading(text)
        if before:
            yield Block(before, bullet=item is not None), None
        if title:
            yield Block("", bullet=False), title
        if after:
            yield Block(after, bullet=False), None


def _heading(text: str) -> tuple[str, str | None, str]:
    """(text before, heading, text after) of a line; plain text is all before, without a heading."""
    first, colon, after = re.match(r"([^:：]*)([:：]?)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    if colon and not after:
        *sentences, last = re.split(r"(?<=[.!?])\s+(?=[A-Z])", first)
        is_heading = len(last.split()) <= 2 * _HEADING_WORDS or kind_of(last)
        return (" ".join(sentences), last, "") if is_heading else (text, None, "")
    if colon and len(first.split()) <= 5 and kind_of(first):
        return "", first, after.strip()
    short = weight(text) <= _HEADING_WORDS and len(text) <= 80
    if short and (text[-1] not in ".,;!?。，；！？،؛؟।" or (text[-1] in "?？؟" and kind_of(text))):
        return "", text, ""
    return text, None, ""
