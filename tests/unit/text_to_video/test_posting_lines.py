"""What a model's answer about a posting must be, and what becomes of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.llm.repair import problems
from shared.schemas.reels import ReelBrief
from text_to_video.briefs import drafted
from text_to_video.script.base import Script, text_of, tokens
from text_to_video.script.claims import Source
from text_to_video.script.posting_lines import Facts, PostingLines, posting_prompt, posting_script

DESCRIPTION = """We are a family of bakers with three shops. Our mission is to bring honest bread to everyone.

What you'll do

• Shape and bake sourdough loaves, rolls and rye breads in a stone oven
• Mix the doughs for the next morning (spelt, wheat and rye)
• Train two apprentices in lamination, so that every croissant comes out crisp and even
• Order flour, butter and seeds from local mills, for €2,000 a week

What you bring

• 3+ years of experience as a baker
• A good mood, even at four in the morning"""
ANSWER: dict[str, Any] = {
    "hook": "Could you shape sourdough loaves while the town still sleeps?",
    "duties": [
        "You'll bake sourdough loaves, rolls and rye breads in a stone oven.",
        "You'll mix the doughs of spelt, wheat and rye for the next morning",
        "You'll train two apprentices in lamination until every croissant comes out crisp.",
    ],
    "requirement": "You'll need 3 years of experience as a baker.",
    "cta": "Sounds like you? Tap apply.",
}


def posting(**changes: Any) -> ReelBrief:
    fields = {"title": "Senior Baker (m/f/d)", "company": "Korn & Kruste", "description": DESCRIPTION, "places": ("Berlin",)}
    return ReelBrief.model_validate({**fields, "pay": "€48–56k a year", **changes})


def checked(answer: dict[str, Any], brief: ReelBrief | None = None) -> tuple[PostingLines, Script, Facts]:
    brief = brief or posting()
    draft = drafted(brief)
    facts, source = Facts.of(brief, draft), Source.of(brief, draft.language)
    return PostingLines.model_validate(answer, context={"source": source, "facts": facts}), draft, facts


def refused(brief: ReelBrief | None = None, **changes: Any) -> str:
    with pytest.raises(ValidationError) as error:
        checked({**ANSWER, **changes}, brief)
    return "\n".join(problems(error.value))


def duty(text: str) -> list[str]:
    return [ANSWER["duties"][0], text, ANSWER["duties"][2]]


def test_a_good_answer_stands_around_the_lines_of_the_posting() -> None:
    lines, draft, facts = checked(ANSWER)
    script = posting_script(lines, draft, facts)
    assert [line.role for line in script.lines] == ["hook", "role", "place", "pay", "duty", "duty", "duty", "requirement", "cta"]
    shown = [text_of(tokens(line.display)) for line in script.lines]
    assert shown[1:4] == ["Korn & Kruste is hiring a Senior Baker.", "In Berlin.", "It pays €48–56k a year."]
    assert shown[5] == "You'll mix the doughs of spelt, wheat and rye for the next morning."
    assert script.lines[3].spoken == "It pays 48\u00a0to\u00a056\u00a0thousand\u00a0euros a year."
    assert script.degraded == ()


def test_spare_lines_are_what_the_model_left_out() -> None:
    lines, draft, facts = checked({**ANSWER, "duties": [ANSWER["duties"][0], ANSWER["duties"][2]], "requirement": None})
    spare = [text_of(tokens(line.display)) for line in posting_script(lines, draft, facts).spare]
    assert spare
    assert not any("sourdough" in line or "apprentices" in line for line in spare)
    assert not any(line.startswith("And ") for line in spare)


def test_display_and_speech_have_the_same_words() -> None:
    answer = {**ANSWER, "duties": duty("You'll order flour, butter & seeds, e.g. rye, from local mills.")}
    lines, draft, facts = checked(answer)
    for line in posting_script(lines, draft, facts).lines:
        assert len(tokens(line.display)) == len(tokens(line.spoken))


def test_small_slips_are_mended_without_asking_again() -> None:
    answer = {**ANSWER, "hook": "  “Could you shape sourdough loaves at night?” 🍞 ", "cta": "Tap apply now"}
    lines, _, _ = checked(answer)
    assert (lines.hook, lines.cta) == ("Could you shape sourdough loaves at night?", "Tap apply now.")


@pytest.mark.parametrize(
    ("changes", "path", "why"),
    [
        ({"hook": "Could you bake 40 loaves at dawn?"}, "hook", "40"),
        ({"duties": duty("You'll teach for Google in Oslo with rye.")}, "duties[1]", "Google"),
        ({"requirement": "You'll need 5 years of experience as a baker."}, "requirement", "5 year"),
        ({"requirement": "You'll need 3 years of experience, and call +49 30 1234567."}, "requirement", "+49"),
        ({"cta": "Tap apply at kruste.com now."}, "cta", "kruste.com"),
        ({"duties": duty("You'll bake guaranteed perfect rye bread in a stone oven.")}, "duties[1]", "guaranteed"),
        ({"duties": duty("You'll sell cars, drive trucks and repair engines.")}, "duties[1]", "own words"),
        ({"duties": duty("You'll mix our doughs of spelt, wheat and rye.")}, "duties[1]", "not the company's"),
        ({"hook": "We bake sourdough: want to join?"}, "hook", "not the company's"),
        ({"hook": "Ready for a change of scenery?"}, "hook", "something of this text"),
        ({"hook": "Would a Junior baker shape sourdough loaves?"}, "hook", "Junior"),
        ({"hook": "Bake sourdough for €56k a year?"}, "hook", "pay"),
        ({"duties": duty("You'll order flour and butter for €2,000 a week.")}, "duties[1]", "pay"),
        ({"hook": "Want to bake sourdough loaves from home, remote?"}, "hook", "remotely"),
        ({"cta": "Buy the rye bread of the morning."}, "cta", "invites"),
        ({"cta": "Send money to a friend."}, "cta", "invites"),
        ({"hook": "<b>Bake</b> sourdough loaves?"}, "hook", "markup"),
        ({"hook": "**Bake** sourdough loaves?"}, "hook", "markup"),
        ({"hook": "🍞🍞"}, "hook", "says nothing"),
        ({"hook": "Could you bake " + "rye " * 20 + "bread?"}, "hook", "at most 14"),
        ({"duties": [ANSWER["duties"][0]] * 2}, "(the whole answer)", "says again"),
        ({"duties": []}, "duties", "at least 1"),
        ({"duties": [*ANSWER["duties"], "You'll order flour from local mills."]}, "duties", "at most 3"),
        ({"company": "Brezel AG"}, "company", "not permitted"),
    ],
)
def test_what_does_not_hold_goes_back_with_its_path(changes: dict[str, Any], path: str, why: str) -> None:
    told = refused(**changes)
    assert told.startswith(f"{path}: ") or f"\n{path}: " in told, told
    assert why in told


def test_a_fact_of_the_fields_is_not_the_models_to_say() -> None:
    brief = posting(places=("Berlin", "Potsdam"))
    assert "not in Berlin only" in refused(brief, hook="Could you shape sourdough loaves in Berlin?")


def test_what_the_fields_say_of_remote_work_may_be_said() -> None:
    checked({**ANSWER, "hook": "Could you plan sourdough loaves from home?"}, posting(remote=True))


def test_a_long_posting_fills_the_reel_and_a_short_one_need_not() -> None:
    few = {"duties": ANSWER["duties"][:1], "requirement": None}
    checked({**ANSWER, **few})
    long = posting(description=DESCRIPTION + "\n\n" + "Bread is baked slowly here, with time and a stone oven. " * 20)
    assert "words together" in refused(long, **few)


def test_it_is_written_in_the_language_of_the_posting() -> None:
    german = posting(
        title="Bäcker",
        description="Deine Aufgaben\n\n• Du backst Brote und Brötchen im Steinofen\n• Du planst die Teige für den nächsten Tag mit uns\n"
        "• Du kaufst Mehl bei den Mühlen der Umgebung und du bist für die Öfen da",
        language="de",
    )
    answer = {
        "hook": "Willst du Brote im Steinofen backen?",
        "duties": ["Du backst Brote und Brötchen im Steinofen.", "Du planst die Teige für den nächsten Tag."],
        "requirement": None,
        "cta": "Klingt gut? Dann bewirb dich jetzt.",
    }
    lines, draft, facts = checked(answer, german)
    assert posting_script(lines, draft, facts).lines[1].display == "Korn & Kruste sucht: Bäcker."
    english = {"hook": "Want to bake Brote in the Steinofen with the Teige of the day?"}
    assert "language of the text (de)" in refused(
        german, **{**answer, **english, "duties": ["You'll bake the Brote and Brötchen in the oven."]}
    )


def test_another_alphabet_is_another_language() -> None:
    russian = posting(
        title="Пекарь",
        company="Хлеб",
        places=(),
        description="Обязанности\n\n• Готовить тесто на следующий день\n• Печь хлеб для магазинов каждое утро",
    )
    answer = {
        "hook": "Хотите печь хлеб каждое утро?",
        "duties": ["Готовить тесто на следующий день.", "Печь хлеб для магазинов."],
        "requirement": None,
        "cta": "Подходит? Откликайтесь.",
    }
    checked(answer, russian)
    assert refused(
        russian,
        **{**answer, "duties": ["Gotovit testo na sleduyushchiy den.", "Pech khleb dlya magazinov."], "hook": "Khotite pech khleb?"},
    )


def test_the_prompt_fences_the_posting_and_names_the_language_and_the_room() -> None:
    brief = posting()
    draft = drafted(brief)
    prompt = posting_prompt(Facts.of(brief, draft), Source.of(brief, draft.language))
    assert "Shape and bake" not in prompt.system
    assert "(en)" in prompt.system
    assert set(prompt.material) == {"posting", "our_lines"}
    assert "Korn & Kruste is hiring a Senior Baker." in prompt.material["our_lines"]


def test_without_its_context_an_answer_cannot_be_checked() -> None:
    with pytest.raises(TypeError, match="source"):
        PostingLines.model_validate(ANSWER)
