"""One attempt at one job: each stage from where the job stands to ready, and the progress on the way."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from services.generator.barriers import Barrier, barrier
from services.generator.encoder import EncoderOptions, run_encoder
from services.generator.sources import Source, source_of
from shared import metrics
from shared.errors import LeaseLost, QuotaSpent, Unavailable
from shared.logging import get_logger
from shared.mongo import brakes
from shared.mongo import generation_attempts as attempts
from shared.mongo.client import Database
from shared.schemas.clips import ClipBrief
from shared.schemas.generation import GenerationJob, Output
from shared.schemas.reels import LAYOUT, PAID_VOICES, Progress, ReelBrief, ReelResult, RenderOptions, Stage, VoiceId
from shared.schemas.videos import Video
from shared.settings import Queue, Render, Speech
from shared.storage.base import BlobStore
from text_to_video.posting_file import Order
from text_to_video.script.base import ScriptWriter

log = get_logger(__name__)

_REPORT_EVERY_S = 0.5
_UPLOADS_AT_ONCE = 8


@dataclass(frozen=True)
class Workshop:
    """What attempts work with; `folder` is where reels lie before they are uploaded. `writer` None: the encoder writes the scripts."""

    db: Database
    store: BlobStore
    settings: Queue
    folder: Path
    render: Render = field(default_factory=Render)
    speech: Speech = field(default_factory=Speech)
    writer: ScriptWriter | None = None


@dataclass
class Attempt:
    """One attempt; `job` is the job as this attempt last saw or left it, so whoever ends the attempt knows where it stands."""

    shop: Workshop
    job: GenerationJob
    _progress: Progress | None = None
    _reported_at: float = 0.0

    @property
    def stage(self) -> Stage | None:
        """The stage last reported."""
        return self._progress.stage if self._progress else None

    async def run(self) -> None:
        """From the stage the job stands at to ready. Raises JobError, or Unavailable when a part we need is away."""
        if self.job.status == "running":
            await self._render_and_upload()
        if self.job.status == "uploaded":
            await self._report(Progress(stage="index", fraction=0))
            self.job = await attempts.index(self.shop.db, self.job, _video(self.job))
            await self._barrier("after_index")
        self.job = await attempts.mark_ready(self.shop.db, self.job, self.shop.settings)
        log.info("job_ready", video_id=self.job.output_video_id)

    async def beat(self, progress: Progress | None = None) -> bool:
        """Renew the lease. False: the job is no longer ours."""
        return await attempts.heartbeat(self.shop.db, self.job, progress, self.shop.settings)

    async def _report(self, progress: Progress) -> None:
        """Progress to the job, at every new stage and else twice a second. Each write also proves that the job is still ours."""
        if progress.stage == self.stage and time.monotonic() - self._reported_at < _REPORT_EVERY_S:
            return
        self._progress, self._reported_at = progress, time.monotonic()
        if not await self.beat(progress):
            raise LeaseLost(f"job {self.job.job_id} was taken over or cancelled")

    async def _barrier(self, name: Barrier) -> None:
        await barrier(name, self.job.job_id, self.shop.folder)

    async def _within_budget(self) -> None:
        """Raises QuotaSpent when today's renders are used up."""
        budget, now = self.shop.settings.daily_render_budget, datetime.now(UTC)
        if budget and not await brakes.spend(self.shop.db, "renders", budget, now):
            wait_s = (brakes.resets_at(now) - now).total_seconds()
            raise QuotaSpent(f"the {budget} renders of today are used up", code="render_budget_spent", retry_after_s=wait_s)

    async def _render_and_upload(self) -> None:
        await self._within_budget()
        source = await source_of(self.shop.db, self.job)
        with TemporaryDirectory(dir=self.shop.folder, prefix=f"{self.job.job_id}-") as folder:
            out = Path(folder) / self.job.output_video_id
            log.info("render_started", greenhouse_id=self.job.greenhouse_id, subject_key=self.job.subject_key)
            wanted = self._wanted(source.voice_id, paid_voices=await self._may_pay(source.voice_id))
            reel = await self._make(source.brief, out, wanted)
            log.info("render_done", video_duration_s=reel.duration_seconds, stage_seconds=reel.stage_seconds, degraded=reel.degraded)
            await self._barrier("after_render")
            output = await self._upload(source, reel, out)
        for stage, seconds in output.reel.stage_seconds.items():
            metrics.STAGE_SECONDS.labels(stage).observe(seconds)
        self.job = await attempts.mark_uploaded(self.shop.db, self.job, output)
        await self._barrier("after_upload")

    async def _make(self, brief: ReelBrief | ClipBrief, out: Path, wanted: EncoderOptions) -> ReelResult:
        """The script by a model, if there is one, and the reel. Losing the lease ends the call of either."""
        bytecode = self.shop.folder / "bytecode"
        if self.shop.writer is None:
            return await run_encoder(Order(brief), out, wanted, self._report, bytecode=bytecode)
        await self._report(Progress(stage="script", fraction=0))
        started = time.monotonic()
        script = await self.shop.writer.write(brief)
        seconds = round(time.monotonic() - started, 3)
        log.info("script_written", seconds=seconds, degraded=script.degraded)
        reel = await run_encoder(Order(brief, script), out, wanted, self._report, bytecode=bytecode)
        return reel.model_copy(update={"stage_seconds": {**reel.stage_seconds, "script": seconds}})

    async def _may_pay(self, voice_id: VoiceId | None) -> bool:
        """Whether a vendor may be asked to speak: each reel with a paid voice takes one from today's budget."""
        speech = self.shop.speech
        paid = (voice_id or speech.vendor) in PAID_VOICES
        return not (paid and speech.daily_tts_budget) or await brakes.spend(
            self.shop.db, "paid_voices", speech.daily_tts_budget, datetime.now(UTC)
        )

    def _wanted(self, voice_id: VoiceId | None, *, paid_voices: bool) -> EncoderOptions:
        settings = self.shop.render
        render = RenderOptions(profile=settings.render_profile, segments=settings.hls_segments, renditions=settings.renditions)
        return EncoderOptions(self.job.template_id, self.shop.settings.reel_max_seconds, voice_id, paid_voices, render)

    async def _upload(self, source: Source, reel: ReelResult, out: Path) -> Output:
        """All files of the reel to its own prefix; the master playlist last, so that what it names is there before it."""
        started = time.monotonic()
        prefix = f"hls/{self.job.output_video_id}"
        files = await asyncio.to_thread(_files_but_master, out)
        at_once = asyncio.Semaphore(_UPLOADS_AT_ONCE)
        done = 0

        async def put(path: Path) -> None:
            nonlocal done
            async with at_once:
                await self.shop.store.put_file(f"{prefix}/{path.relative_to(out).as_posix()}", path)
            done += 1
            await self._report(Progress(stage="upload", fraction=done / (len(files) + 1)))

        try:
            async with asyncio.TaskGroup() as group:
                for path in files:
                    group.create_task(put(path))
        except ExceptionGroup as failures:  # the first is the cause; the others were cancelled or failed alike
            await self._clear(prefix)
            raise failures.exceptions[0] from None
        await put(out / LAYOUT["playlist"])
        seconds = {**reel.stage_seconds, "upload": round(time.monotonic() - started, 3)}
        master = f"{prefix}/{LAYOUT['playlist']}"
        log.info("upload_done", video_id=self.job.output_video_id, s3_key=master, size_bytes=reel.size_bytes)
        return Output(
            prefix=prefix,
            provider=self.shop.store.provider,
            url=self.shop.store.url(master),
            source_hash=source.source_hash,
            reel=reel.model_copy(update={"stage_seconds": seconds}),
        )

    async def _clear(self, prefix: str) -> None:
        """Take back a half-made upload, which nothing will ever name; what cannot be removed now is left to the sweep."""
        try:
            await self.shop.store.delete([blob.key async for blob in self.shop.store.list(f"{prefix}/")])
        except Unavailable as error:
            log.warning("upload_left_behind", prefix=prefix, error=error.message)


def _files_but_master(out: Path) -> list[Path]:
    return [path for path in sorted(out.rglob("*")) if path.is_file() and path.name != LAYOUT["playlist"]]


def _video(job: GenerationJob) -> Video:
    """PURE: the document that makes the uploaded reel findable."""
    assert job.output is not None, "an uploaded job has its output"
    output = job.output
    keys = {name: f"{output.prefix}/{path}" for name, path in LAYOUT.items()}
    return Video(
        video_id=output.prefix.removeprefix("hls/"),
        greenhouse_id=job.greenhouse_id,
        subject_kind=job.subject_kind,
        subject_key=job.subject_key,
        source_hash=output.source_hash,
        provider=output.provider,
        s3_key=keys["playlist"],
        cdn_url=output.url,
        mp4_key=keys["mp4"],
        captions_key=keys["captions"],
        poster_key=keys["poster"],
        created_at=datetime.now(UTC),
        **output.reel.model_dump(exclude={"stage_seconds"}),
    )
