"""The backend keeps to its OpenAPI document for an operator too, whatever is sent with the key: no 5xx, no undocumented answer."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from tests.integration.backend.operating import KEY, audits, operated
from tests.integration.queue_steps import enqueued, job_in, stored

EXAMPLES = 10
UNMET = "positive_data_acceptance,allow_header_conformance,ignored_auth"
"""Made-up cursors are refused though they fit their schema; `Allow` names the methods of all routes at a path; and whoever sends
one of the two credentials well need not send the other."""


def shortened(said: str) -> str:
    return "\n".join(line[:300] for line in said.splitlines())[-6000:]


async def test_the_operators_api_keeps_its_word(db: Database, mongo_uri: str, tmp_path: Path) -> None:
    await create_indexes(db)
    for key in ("a", "b", "c"):
        await stored(db, key)
    await job_in(db, "ready", "a")
    await job_in(db, "failed", "b")
    await enqueued(db, "c")
    async with operated(db, mongo_uri, tmp_path) as http:
        schemathesis = str(Path(sys.executable).with_name("schemathesis"))
        arguments = ["run", f"{http.base_url}/openapi.json", "--include-path-regex", "^/admin", "-H", f"X-Admin-Key: {KEY}"]
        options = ["--checks", "all", "--exclude-checks", UNMET, "--max-examples", str(EXAMPLES), "--seed", "1", "--warnings", "off"]
        ran = await asyncio.create_subprocess_exec(
            schemathesis, *arguments, *options, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=tmp_path
        )
        async with asyncio.timeout(300):
            said, _ = await ran.communicate()
    assert ran.returncode == 0, shortened(said.decode())
    assert "done" in {entry["outcome"] for entry in await audits(db)}
