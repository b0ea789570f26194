"""`python -m services import-exercises` and `import-clips` as a user runs them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from shared.mongo.client import Database


async def run(db: Database, mongo_uri: str, folder: Path, *arguments: str) -> tuple[int, str, str]:
    environment = os.environ | {"MONGODB_URI": mongo_uri, "MONGODB_DATABASE": db.name, "DATA_DIR": str(folder)}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services", *arguments, env=environment, stdout=pipe, stderr=pipe)
    async with asyncio.timeout(120):
        said, complaint = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode(), complaint.decode()


async def test_exercises_and_then_their_clips(db: Database, mongo_uri: str, tmp_path: Path) -> None:
    (tmp_path / "exercises.json").write_text(json.dumps([{"name": "Push-Up", "level": "expert"}, {"name": "Plank", "level": "godlike"}]))
    code, said, bar = await run(db, mongo_uri, tmp_path, "import-exercises", str(tmp_path / "exercises.json"))
    assert (code, said.splitlines()[0]) == (0, "new 1  changed 0  unchanged 0  rejected 1  embedded 1  remade 0")
    assert "rejected: entry 2 (Plank): level: Input should be 'beginner'" in said
    assert "2/2" in bar
    (tmp_path / "clips.csv").write_text("exercise,kind,archetype,provider,asset,duration\npush-up,technique,peer,local,a.mp4,9\n")
    code, said, _ = await run(db, mongo_uri, tmp_path, "import-clips", str(tmp_path / "clips.csv"), "--json")
    assert (code, json.loads(said)["new"]) == (0, 1)
    (tmp_path / "clips.csv").write_text("exercise,kind,archetype,provider,asset,duration\nhandstand,technique,peer,local,a.mp4,9\n")
    code, said, _ = await run(db, mongo_uri, tmp_path, "import-clips", str(tmp_path / "clips.csv"), "--json")
    assert (code, json.loads(said)["reasons"]) == (1, ["line 2: exercise_slug: there is no exercise handstand"])


async def test_a_file_that_cannot_be_used(db: Database, mongo_uri: str, tmp_path: Path) -> None:
    code, said, complaint = await run(db, mongo_uri, tmp_path, "import-clips", str(tmp_path / "none.csv"), "--json")
    assert (code, json.loads(said)) == (2, {"error": f"{tmp_path / 'none.csv'}: there is no such file"})
    assert "there is no such file" in complaint
