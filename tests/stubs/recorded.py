"""Real answers of the vendors, where they lie beside the checkout: read when tests run, never copied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.stubs.vendor import Says

_FOLDER = Path(__file__).parents[3] / "shared" / "data" / "protocol"

needs_recordings = pytest.mark.skipif(not _FOLDER.exists(), reason="the vendors' recorded answers are not beside this checkout")


def error_bodies(api: str) -> list[Says]:
    """The recorded errors of one API, in the order of the file."""
    entries = map(json.loads, (_FOLDER / "error_bodies.jsonl").read_text().splitlines())
    return [Says(entry["body"], entry["http_status"]) for entry in entries if entry["api"] == api]


def body(path: str) -> Says:
    """A JSON file with one answer's body; an error's status stands in it."""
    told = json.loads((_FOLDER / path).read_text())
    return Says(told, told.get("error", {}).get("code", 200))


def js_recording(path: str) -> Says:
    """The first answer of a recording of Google's JavaScript SDK."""
    response = json.loads((_FOLDER / path).read_text())["interactions"][0]["response"]
    return Says(response["bodySegments"][0], response["statusCode"])


def cassette(path: str) -> Says:
    """The first answer of a cassette that comes from a language model, not from somebody who hands out tokens."""
    interactions = _yaml(path)["interactions"]
    answers = [each["response"] for each in interactions if "oauth2" not in each["request"]["uri"]]
    return Says(answers[0]["parsed_body"], answers[0]["status"]["code"])


def openapi_errors(path: str) -> dict[int, list[Says]]:
    """The example errors of POST /chat/completions in an OpenAPI file, by status."""
    responses: dict[str, Any] = _yaml(path)["paths"]["/chat/completions"]["post"]["responses"]
    return {int(status): [Says(each, int(status)) for each in _examples(told)] for status, told in responses.items() if status != "200"}


def openapi_events(path: str, operation: str) -> Says:
    """The example events of a POST that answers with a stream of them, as that stream."""
    told = json.loads((_FOLDER / path).read_text())["paths"][operation]["post"]["responses"]["200"]
    examples = told["content"]["text/event-stream"]["schema"]["examples"]
    return Says("".join(f"data: {json.dumps(each)}\n\n" for each in examples).encode(), headers={"content-type": "text/event-stream"})


def _yaml(path: str) -> Any:
    return yaml.load((_FOLDER / path).read_bytes(), yaml.CSafeLoader)  # the pure one takes ten seconds for an OpenAPI file


def _examples(response: dict[str, Any]) -> list[Any]:
    content = response["content"]["application/json"]
    return [content["example"]] if "example" in content else [each["value"] for each in content["examples"].values()]
