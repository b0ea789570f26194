"""A brief in, a finished reel's folder out: script, speech, captions, render, package."""

from __future__ import annotations

import errno
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

import av

from shared.errors import InvalidInput, JobError, RetryableJobError
from shared.schemas.reels import (
    LAYOUT,
    MAX_SECONDS,
    Progress,
    ReelResult,
    RenderOptions,
    Renditions,
    Stage,
    TemplateId,
)
from text_to_video.audio import Stereo, master
from text_to_video.briefs import Brief, check_template, drafted, name_of, without_html
from text_to_video.caption_art import fits
from text_to_video.captions import Page, pages, webvtt
from text_to_video.encode import LANES, Film, encode
from text_to_video.hls import master_playlist
from text_to_video.look import Dressed, Look
from text_to_video.picture import FPS, Picture
from text_to_video.poster import save_poster
from text_to_video.render import Painter, poster_frame, timeline
from text_to_video.rendition import Rendition
from text_to_video.script.base import Script
from text_to_video.sound import Sound
from text_to_video.speech.base import Speech, Voice

SHORTEST_SPEECH_S, LONGEST_SPEECH_S = 20.0, 40.0
"""What a reel should take to say, where the posting allows."""
_AFTER_S = 0.6
"""The picture stays this long after the last word."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_RENDITIONS = frozenset(name for names in get_args(Renditions) for name in names.split(","))
_AS_USUAL = RenderOptions()
_USUAL_SOUND = Sound()
_USUAL_LOOK = Look()

OnProgress = Callable[[Progress], None]


def make_reel(
    brief: Brief,
    out: Path,
    template_id: TemplateId,
    on_progress: OnProgress,
    *,
    script: Script | None = None,
    sound: Sound = _USUAL_SOUND,
    look: Look = _USUAL_LOOK,
    max_seconds: float = MAX_SECONDS,
    options: RenderOptions = _AS_USUAL,
) -> ReelResult:
    """Make the reel of `brief` in the folder `out`, laid out as LAYOUT says; blocks for as long as it takes.

    `script` is what it says; None: it is said in the posting's own words. It should take 20–40 s; one that takes longer than
    `max_seconds` whatever is left out loses its last lines. The first always stays.
    `out` must not exist, be empty or hold an earlier reel, which is replaced. It appears whole or not at all.
    Raises PermanentJobError as the writer does; RetryableJobError with code "disk_full" naming the folder, or "render_failed";
    InvalidInput (field "out") when `out` cannot be made or holds other files. Their `stage` says where.
    """
    check_template(brief, template_id)
    out, brief = out.resolve(), without_html(brief)
    stages = _Stages(on_progress, out)
    with _folder_beside(out) as folder:
        with stages.run("script"):
            script = script or drafted(brief)
        with stages.run("speech"):
            script, speech = spoken_within(script, sound.voice(script.language), max_seconds)
            frames = math.ceil((speech.duration + _AFTER_S) * FPS)
            mastered = cache(lambda: sound.over_music(master(speech, frames / FPS), name_of(brief)))
        with stages.run("captions"):
            dressed = look.dressed(brief, template_id, script.lines)
            shown = pages(speech, fits(dressed.scene.captions))
            (folder / LAYOUT["captions"]).write_text(webvtt(shown), encoding="utf-8")
        with stages.run("render"):
            film = _film(dressed, shown, frames, lambda: mastered()[0], folder / LAYOUT["poster"])
            renditions = encode(film, folder, folder / LAYOUT["mp4"], options, lambda fraction: stages.report("render", fraction))
        with stages.run("package"):
            size = _packaged(renditions, folder, out)
    return ReelResult(
        duration_seconds=frames / FPS,
        width=film.size[0],
        height=film.size[1],
        size_bytes=size,
        template_id=template_id,
        voice_id=speech.voice_id,
        timing=speech.timing,
        degraded=(*script.degraded, *speech.degraded, *mastered()[1], *dressed.degraded),
        credits=dressed.credits,
        script=script.text,
        renditions=tuple(options.renditions.split(",")),
        stage_seconds=stages.seconds,
    )


def spoken_within(script: Script, voice: Voice, max_seconds: float) -> tuple[Script, Speech]:
    """The script and its speech, made to last 20–40 s as far as its lines allow.

    A shorter one takes in spare lines. A longer one loses its requirements, then its duties, the last first, down to one;
    if it is still longer than `max_seconds` it ends with the last line before.
    """
    longest = min(LONGEST_SPEECH_S, max_seconds)
    speech = voice.speak(script)
    while speech.duration < min(SHORTEST_SPEECH_S, longest) and script.spare:
        longer = _with_spare(script)
        more = voice.speak(longer)
        if more.duration > longest:
            script = replace(script, spare=script.spare[1:])
        else:
            script, speech = longer, more
    while speech.duration > longest and (shorter := _without_least(script)):
        script, speech = shorter, voice.speak(shorter)
    return (script, speech) if speech.duration <= max_seconds else _cut(script, speech, voice, max_seconds)


def _with_spare(script: Script) -> Script:
    """With the first spare line: a duty after the first one, as the last may begin with "And"; a requirement before the call to action."""
    line, *spare = script.spare
    at = next((i + 1 for i, each in enumerate(script.lines) if each.role == line.role == "duty"), len(script.lines) - 1)
    return replace(script, lines=(*script.lines[:at], line, *script.lines[at:]), spare=tuple(spare))


def _without_least(script: Script) -> Script | None:
    """Without the line it needs least; None when only one is left of what the job is."""
    places = [i for role in ("duty", "requirement") for i, line in enumerate(script.lines) if line.role == role]
    return replace(script, lines=script.lines[: places[-1]] + script.lines[places[-1] + 1 :]) if len(places) > 1 else None


def _cut(script: Script, speech: Speech, voice: Voice, seconds: float) -> tuple[Script, Speech]:
    late = next((word.line for word in speech.words if word.end > seconds), len(script.lines))
    shorter = replace(script, lines=script.lines[: max(1, late)])
    return shorter, voice.speak(shorter)


class _Stages:
    """Runs stages: tells of their progress, takes their time, names them in errors."""

    def __init__(self, on_progress: OnProgress, out: Path) -> None:
        self.seconds: dict[str, float] = {}
        self._on_progress = on_progress
        self._out = out

    def report(self, stage: Stage, fraction: float) -> None:
        self._on_progress(Progress(stage=stage, fraction=fraction))

    @contextmanager
    def run(self, stage: Stage) -> Iterator[None]:
        self.report(stage, 0)
        started = time.perf_counter()
        try:
            yield
        except JobError as error:
            error.stage = error.stage or stage
            raise
        except (OSError, av.FFmpegError) as error:
            raise _job_error(error, self._out, stage) from error
        self.seconds[stage] = round(time.perf_counter() - started, 3)
        self.report(stage, 1)


def _job_error(error: OSError | av.FFmpegError, out: Path, stage: Stage) -> RetryableJobError:
    if error.errno in _NO_ROOM:
        failure = RetryableJobError(f"no room left in {out.parent} while making the reel: {error.strerror}", code="disk_full")
    else:
        failure = RetryableJobError(f"{stage} failed: {error}", code="render_failed")
    failure.stage = stage
    return failure


def _film(dressed: Dressed, shown: Sequence[Page], frames: int, sound: Callable[[], Stereo], poster: Path) -> Film:
    """This reel, to be encoded; whichever painter comes to the frame that stands for all saves it."""
    stage, moments = dressed.scene.stage, timeline(shown, frames)
    stands_for_all = poster_frame(moments)

    def paint_on(picture: Picture) -> Callable[[int], None]:
        painter = Painter(dressed.scene, shown, moments, picture, dressed.steps)

        def paint(frame: int) -> None:
            painter.paint(frame)
            if frame == stands_for_all:
                save_poster(picture, poster)

        return paint

    return Film((stage.width, stage.height), frames, paint_on, sound, min(LANES, dressed.at_once))


def _packaged(renditions: Sequence[Rendition], folder: Path, out: Path) -> int:
    """Bytes of the whole reel, which now stands in `out`."""
    master_text = master_playlist([rendition.variant() for rendition in renditions], FPS)
    (folder / LAYOUT["playlist"]).write_text(master_text, encoding="utf-8")
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    _move_into_place(folder, out)
    return size


@contextmanager
def _folder_beside(out: Path) -> Iterator[Path]:
    """A fresh folder on the file system of `out`, gone afterwards unless it was moved."""
    try:
        _check_replaceable(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=out.parent))
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _job_error(error, out, "script") from error
        raise InvalidInput(f"{out} cannot be made: {error.strerror}", field="out") from error
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_replaceable(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise InvalidInput(f"{out} is a file; a reel is a folder", field="out")
    others = sorted({entry.name for entry in out.iterdir()} - {*LAYOUT.values(), *_RENDITIONS})
    if others:
        raise InvalidInput(f"{out} holds other files ({others[0]}); give a new or an empty folder", field="out")


def _move_into_place(folder: Path, out: Path) -> None:
    """Rename, so that `out` is never seen half made; an earlier reel steps aside first."""
    if not out.exists() or not any(out.iterdir()):
        folder.replace(out)
        return
    earlier = folder.with_suffix(".old")
    out.replace(earlier)
    folder.replace(out)
    shutil.rmtree(earlier, ignore_errors=True)
