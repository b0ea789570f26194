"""What a benchmark says: goals, ratios, percentiles, the JSON object and the table."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from tests.benchmarks.row import Goal, Row, beside, percentile, shown
from tests.benchmarks.table import table

AT_LEAST = Goal("ratio", "≥", 0.8)
AT_MOST = Goal("ours", "≤", 50)


@pytest.mark.parametrize(
    ("row", "holds", "words"),
    [
        (Row("r", 80, "jobs/s", "floor", 100, 0.8, AT_LEAST), True, "≥ 0.8×"),
        (Row("r", 79, "jobs/s", "floor", 100, 0.79, AT_LEAST), False, "≥ 0.8×"),
        (Row("r", 50, "ms", goal=AT_MOST), True, "≤ 50 ms"),
        (Row("r", 50.1, "ms", "floor", 60, 0.8, AT_MOST), False, "≤ 50 ms"),
        (Row("r", 1, "ms", goal=AT_LEAST), False, "≥ 0.8×"),
        (Row("r", 1, "ms", "peer", 2, 0.5), None, ""),
    ],
)
def test_a_goal_bounds_the_ratio_or_our_figure(row: Row, holds: bool | None, words: str) -> None:
    assert (row.holds, row.goal_in_words) == (holds, words)


def test_json_has_the_eight_names_and_null_for_what_is_not_there() -> None:
    full = Row("queue.claims", 812.3456, "jobs/s", "floor", 1000.04, 0.81234, AT_LEAST, note="for people")
    assert json.loads(json.dumps(full.as_json())) == {
        "name": "queue.claims",
        "ours": 812.3,
        "unit": "jobs/s",
        "against": "floor",
        "theirs": 1000,
        "ratio": 0.8123,
        "goal": "≥ 0.8×",
        "holds": True,
    }
    bare = Row("r", 1, "ms").as_json()
    assert [name for name, value in bare.items() if value is None] == ["against", "theirs", "ratio", "goal", "holds"]


def test_the_ratio_is_the_median_of_pairs_and_not_of_medians() -> None:
    assert beside([(10, 10), (4, 8), (3, 2)]) == (4, 8, 1)


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (50, 2), (51, 3), (75, 3), (99, 4), (100, 4)])
def test_percentile_is_by_nearest_rank(percent: float, expected: float) -> None:
    assert percentile([3, 1, 4, 2], percent) == expected


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (0.7954, "0.795"), (2.0, "2"), (99.94, "99.9"), (100.4, "100"), (1234.5, "1,234"), (0.0123, "0.0123")]
)
def test_figures_are_shown_with_three_digits(value: float | None, text: str) -> None:
    assert shown(value) == text


def test_the_table_shows_each_row_the_machine_and_each_note_once() -> None:
    rows = [
        Row("a", 1234, "jobs/s", "floor", 2000, 0.617, AT_LEAST, note="a floor is no peer"),
        Row("b", 12.5, "ms", goal=AT_MOST, note="a floor is no peer"),
    ]
    out = io.StringIO()
    Console(file=out, width=120).print(table(rows, "2 CPUs"))
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert lines[1] == "a 1,234 jobs/s floor 2,000 0.617× ≥ 0.8× no".split()
    assert lines[2] == "b 12.5 ms ≤ 50 ms yes".split()
    assert lines[3:] == ["2 CPUs".split(), "a floor is no peer".split()]
