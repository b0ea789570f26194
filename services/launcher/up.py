"""`python -m services up`: everything on one machine, until Ctrl-C."""

from __future__ import annotations

import asyncio

from services.launcher.logs import Console
from services.launcher.machine import Machine, one_machine, run
from shared.errors import ReelwrightError
from shared.settings import Settings


def run_up(settings: Settings) -> int:
    """Exit code: 0 when it was told to stop, 1 when something did not start."""
    console = Console(echo=True)
    try:
        asyncio.run(run(one_machine(settings, console), serve))
    except ReelwrightError as error:
        console.say(error.message)
        return 1
    return 0


async def serve(machine: Machine) -> None:
    """Start everything and stay."""
    await machine.start()
    machine.say_where()
    await asyncio.Event().wait()
