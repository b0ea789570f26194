"""`python -m services.recommendation.learning_process`: learns once from what is in the database, stores it, says so in a line of JSON.

A process of its own, which gives way to all others: learning takes seconds to minutes of a core, and memory that is given back.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime

from services.recommendation.co_watch import CoWatch, pack
from services.recommendation.gathered import Gathered
from services.recommendation.learning import follow
from services.recommendation.models.recipe import Recipe
from services.recommendation.models.tuning import tune
from services.recommendation.models_held import NAME
from shared.logging import configure_logging
from shared.mongo import learned, watched
from shared.mongo.client import Database, Doc, open_mongo
from shared.mongo.learned import Head
from shared.settings import Ranking, Settings, load_settings

_NICENESS = 10


async def learn(db: Database, settings: Ranking, now: datetime) -> Doc:
    """What came of it. Nothing is stored where nothing was liked yet. Raises Unavailable."""
    began, count = time.monotonic(), await watched.count(db)
    head, gathered = await learned.head(db, NAME), Gathered()
    async for event in watched.everything(db):
        gathered.add(event)
    log = gathered.log()
    seen = log.seen
    facts: Doc = {"events": count, "users": seen.n_users, "subjects": seen.n_items, "interactions": len(seen)}
    if not len(seen):
        return facts
    recipe, chosen_at = _recipe_of(head, settings, now) or (tune(log, settings.rec_ease_items), now)
    model = CoWatch(follow(seen, recipe, settings.rec_ease_items), gathered.subjects, int((seen.lengths > 0).sum()))
    kept = {**facts, "recipe": recipe.model_dump_json(), "chosen_at": chosen_at}
    stored = await learned.store(db, NAME, pack(model), kept, now)
    return {**facts, "bytes": stored.size, "recipe": "new" if chosen_at == now else "kept", "seconds": round(time.monotonic() - began, 1)}


def _recipe_of(head: Head | None, settings: Ranking, now: datetime) -> tuple[Recipe, datetime] | None:
    """The recipe there is, and when it was chosen; None: it is time for a new one."""
    if head is None or (now - head.facts["chosen_at"]).total_seconds() > settings.rec_retune_hours * 3600:
        return None
    return Recipe.model_validate_json(head.facts["recipe"]), head.facts["chosen_at"]


async def main(settings: Settings) -> None:
    async with open_mongo(settings) as db:
        sys.stdout.write(json.dumps(await learn(db, settings.ranking, datetime.now(UTC))) + "\n")


if __name__ == "__main__":
    os.nice(_NICENESS)
    chosen = load_settings()
    configure_logging(chosen, service="learning")
    asyncio.run(main(chosen))
