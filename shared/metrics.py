"""What every process counts for Prometheus, and the port that shows it where a process has no HTTP of its own."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, start_http_server

CLAIMS = Counter("reelwright_generation_claims", "Generation jobs claimed by this process")
TRANSITIONS = Counter("reelwright_generation_transitions", "Fenced transitions written by this process", ["from_status", "to_status"])
LEASES_LOST = Counter("reelwright_generation_leases_lost", "Writes refused because the job was no longer ours")
RETRIES = Counter("reelwright_generation_retries", "Attempts that will be made again, by the code of the failure", ["code"])
QUEUE_DEPTH = Gauge("reelwright_generation_jobs", "Active generation jobs", ["status"])
OLDEST_QUEUED = Gauge("reelwright_generation_oldest_queued_seconds", "How long the queued job that waits longest has waited")
STAGE_SECONDS = Histogram(
    "reelwright_generation_stage_seconds",
    "Seconds a stage of a reel took",
    ["stage"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300),
)

DEGRADED = Counter("reelwright_search_degraded", "Searches answered without a part", ["part"])

CACHE_LOOKUPS = Counter("reelwright_cache_lookups", "Values asked of Redis: hit, miss, or away", ["outcome"])
CACHE_MADE = Counter("reelwright_cache_values_made", "Values made because no cache had them, or to have them anew")
CACHE_LOCK_WAITS = Counter("reelwright_cache_lock_waits", "Looks at whether another process has made a value by now")
RATE_DECISIONS = Counter("reelwright_rate_decisions", "Decisions on limits, by what came of them and who decided", ["outcome", "by"])
ALLOWED_EXERCISES = Gauge("reelwright_allowed_exercises", "Exercises that may be planned, as this process last read them")
ALLOWED_READS = Counter("reelwright_allowed_exercises_reads", "Times the allowed exercises were read, by what came of it", ["outcome"])

STORAGE_ERRORS = Counter("reelwright_storage_errors", "Times a provider of clips could not say whether it has one", ["provider", "code"])

PLAYLIST_ITEMS = Counter("reelwright_video_playlist_items", "Clips put into playlists", ["kind"])
PLAYLIST_FALLBACK_HIT = Counter(
    "reelwright_video_playlist_fallback_hit", "Clips of another archetype (2) or a similar exercise (3) put into playlists", ["level"]
)
PLAYLIST_FALLBACK_MISSED = Counter(
    "reelwright_video_playlist_fallback_missed", "Places in playlists for which there was no clip at any level", ["required"]
)
PLAYLIST_CANDIDATES = Histogram(
    "reelwright_video_playlist_candidates_found",
    "Clips one playlist was chosen from",
    buckets=(0, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000),
)
PLAYLIST_BUILD_SECONDS = Histogram(
    "reelwright_video_playlist_build_time_seconds",
    "Seconds a playlist took, from the first query to the last choice",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)

LLM_CALLS = Counter("reelwright_llm_calls", "Requests to language models, by how they ended", ["hop", "outcome"])
LLM_SECONDS = Histogram("reelwright_llm_seconds", "Seconds a request to a language model took", ["hop"], buckets=(0.5, 1, 2, 5, 10, 20, 60))
LLM_TIMEOUTS = Counter("reelwright_llm_timeouts", "Requests to language models that were not answered in time", ["hop"])
LLM_TOKENS = Counter("reelwright_llm_tokens", "Tokens sent to and got from language models", ["hop", "direction"])

PLANS = Counter("reelwright_plans", "Workout plans written, by rules or by the model that did", ["written_by"])
PLANS_DEGRADED = Counter("reelwright_plans_degraded", "Workout plans that had to do without something", ["reason"])
PLAN_PROBLEMS = Counter("reelwright_plan_validation_errors", "What was wrong with workout plans of models and clients", ["field"])

ROUTINES = Counter("reelwright_routines", "Routines asked for: compiled, or the code of what refused them", ["outcome"])
ROUTINES_DEGRADED = Counter("reelwright_routines_degraded", "Routines that had to do without something", ["part"])


def serve_metrics(host: str, port: int) -> None:
    """/metrics on a port of its own, in a thread, for as long as the process lives. Raises OSError when the port is taken."""
    start_http_server(port, addr=host)
