"""The admin key of the one-machine stack: made once, kept in a file that only its user can read."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from services.launcher.process import StartFailed
from shared.settings import ADMIN_KEY_CHARACTERS

ADMIN_KEY_FILE = "admin.key"


def kept_key(path: Path) -> str:
    """The key in the file, which is made if it is not there. Raises StartFailed when it cannot be read, written or used."""
    try:
        _make(path)
        path.chmod(0o600)
        key = path.read_text().strip()
    except (OSError, UnicodeError) as error:
        raise StartFailed(f"{path}: the admin key cannot be kept there: {error}") from error
    if len(key) < ADMIN_KEY_CHARACTERS:
        raise StartFailed(f"{path}: the admin key needs {ADMIN_KEY_CHARACTERS} characters or more; without the file a new one is made")
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
