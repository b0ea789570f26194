"""A company's own colours and logo, from a file the operator keeps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from shared.errors import InvalidInput
from shared.schemas.base import Message, first_problem
from shared.schemas.postings import slugify
from text_to_video.colour import Rgb
from text_to_video.logo import BadPicture, Logo, read_logo

_MOST_BYTES = 65_536

Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]


class BrandFile(Message):
    """`company` is the name to show; `colours` are "#rrggbb", the first for large parts, the second for what is marked; `logo` is the
    name of a PNG, JPEG or WebP file, seen from the brand file's folder. What is left out stays as it is without a brand."""

    company: str | None = Field(default=None, min_length=1, max_length=200)
    colours: tuple[Colour, ...] = Field(default=(), max_length=2)
    logo: str | None = Field(default=None, min_length=1, max_length=1000)


@dataclass(frozen=True)
class Brand:
    """`main` and `second` are colours as given, or the first from the logo; `degraded` says what of the file cannot be used."""

    company: str | None = None
    main: Rgb | None = None
    second: Rgb | None = None
    logo: Logo | None = None
    degraded: tuple[str, ...] = ()


def brand_of(company: str, place: Path) -> Brand | None:
    """The brand in the file `place`, or, where that is a folder, in its file named after the company: "Oak & Ember" is "oak-ember.json".

    None where the folder has none. A file of that folder that is wrong, or a logo, only degrades the brand.
    Raises InvalidInput (field "brand") when `place` is a file that cannot be used, or is not there.
    """
    if not place.is_dir():
        return _read(place)
    path = place / f"{slugify(company)[:60]}.json"
    if not path.exists():
        return None
    try:
        return _read(path)
    except InvalidInput as error:
        return Brand(degraded=(f"brand: {error.message}",))


def _read(path: Path) -> Brand:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InvalidInput(f"{path.name} is larger than a brand can be", field="brand")
        given = BrandFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}", field="brand") from error
    except ValidationError as error:
        raise InvalidInput(": ".join(filter(None, (path.name, *first_problem(error)))), field="brand") from error
    logo, degraded = _logo(path.parent, given.logo)
    colours = [Rgb.of(colour) for colour in given.colours]
    found = [logo.colour] if logo and logo.colour and not colours else []
    main, second = [*colours, *found, None, None][:2]
    return Brand(given.company, main, second, logo, degraded)


def _logo(folder: Path, name: str | None) -> tuple[Logo | None, tuple[str, ...]]:
    if name is None:
        return None, ()
    try:
        return read_logo(folder / name), ()
    except BadPicture as error:
        return None, (f"brand: logo {name}: {error}",)
