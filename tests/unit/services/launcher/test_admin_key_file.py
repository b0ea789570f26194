"""The admin key of the one-machine stack: kept across starts, for its user's eyes only."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.launcher.admin_key import kept_key
from services.launcher.process import StartFailed


def test_a_key_is_made_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "admin.key"
    key = kept_key(path)
    assert len(key) >= 40
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept_key(path) == key
    assert kept_key(tmp_path / "other.key") != key


def test_a_key_of_ones_own_is_taken_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "admin.key"
    path.write_text("  a-key-of-my-own-choice\n")
    path.chmod(0o644)
    assert kept_key(path) == "a-key-of-my-own-choice"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff\xfe" * 20])
def test_a_file_without_a_key_names_itself_and_nothing_of_its_content(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "admin.key"
    path.write_bytes(content)
    with pytest.raises(StartFailed, match=r"admin\.key") as raised:
        kept_key(path)
    assert "short" not in raised.value.message
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(StartFailed, match=r"data/admin\.key"):
        kept_key(tmp_path / "data" / "admin.key")
