"""`python -m services`. Its commands take a second to load; Ctrl-C meanwhile is no reason for a traceback."""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""


def main() -> None:
    try:
        from services.commands import main as run_command

        run_command()
    except KeyboardInterrupt:
        if "--json" in sys.argv:
            sys.stdout.write('{"error": "interrupted"}\n')
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
