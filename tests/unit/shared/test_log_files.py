"""Rotation of log files."""

from __future__ import annotations

from pathlib import Path

from shared.log_files import rotate


def test_three_old_logs_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "mongod.log"
    for run in range(6):
        rotate(log)
        log.write_text(str(run))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "mongod.log": "5",
        "mongod.log.1": "4",
        "mongod.log.2": "3",
        "mongod.log.3": "2",
    }
