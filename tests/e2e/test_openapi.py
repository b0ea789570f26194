"""Both services keep to their OpenAPI documents, whatever is sent: no 5xx, no undocumented answer, no violated schema."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.e2e.conftest import Running
from tests.e2e.reels import make

EXAMPLES = 20
OVERLAPPING = "allow_header_conformance"
"""/jobs/search is also a path of GET /jobs/{greenhouse_id}: `Allow` names both methods, the document one path at a time."""
MADE_UP_CURSORS = """
[[operations]]
include-path-regex = "^/(feeds|users)/"
checks.positive_data_acceptance.expected-statuses = ["2xx", "304", "404", "422"]
[[operations]]
include-path-regex = "^/(plans|routines)"
checks.positive_data_acceptance.expected-statuses = ["2xx", "304", "404", "409", "412", "422", "428"]
"""
"""They fit the document and are refused all the same: it cannot say which cursors a page has given, nor what makes a plan of weeks."""
WITHOUT_KEY = """
[[operations]]
include-path-regex = "^/admin/"
generation.max-examples = 2
phases.coverage.enabled = false
"""
"""All that can come without the operator's key is 401; `test_admin_openapi.py` has it."""


@pytest.fixture(scope="session")
def urls(stack: Running) -> dict[str, str]:
    with httpx2.Client(base_url=stack.url, timeout=30) as http:
        [result, *_] = make(http, "fourth grade teacher", "schema")
    return {"backend": stack.url, "video": result["playback_url"].split("/media/")[0]}


@pytest.mark.parametrize("service", ["backend", "video"])
def test_the_service_keeps_its_word(urls: dict[str, str], service: str, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(MADE_UP_CURSORS + WITHOUT_KEY)
    schemathesis = Path(sys.executable).with_name("schemathesis")
    command = [str(schemathesis), "run", f"{urls[service]}/openapi.json", "--checks", "all", "--warnings", "off"]
    options = ["--max-examples", str(EXAMPLES), "--seed", "1", "--exclude-checks", OVERLAPPING]
    ran = subprocess.run([*command, *options], capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
