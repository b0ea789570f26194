"""Brand files: found by company, read strictly, and a bad one in the folder costs a reel no more than its brand."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shared.errors import InvalidInput
from text_to_video.brand import brand_of
from text_to_video.colour import Rgb


def write(path: Path, **fields: Any) -> Path:
    path.write_text(json.dumps(fields))
    return path


def test_a_folder_is_searched_by_the_companys_slug(tmp_path: Path) -> None:
    write(tmp_path / "oak-ember.json", company="Oak & Ember", colours=["#112233", "#ffcc00"])
    brand = brand_of("OAK & Ember", tmp_path)
    assert brand is not None
    assert (brand.company, brand.main, brand.second) == ("Oak & Ember", Rgb(0x11, 0x22, 0x33), Rgb(0xFF, 0xCC, 0x00))
    assert brand_of("Another", tmp_path) is None
    assert brand_of("株" * 200, tmp_path) is None


def test_a_logo_gives_its_colour_where_none_is_given(tmp_path: Path) -> None:
    mark = Image.new("RGBA", (64, 64))
    mark.paste((200, 30, 40, 255), (10, 10, 50, 50))
    mark.save(tmp_path / "logo.png")
    brand = brand_of("x", write(tmp_path / "x.json", logo="logo.png"))
    assert brand is not None
    assert brand.logo is not None
    assert brand.main == Rgb(200, 30, 40)
    given = brand_of("x", write(tmp_path / "x.json", logo="logo.png", colours=["#00ff00"]))
    assert given is not None
    assert given.main == Rgb(0, 255, 0)


@pytest.mark.parametrize("content", [b"no picture", b"", b"\x89PNG\r\n\x1a\n" + bytes(50), None])
def test_a_logo_that_cannot_be_read_leaves_the_initials_and_says_why(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "logo.png").write_bytes(content)
    brand = brand_of("x", write(tmp_path / "x.json", logo="logo.png", colours=["#112233"]))
    assert brand is not None
    assert brand.logo is None
    assert brand.main == Rgb(0x11, 0x22, 0x33)
    assert [reason.split(":")[:2] for reason in brand.degraded] == [["brand", " logo logo.png"]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{", "JSON"),
        ("[]", "object"),
        ('{"colours": ["red"]}', "colours"),
        ('{"colours": ["#111111", "#222222", "#333333"]}', "colours"),
        ('{"color": "#111111"}', "color"),
        ('{"company": ""}', "company"),
        ("\x00" * 70_000, "larger"),
    ],
)
def test_a_wrong_file_is_refused_when_asked_for_and_only_noted_in_the_folder(tmp_path: Path, text: str, names: str) -> None:
    path = tmp_path / "acme.json"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=names) as refused:
        brand_of("Acme", path)
    assert refused.value.field == "brand"
    brand = brand_of("Acme", tmp_path)
    assert brand is not None
    assert len(brand.degraded) == 1
    assert "acme.json" in brand.degraded[0]
    assert (brand.main, brand.logo) == (None, None)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        brand_of("Acme", tmp_path / "acme.json")
