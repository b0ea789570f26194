"""All migrations, in the order they are applied. A new one goes to the end; none is ever changed once it was released."""

from __future__ import annotations

from shared.mongo.migrations.base import Migration
from shared.mongo.migrations.indexes import INDEXES_IN_THE_WAY
from shared.mongo.migrations.jobs import SEED_JOBS
from shared.mongo.migrations.postings import POSTING_FILTERS, SEED_POSTINGS
from shared.mongo.migrations.videos import SEED_VIDEOS
from shared.mongo.migrations.views import SEED_VIEWS

VERSIONS: tuple[Migration, ...] = (INDEXES_IN_THE_WAY, SEED_POSTINGS, POSTING_FILTERS, SEED_VIEWS, SEED_VIDEOS, SEED_JOBS)
