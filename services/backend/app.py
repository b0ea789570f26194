"""The backend's application: `uvicorn services.backend.app:app`."""

from __future__ import annotations

from fastapi import Request
from starlette.middleware import Middleware

from services.backend.admin import routes as admin_routes
from services.backend.admin.postings import MAX_UPLOAD_BYTES
from services.backend.dependencies import lifespan
from services.backend.feeds import reactions as reactions_routes
from services.backend.feeds import reels as reels_routes
from services.backend.feeds import routes as feeds_routes
from services.backend.plans import routes as plans_routes
from services.backend.plans.schemas import MAX_BODY_BYTES
from services.backend.postings import routes as postings_routes
from services.backend.routines import routes as routines_routes
from services.backend.routines.answers import MAX_BODY_BYTES as MAX_ROUTINE_BYTES
from services.backend.search import routes as search_routes
from services.web.admin_key import AdminGate
from services.web.app import create_app
from services.web.health import Facts
from shared.errors import Unavailable
from shared.mongo import client, generation_queue


async def _mongo(request: Request) -> Facts:
    await client.ping(request.state.db)
    with client.translated():
        return {"generator_queue_depth": await generation_queue.depth(request.state.db)}


async def _migrations(request: Request) -> Facts:
    await request.state.migrated.check(request)
    return {}


async def _vector_index(request: Request) -> Facts:
    if not request.state.current.now.following.loaded.is_set():
        raise Unavailable(f"it is still loading, {len(request.state.current.now.following)} so far")
    return {"indexed_postings": len(request.state.current.now.following)}


app = create_app(
    "backend",
    title="Reelwright backend",
    lifespan=lifespan,
    routers=[
        search_routes.router,
        feeds_routes.router,
        reels_routes.router,
        reactions_routes.router,
        postings_routes.router,
        plans_routes.router,
        routines_routes.router,
        admin_routes.router,
    ],
    middleware=[Middleware(AdminGate)],
    larger_bodies={"/admin/postings/import": MAX_UPLOAD_BYTES, "/plans/": MAX_BODY_BYTES, "/routines/": MAX_ROUTINE_BYTES},
    checks={"mongo": _mongo, "migrations": _migrations, "vector_index": _vector_index},
)
