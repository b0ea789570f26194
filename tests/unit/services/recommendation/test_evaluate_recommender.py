"""evaluate-recommender: our blend is at least as good as its peers, however people choose; what it prints; what it cannot judge."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from services.recommendation import peers
from services.recommendation.evaluate import evaluated, problems, run_evaluate
from services.recommendation.exam import Exam, Quality
from services.recommendation.interactions_file import Events, read_events
from shared.errors import InvalidInput
from shared.settings import Ranking, load_settings
from tests.unit.services.recommendation import families

ROWS = [
    "ours", "ours_without_diversity", "ours_without_exploration", "ours_without_either", "popularity", "item_knn", "als_64"
]  # fmt: skip


def rows_of(events: Events) -> dict[str, Quality]:
    return {name: quality for name, quality in evaluated(Exam.of(events), Ranking()) if quality}


@pytest.mark.parametrize(
    ("family", "least"),
    [
        (families.latent, 0.97),
        (families.clustered, 0.95),
        (families.popular, 0.97),  # nothing to learn but popularity: a place to explore in a page of 20 is all that is lost
        (families.drifting, 0.95),
        (families.repeating, 0.95),
    ],
)
def test_ours_is_at_least_as_good_as_the_best_of_its_peers(family: Callable[[], Events], least: float) -> None:
    """Of so few users a twentieth is chance; docs/recommendations.md has larger sets."""
    rows = rows_of(family())
    assert set(ROWS) - rows.keys() == (set() if peers.has_als() else {"als_64"})
    for measure in ("recall_at_20", "ndcg_at_20"):
        best = max(getattr(rows[name], measure) for name in ("popularity", "item_knn", "als_64") if name in rows)
        assert getattr(rows["ours"], measure) >= least * best, (measure, rows)


def test_diversity_and_exploration_show_more_of_the_catalogue() -> None:
    rows = rows_of(families.clustered(users=150, items=300))
    assert rows["ours"].coverage >= rows["ours_without_exploration"].coverage
    assert rows["ours"].intra_list_diversity >= rows["ours_without_diversity"].intra_list_diversity - 1e-6


def file_of(folder: Path, *lines: str) -> Path:
    path = folder / "events.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_prints_one_object_with_a_row_for_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"u{user},i{(user * 3 + step) % 11},{1_600_000_000 + step}" for user in range(12) for step in range(6)]
    assert run_evaluate(load_settings({}, None), file_of(tmp_path, "user,item,time", *lines, "u1,,3", "u2,i2,soon"), as_json=True) == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert told["users"] == 12
    assert told["lines_not_used"] == 2
    assert list(told["models"]) == ROWS
    assert set(told["models"]["ours"]) == {"recall_at_20", "ndcg_at_20", "coverage", "intra_list_diversity", "seconds"}
    assert "line 74: the item is empty" in said.err
    assert "line 75: the time 'soon' is neither a number nor ISO 8601" in said.err


def test_nobody_to_ask(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nothing to foretell"):
        Exam.of(read_events(file_of(tmp_path, "user,item,time", "a,x,1", "b,y,2")))


def test_the_last_fifth_is_held_out_rounded_up_and_what_was_taken_before_is_not_asked(tmp_path: Path) -> None:
    """Six events: two are held out; of these one was taken before. Two events: one is. One event: none."""
    rows = ["a,p,1", "a,q,2", "a,r,3", "a,s,4", "a,p,5", "a,t,6", "b,p,1", "b,q,2", "c,p,1"]
    exam = Exam.of(read_events(file_of(tmp_path, "user,item,time", *reversed(rows))))
    assert exam.n_asked == 2
    assert len(exam.train) == 4 + 1 + 1
    assert exam.question.wanted.sum(axis=1).tolist() == [1, 1]
    assert sorted(exam.question.at.tolist()) == [1, 4]


def test_lists_never_hold_what_was_taken() -> None:
    exam = Exam.of(families.clustered(users=40, items=15, events=6))
    lists = exam.lists(peers.popularity(exam.log), {"deep": lambda _, scores: np.argsort(-scores, axis=1)[:, :20]})["deep"]
    for row, each in enumerate(lists):
        taken = exam.question.histories.items[exam.question.histories.users == row]
        assert set(each[: 15 - len(taken)].tolist()).isdisjoint(taken.tolist())


def test_tells_how_many_more_lines_cannot_be_used(tmp_path: Path) -> None:
    events = read_events(file_of(tmp_path, "user,item,time,value", "a,x,1,1", *["a,x,?,1"] * 12, "a,y,2,0"))
    told = list(problems(events))
    assert len(told) == 12
    assert told[-2:] == ["2 more lines cannot be used", "1 rows with a value of 0 or less are no interest and left out"]
