"""A short brief, and one finished reel of each template, made once."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.schemas.reels import TEMPLATE_IDS, Progress, ReelBrief, ReelResult, TemplateId
from text_to_video.pipeline import make_reel


@pytest.fixture(scope="session")
def brief() -> ReelBrief:
    return ReelBrief(
        title="Wind turbine technician",
        company="Northwind Energy",
        description="What you will do\n\n• Climb and inspect turbines\n• Repair blades with a partner\n• Log every fault you find",
        places=("Aarhus",),
    )


Made = tuple[Path, ReelResult, list[Progress]]


def _make(brief: ReelBrief, out: Path, template: TemplateId) -> Made:
    told: list[Progress] = []
    return out, make_reel(brief, out, template, told.append), told


@pytest.fixture(scope="session")
def reels(brief: ReelBrief, tmp_path_factory: pytest.TempPathFactory) -> Mapping[TemplateId, Made]:
    """Folder, result and progress of a reel per template."""
    root = tmp_path_factory.mktemp("reels")
    return {template: _make(brief, root / template, template) for template in TEMPLATE_IDS}
