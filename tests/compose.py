"""docker-compose.yml as an engine reads it, as far as tests need it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
_VARIABLE = re.compile(r"\$\{(\w+)(?::-((?:[^${}]|\$\{[^{}]*\})*))?\}")


def compose_text() -> str:
    return (ROOT / "docker-compose.yml").read_text()


def compose(environ: Mapping[str, str]) -> dict[str, Any]:
    """The file with `${NAME}` and `${NAME:-default}` filled in from `environ`; `$$` is a dollar sign."""
    filled: dict[str, Any] = yaml.safe_load(interpolated(compose_text(), environ))
    return filled


def interpolated(text: str, environ: Mapping[str, str]) -> str:
    def fill(found: re.Match[str]) -> str:
        return environ.get(found[1]) or interpolated(found[2] or "", environ)

    return _VARIABLE.sub(fill, text).replace("$$", "$")


def health_command(service: str) -> list[str]:
    """What a service's health check runs."""
    kind, *command = compose({})["services"][service]["healthcheck"]["test"]
    return ["sh", "-c", *command] if kind == "CMD-SHELL" else command
