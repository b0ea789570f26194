"""`python -m text_to_video posting.json -o out/`: a reel from the command line, and what a queue's worker runs as its child."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

# What a process of two seconds cannot use and would start with: numpy's threads for matrices, pydantic's search for plugins.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")

import typer
from typer.core import TyperGroup

from shared.errors import InvalidInput, JobError, SettingsError
from shared.schemas.reels import (
    MAX_SECONDS,
    FormatId,
    Progress,
    RenderOptions,
    RenderProfile,
    Renditions,
    SegmentType,
    TemplateId,
    VoiceId,
)
from text_to_video.report import Mode, Report, open_report
from text_to_video.script.choice import ScriptMode
from text_to_video.script.command import scripts
from text_to_video.speech.command import voices

if TYPE_CHECKING:
    from shared.settings import Settings
    from text_to_video.look import Look
    from text_to_video.sound import Sound


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        """Pydantic, by which typer reads options, puts a word of its own before what is wrong with one."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(voices, name="voices")
app.command(name="scripts")(scripts)


@app.command(name="templates")
def templates(
    out: Annotated[Path, typer.Option("-o", "--out", help="PNG or JPEG file to write")] = Path("templates.png"),
) -> None:
    """Show every template at three moments, on one picture."""
    from text_to_video.contact_sheet import write_sheet

    try:
        write_sheet(out)
    except InvalidInput as error:
        typer.echo(f"{error.title} ({error.field}): {error.message}", err=True)
        raise typer.Exit(2) from error


_DEFAULT = "reel"
_USUAL = RenderOptions()


@app.callback()
def text_to_video() -> None:
    """Make short vertical videos from job postings, offline. `reel` may be left out: text_to_video posting.json -o out/"""


@app.command(name=_DEFAULT)
def reel(
    posting: Annotated[
        str, typer.Argument(metavar="POSTING.json", help="a Greenhouse job object, an exercise or a brief; - reads it from stdin")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="folder for the reel: new, empty, or an earlier reel to replace")],
    template: Annotated[TemplateId | None, typer.Option(help="look of the reel; by default the title decides")] = None,
    script: Annotated[
        ScriptMode, typer.Option(help="who writes: a language model if there is a key, the posting's own words, or a model in any case")
    ] = "auto",
    voice: Annotated[VoiceId | None, typer.Option(help="who speaks; by default whom SPEECH names, else the best one here")] = None,
    paid_voices: Annotated[bool, typer.Option(help="whether vendors may be asked to speak")] = True,
    music: Annotated[Path | None, typer.Option(help="a music file to lay under the speech, or a folder of them")] = None,
    brand: Annotated[Path | None, typer.Option(help="a brand file, or a folder of them by company; by default BRANDS_DIR")] = None,
    media: Annotated[
        Path | None, typer.Option(help="a picture or clip to lay behind the words, or a folder of them; by default MEDIA_DIR")
    ] = None,
    shape: Annotated[FormatId, typer.Option("--format", help="shape of the picture: 9:16, 1:1 or 16:9")] = "vertical",
    max_seconds: Annotated[float, typer.Option(min=1, help="longest reel; a longer script loses lines")] = MAX_SECONDS,
    profile: Annotated[RenderProfile, typer.Option(help="fast, or smaller files")] = _USUAL.profile,
    segments: Annotated[SegmentType, typer.Option(help="transport stream, or fragmented MP4, which is smaller")] = _USUAL.segments,
    renditions: Annotated[Renditions, typer.Option(help="sizes, by the shorter side")] = _USUAL.renditions,
    progress: Annotated[
        Mode, typer.Option(help="auto: a bar on a terminal; json: a line for each change, the last is the result")
    ] = "auto",
) -> None:
    """Make one reel: HLS, MP4, poster and captions."""
    from shared.settings import load_settings

    with open_report(progress) as report:
        try:
            options = RenderOptions(profile=profile, segments=segments, renditions=renditions)
            settings = load_settings()
            sound = _sound(settings, voice, music, paid_voices=paid_voices)
            look = _look(settings, brand, media, shape)
            _make(posting, out, template, script, settings, sound, look, max_seconds, options, report)
            code = 0
        except InvalidInput as error:
            report.failure(error)
            code = 2
        except JobError as error:
            report.failure(error)
            code = 1
        except SettingsError as error:
            typer.echo(f"settings: {error.message}", err=True)
            code = 2
    raise typer.Exit(code)


def _make(
    posting: str,
    out: Path,
    template: TemplateId | None,
    mode: ScriptMode,
    settings: Settings,
    sound: Sound,
    look: Look,
    max_seconds: float,
    options: RenderOptions,
    report: Report,
) -> None:
    # Not above: they take most of the start, which `main` has made ready for them, and `-h` needs none of them.
    from text_to_video.briefs import template_for
    from text_to_video.pipeline import make_reel
    from text_to_video.posting_file import order_from_json
    from text_to_video.script.choice import written

    order = order_from_json(_text_of(posting))
    check_signals = _watch_signals()

    def on_progress(progress: Progress) -> None:
        check_signals()
        report.progress(progress)

    template = template or template_for(order.brief)
    script = order.script or written(order.brief, mode, settings)
    result = make_reel(
        order.brief, out, template, on_progress, script=script, sound=sound, look=look, max_seconds=max_seconds, options=options
    )
    report.result(result, str(out))


def _there(path: Path | None, field: str) -> Path | None:
    if path is not None and not path.exists():
        raise InvalidInput(f"{path} is not there", field=field)
    return path


def _sound(settings: Settings, voice: VoiceId | None, music: Path | None, *, paid_voices: bool) -> Sound:
    from text_to_video.sound import Sound

    return Sound(settings, voice, paid_voices, _there(music, "music") or settings.music.music_dir)


def _look(settings: Settings, brand: Path | None, media: Path | None, shape: FormatId) -> Look:
    from text_to_video.look import open_look

    return open_look(settings, _there(brand, "brand"), _there(media, "media"), shape)


def _text_of(posting: str) -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig") if posting == "-" else Path(posting).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{posting} cannot be read: {error}", field="posting") from error


def _watch_signals() -> Callable[[], None]:
    """Let SIGTERM and SIGINT end the process by SystemExit, so that nothing half made is left behind.

    Returns a check to call now and then: an exception raised inside a library's callback can be lost.
    """
    received: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        if not received:  # a second signal must not cut the cleaning short
            received.append(number)
            check()

    def check() -> None:
        if received:
            raise SystemExit(128 + received[0])

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)
    return check


def with_default(arguments: Sequence[str], commands: Sequence[str]) -> list[str]:
    """The arguments, with the default command put before them where they name none."""
    named = bool(arguments) and (arguments[0] in commands or arguments[0] in ("-h", "--help"))
    return list(arguments) if named or not arguments else [_DEFAULT, *arguments]


def main() -> NoReturn:
    """Ends the process at once: to take all libraries apart in order would cost another tenth of a second."""
    gc.disable()  # it would look through what was imported, again and again, and find nothing
    try:
        names = [command.name or "" for command in app.registered_commands]
        names += [group.name or "" for group in app.registered_groups]
        app(with_default(sys.argv[1:], names))
    except SystemExit as ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended.code if isinstance(ended.code, int) else 0)
    raise AssertionError("typer always ends with SystemExit")


if __name__ == "__main__":
    main()
