"""The ports of the stack: free before anything starts, or the holder is named."""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

from shared.errors import ReelwrightError

LISTEN = "0A"
"""State in /proc/net/tcp, see proc_net_tcp(5)."""


class PortTaken(ReelwrightError):
    code = "port_taken"
    title = "A port is not free"


def reserve(host: str, wanted: Mapping[str, int]) -> dict[str, int]:
    """The ports to listen on, by the name of their setting; 0 becomes a free one. Raises PortTaken naming setting, port and holder."""
    _check_distinct(wanted)
    with contextlib.ExitStack() as held:
        return {name: _bound(held, host, name, port) for name, port in wanted.items()}


def _check_distinct(wanted: Mapping[str, int]) -> None:
    owners: dict[int, str] = {}
    for name, port in wanted.items():
        if port and owners.setdefault(port, name) != name:
            raise PortTaken(f"{name}: port {port} is that of {owners[port]} already. Set {name} to another port (0: any free one).")


def _bound(held: contextlib.ExitStack, host: str, name: str, port: int) -> int:
    """Bind as uvicorn will; all stay bound until each has been tried, so that no two get the same."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = held.enter_context(socket.socket(family, kind, protocol))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise PortTaken(f"{name}: cannot listen on {host} port {port}: {error.strerror}.") from error
        raise PortTaken(
            f"{name}: port {port} is taken by {holder(port)}. Stop it, or set {name} to another port (0: any free one)."
        ) from None
    return int(listener.getsockname()[1])


def holder(port: int) -> str:
    """Who listens on a TCP port of this machine, as words for a message."""
    owners = dict(_listeners(port))
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(os.readlink(fd) in owners for fd in (process / "fd").iterdir()):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                return f"process {process.name} ({command})"
    others = sorted({_user(uid) for uid in owners.values()})
    return f"a process of user {others[0]}" if others else "another process"


def _listeners(port: int) -> Iterator[tuple[str, int]]:
    """Each listening socket on the port, as /proc/PID/fd shows it, with its owner's uid."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                _, local, _, state, _, _, _, uid, _, inode, *_ = line.split()
                if state == LISTEN and int(local.rpartition(":")[2], 16) == port:
                    yield f"socket:[{inode}]", int(uid)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
