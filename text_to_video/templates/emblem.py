"""What stands for a company at the head of a reel: its logo on a plate, else its initials on a badge of the template's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from text_to_video.drawing import rounded_mask
from text_to_video.fonts import Face
from text_to_video.picture import Box, Ink
from text_to_video.templates.base import Card, fit_line

if TYPE_CHECKING:
    from PIL import Image

    from text_to_video.logo import Logo

_PAD, _WIDEST, _CORNER = 0.14, 3.0, 0.26
"""Of the badge's height: the room around a logo, the width of the widest plate, the radius of its corners at most."""


@dataclass(frozen=True)
class Emblem:
    """Inks of a badge, and its width in px: 0 where a company has neither logo nor initials."""

    shapes: tuple[Ink, ...] = ()
    texts: tuple[Ink, ...] = ()
    width: float = 0

    @property
    def long(self) -> bool:
        """Whether it is a logo so long that it likely spells the name."""
        return bool(self.shapes) and self.width > 2 * self.shapes[0].box.height

    def after(self, left: float, gap: float) -> float:
        """Where what follows it begins."""
        return left + self.width + gap if self.width else left


def emblem(card: Card, box: Box, initials: Sequence[Ink], badge: Sequence[Ink], *, from_right: bool = False) -> Emblem:
    """The logo in a plate as high as `box`, or `initials` on their `badge`, both drawn for it.

    A long logo makes the plate longer: to the right, or from the right to the left.
    """
    logo = card.brand.logo if card.brand else None
    if logo is None:
        return Emblem(tuple(badge), tuple(initials), box.width) if initials else Emblem()
    from text_to_video.logo import stamp  # what only logos need takes time to load

    width = round(_width(logo, box.height) / 2) * 2
    plate = box._replace(x=box.right - width if from_right else box.x, width=width)
    return Emblem((stamp(_on_plate(logo, plate), plate.x, plate.y, logo.plate),), (), width)


def company_beside(card: Card, badge: Emblem, face: Face, width: float) -> str:
    """The company's name as far as it fits beside its badge; "" where it would be cut and the logo spells it."""
    name = fit_line(card.company, face, width)
    return "" if badge.long and name != face.visible(card.company) else name


def _width(logo: Logo, height: float) -> float:
    room = 0 if logo.fills else 2 * _PAD * height
    return min(max(height, (height - room) * logo.aspect + room), _WIDEST * height)


def _on_plate(logo: Logo, box: Box) -> Image.Image:
    from PIL import Image, ImageOps

    size = box.width, box.height
    plate = Image.new("RGBA", size, logo.plate)
    if logo.fills:
        plate = ImageOps.fit(logo.image, size)
    else:
        pad = round(_PAD * box.height)
        fitted = ImageOps.contain(logo.image, (box.width - 2 * pad, box.height - 2 * pad))
        plate.alpha_composite(fitted, ((box.width - fitted.width) // 2, (box.height - fitted.height) // 2))
    edges = (box.x, box.y, box.right, box.bottom)
    plate.putalpha(rounded_mask(box, edges, _CORNER * box.height))
    return plate
