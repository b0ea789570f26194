"""The stack's admin key reaches those with paths under /admin alone, and nobody is told more than where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.launcher.logs import Console
from services.launcher.machine import Machine, one_machine
from services.launcher.process import Child
from shared.settings import Admin, Process, Settings


def settings(data_dir: Path, key: str | None = None) -> Settings:
    process = Process(data_dir=data_dir, backend_port=0, video_port=0, recommendation_port=0)
    return Settings(process=process, admin=Admin(admin_api_key=SecretStr(key) if key else None))


def told(machine: Machine) -> Mapping[str, str | None]:
    """The admin key in the environment that the stack gives to each process."""
    children = [part for part in machine.stack._parts if isinstance(part, Child)]
    return {child.name: child._environment.get("ADMIN_API_KEY") for child in children}


def test_a_key_is_made_for_the_backend_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    machine = one_machine(settings(tmp_path), Console(echo=True))
    key = (tmp_path / "admin.key").read_text().strip()
    assert told(machine) == {"backend": key, "video": None, "recommendation": key, "generator": None}
    assert "ADMIN_API_KEY" not in machine.environment
    machine.say_where()
    said = capsys.readouterr()
    assert str(tmp_path / "admin.key") in said.err
    assert key not in said.out + said.err
    assert told(one_machine(settings(tmp_path), Console(echo=False)))["backend"] == key


def test_the_backend_learns_of_a_database_that_starts_later(tmp_path: Path) -> None:
    machine = one_machine(settings(tmp_path), Console(echo=False))
    assert isinstance(machine.environment, dict)
    machine.environment["MONGODB_URI"] = "mongodb://later"
    [backend] = [part for part in machine.stack._parts if isinstance(part, Child) and part.name == "backend"]
    assert backend._environment["MONGODB_URI"] == "mongodb://later"


def test_a_key_that_is_set_is_left_to_the_processes_to_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    machine = one_machine(settings(tmp_path, "a-key-of-my-own-choice"), Console(echo=True))
    machine.say_where()
    assert told(machine) == dict.fromkeys(("backend", "video", "recommendation", "generator"))
    assert not (tmp_path / "admin.key").exists()
    assert "admin" not in capsys.readouterr().err
