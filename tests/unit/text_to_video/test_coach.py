"""The coach: steps numbered as they are spoken, inside the bands, readable, and as calm or lively as the archetype."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from shared.schemas.clips import ARCHETYPES, Archetype, ClipBrief
from text_to_video.captions import Page
from text_to_video.colour import Rgb, contrast
from text_to_video.layout import CAPTIONS_TOP, RIGHT, TOP
from text_to_video.picture import FPS, HEIGHT, WIDTH, Ink, Picture
from text_to_video.render import BAR_HEIGHT, EASE, Painter, timeline
from text_to_video.speech.base import Word
from text_to_video.templates import TEMPLATES, coach
from text_to_video.templates.base import Scene

MUSCLES = ["chest", "lats", "quadriceps", "abdominals", "somewhere else", ""]
NAMES = [
    "Plank",
    "Bent-over barbell row",
    "One-arm dumbbell Romanian deadlift to overhead press with rotation",
    "W" * 60,
    "腹筋運動",
    "تمرين الضغط",
]


def clip(archetype: Archetype = "professional", name: str = "Push-up", muscle: str = "chest", language: str = "en") -> ClipBrief:
    return ClipBrief(
        exercise=name,
        kind="instruction",
        archetype=archetype,
        instructions=("Push.",),
        level="intermediate",
        equipment="an adjustable bench and dumbbells",
        muscles=(muscle,) if muscle else (),
        language=language,
    )


def scene(brief: ClipBrief, steps: int = 8) -> Scene:
    return TEMPLATES["coach"](coach.clip_card(brief, steps))


def drawn(inks: Sequence[Ink]) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right and bottom of what each ink draws."""
    for ink in inks:
        rows, columns = np.nonzero(ink.keep[0] <= 248)
        if rows.size:
            yield columns.min() + ink.box.x, rows.min() + ink.box.y, columns.max() + ink.box.x + 1, rows.max() + ink.box.y + 1


@pytest.mark.parametrize("archetype", ARCHETYPES)
@pytest.mark.parametrize("name", NAMES)
def test_every_chapter_stays_in_its_band(archetype: Archetype, name: str) -> None:
    language = "ar" if name == NAMES[-1] else "en"
    shown = scene(clip(archetype, name, language=language))
    assert len(shown.chapters) == 10
    for chapter in shown.chapters:
        for left, top, right, bottom in drawn((*shown.shapes, *shown.texts, *chapter)):
            assert left >= 40
            assert right <= RIGHT + 2
            assert top >= TOP - 3
            assert bottom < CAPTIONS_TOP - 20


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_no_text_of_a_chapter_touches_another(archetype: Archetype, language: str) -> None:
    for chapter in scene(clip(archetype, NAMES[2], language=language)).chapters:
        total = np.zeros((HEIGHT, WIDTH), np.int8)
        for ink in chapter:
            total[ink.box.y : ink.box.bottom, ink.box.x : ink.box.right] += ink.keep[0] < 100
        assert total.max() <= 1


@pytest.mark.parametrize("archetype", ARCHETYPES)
@pytest.mark.parametrize("muscle", MUSCLES)
def test_all_words_read_on_the_ground(archetype: Archetype, muscle: str) -> None:
    brief = clip(archetype, muscle=muscle)
    shown, look = scene(brief), coach._look(coach.clip_card(brief, 3))
    for chapter in shown.chapters:
        assert min(contrast(ink.colour, look.ground) for ink in chapter) >= 4.5
    assert contrast(look.on_accent, look.accent) >= 4.5
    assert contrast(shown.captions.ink, look.ground) >= 4.5
    assert contrast(shown.bar, look.ground) >= 3


def test_archetypes_differ_and_the_peer_is_the_liveliest() -> None:
    steps = {archetype: len({scene(clip(archetype)).background.step(frame) for frame in range(FPS)}) for archetype in ARCHETYPES}
    assert steps["peer"] > max(steps["professional"], steps["mentor"])
    assert len({scene(clip(archetype)).bar for archetype in ARCHETYPES}) == 3


def test_the_part_of_the_body_has_its_hue_and_its_tag() -> None:
    assert coach.clip_card(clip(muscle="chest"), 1).hue != coach.clip_card(clip(muscle="lats"), 1).hue
    assert coach.clip_card(clip(muscle="biceps"), 1).hue == coach.clip_card(clip(muscle="lats"), 1).hue
    assert coach.clip_card(clip(muscle="chest"), 1).tag == "Chest"
    assert not scene(clip(muscle="")).texts


def test_the_number_changes_with_the_step_and_only_then() -> None:
    """Frames between two pages of one step show the same head; the end shows the opening again, with every mark filled."""
    shown = scene(clip(), steps=2)
    lines = ["Push-up, step by step.", "Lower your chest.", "Push back up.", "Your turn."]
    pages = [
        Page(tuple(Word(w, n + i / 5, n + i / 5 + 0.1, n) for i, w in enumerate(line.split())), n, n + 1) for n, line in enumerate(lines)
    ]
    moments = timeline(pages, 4 * FPS)
    picture = Picture.plain(Rgb(0, 0, 0))
    painter = Painter(shown, pages, moments, picture, [0, 1, 2, 3])
    heads = []
    for frame in range(len(moments)):
        painter.paint(frame)
        heads.append(picture.y[round(TOP) : 610].copy())
        fresh = Picture.plain(Rgb(0, 0, 0))
        if frame % 9 == 0:
            Painter(shown, pages, moments, fresh, [0, 1, 2, 3]).paint(frame)
            for mine, theirs in zip(picture, fresh, strict=True):
                rows = np.s_[: len(mine) * (HEIGHT - BAR_HEIGHT) // HEIGHT]
                assert (mine[rows] == theirs[rows]).all(), f"frame {frame}"
    changes = [frame for frame in range(1, len(heads)) if (heads[frame] != heads[frame - 1]).any()]
    assert set(changes) == {start + age for start in (FPS, 2 * FPS, 3 * FPS) for age in range(EASE + 1)}
    assert (heads[0] != heads[-1]).any(), "the marks of the steps done"
