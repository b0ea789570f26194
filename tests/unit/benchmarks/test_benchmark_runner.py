"""The runner: which benchmarks run, rows as they come, a crash is not hidden; and both sides of a pair take turns."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from tests.benchmarks import __main__ as runner
from tests.benchmarks.row import Row
from tests.benchmarks.tools import Tools, in_pairs


@dataclass
class Stub:
    NAME: str
    fails: bool = False

    async def rows(self, tools: Tools) -> AsyncGenerator[Row, None]:
        assert tools.folder.is_dir()
        tools.tell(self.NAME)
        yield Row(f"{self.NAME}.one", 1, "ms")
        if self.fails:
            raise RuntimeError("the server went away")


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> list[Stub]:
    stubs = [Stub("queue"), Stub("render"), Stub("search", fails=True)]
    monkeypatch.setattr(runner, "BENCHMARKS", stubs)
    monkeypatch.setattr(runner, "configure_logging", lambda *_, **__: None)  # it is for the whole process, and this one is pytest's
    return stubs


def _names(out: str) -> list[str]:
    return [json.loads(line)["name"] for line in out.splitlines()]


@pytest.mark.usefixtures("benchmarks")
def test_only_the_chosen_ones_run_and_progress_stays_off_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["--json", "--only", "render", "queue"]) == 0
    told = capsys.readouterr()
    assert _names(told.out) == ["queue.one", "render.one"]
    assert "render" in told.err


@pytest.mark.usefixtures("benchmarks")
@pytest.mark.parametrize("form", [["--json"], []])
def test_a_crash_ends_the_run_after_the_rows_that_were_measured(form: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="the server went away"):
        runner.main(form)
    assert "search.one" in capsys.readouterr().out


@pytest.mark.usefixtures("benchmarks")
def test_list_names_them_and_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["--list"]) == 0
    assert capsys.readouterr().out.split() == ["queue", "render", "search"]


@pytest.mark.usefixtures("benchmarks")
def test_an_unknown_name_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        runner.main(["--only", "queues"])
    assert ended.value.code == 2
    assert "'queue', 'render', 'search'" in capsys.readouterr().err


async def test_both_sides_take_turns_at_going_first_and_the_first_round_does_not_count() -> None:
    order: list[str] = []

    async def side(name: str, value: float) -> float:
        order.append(name)
        return value + len(order)

    pairs = await in_pairs(lambda: side("ours", 100), lambda: side("theirs", 200), 2)
    assert order == ["theirs", "ours", "ours", "theirs", "theirs", "ours"]
    assert pairs == [(103, 204), (106, 205)]
