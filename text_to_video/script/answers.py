"""What is asked of every line that a language model writes, whatever the script is about.

The types are for schemas; their validators read `context["source"]`, the text that the script is made from. What they raise goes back to
the model, so it says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from text_to_video.script.alphabets import alphabet_of
from text_to_video.script.base import SENTENCE_ENDS, weight
from text_to_video.script.claims import Source, grounded, inventions
from text_to_video.script.facts import said
from text_to_video.script.language import guess_language
from text_to_video.script.phrases import primary

T = TypeVar("T")

LONGEST_LINE = 200
"""Signs of a line: the longest that the words allowed come to in any language."""
_LEAST_GROUNDED = 0.5
_MARKUP = re.compile(r"[<>{}\[\]|\\`]|\*\*|^\s*#|^\s*[-*•]\s", re.MULTILINE)
_FULL_STOPS = {"zh": "。", "ja": "。", "hi": "।"}


def from_context(info: ValidationInfo, key: str, kind: type[T]) -> T:
    """Raises TypeError when a schema is used without its context."""
    value = (info.context or {}).get(key)
    if not isinstance(value, kind):
        raise TypeError(f"the schema needs context[{key!r}]")
    return value


def source_of(info: ValidationInfo) -> Source:
    return from_context(info, "source", Source)


def _plain(value: object) -> object:
    """One line of plain words. Emoji and the quotes around it are taken off; markup is the model's to mend."""
    if not isinstance(value, str):
        return value
    if _MARKUP.search(value):
        raise ValueError("plain words only: no markup, no list marks")
    kept = said(said(value).strip('"“”„«»'))
    if not any(letter.isalpha() for letter in kept):
        raise ValueError("it says nothing")
    return kept


def _told(value: str, info: ValidationInfo) -> str:
    source = source_of(info)
    if problems := [*dict.fromkeys(inventions(value, source))]:
        raise ValueError("; ".join(problems))
    return value if value.endswith(SENTENCE_ENDS) else f"{value}{_FULL_STOPS.get(primary(source.language), '.')}"


def _of_the_source(value: str, info: ValidationInfo) -> str:
    if grounded(value, source_of(info)) < _LEAST_GROUNDED:
        raise ValueError("too little of it is in the text: say it in the text's own words")
    return value


def _touches_the_source(value: str, info: ValidationInfo) -> str:
    if grounded(value, source_of(info)) == 0:
        raise ValueError("nothing of it is in the text: say something of this text")
    return value


Told = Annotated[str, BeforeValidator(_plain), AfterValidator(_told)]
"""A line that claims nothing of its own."""
Restated = Annotated[Told, AfterValidator(_of_the_source)]
"""A line that says what the text says, mostly in its words."""
Hooking = Annotated[Told, AfterValidator(_touches_the_source)]
"""A line that is about the text."""


def at_most(words: int) -> AfterValidator:
    """A check for a line's length. What a model is asked for is less, so that it need not count."""

    def check(value: str) -> str:
        if (found := weight(value)) > words:
            raise ValueError(f"it has {found} words; at most {words}")
        return value

    return AfterValidator(check)


def check_language(text: str, source: Source) -> None:
    """Raises ValueError when the script is not in the language of its text."""
    own = primary(source.language)
    same_letters = alphabet_of(text) == alphabet_of(source.text)
    if not same_letters or guess_language(text, own) not in (own, guess_language(source.text, own)):
        raise ValueError(f"write all of it in the language of the text ({source.language})")


def check_different(lines: Sequence[str], language: str) -> None:
    """Raises ValueError when two lines say much the same."""
    for i, line in enumerate(lines):
        for other in lines[:i]:
            if repeats(line, other, language):
                raise ValueError(f"“{line}” says again what “{other}” says")


def repeats(line: str, told: str, language: str, most: float = 0.7) -> bool:
    return grounded(line, Source.of_text(told, language)) > most
