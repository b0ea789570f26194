"""Ports are free before anything starts, or their holder is named."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from services.launcher.ports import PortTaken, holder, reserve

HOLD = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()"


@pytest.fixture
def held() -> Iterator[tuple[int, int]]:
    """Pid and port of a process that listens."""
    with subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.pid, int(process.stdout.readline())


def test_a_taken_port_names_setting_port_pid_and_command(held: tuple[int, int]) -> None:
    pid, port = held
    with pytest.raises(PortTaken) as refused:
        reserve("127.0.0.1", {"BACKEND_PORT": 0, "VIDEO_PORT": port})
    message = str(refused.value)
    assert f"VIDEO_PORT: port {port} is taken by process {pid} (" in message
    assert "create_server" in message


def test_zero_picks_free_ports_that_differ() -> None:
    ports = reserve("127.0.0.1", {"BACKEND_PORT": 0, "VIDEO_PORT": 0})
    assert len(set(ports.values())) == 2
    assert reserve("127.0.0.1", ports) == ports, "they were let go again"


def test_one_port_is_not_given_twice() -> None:
    port = reserve("127.0.0.1", {"A": 0})["A"]
    with pytest.raises(PortTaken, match=f"B: port {port} is that of A already"):
        reserve("127.0.0.1", {"A": port, "B": port})


def test_an_address_that_is_not_ours_is_named() -> None:
    with pytest.raises(PortTaken, match=r"A: cannot listen on 192\.0\.2\.1 port 0: Cannot assign requested address"):
        reserve("192.0.2.1", {"A": 0})


def test_the_holder_is_found_on_ipv6_too() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        assert holder(listener.getsockname()[1]).startswith(f"process {os.getpid()} (")


def test_a_port_nobody_holds_has_no_named_holder() -> None:
    assert holder(reserve("127.0.0.1", {"A": 0})["A"]) == "another process"
