"""`python -m text_to_video posting.json -o out/`: a reel from the command line, and what a queue's worker runs as its child."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from shared.errors import InvalidInput, JobError
from shared.fingerprint import content_hash
from shared.schemas.reels import DEFAULT_VOICE_ID, TEMPLATE_IDS, Progress, TemplateId, VoiceId
from text_to_video.pipeline import MAX_SECONDS, make_reel
from text_to_video.posting_file import brief_from_json
from text_to_video.report import Mode, Report, open_report

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_DEFAULT = "reel"


@app.callback()
def text_to_video() -> None:
    """Make short vertical videos from job postings, offline. `reel` may be left out: text_to_video posting.json -o out/"""


@app.command(name=_DEFAULT)
def reel(
    posting: Annotated[str, typer.Argument(metavar="POSTING.json", help="a Greenhouse job object or a brief; - reads it from stdin")],
    out: Annotated[Path, typer.Option("-o", "--out", help="folder for the reel: new, empty, or an earlier reel to replace")],
    template: Annotated[TemplateId | None, typer.Option(help="look of the reel; by default the title decides")] = None,
    voice: Annotated[VoiceId, typer.Option(help="who speaks")] = DEFAULT_VOICE_ID,
    max_seconds: Annotated[float, typer.Option(min=1, help="longest reel; a longer script loses lines")] = MAX_SECONDS,
    progress: Annotated[
        Mode, typer.Option(help="auto: a bar on a terminal; json: a line for each change, the last is the result")
    ] = "auto",
) -> None:
    """Make one reel: HLS, MP4, poster and captions."""
    with open_report(progress) as report:
        try:
            code = _make(posting, out, template, voice, max_seconds, report)
        except InvalidInput as error:
            report.failure(error)
            code = 2
        except JobError as error:
            report.failure(error)
            code = 1
    raise typer.Exit(code)


def _make(posting: str, out: Path, template: TemplateId | None, voice: VoiceId, max_seconds: float, report: Report) -> int:
    brief = brief_from_json(_text_of(posting))
    check_signals = _watch_signals()

    def on_progress(progress: Progress) -> None:
        check_signals()
        report.progress(progress)

    result = make_reel(brief, out, template or template_for(brief.title), on_progress, voice_id=voice, max_seconds=max_seconds)
    report.result(result, str(out))
    return 0


def template_for(title: str) -> TemplateId:
    """The template a title gets when none is asked for: always the same one."""
    return TEMPLATE_IDS[int(content_hash(title), 16) % len(TEMPLATE_IDS)]


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


def main() -> None:
    app(with_default(sys.argv[1:], [command.name or "" for command in app.registered_commands]))


if __name__ == "__main__":
    main()
