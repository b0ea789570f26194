"""/health tells everything, /health/live whether to restart the process, /health/ready whether to send it requests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, JsonValue

from services.web.problem import FieldProblem, problem_response
from shared.errors import ReelwrightError, Unavailable
from shared.logging import get_logger

Facts = Mapping[str, JsonValue]
Check = Callable[[Request], Awaitable[Facts | None]]
"""Returns when a part is well, with facts for the top level of /health if it has any; raises when it is not."""

TIMEOUT_S = 1.0
log = get_logger(__name__)


class CheckResult(BaseModel):
    status: Literal["ok", "failing"]
    seconds: float
    detail: str | None = None


class Health(BaseModel):
    """The checks' facts stand beside these fields."""

    model_config = ConfigDict(extra="allow")

    service: str
    version: str
    status: Literal["ok", "degraded"]
    uptime_seconds: float
    checks: dict[str, CheckResult]


class Alive(BaseModel):
    status: Literal["ok"] = "ok"


def health_router(service: str, version: str, checks: Mapping[str, Check]) -> APIRouter:
    router = APIRouter(tags=["health"])
    started = time.monotonic()

    @router.get("/health")
    @router.get("/healthz/", include_in_schema=False)
    async def health(request: Request) -> Health:
        """The service and each part it needs. Always 200: this reports, /health/ready decides."""
        results, facts = await run_checks(request, checks)
        status: Literal["ok", "degraded"] = "degraded" if _failing(results) else "ok"
        uptime = round(time.monotonic() - started, 3)
        return Health(service=service, version=version, status=status, uptime_seconds=uptime, checks=results, **facts)

    @router.get("/health/live")
    async def live() -> Alive:
        """200 while the event loop runs."""
        return Alive()

    @router.get("/health/ready", response_model=Alive)
    async def ready(request: Request) -> Alive | Response:
        """200 when every part answers, else 503 naming those that do not."""
        results, _ = await run_checks(request, checks)
        failing = _failing(results)
        if not failing:
            return Alive()
        detail = "; ".join(f"{each.field}: {each.detail}" for each in failing)
        return problem_response(Unavailable.status, "not_ready", Unavailable.title, detail, failing)

    return router


async def run_checks(request: Request, checks: Mapping[str, Check]) -> tuple[dict[str, CheckResult], dict[str, JsonValue]]:
    """Every check at once, each within TIMEOUT_S: results by name, and the facts of all."""
    done = await asyncio.gather(*(_run(name, check, request) for name, check in checks.items()))
    facts = {key: value for _, found in done for key, value in found.items()}
    return {name: result for name, (result, _) in zip(checks, done, strict=True)}, facts


async def _run(name: str, check: Check, request: Request) -> tuple[CheckResult, Facts]:
    started = time.perf_counter()

    def took() -> float:
        return round(time.perf_counter() - started, 4)

    try:
        async with asyncio.timeout(TIMEOUT_S):
            facts = await check(request) or {}
    except TimeoutError:
        return CheckResult(status="failing", seconds=took(), detail=f"no answer within {TIMEOUT_S:g} s"), {}
    except ReelwrightError as error:
        return CheckResult(status="failing", seconds=took(), detail=error.message), {}
    except Exception:  # in whatever way a check fails, the part it stands for is not well
        log.exception("health_check_crashed", check=name)
        return CheckResult(status="failing", seconds=took(), detail="the check itself failed; see the log"), {}
    return CheckResult(status="ok", seconds=took()), facts


def _failing(results: Mapping[str, CheckResult]) -> list[FieldProblem]:
    return [FieldProblem(field=name, detail=result.detail or "") for name, result in results.items() if result.status == "failing"]
