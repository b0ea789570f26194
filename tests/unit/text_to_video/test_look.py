"""The look of a reel: a company's brand from its folder, pictures behind the words, steps numbered."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.errors import InvalidInput
from shared.schemas.clips import ClipBrief
from shared.schemas.reels import ReelBrief
from shared.settings import Settings, load_settings
from text_to_video.briefs import drafted
from text_to_video.colour import Rgb
from text_to_video.look import Look, numbered, open_look
from text_to_video.media.veil import Veiled
from text_to_video.script.base import Line, Role

POSTING = ReelBrief(title="Nurse", company="Oak & Ember", description="", places=("Leeds",))
CLIP = ClipBrief(
    exercise="Plank", kind="instruction", archetype="peer", instructions=("Rise on your toes and your elbows.", "Hold your back straight.")
)


def lines(*roles: Role) -> list[Line]:
    return [Line(role, "words", "words") for role in roles]


@pytest.mark.parametrize(
    ("roles", "numbers"),
    [
        (("hook", "step", "step", "cta"), (0, 1, 2, 3)),
        (("hook", "step"), (0, 1)),
        (("step", "hook", "step", "cta", "cta"), (1, 1, 2, 3, 3)),
        (("hook", "duty", "cta"), (0, 0, 0)),
        ((), ()),
    ],
)
def test_steps_are_numbered_as_they_come(roles: tuple[Role, ...], numbers: tuple[int, ...]) -> None:
    assert numbered(lines(*roles)) == numbers


def test_a_clip_has_a_chapter_for_every_step_and_for_both_ends() -> None:
    script = drafted(CLIP)
    dressed = Look().dressed(CLIP, "coach", script.lines)
    assert len(dressed.scene.chapters) == max(dressed.steps) + 1 == 4


def test_the_companys_brand_is_found_and_worn(tmp_path: Path) -> None:
    (tmp_path / "oak-ember.json").write_text(json.dumps({"colours": ["#00246b", "#ffcc00"], "logo": "gone.png"}))
    dressed = Look(tmp_path).dressed(POSTING, "ticket", ())
    assert dressed.scene.bar == Rgb.of("#ffcc00")
    assert dressed.degraded == ("brand: logo gone.png: it cannot be read: No such file or directory",)
    assert Look(tmp_path).dressed(POSTING.model_copy(update={"company": "Other"}), "ticket", ()).degraded == ()


def test_pictures_lie_behind_the_words_of_every_kind_of_reel(tmp_path: Path) -> None:
    Image.fromarray(np.full((900, 700, 3), 90, np.uint8)).save(tmp_path / "a.jpg")
    (tmp_path / "b.mp4").write_bytes(b"broken")
    for brief, template in ((POSTING, "letter"), (CLIP, "coach")):
        dressed = Look(media=tmp_path).dressed(brief, template, drafted(CLIP).lines)  # type: ignore[arg-type]  # literals in a tuple
        assert isinstance(dressed.scene.background, Veiled)
        assert all(reason.startswith("media: b.mp4: ") for reason in dressed.degraded)
    assert not isinstance(Look().dressed(POSTING, "letter", ()).scene.background, Veiled)


def test_without_a_picture_that_can_be_used_the_template_is_as_ever(tmp_path: Path) -> None:
    dressed = Look(media=tmp_path).dressed(POSTING, "letter", ())
    assert not isinstance(dressed.scene.background, Veiled)
    assert dressed.degraded == (f"media: {tmp_path} holds no pictures or clips",)
    assert dressed.credits == ()


def test_settings_give_the_look_and_the_command_goes_before_them(tmp_path: Path) -> None:
    settings = load_settings(
        {"BRANDS_DIR": "/brands", "MEDIA_DIR": "/media", "PEXELS_API_KEY": "px-secret", "DATA_DIR": str(tmp_path)}, None
    )
    look = open_look(settings, None, None)
    assert (look.brand, look.media) == (Path("/brands"), Path("/media"))
    assert look.pexels is not None
    assert look.pexels.folder == tmp_path / "pexels"
    assert "px-secret" not in repr(look)
    assert open_look(settings, tmp_path, tmp_path).brand == tmp_path
    assert open_look(Settings(), None, None) == Look()


def test_a_brand_asked_for_must_be_one(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(InvalidInput):
        Look(tmp_path / "a.json").dressed(POSTING, "poster", ())
