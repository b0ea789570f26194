"""`python -m services calibrate`: how the threshold of a match is found, and what it comes to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, ValidationError
from rich.console import Console

from shared.embeddings.calibration import BUCKET, OTHERS_PASSING, Calibration, Sample, calibrate
from shared.embeddings.open import open_named, runnable
from shared.errors import InvalidInput
from shared.schemas.base import Message, first_problem
from shared.schemas.postings import BoardPosting, read_posting
from shared.settings import EmbedderName, Settings

SAMPLES = Path(__file__).parents[2] / "samples"
_BAR = 40  # characters
_AROUND = 6  # rows of the table on either side of the threshold


class Wish(Message):
    wish: str = Field(min_length=1)
    matches: tuple[str, ...]


class Document(Message):
    id: str
    title: str
    text: str


class Corpus(Message):
    """What `--corpus FILE` holds: a wish names the ids of the postings that would please whoever had it; none is fine, too."""

    postings: tuple[Document, ...] = Field(min_length=1)
    wishes: tuple[Wish, ...] = Field(min_length=1)


def run_calibrate(settings: Settings, corpus: Path | None, *, every: bool, as_json: bool) -> int:
    """Print it for the embedder in use, or for `every` one that can run here. Raises InvalidInput, SettingsError, Unavailable."""
    sample = sample_of(read_corpus(corpus) if corpus else shipped_corpus())
    names = runnable(settings) if every else (settings.embeddings.embedder,)
    measured = asyncio.run(_measure(settings, names, sample))
    told = json.dumps(_as_json(sample, measured), indent=2) if as_json else "\n".join(_words(sample, measured))
    Console(soft_wrap=True, highlight=False, markup=False).print(told)
    return 0


def shipped_corpus() -> Corpus:
    """The sample postings with the wishes written for them."""
    rows = json.loads((SAMPLES / "postings.json").read_text(encoding="utf-8"))["jobs"]
    postings = [read_posting(BoardPosting.model_validate(row)) for row in rows]
    documents = [{"id": each.greenhouse_id, "title": each.title, "text": each.description} for each in postings]
    wishes = json.loads((SAMPLES / "wishes.json").read_text(encoding="utf-8"))
    return Corpus.model_validate({"postings": documents, "wishes": wishes})


def read_corpus(file: Path) -> Corpus:
    """Raises InvalidInput naming the field that is wrong."""
    try:
        return Corpus.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InvalidInput(f"{file}: it cannot be read ({error.strerror})", field="corpus") from error
    except ValidationError as error:
        where, why = first_problem(error)
        raise InvalidInput(f"{file}: {where}: {why}" if where else f"{file}: {why}", field="corpus") from error


def sample_of(corpus: Corpus) -> Sample:
    """PURE: raises InvalidInput when a wish names a posting there is not, or when nothing or everything matches."""
    column = {posting.id: number for number, posting in enumerate(corpus.postings)}
    belongs = np.zeros((len(corpus.wishes), len(column)), np.bool_)
    for row, wish in enumerate(corpus.wishes):
        for posting in wish.matches:
            if posting not in column:
                raise InvalidInput(f"wishes.{row}.matches: there is no posting {posting}", field="corpus")
            belongs[row, column[posting]] = True
    if belongs.all() or not belongs.any():
        raise InvalidInput("wishes: some pairs have to match and some not", field="corpus")
    documents = tuple((posting.title, posting.text) for posting in corpus.postings)
    return Sample(tuple(wish.wish for wish in corpus.wishes), documents, belongs)


async def _measure(settings: Settings, names: Sequence[EmbedderName], sample: Sample) -> list[Calibration]:
    patient = settings.embeddings.model_copy(update={"query_embedding_timeout_s": settings.embeddings.embedding_timeout_s})
    measured = []
    for name in names:
        embedder = await asyncio.to_thread(open_named, name, settings.model_copy(update={"embeddings": patient}), threads=2)
        try:
            measured.append(await calibrate(embedder, sample))
        finally:
            await embedder.aclose()
    return measured


def _as_json(sample: Sample, measured: Sequence[Calibration]) -> dict[str, Any]:
    return {
        "wishes": len(sample.wishes),
        "postings": len(sample.documents),
        "others_passing": OTHERS_PASSING,
        "embedders": [
            {
                "embedder_id": each.embedder_id,
                "threshold": each.threshold,
                "stored_threshold": each.stored,
                "matching_pairs": len(each.matching),
                "other_pairs": len(each.others),
                "at": [asdict(each.row(threshold)) for threshold in _thresholds(each)],
                "histogram": [{"from": edge, "matching": a, "others": b} for edge, a, b in each.histogram()],
            }
            for each in measured
        ],
    }


def _thresholds(measured: Calibration) -> list[float]:
    return [round(measured.threshold + step / 100, 2) for step in range(-_AROUND, _AROUND + 1)]


def _words(sample: Sample, measured: Sequence[Calibration]) -> Iterator[str]:
    yield f"{len(sample.wishes)} wishes and {len(sample.documents)} postings, each pair scored (1 + cos) / 2 as a search would."
    yield f"The threshold is the lowest hundredth that at most {OTHERS_PASSING:.0%} of the pairs that do not belong together reach: a match"
    yield "that is missed costs a user a reel, a wrong one costs one render. SIMILARITY_THRESHOLD overrides it; docs/embeddings.md."
    for each in measured:
        yield from ["", f"{each.embedder_id}: {len(each.matching)} pairs belong together (█), {len(each.others)} do not (░)"]
        yield from _histogram(each)
        yield from _table(each)
        yield _verdict(each)


def _histogram(measured: Calibration) -> Iterator[str]:
    bars = measured.histogram()
    longest = max(max(matching, others) for _, matching, others in bars)
    for edge, matching, others in bars:
        for share, sign in ((matching, "█"), (others, "░")):
            label = f"{edge:.3f}–{edge + BUCKET:.3f}" if sign == "█" else " " * 11
            yield f"  {label} {sign * round(_BAR * share / longest):<{_BAR}} {share:6.1%}"


def _table(measured: Calibration) -> Iterator[str]:
    yield "  threshold   matches found   others passing   precision in this sample"
    for row in map(measured.row, _thresholds(measured)):
        mark = "  ←" if row.threshold == measured.threshold else ""
        yield f"       {row.threshold:.2f} {row.recall:15.0%} {row.others:16.2%} {row.precision:26.0%}{mark}"


def _verdict(measured: Calibration) -> str:
    found, stored = f"{measured.threshold:.2f}", f"{measured.stored:.2f}"
    if found == stored:
        return f"  Threshold {found}: it is this embedder's default."
    return f"  Threshold {found}; this embedder's default is {stored}. SIMILARITY_THRESHOLD={found} sets it."
