"""No tag or entity of a title or a company reaches the picture or the voice."""

from shared.schemas.reels import ReelBrief
from text_to_video.markup import without_markup
from text_to_video.script.extractive import ExtractiveWriter
from text_to_video.templates.base import card_of


def test_tags_and_entities_go_and_signs_stay() -> None:
    brief = ReelBrief(
        title="<b>R&amp;D</b> Baker &lt;i&gt;C &lt; D&lt;/i&gt;",
        company="Korn &amp; Kruste<br>",
        description="• Bake bread for all the town every night",
        places=("<span>Berlin</span>",),
        pay="€48k<sup>1</sup>",
    )
    plain = without_markup(brief)
    assert (plain.title, plain.company, plain.places) == ("R&D Baker C < D", "Korn & Kruste", ("Berlin",))
    assert without_markup(plain) == plain
    shown = card_of(plain)
    assert not {"<b>", "</b>", "&amp;"} & set(f"{shown.title} {shown.company}".split())
    assert "Korn & Kruste is hiring" in ExtractiveWriter().write(plain).text
