"""Logos of every kind and absurd ones: read or refused in words, and drawn inside their badge in any template."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shared.schemas.reels import TEMPLATE_IDS, ReelBrief, TemplateId
from text_to_video.brand import Brand
from text_to_video.colour import INK, WHITE, Rgb, contrast, rgb_from_yuv
from text_to_video.layout import HEADER_END, RIGHT, TOP
from text_to_video.logo import BadPicture, read_logo, stamp
from text_to_video.picture import Picture
from text_to_video.templates import TEMPLATES
from text_to_video.templates.base import card_of

RED = (210, 30, 40, 255)


def saved(image: Image.Image, path: Path, kind: str = "PNG") -> Path:
    image.save(path, kind)
    return path


def disc(colour: tuple[int, int, int, int] = RED, size: int = 200) -> Image.Image:
    image = Image.new("RGBA", (size, size))
    ImageDraw.Draw(image).ellipse((40, 40, size - 40, size - 40), fill=colour)
    return image


def test_what_is_transparent_is_cut_off(tmp_path: Path) -> None:
    logo = read_logo(saved(disc(), tmp_path / "a.png"))
    assert logo.image.size == (121, 121)
    assert logo.colour == Rgb(*RED[:3])
    assert not logo.fills


@pytest.mark.parametrize(("colour", "plate"), [((250, 250, 250, 255), INK), ((20, 20, 60, 255), WHITE), (RED, WHITE)])
def test_the_plate_is_what_the_logo_stands_out_from(tmp_path: Path, colour: tuple[int, int, int, int], plate: Rgb) -> None:
    logo = read_logo(saved(disc(colour), tmp_path / "a.png"))
    assert logo.plate == plate
    assert contrast(Rgb(*colour[:3]), logo.plate) > 2.5


def test_an_even_margin_becomes_the_plate_and_a_tile_fills_it(tmp_path: Path) -> None:
    margin = Image.new("RGB", (300, 200), (240, 240, 255))
    margin.paste((10, 90, 60), (100, 50, 200, 150))
    framed = read_logo(saved(margin, tmp_path / "a.jpg", "JPEG"))
    assert not framed.fills
    assert abs(framed.image.width - 100) <= 12
    assert max(abs(a - b) for a, b in zip(framed.plate, (240, 240, 255), strict=True)) <= 2
    stripes = Image.fromarray(np.tile(np.arange(256, dtype=np.uint8)[None, :, None], (256, 1, 3)))
    assert read_logo(saved(stripes, tmp_path / "a.webp", "WEBP")).fills


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_any_mode_is_read(tmp_path: Path, mode: str) -> None:
    image = disc().convert("RGB").convert(mode)
    path = saved(image, tmp_path / "a", "JPEG" if mode == "CMYK" else "PNG")
    assert read_logo(path).image.mode == "RGBA"


def test_a_grey_logo_has_no_colour(tmp_path: Path) -> None:
    assert read_logo(saved(disc((90, 90, 90, 255)), tmp_path / "a.png")).colour is None


def test_a_turned_photograph_is_turned_back(tmp_path: Path) -> None:
    image = Image.new("RGB", (300, 100), "white")
    image.paste((0, 0, 200), (10, 10, 200, 60))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.jpg", exif=exif)
    assert read_logo(tmp_path / "a.jpg").aspect < 1


def _bomb() -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (9000, 9000)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG, JPEG or WEBP picture"),
        (_bomb(), "million pixels"),
        (bytes(21 * 2**20), "larger than 20 MB"),
    ],
)
def test_what_is_no_logo_is_refused_in_words(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(BadPicture, match=why):
        read_logo(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (Image.new("RGBA", (100, 100)), "nothing of it is visible"),
        (Image.new("RGB", (100, 100), "red"), "one colour"),
        (Image.new("RGBA", (8, 8), RED), "smaller than 16 px"),
        (disc().resize((2000, 100)).crop((0, 48, 2000, 52)).resize((2000, 40)), "as long as wide"),
        (Image.fromarray(np.zeros((40, 40), np.uint16)), "16 bits"),
    ],
)
def test_absurd_pictures_are_refused_in_words(tmp_path: Path, image: Image.Image, why: str) -> None:
    with pytest.raises(BadPicture, match=why):
        read_logo(saved(image, tmp_path / "a.png"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_file_cut_short_is_refused(tmp_path: Path, kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8))
    whole = saved(noise, tmp_path / "a", kind).read_bytes()
    for part in (0.1, 0.5, 0.9):
        (tmp_path / "a").write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(BadPicture):
            read_logo(tmp_path / "a")


def test_a_stamp_keeps_its_colours_and_lets_through_what_is_clear() -> None:
    image = Image.new("RGBA", (40, 20))
    image.paste(RED, (0, 0, 20, 20))
    picture = Picture.plain(WHITE, 60, 40)
    stamp(image, 10, 10, WHITE).over(picture)
    rgb = rgb_from_yuv(picture.y, *(plane.repeat(2, 0).repeat(2, 1) for plane in picture[1:])).astype(int)
    assert np.abs(rgb[15, 20] - RED[:3]).max() <= 4
    assert (rgb[15, 40] >= 253).all()
    assert (rgb[5, 5] >= 253).all()


LOGOS = [
    disc(),
    disc(size=2000),
    Image.new("RGBA", (400, 60), RED),
    Image.new("RGBA", (60, 400), RED),
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 120, 3), np.uint8)),
]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("number", range(len(LOGOS)))
@pytest.mark.parametrize("template", TEMPLATE_IDS)
def test_a_logo_stays_in_its_band_beside_every_text(tmp_path: Path, template: TemplateId, number: int, language: str) -> None:
    width, height = LOGOS[number].size
    padded = Image.new("RGBA", (width + 4, height + 4))
    padded.paste(LOGOS[number], (2, 2))
    brand = Brand(logo=read_logo(saved(padded, tmp_path / "a.png")))
    brief = ReelBrief(title="Nurse", company="Northwind Energy", description="", places=("Leeds",), language=language)
    scene, plain = (TEMPLATES[template](card_of(brief, each)) for each in (brand, None))
    assert brand.logo is not None
    stamped = [shape for shape in scene.shapes if shape.colour == brand.logo.plate and 40 < shape.box.height < 120]
    if template == "coach":
        return  # a clip has no company
    assert stamped, "the logo is not there"
    assert len(scene.texts) <= len(plain.texts)
    for shape in stamped:
        assert shape.box.x >= 40
        assert shape.box.right <= RIGHT + 2
        assert TOP <= shape.box.y < shape.box.bottom <= HEADER_END
        for text in scene.texts:
            rows, columns = np.nonzero(text.keep[0] < 128)
            inside = (rows + text.box.y >= shape.box.y) & (rows + text.box.y < shape.box.bottom)
            inside &= (columns + text.box.x >= shape.box.x) & (columns + text.box.x < shape.box.right)
            assert not inside.any(), "a text lies on the logo"
