"""The commands of the project, as `python -m services --help` lists them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.launcher.demo import run_demo
from services.launcher.up import run_up
from shared.errors import InvalidInput, ReelwrightError
from shared.settings import env_example, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Reelwright: reels for every search.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]


@app.command()
def up() -> None:
    """Start the whole stack on this machine and serve until Ctrl-C."""
    raise typer.Exit(run_up(load_settings()))


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop when the reel is playable.")] = False,
    as_json: Json = False,
) -> None:
    """Start the stack, import the sample postings, and make a reel that was missing."""
    raise typer.Exit(run_demo(load_settings(), once=once, as_json=as_json))


@app.command("import")
def import_postings(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE",
            help="greenhouse:NAME, lever:NAME, ashby:NAME; or a file: a board's JSON, a JSON list, JSON lines, CSV; - is standard input.",
        ),
    ] = None,
    boards: Annotated[Path | None, typer.Option("--boards", help="A file of boards, a line each.")] = None,
    as_json: Json = False,
) -> None:
    """Import postings from boards and files, into the running stack's database or, when none runs, into its data folder."""
    try:
        from services.backend.postings.command import run_import  # the embedder takes 60 MB, which `up` need not carry

        raise typer.Exit(run_import(load_settings(), sources or [], boards, as_json=as_json))
    except KeyboardInterrupt:  # typer makes a plain exit of it
        _tell_program("interrupted")
        raise


@app.command("import-exercises")
def import_exercises(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A JSON list or JSON lines; - is standard input.")],
    as_json: Json = False,
) -> None:
    """Import exercises, in the shape of free-exercise-db or ours: docs/catalogue.md."""
    from services.backend.catalogue.command import run_import_exercises  # the embedder takes 60 MB, which `up` need not carry

    raise typer.Exit(run_import_exercises(load_settings(), file, as_json=as_json))


@app.command("import-clips")
def import_clips(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A JSON list, JSON lines or CSV; - is standard input.")],
    as_json: Json = False,
) -> None:
    """Import clips of exercises that are in the catalogue: docs/catalogue.md."""
    from services.backend.catalogue.command import run_import_clips  # as above

    raise typer.Exit(run_import_clips(load_settings(), file, as_json=as_json))


@app.command("import-history")
def import_history(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A JSON list, JSON lines or CSV; - is standard input.")],
    as_json: Json = False,
) -> None:
    """Import a watch history kept elsewhere: user_id, video_id, watched_at. docs/recommendations.md."""
    from services.recommendation.history_command import run_import_history  # what only this command needs

    raise typer.Exit(run_import_history(load_settings(), file, as_json=as_json))


@app.command()
def calibrate(
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="Your own JSON: postings (id, title, text), wishes (wish, matches).")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every embedder that can run here, not only the one in use.")] = False,
    as_json: Json = False,
) -> None:
    """Explain and print the score from which a posting counts as a match, as measured for the embedder in use."""
    from services.backend.search.calibrate import run_calibrate  # embedders take 60 MB

    raise typer.Exit(run_calibrate(load_settings(), corpus, every=every, as_json=as_json))


@app.command("evaluate-search")
def evaluate_search(
    corpus: Annotated[Path, typer.Option("--corpus", help="TSV with a header: id, text; a title beside it, where there is one.")],
    queries: Annotated[Path, typer.Option("--queries", help="TSV with a header: id, text.")],
    qrels: Annotated[Path, typer.Option("--qrels", help="TREC judgements: query, 0, document, grade.")],
    as_json: Json = False,
) -> None:
    """Judge the product's own ranking on a collection: map, p_at_5, ndcg_at_10, recall_at_10, p50_ms.

    As trec_eval counts: a grade above 0 is relevant, grades are the gains of nDCG, a query without relevant documents is left out. All
    documents are ranked (of more than 10,000 the best 1,000); p50_ms is the median of a search as the product does it, embedding included.
    """
    from services.backend.search.evaluate import run_evaluate  # the embedder takes 60 MB

    raise typer.Exit(run_evaluate(load_settings(), corpus, queries, qrels, as_json=as_json))


@app.command("check-routines")
def check_routines(
    catalogue: Annotated[Path, typer.Option("--catalogue", help="Exercises: a JSON list or JSON lines, as import-exercises takes them.")],
    sentences: Annotated[
        Path | None,
        typer.Option("--sentences", help="JSON list, JSON lines, TSV with a header, or a sentence a line; unset: the project's own."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compile a routine of every sentence, offline and in memory, and check each by rules written apart: docs/routines.md."""
    from services.backend.routines.check_command import run_check_routines  # the embedder takes 60 MB

    raise typer.Exit(run_check_routines(load_settings(), catalogue, sentences, as_json=as_json))


@app.command("evaluate-recommender")
def evaluate_recommender(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV with a header: user, item, time (seconds, ms or ISO 8601); maybe value.")
    ],
    as_json: Json = False,
) -> None:
    """Judge the recommender on interactions: recall_at_20, ndcg_at_20, coverage, intra_list_diversity, beside its peers.

    The last 20 % of each user's events, by time, are held out (rounded up; of users with a single event nothing is) and to be foretold
    from all the rest; what a user had before is neither asked for nor recommended, in all rows alike.
    """
    from services.recommendation.evaluate import run_evaluate  # scipy takes 40 MB

    raise typer.Exit(run_evaluate(load_settings(), file, as_json=as_json))


@app.command()
def migrate(
    plan: Annotated[bool, typer.Option("--plan", help="Tell what would change, with counts; change nothing.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Tell which migrations were applied.")] = False,
    as_json: Json = False,
) -> None:
    """Bring an older database, or one laid out as the seed describes, to this version; again is harmless."""
    from services.migrate import run_migrate

    if plan and status:
        raise InvalidInput("--plan and --status are two questions: ask one", field="status")
    raise typer.Exit(run_migrate(load_settings(), "plan" if plan else "status" if status else "migrate", as_json=as_json))


@app.command()
def indexes(
    plan: Annotated[bool, typer.Option("--plan", help="Tell what would be created; change nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Create every index of the database, the vector search index too where the server has such; again is harmless."""
    from services.indexes import run_indexes  # the embedder takes 60 MB

    raise typer.Exit(run_indexes(load_settings(), plan=plan, as_json=as_json))


@app.command("env-example")
def print_env_example() -> None:
    """Print .env.example: every setting with its default and unit."""
    sys.stdout.write(env_example())


def main() -> None:
    """Exit codes: 2 for a use that cannot be, 1 for a failure; with --json the failure is one object on stdout, too."""
    try:
        app()
    except ReelwrightError as error:
        _tell_program(error.message)
        Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False).print(f"{error.title}: {error.message}")
        sys.exit(2 if isinstance(error, InvalidInput) else 1)
    except Exception as error:  # its traceback follows; a program still gets its one object
        _tell_program(f"{type(error).__name__}: {error}")
        raise


def _tell_program(problem: str) -> None:
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"error": problem}) + "\n")
        sys.stdout.flush()
