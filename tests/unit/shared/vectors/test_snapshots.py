"""Snapshots in a folder: switched at once, checked when read, written by one process."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.vectors import snapshots
from shared.vectors.snapshots import Meta, Snapshots

META = Meta("collection embedder", datetime(2024, 5, 1, 12, tzinfo=UTC), ("p1", "p2"))


def written(folder: Path, content: str = "content") -> tuple[Snapshots, str]:
    kept = Snapshots(folder)
    assert kept.lead()

    def save(into: Path) -> None:
        (into / "vectors").mkdir()
        (into / "vectors" / "file").write_text(content)

    name = kept.write(META, save)
    kept.resign()
    return kept, name


def test_what_was_written_is_read_and_nothing_older_is_left(tmp_path: Path) -> None:
    written(tmp_path, "old")
    kept, name = written(tmp_path, "new")
    found = kept.read(name, META.of)
    assert found is not None
    folder, meta = found
    assert (meta, kept.current()) == (META, name)
    assert (folder / "vectors" / "file").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["current", "lock", name])


def test_a_snapshot_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    kept, name = written(tmp_path)
    kept.lead()

    def fail(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        kept.write(META, fail)
    kept.resign()
    assert kept.current() == name
    assert kept.read(name, META.of) is not None
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["current", "lock", name])


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("vectors/file", b"contant"),
        ("vectors/file", b"longer content"),
        ("vectors/file", None),
        ("manifest.json", b"[]"),
        ("manifest.json", b"{"),
        ("manifest.json", b'{"format": 99}'),
        ("manifest.json", None),
    ],
)
def test_a_damaged_one_is_ignored(tmp_path: Path, file: str, content: bytes | None) -> None:
    kept, name = written(tmp_path)
    path = tmp_path / name / file
    path.unlink() if content is None else path.write_bytes(content)
    assert kept.read(name, META.of) is None


def test_one_of_another_database_or_embedder_is_ignored(tmp_path: Path) -> None:
    kept, name = written(tmp_path)
    assert kept.read(name, "another") is None
    assert kept.read("of no such name", META.of) is None


def test_damage_anywhere_in_a_large_file_of_some_size_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces are looked at, the first and the last among them."""
    monkeypatch.setattr(snapshots, "_WHOLE", 640)
    monkeypatch.setattr(snapshots, "_PIECE", 10)
    content = "x" * 64_000
    for damaged in (0, 9, 63_990, 63_999):
        kept, name = written(tmp_path, content)
        path = tmp_path / name / "vectors" / "file"
        path.write_text(content[:damaged] + "y" + content[damaged + 1 :])
        assert kept.read(name, META.of) is None


def test_one_process_leads_until_it_ends(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from shared.vectors.snapshots import Snapshots; kept = Snapshots(Path(sys.argv[1])); "
    script += "print(kept.lead(), flush=True); sys.stdin.read()"
    kept = Snapshots(tmp_path)
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert not kept.lead()
        other.kill()
    assert kept.lead()
    assert kept.lead()
    kept.resign()
