"""Every language's phrases: whole, in its own letters, and with nothing but the facts that are put in."""

import re
from dataclasses import asdict

import pytest

from text_to_video.script.alphabets import alphabet_of
from text_to_video.script.phrases import BARE, PHRASES, phrases_for
from text_to_video.templates.words import words_in

SLOTS = {"title": "T", "company": "C", "a": "a ", "place": "P", "places": ["P", "Q"], "n": 3, "pay": "1", "duty": "D", "need": "N"}
ALPHABETS = {
    **dict.fromkeys(("ar", "fa"), "Arabic"),
    **dict.fromkeys(("ru", "uk"), "Cyrillic"),
    **dict.fromkeys(("zh", "zh-hant"), "Chinese"),
    "he": "Hebrew",
    "hi": "Devanagari",
    "ja": "Japanese",
    "ko": "Korean",
    "th": "Thai",
}

each_language = pytest.mark.parametrize("language", PHRASES)


def phrases_of(language: str) -> dict[str, list[str]]:
    fields = asdict(phrases_for(language)).items()
    return {name: [value] if isinstance(value, str) else list(value) for name, value in fields}


@each_language
def test_every_phrase_takes_its_slots_and_ends(language: str) -> None:
    for name, phrases in phrases_of(language).items():
        assert phrases or name == "hook_duty"
        for phrase in phrases:
            said = phrase.format(**SLOTS)
            assert "{" not in said
            assert language == "th" or said[-1] in ".?।؟。？", (name, said)


@each_language
def test_phrases_are_in_the_letters_of_the_language(language: str) -> None:
    words = " ".join(phrase for phrases in phrases_of(language).values() for phrase in phrases)
    assert alphabet_of(re.sub(r"\{[^}]*\}", "", words)) == ALPHABETS.get(language, "Latin")
    assert alphabet_of(words_in(language).hiring) == ALPHABETS.get(language, "Latin")


@each_language
def test_facts_keep_their_slots(language: str) -> None:
    phrases = phrases_of(language)
    for name, slot in {
        "role": "{company}",
        "place": "{place}",
        "pay": "{pay}",
        "duty": "{duty}",
        "item": "{duty}",
        "need": "{need}",
    }.items():
        assert all(slot in phrase for phrase in phrases[name]), name
    assert not any("{" in phrase for name in ("hook", "cta", "cta_long", "remote") for phrase in phrases[name])


def test_regions_and_scripts_find_their_language() -> None:
    assert phrases_for("pt-BR") is PHRASES["pt"]
    assert phrases_for("zh-Hans") is phrases_for("zh-CN") is PHRASES["zh"]
    assert phrases_for("zh-TW") is phrases_for("zh-Hant-HK") is PHRASES["zh-hant"]
    assert phrases_for("sv") is BARE
    assert words_in("sv") == words_in("en")
