"""`calibrate`: the defaults in the code are what it finds, and a corpus of one's own is read with care."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.backend.search.calibrate import read_corpus, run_calibrate, sample_of, shipped_corpus
from shared.embeddings.calibration import calibrate
from shared.embeddings.local import open_local
from shared.embeddings.wordllama import open_wordllama
from shared.errors import InvalidInput, SettingsError
from shared.settings import Embeddings, Settings

TOLERANCE = 0.0101
"""A hundredth: int8 models differ a little from processor to processor."""


def corpus(**changes: Any) -> dict[str, Any]:
    postings = [{"id": name, "title": name, "text": f"We look for a {name}."} for name in ("baker", "welder", "nurse")]
    wishes = [{"wish": "bake bread", "matches": ["baker"]}, {"wish": "join pipes", "matches": ["welder"]}, {"wish": "dance", "matches": []}]
    return {"postings": postings, "wishes": wishes, **changes}


def written(tmp_path: Path, content: object) -> Path:
    file = tmp_path / "corpus.json"
    file.write_text(json.dumps(content))
    return file


@pytest.mark.parametrize("open_it", [open_local, open_wordllama])
async def test_the_default_is_what_the_command_finds(open_it: Any) -> None:
    embedder = open_it()
    found = await calibrate(embedder, sample_of(shipped_corpus()))

    assert found.threshold == pytest.approx(embedder.threshold, abs=TOLERANCE)
    assert found.row(found.threshold).recall > 0.7


def test_the_shipped_wishes_are_enough_and_name_postings_there_are() -> None:
    sample = sample_of(shipped_corpus())

    assert len(sample.wishes) >= 60
    assert (sample.belongs.sum(axis=1) == 0).sum() >= 5  # wishes that nothing should answer
    assert len(set(sample.wishes)) == len(sample.wishes)


def test_the_command_explains_what_it_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_calibrate(Settings(embeddings=Embeddings(embedder="wordllama")), None, every=False, as_json=False) == 0

    told = capsys.readouterr().out
    assert "Threshold 0.66: it is this embedder's default." in told
    assert "minilm" not in told
    assert "SIMILARITY_THRESHOLD" in told


def test_with_json_it_is_one_object_over_every_embedder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run_calibrate(Settings(), written(tmp_path, corpus()), every=True, as_json=True)

    told = json.loads(capsys.readouterr().out)
    assert [each["embedder_id"] for each in told["embedders"]] == ["minilm-l6-int8-v2", "wordllama-l2-256-v2"]  # there is no key
    assert (told["wishes"], told["postings"], told["embedders"][0]["matching_pairs"]) == (3, 3, 2)


def test_a_key_that_is_missing_is_named() -> None:
    with pytest.raises(SettingsError, match="GEMINI_API_KEY"):
        run_calibrate(Settings(embeddings=Embeddings(embedder="gemini")), None, every=False, as_json=False)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (corpus(wishes=[]), "wishes: Tuple should have at least 1 item"),
        (corpus(postings=[{"id": "baker"}]), "postings.0.title: Field required"),
        (corpus(query="x"), "query: Extra inputs are not permitted"),
        ("a text", "Input should be an object"),
    ],
)
def test_a_corpus_that_cannot_be_used_says_why(tmp_path: Path, content: object, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        read_corpus(written(tmp_path, content))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_corpus(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    ("wishes", "problem"),
    [
        ([{"wish": "fly", "matches": ["pilot"]}], r"wishes.0.matches: there is no posting pilot"),
        ([{"wish": "fly", "matches": []}], "some pairs have to match"),
    ],
)
def test_a_sample_needs_pairs_of_both_kinds(tmp_path: Path, wishes: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        sample_of(read_corpus(written(tmp_path, corpus(wishes=wishes))))
