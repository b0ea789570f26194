"""`python -m services import-history FILE`: a watch history kept elsewhere becomes watch events, once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.recommendation.history import read_history
from services.recommendation.history_command import import_history, run_import_history
from shared.errors import InvalidInput
from shared.mongo import views
from shared.mongo.client import Database
from shared.settings import Mongo, Settings

CSV = """id,user_id,video_id,watched_at,completed,watch_duration,title
1,ann,reel-0,2026-05-01 12:00:00+00,true,30,Baker
2,ann,reel-1,2026-05-01T12:01:00Z,f,12.5,
3,bob,reel-0,2026-05-01 14:02:00+02:00,,,
4,bob,dQw4w9WgXcQ,2026-05-02 12:00:00+00,true,200,
5,,reel-1,2026-05-02 12:00:00+00,,,
6,ann,reel-2,yesterday,,,
"""


async def test_a_table_becomes_events_once(db: Database, reels: list[str]) -> None:
    report = await import_history(db, read_history(CSV.encode()))
    assert (report.accepted, report.duplicate, report.unknown, report.rejected) == (3, 0, 1, 2)
    assert [reason.partition(":")[0] for reason in report.reasons] == ["line 6", "line 7"]
    assert "user_id" in report.reasons[0]
    assert "watched_at" in report.reasons[1]
    again = await import_history(db, read_history(CSV.encode()))
    assert (again.accepted, again.duplicate) == (0, 3)
    stored = {(doc["user_id"], doc["video_id"]): doc async for doc in db.watch_events.find()}
    assert {who: (doc["type"], doc.get("position_seconds")) for who, doc in stored.items()} == {
        ("ann", "reel-0"): ("complete", 30),
        ("ann", "reel-1"): ("progress", 12.5),
        ("bob", "reel-0"): ("start", None),
    }
    assert stored["bob", "reel-0"]["at"] == datetime(2026, 5, 1, 12, 2, tzinfo=UTC)
    assert await views.seen_among(db, "ann", ["c0:0", "c1:1", "c2:2"]) == {"c0:0", "c1:1"}


@pytest.mark.parametrize("as_lines", [False, True])
async def test_json_in_both_shapes(db: Database, reels: list[str], *, as_lines: bool) -> None:
    rows = [{"user_id": "ann", "video_id": f"reel-{number}", "watched_at": "2026-05-01T12:00:00Z", "extra": [1]} for number in range(3)]
    text = "\n".join(map(json.dumps, rows)) if as_lines else json.dumps(rows)
    report = await import_history(db, read_history(text.encode()))
    assert (report.accepted, report.rejected) == (3, 0)


def test_what_is_none_of_these_is_said() -> None:
    [row] = read_history(b"hello")
    assert row.watched is None
    assert "user_id, video_id, watched_at" in row.problem
    for nothing in (b"  ", b"\xff\xfe"):
        with pytest.raises(InvalidInput):
            list(read_history(nothing))


def test_the_command_counts(mongo_uri: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(mongo=Mongo(mongodb_uri=SecretStr(mongo_uri), mongodb_database=f"test_{tmp_path.name}"))
    file = tmp_path / "history.csv"
    file.write_text("user_id,video_id,watched_at\nann,nobody,2026-05-01\n,,\n")
    assert run_import_history(settings, file, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["accepted"], told["unknown"], told["rejected"]) == (0, 1, 1)
    file.write_text("user_id,video_id,watched_at\n,,\n")
    assert run_import_history(settings, file, as_json=False) == 1
    with pytest.raises(InvalidInput, match="it cannot be read"):
        run_import_history(settings, tmp_path / "none", as_json=False)
