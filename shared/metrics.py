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

LLM_CALLS = Counter("reelwright_llm_calls", "Requests to language models, by how they ended", ["hop", "outcome"])
LLM_SECONDS = Histogram("reelwright_llm_seconds", "Seconds a request to a language model took", ["hop"], buckets=(0.5, 1, 2, 5, 10, 20, 60))
LLM_TOKENS = Counter("reelwright_llm_tokens", "Tokens sent to and got from language models", ["hop", "direction"])


def serve_metrics(host: str, port: int) -> None:
    """/metrics on a port of its own, in a thread, for as long as the process lives. Raises OSError when the port is taken."""
    start_http_server(port, addr=host)
