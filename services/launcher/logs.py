"""What the processes say: each line to its file, and to stderr with the process's name before it, in its colour."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections import deque
from pathlib import Path

from shared.log_files import rotate

COLOURS = {"launcher": 35, "mongod": 32, "backend": 36, "video": 34, "generator": 33}
LAUNCHER = "launcher"
SHOWN_AT_FAILURE = 15
FILE_MAX_BYTES = 10 << 20
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")
"""Control characters in UTF-8, but for tab and newline: they would let a request's text steer the operator's terminal."""


class Console:
    """stderr, shared by all processes. While `echo` is off only the launcher's own lines are shown."""

    def __init__(self, *, echo: bool) -> None:
        self.echo = echo
        self._width = max(map(len, COLOURS))
        self._coloured = sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def say(self, text: str) -> None:
        """A line of the launcher itself."""
        self._write(LAUNCHER, text)

    def show(self, name: str, line: str) -> None:
        """A line of a process."""
        if self.echo:
            self._write(name, line)

    def _write(self, name: str, text: str) -> None:
        prefix = f"{name:{self._width}} |"
        if self._coloured:
            prefix = f"\033[{COLOURS.get(name, 37)}m{prefix}\033[0m"
        with contextlib.suppress(OSError):  # whoever read our stderr may be gone; the files still have it all
            sys.stderr.write(f"{prefix} {text}\n")
            sys.stderr.flush()


class ProcessLog:
    """The lines of one process: its file, the console, and the last few for when it fails."""

    def __init__(self, name: str, folder: Path, console: Console) -> None:
        self.name = name
        self.path = folder / f"{name}.log"
        self.last: deque[str] = deque(maxlen=SHOWN_AT_FAILURE)
        self._console = console
        folder.mkdir(parents=True, exist_ok=True)
        rotate(self.path)

    def line(self, raw: bytes) -> None:
        raw = _CONTROL.sub(lambda found: b"\\x%02x" % found[0][-1], raw.rstrip())
        text = raw.decode(errors="replace")
        self.last.append(text)
        self._console.show(self.name, text)
        with contextlib.suppress(OSError):  # a full disk must not stop the process that fills the pipe
            if self.path.exists() and self.path.stat().st_size > FILE_MAX_BYTES:
                rotate(self.path)
            with self.path.open("ab") as file:
                file.write(raw + b"\n")
