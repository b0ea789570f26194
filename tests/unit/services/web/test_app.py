"""The OpenAPI document tells the truth about problems, and the version is the project's."""

from __future__ import annotations

import tomllib
from pathlib import Path

from fastapi import FastAPI

from services.web.app import VERSION


def test_every_operation_documents_problems_and_nothing_of_fastapis_own(app: FastAPI) -> None:
    document = app.openapi()
    assert app.openapi() is document
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len(operations) >= 6
    for operation in operations:
        for status in ("4XX", "5XX"):
            content = operation["responses"][status]["content"]
            assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        assert "422" not in operation["responses"]
    schemas = document["components"]["schemas"]
    assert {"Problem", "FieldProblem"} <= schemas.keys()
    assert "HTTPValidationError" not in schemas


def test_the_version_is_the_projects() -> None:
    pyproject = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text())
    assert pyproject["project"]["version"] == VERSION
