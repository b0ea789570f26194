"""Headings are found and known, boilerplate is dropped."""

import pytest

from text_to_video.script.headings import Kind, kind_of
from text_to_video.script.sections import Block, sections


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("What you’ll do", "duties"),
        ("Key Responsibilities", "duties"),
        ("The Role", "duties"),
        ("In this role, you will", "duties"),
        ("Your first 90 days", "duties"),
        ("What you'll bring", "requirements"),
        ("Who you are", "requirements"),
        ("You might be a fit if you", "requirements"),
        ("Nice to have", "dropped"),
        ("What we offer", "dropped"),
        ("Who we are", "dropped"),
        ("About Korn & Kruste", "dropped"),
        ("Interview process", "dropped"),
        ("About the role", None),
        ("Deine Aufgaben", "duties"),
        ("Dein Profil", "requirements"),
        ("Wir bieten", "dropped"),
        ("Funciones", "duties"),
        ("Requisitos", "requirements"),
        ("Vos missions", "duties"),
        ("Profil recherché", "requirements"),
        ("岗位职责", "duties"),
    ],
)
def test_known_headings(heading: str, kind: Kind | None) -> None:
    assert kind_of(heading) == kind


def test_a_heading_is_a_short_line_or_one_ending_in_a_colon() -> None:
    text = "Responsibilities\n• Bake bread\n\nYou will be happy here if you bring the following:\n• A driving licence\n\nWe bake.\nWe sell."
    assert [(s.kind, s.heading, len(s.blocks)) for s in sections(text)] == [
        ("duties", "Responsibilities", 1),
        ("requirements", "You will be happy here if you bring the following", 1 + 2),
    ]


def test_a_heading_may_share_its_line() -> None:
    (found,) = sections("Responsibilities: bake bread for the whole town.")
    assert (found.kind, found.blocks) == ("duties", (Block("bake bread for the whole town.", bullet=False),))


def test_a_colon_line_gives_up_only_its_last_sentence() -> None:
    first, second = sections("Acme seeks a baker to join our team. Key responsibilities include:\n• Bake bread")
    assert first.blocks == (Block("Acme seeks a baker to join our team.", bullet=False),)
    assert (second.kind, second.heading) == ("duties", "Key responsibilities include")


def test_an_unknown_heading_under_duties_belongs_to_them() -> None:
    kinds = [
        s.kind
        for s in sections("What you'll do\n• Bake bread\nNight shift\n• Light the oven\nBenefits\n• Free bread\nOdds and ends\n• A dog")
    ]
    assert kinds == ["duties", "duties", "dropped", "other"]


@pytest.mark.parametrize("mark", ["• ", "- ", "* ", "1. ", "2) ", "– ", "• ✅ "])
def test_every_kind_of_bullet(mark: str) -> None:
    (found,) = sections(f"Duties\n{mark}Bake pre- and post-war breads")
    assert found.blocks == (Block("Bake pre- and post-war breads", bullet=True),)


def test_emoji_arrows_and_control_characters_go() -> None:
    (found,) = sections("Duties\n• 🍞 Take dough → oven → shop\x01\u200b\ufeff <b>daily</b>")
    assert found.blocks[0].text == "Take dough to oven to shop b daily /b"


def test_legal_lines_go_from_every_section() -> None:
    (found,) = sections("Duties\n• Bake bread\n• We are an equal opportunity employer\n• Health insurance and a 401(k)")
    assert [block.text for block in found.blocks] == ["Bake bread"]
