"""`python -m text_to_video scripts FILE.jsonl`: what the offline writer makes of many postings."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.errors import InvalidInput, JobError
from shared.schemas.reels import DEFAULT_VOICE_ID, MAX_SECONDS

if TYPE_CHECKING:
    from shared.schemas.reels import ReelBrief
    from text_to_video.script.table import Row, Table


def scripts(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="a posting a line, as for a reel")],
    as_json: Annotated[bool, typer.Option("--json", help="the table as JSON")] = False,
    show: Annotated[int, typer.Option(min=0, help="scripts to print, taken evenly over the file")] = 0,
) -> None:
    """Write the scripts of a file of postings, time them with espeak-ng, and tell how they turned out."""
    from text_to_video.pipeline import LONGEST_SPEECH_S, SHORTEST_SPEECH_S
    from text_to_video.script.table import table

    try:
        rows = _rows(_lines_of(file))
    except InvalidInput as error:
        typer.echo(f"{error.title} ({error.field}): {error.message}", err=True)
        raise typer.Exit(2) from None
    made = table(rows, (SHORTEST_SPEECH_S, LONGEST_SPEECH_S))
    shown = _evenly([row for row in rows if row.script], show)
    if as_json:
        told = {"table": made.as_json(), "scripts": [_as_json(row) for row in shown], "invented": [_as_json(r) for r in rows if r.invented]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n\n".join([*map(_as_text, shown), _in_words(made)]))


def _lines_of(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}", field="file") from error


def _rows(lines: Sequence[str]) -> list[Row]:
    from rich.console import Console
    from rich.progress import track

    from text_to_video.script.table import Row

    console = Console(stderr=True)
    briefs = [_brief(line) for line in lines]
    repeated = _boilerplate([brief for brief in briefs if not isinstance(brief, str)])
    shown = track(enumerate(briefs, 1), "scripts", len(lines), console=console, disable=not console.is_terminal)
    return [Row(f"line {i}", refusal=brief) if isinstance(brief, str) else _row(brief, repeated[brief.company]) for i, brief in shown]


def _brief(line: str) -> ReelBrief | str:
    """The brief of a line, or why there is none."""
    from text_to_video.markup import without_markup
    from text_to_video.posting_file import brief_from_json

    try:
        return without_markup(brief_from_json(line))
    except InvalidInput as error:
        return error.code


def _boilerplate(briefs: Sequence[ReelBrief]) -> dict[str, frozenset[str]]:
    """What each company says in postings of every kind."""
    from text_to_video.script.board import repeated_lines

    boards = defaultdict[str, list[tuple[str, str]]](list)
    for brief in briefs:
        boards[brief.company].append((brief.title, brief.description))
    return {company: repeated_lines(board) for company, board in boards.items()}


def _row(brief: ReelBrief, repeated: frozenset[str]) -> Row:
    from text_to_video.pipeline import spoken_within
    from text_to_video.script.board import without_boilerplate
    from text_to_video.script.extractive import ExtractiveWriter
    from text_to_video.script.table import Row, row_of
    from text_to_video.speech.voices import ESPEAK

    name = f"{brief.title} ({brief.company})"
    brief = without_boilerplate(brief, repeated)
    try:
        script, speech = spoken_within(ExtractiveWriter().write(brief), ESPEAK[DEFAULT_VOICE_ID], MAX_SECONDS)
    except JobError as error:
        return Row(name, refusal=error.code)
    return row_of(name, brief, script, speech.duration)


def _evenly(rows: Sequence[Row], count: int) -> list[Row]:
    """`count` of them, from the first to the last."""
    count = min(count, len(rows))
    return [rows[i * len(rows) // count] for i in range(count)]


def _as_json(row: Row) -> dict[str, object]:
    assert row.script
    return {"posting": row.name, "seconds": round(row.seconds, 1), "script": row.script.text.splitlines(), "invented": row.invented}


def _as_text(row: Row) -> str:
    assert row.script
    return f"{row.name}, {row.seconds:.0f} s\n" + "\n".join(f"  {line}" for line in row.script.text.splitlines())


def _in_words(made: Table) -> str:
    return "\n".join(f"{name:<28} {value}" for name, value in _entries(made))


def _entries(made: Table) -> Iterator[tuple[str, str]]:
    yield "postings", f"{made.postings}"
    yield "scripts", f"{made.scripts} ({', '.join(f'{language} {count}' for language, count in made.languages.items()) or 'none'})"
    yield "refused", ", ".join(f"{code} {count}" for code, count in made.refused.items()) or "none"
    shares = (
        ("a hook of their own", made.own_hook),
        ("a duty", made.a_duty),
        ("three duties", made.three_duties),
        ("a requirement", made.requirement),
        ("a place", made.place),
        ("pay", made.pay),
        ("said in 20–40 s", made.in_time),
    )
    yield from ((name, f"{share:.1%}") for name, share in shares)
    yield "claim what is not stated", f"{made.inventing}"
    for name, spread in (("words", made.words), ("seconds", made.seconds)):
        yield f"{name} (p10, p50, p90)", f"{spread.p10:g}, {spread.p50:g}, {spread.p90:g}"
