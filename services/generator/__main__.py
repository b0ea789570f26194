"""One worker: `python -m services.generator`. SIGTERM drains it; a second one ends it at once."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

from services.generator.scripts import open_writer
from services.generator.stages import Workshop
from services.generator.worker import Worker
from shared.errors import ReelwrightError, SettingsError
from shared.leash import announce_ready
from shared.logging import configure_logging, get_logger
from shared.metrics import serve_metrics
from shared.mongo.client import open_mongo
from shared.settings import Settings, load_settings
from shared.storage.local import LocalStore
from shared.storage.open import open_store

log = get_logger(__name__)


async def work(settings: Settings) -> None:
    """Claim and make reels until SIGTERM or SIGINT."""
    store = open_store(settings)
    if isinstance(store, LocalStore):
        store.clear_leftovers()
    folder = _work_folder(settings.process.data_dir / "work")
    try:
        async with open_mongo(settings) as db, open_writer(settings, db) as writer:
            shop = Workshop(db, store, settings.queue, folder, settings.render, settings.speech, writer)
            worker = Worker(shop, settings.worker_id, settings.worker_concurrency)
            for signum in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(signum, _stop, worker)
            log.info("worker_started", worker_id=settings.worker_id)
            announce_ready()
            await worker.run()
            log.info("worker_stopped", worker_id=settings.worker_id)
    finally:
        await store.aclose()
        shutil.rmtree(folder, ignore_errors=True)


def _stop(worker: Worker) -> None:
    if worker.stopping:
        os._exit(1)
    worker.stop()


def _work_folder(root: Path) -> Path:
    """A folder of our own for unfinished reels; those of workers that died are removed. Raises SettingsError when there is no place."""
    folder = root / str(os.getpid())
    try:
        root.mkdir(parents=True, exist_ok=True)
        for left in root.iterdir():
            if left.name == folder.name or (left.name.isdigit() and not Path(f"/proc/{left.name}").exists()):
                shutil.rmtree(left, ignore_errors=True)
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise SettingsError(f"DATA_DIR: there is no place for unfinished reels: {error}") from error
    return folder


def main() -> int:
    try:
        settings = load_settings()
    except SettingsError as error:
        print(f"settings: {error.message}", file=sys.stderr)
        return 2
    configure_logging(settings, service="generator")
    if settings.queue.worker_metrics_port:
        serve_metrics(settings.process.host, settings.queue.worker_metrics_port)
    try:
        asyncio.run(work(settings))
    except ReelwrightError as error:
        print(f"generator: {error.message}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
