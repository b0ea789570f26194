"""POST /playlists"""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.video.dependencies import ClipPlaybacks, ComplaintsSoFar, Config, Db, SimilarExercises, Store
from services.video.playlists.plans import day_of_plan
from services.video.playlists.schemas import ExercisesAsked, PlanAsked, Playlist, PlaylistAsked
from services.video.playlists.service import Parts, make_playlist
from services.web.identity import Identity
from shared.errors import InvalidInput
from shared.mongo.client import REQUEST_TIMEOUT_S, within_a_request
from shared.schemas.playlists import Day

ANSWER_S = REQUEST_TIMEOUT_S

router = APIRouter(tags=["playlists"])


@router.post("/playlists", response_model=Playlist)
async def create_playlist(
    asked: PlaylistAsked,
    db: Db,
    store: Store,
    playbacks: ClipPlaybacks,
    similar: SimilarExercises,
    complaints: ComplaintsSoFar,
    settings: Config,
    identity: Identity,
) -> Response:
    """The clips of one workout day, in the order in which they are played: the same ones however often they are asked for, until the
    catalogue changes. Required clips that there are not are named in `missing`, and asked of the workers.
    """
    user_id = _whose(asked, identity)
    with within_a_request(ANSWER_S):
        of_plan = isinstance(asked, PlanAsked)
        day = await day_of_plan(db, asked, user_id) if isinstance(asked, PlanAsked) else _day(asked, user_id)
        parts = Parts(db, store, playbacks, similar, complaints, settings)
        playlist = await make_playlist(parts, day, similar_for_required=asked.similar_for_required, of_plan=of_plan)
    return Response(playlist.model_dump_json(), media_type="application/json")


def _whose(asked: ExercisesAsked | PlanAsked, identity: Identity) -> str | None:
    """The user the choice depends on; None: on nobody."""
    if not asked.personal:
        return None
    if asked.user_id is None:
        raise InvalidInput("a personal playlist needs to know whose it is", field="user_id")
    return identity.user_id(asked.user_id)


def _day(asked: ExercisesAsked, user_id: str | None) -> Day:
    return Day(asked.workout_id, asked.week, asked.day, asked.archetype, asked.locale, asked.exercises, user_id)
