"""`python -m text_to_video voices`: who can speak here, and who could; `voices install NAME` fetches one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shared.settings import Settings

voices = typer.Typer(help="Voices of this machine: list them, or install one.", context_settings={"help_option_names": ["-h", "--help"]})

_MB = 1_000_000


@voices.callback(invoke_without_command=True)
def list_voices(context: typer.Context) -> None:
    """List the voices that speak here, and those that could."""
    if context.invoked_subcommand is None:
        for row in (_HEAD, *_rows(_settings())):
            typer.echo(f"{row[0]:<22} {row[1]:<36} {row[2]:<14} {row[3]:>7}  {row[4]}".rstrip())


@voices.command()
def install(name: Annotated[str, typer.Argument(help="as `voices` lists it")]) -> None:
    """Fetch a local voice, check it, and put it into VOICES_DIR."""
    from shared.errors import InvalidInput, Unavailable
    from text_to_video.speech import install as fetching
    from text_to_video.speech.voices import voices_folder

    try:
        voice = fetching.find(name)
        with _progress(voice.size) as on_bytes:
            folder = fetching.install(voice, voices_folder(_settings()), on_bytes)
    except (InvalidInput, Unavailable) as error:
        typer.echo(f"{error.title}: {error.message}", err=True)
        raise typer.Exit(2 if isinstance(error, InvalidInput) else 1) from None
    typer.echo(f"{voice.name} is in {folder} ({voice.licence})")


Row = tuple[str, str, str, str, str]

_HEAD: Row = ("name", "languages", "licence", "size", "")


def _rows(settings: Settings) -> Iterator[Row]:
    """Those that speak here first."""
    from text_to_video.speech.catalogue import CATALOGUE
    from text_to_video.speech.installed import kokoro_in, pipers_in
    from text_to_video.speech.voices import voices_folder

    folder, english = voices_folder(settings), _who_speaks_english(settings)
    here = [*filter(None, [kokoro_in(folder)]), *pipers_in(folder)]
    licences = {voice.name: voice.licence for voice in CATALOGUE}
    yield "espeak", "about a hundred", "GPL 3", "-", _note("espeak", english)
    for each in here:
        size = f"{each.size / _MB:.0f} MB"
        yield each.name, ", ".join(each.languages), licences.get(each.name, "unknown"), size, _note(each.name, english)
    for name, key in _vendors(settings):
        yield name, "many", "paid", "-", _note(name, english) if key else "needs a key"
    for voice in CATALOGUE:
        if voice.name not in {each.name for each in here}:
            yield voice.name, ", ".join(voice.languages), voice.licence, f"{voice.size / _MB:.0f} MB", "can be installed"


def _who_speaks_english(settings: Settings) -> str:
    """The name of whoever speaks when nobody is asked for."""
    from text_to_video.speech.installed import piper_for
    from text_to_video.speech.voices import usual_voice, voices_folder

    usual = usual_voice(settings, "en")
    piper = piper_for("en", voices_folder(settings), settings.speech.piper_voice) if usual == "piper" else None
    return piper.name if piper else usual


def _vendors(settings: Settings) -> list[tuple[str, bool]]:
    speech, models = settings.speech, settings.language_models
    return [
        ("fish_audio", speech.fish_audio_api_key is not None),
        ("elevenlabs", speech.elevenlabs_api_key is not None),
        ("gemini", models.gemini_api_key is not None),
        ("openai", models.openai_api_key is not None),
    ]


def _note(name: str, english: str) -> str:
    return "here, speaks English" if name == english else "here"


def _settings() -> Settings:
    from shared.errors import SettingsError
    from shared.settings import load_settings

    try:
        return load_settings()
    except SettingsError as error:
        typer.echo(f"settings: {error.message}", err=True)
        raise typer.Exit(2) from None


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    with Progress(BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total)
        yield lambda count: bar.advance(task, count)
