"""PURE: who stands in for a presenter without a clip."""

from __future__ import annotations

from collections.abc import Mapping

from shared.schemas.clips import Archetype

ORDER: Mapping[Archetype, tuple[Archetype, ...]] = {
    "professional": ("professional", "mentor", "peer"),
    "mentor": ("mentor", "peer", "professional"),
    "peer": ("peer", "professional", "mentor"),
}
"""The presenter asked for, and then the others in turn."""
