"""Which mongod is taken, the libraries lent to it, and what its log complains of."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from shared.errors import SettingsError
from shared.mongo.mongod import find_mongod, link_curl
from shared.mongo.mongod_log import last_complaints, names_a_full_disk


def executable(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_wheels_mongod_runs(tmp_path: Path) -> None:
    found = find_mongod(None, tmp_path)
    assert "6.0" in subprocess.run([found.path, "--version"], env=found.environment, capture_output=True, text=True, check=True).stdout


def test_the_chosen_one_is_taken_and_no_other(tmp_path: Path) -> None:
    chosen = executable(tmp_path / "mongod", "echo db version v7")
    assert find_mongod(chosen, tmp_path / "lib") == (str(chosen), {})
    broken = executable(tmp_path / "broken", "echo cannot run here >&2; exit 3")
    with pytest.raises(SettingsError, match=r"cannot run here.*MONGODB_URI.*REELWRIGHT_MONGOD.*make setup.*libcurl4"):
        find_mongod(broken, tmp_path / "lib")
    with pytest.raises(SettingsError, match="No such file"):
        find_mongod(tmp_path / "absent", tmp_path / "lib")


def test_a_mongod_that_lacks_libcurl_gets_the_wheels(tmp_path: Path) -> None:
    picky = executable(tmp_path / "mongod", '[ -e "$LD_LIBRARY_PATH/libcurl.so.4" ] || { echo libcurl.so.4: no such file >&2; exit 127; }')
    assert find_mongod(picky, tmp_path / "lib").environment == {"LD_LIBRARY_PATH": str(tmp_path / "lib")}


def test_the_lent_libraries_are_the_ones_loaded(tmp_path: Path) -> None:
    assert link_curl(tmp_path)
    environment = {"LD_LIBRARY_PATH": str(tmp_path), "LD_TRACE_LOADED_OBJECTS": "1"}  # what ldd does
    loaded = subprocess.run([find_mongod(None, tmp_path).path], env=environment, capture_output=True, text=True, check=True).stdout
    for name in ("libcurl.so.4", "libssl.so.3", "libcrypto.so.3"):
        assert f"{name} => {tmp_path}/{name}" in loaded
    assert "not found" not in loaded


def test_complaints_are_errors_first_in_their_own_words(tmp_path: Path) -> None:
    log = tmp_path / "mongod.log"
    assert last_complaints(log) == []
    log.write_text('{"s":"I","c":"NETWORK","msg":"fine","attr":{"a":1}}\n')
    assert last_complaints(log) == ["fine: {'a': 1}"]
    with log.open("a") as more:
        more.write('{"s":"E","c":"WT","msg":"WiredTiger error message","attr":{"error":28,"message":{"msg":"disk full"}}}\n')
        more.write('{"s":"F","c":"ASSERT","msg":"Fatal assertion"}\nplain words of the loader\n')
    assert last_complaints(log) == ["WiredTiger error message: disk full", "plain words of the loader"]


FULL = '{"s":"E","c":"WT","msg":"WiredTiger error message","attr":{"error":28,"message":{"msg":"%sNo space left on device"}}}'


@pytest.mark.parametrize(
    ("last_line", "full"),
    [
        (FULL % "", True),
        (FULL % ("x" * 1000), True),
        (FULL[:60], True),
        (FULL[:60] + FULL, True),
        (FULL.split("%")[0] + '"}}}', False),
        ("words", False),
    ],
)
def test_a_full_disk_is_read_from_its_error_or_from_a_log_that_breaks_off(last_line: str, full: bool, tmp_path: Path) -> None:
    log = tmp_path / "mongod.log"
    log.write_text('{"s":"I","msg":"started"}\n' + last_line + "\n")
    assert names_a_full_disk(log) is full
    log.write_text(last_line + "\n" + '{"s":"E","msg":"another, later"}\n' * 5)
    assert not names_a_full_disk(log)


def test_what_the_tail_cuts_in_two_is_no_complaint(tmp_path: Path) -> None:
    log = tmp_path / "mongod.log"
    log.write_text('{"s":"I","msg":"' + "x" * (256 << 10) + '"}\n{"s":"I","msg":"fine"}\n')
    assert last_complaints(log) == ["fine"]
