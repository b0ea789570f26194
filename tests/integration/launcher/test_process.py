"""A child of the launcher: its readiness, its lines, its end. Real processes; the scripts stand in for the services."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from services.launcher import process, readiness
from services.launcher.logs import Console, ProcessLog
from services.launcher.ports import reserve
from services.launcher.process import Child, Command, StartFailed, output_of
from tests.waiting import alive, until

ANNOUNCE = "from shared.leash import announce_ready; announce_ready();"
STAY = "import signal; signal.pause();"
IGNORE_TERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"

Make = Callable[..., Child]


@pytest.fixture
def log(tmp_path: Path) -> ProcessLog:
    return ProcessLog("backend", tmp_path / "logs", Console(echo=True))


@pytest.fixture
def make(log: ProcessLog) -> Make:
    def make(script: str, *, url: str | None = None, grace_s: float = 10, **environment: str) -> Child:
        return Child(Command.python("backend", "-c", script, ready_url=url, grace_s=grace_s), log, environment)

    return make


async def test_it_is_started_once_it_says_so_and_stops_in_its_own_time(make: Make, log: ProcessLog) -> None:
    leave = "import signal; signal.signal(signal.SIGTERM, lambda *_: print('leaving', WHO) or exit(0));"
    child = make(f"import os; WHO = os.environ['WHO']; print('hello', WHO); {leave} {ANNOUNCE} {STAY}", WHO="Ada")
    await child.start()
    await child.stop()
    assert await child.ended() == "ended with exit code 0"
    assert log.path.read_text() == "hello Ada\nleaving Ada\n"


async def test_lines_reach_the_console_behind_the_name(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    child = make(f"print('one\\ntwo'); {ANNOUNCE} {STAY}")
    await child.start()
    await child.stop()
    assert capsys.readouterr().err == "backend   | one\nbackend   | two\n"


SERVER = """
import http.server, sys
class Health(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Health.asked += 1
        self.send_response(200 if self.path == "/health/ready" and Health.asked > 3 else 503)
        self.end_headers()
    def log_message(self, *_):
        print("asked", Health.asked, flush=True)
http.server.HTTPServer(("127.0.0.1", PORT), Health).serve_forever()
"""


async def test_a_service_is_started_once_its_health_is_ready(make: Make, log: ProcessLog) -> None:
    port = reserve("127.0.0.1", {"A": 0})["A"]
    child = make(SERVER.replace("PORT", str(port)), url=f"http://127.0.0.1:{port}/health/ready")
    await child.start()
    await child.stop()
    assert "asked 4" in log.path.read_text()


UNREADY = """
import http.server
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503)
        self.send_header("Content-Length", "41")
        self.end_headers()
        self.wfile.write(b'{"detail": "store: no answer within 1 s"}')
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", PORT), Health).serve_forever()
"""


@pytest.mark.parametrize(
    ("stuck_s", "timeout_s", "words"),
    [(0.1, 60.0, "does not get ready"), (60.0, 1.0, "was not ready in 1 s")],
    ids=["the same all the time", "too long"],
)
async def test_a_service_that_never_gets_ready_names_what_it_lacks(
    make: Make, monkeypatch: pytest.MonkeyPatch, stuck_s: float, timeout_s: float, words: str
) -> None:
    monkeypatch.setattr(readiness, "STUCK_S", stuck_s)
    monkeypatch.setattr(process, "START_TIMEOUT_S", timeout_s)
    port = reserve("127.0.0.1", {"A": 0})["A"]
    child = make(UNREADY.replace("PORT", str(port)), url=f"http://127.0.0.1:{port}/health/ready")
    async with asyncio.timeout(10):
        with pytest.raises(StartFailed, match=f"backend did not start: it {words}: store: no answer within 1 s"):
            await child.start()


async def test_a_process_that_cannot_be_made_is_named(make: Make) -> None:
    child = make(f"{ANNOUNCE} {STAY}", TOO_LONG="x" * 200_000)
    with pytest.raises(StartFailed, match=r"backend did not start: .*Argument list too long"):
        await child.start()


async def test_a_start_that_fails_shows_the_last_lines(make: Make) -> None:
    child = make("for n in range(100): print('line', n)\nraise SystemExit('no model found')")
    with pytest.raises(StartFailed) as failed:
        await child.start()
    message = str(failed.value)
    assert "backend did not start: it ended with exit code 1." in message
    assert message.endswith("line 98\n  line 99\n  no model found")
    assert "line 50" not in message


async def test_a_start_that_takes_too_long_leaves_nothing(make: Make, monkeypatch: pytest.MonkeyPatch, log: ProcessLog) -> None:
    monkeypatch.setattr(process, "START_TIMEOUT_S", 1.0)
    child = make(f"import os; print(os.getpid()); {IGNORE_TERM} {STAY}")
    with pytest.raises(StartFailed, match="was not ready in 1 s"):
        await child.start()
    assert not alive(int(log.last[0]))


async def test_a_start_that_is_cancelled_leaves_nothing(make: Make, log: ProcessLog) -> None:
    child = make(f"import os; print(os.getpid()); {IGNORE_TERM} {STAY}")
    starting = asyncio.create_task(child.start())
    await asyncio.to_thread(until, lambda: log.last)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not alive(int(log.last[0]))


async def test_one_that_does_not_stop_is_killed_after_its_grace(make: Make) -> None:
    child = make(f"{IGNORE_TERM} {ANNOUNCE} {STAY}", grace_s=0.2)
    await child.start()
    await child.stop()
    assert await child.ended() == "was ended by SIGKILL"


async def test_kill_ends_a_stop_that_waits(make: Make) -> None:
    child = make(f"{IGNORE_TERM} {ANNOUNCE} {STAY}", grace_s=600)
    await child.start()
    stopping = asyncio.create_task(child.stop())
    await asyncio.sleep(0)
    child.kill()
    async with asyncio.timeout(10):
        await stopping


async def test_it_can_start_again_after_it_was_killed(make: Make, log: ProcessLog) -> None:
    child = make(f"import os; print(os.getpid()); {ANNOUNCE} {STAY}")
    await child.start()
    psutil.Process(int(log.last[-1])).kill()
    assert await child.ended() == f"was ended by {signal.SIGKILL.name}"
    await child.start()
    assert len(set(log.last)) == 2
    await child.stop()


async def test_endless_lines_and_bytes_that_are_no_text_are_borne(make: Make, log: ProcessLog) -> None:
    child = make(f"import sys; sys.stdout.buffer.write(b'#' * 300_000 + b'\\xff\\nnext\\nlast'); sys.stdout.flush(); {ANNOUNCE}")
    await child.start()
    await child.stop()
    written = log.path.read_bytes()
    assert written.count(b"#") == 300_000
    assert written.endswith(b"\xff\nnext\nlast\n")
    assert list(log.last)[-2:] == ["next", "last"]


async def test_control_characters_reach_neither_file_nor_console(make: Make, log: ProcessLog, capsys: pytest.CaptureFixture[str]) -> None:
    child = make(f"import sys; sys.stdout.buffer.write(b'a\\x1b[31m\\x00\\xc2\\x9b\\tb \\xc3\\xa9\\r\\n'); {ANNOUNCE}")
    await child.start()
    await child.stop()
    assert log.path.read_text() == "a\\x1b[31m\\x00\\x9b\tb é\n"
    assert capsys.readouterr().err == "backend   | a\\x1b[31m\\x00\\x9b\tb é\n"


async def test_the_output_of_a_command_or_why_it_failed() -> None:
    assert await output_of(Command.python("import", "-c", "import os; print(os.environ['A'])"), {"A": "b"}) == b"b\n"
    with pytest.raises(StartFailed, match="import ended with exit code 1: line 12: no title"):
        await output_of(Command.python("import", "-c", "raise SystemExit('line 12: no title')"), {})
