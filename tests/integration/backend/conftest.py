"""What several tests of the backend ask for: the local model, loaded once, and boards to import from."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.embeddings.local import LocalEmbedder, open_local
from tests.stubs.boards import Boards


@pytest.fixture(scope="session")
def embedder() -> LocalEmbedder:
    return open_local()


@pytest.fixture
async def boards() -> AsyncIterator[Boards]:
    async with Boards().listening() as listening:
        yield listening
