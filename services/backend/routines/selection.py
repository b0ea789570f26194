"""PURE: which of the exercises found are done, and in which order. The same candidates, parameters and seed give the same selection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.backend.routines import timeline
from services.backend.routines.blocks import BLOCKS, ELSEWHERE, LAST_RESORT, NEVER
from services.backend.routines.candidates import Candidate
from services.backend.routines.timeline import Dose, Span, alternated, keeps_time, length
from shared.fingerprint import content_hash
from shared.schemas.plans import Block
from shared.schemas.routines import Parameters, Story

DIVERSITY = 0.3
"""What likeness to those chosen already weighs against relevance (maximal marginal relevance, Carbonell and Goldstein 1998)."""
_BY_VECTOR, _BY_MUSCLES = 0.7, 0.3


@dataclass(frozen=True)
class Place:
    """One exercise of the routine, with how much of it and when."""

    candidate: Candidate
    dose: Dose
    span: Span


@dataclass(frozen=True)
class Selection:
    """`notes` say what it could not give, `degraded` who could not choose. `written_by`: "rules", or the hop of the model that chose."""

    places: tuple[Place, ...]
    notes: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    written_by: str = "rules"

    @property
    def seconds(self) -> int:
        return length([place.dose for place in self.places])


Chosen = Mapping[Block, Sequence[Candidate]]


def seed_of(parameters: Parameters, stories: Iterable[Story]) -> str:
    """Of what was asked, not of who asked or when: 32 hex digits."""
    return content_hash("routine", parameters.model_dump_json(exclude={"sources"}), *(story.model_dump_json() for story in stories))


def select(candidates: Sequence[Candidate], parameters: Parameters, seed: str) -> Selection:
    """Each exercise once; stories take turns, each with the candidate most relevant and least like those chosen. Of what serves nothing
    that was named main has no more than it takes to fill the time."""
    candidates = placed(candidates)
    wanted = timeline.counts(parameters.target_duration, parameters.intensity_level, _there(candidates))
    taking = _Taking(candidates, seed)
    gentle = _is_gentle(candidates)
    sparing: dict[Block, int] = {block: (wanted[block] + 1) // 2 if gentle else wanted[block] for block in ("warm_up", "cool_down")}
    # main has the first choice, but leaves the others theirs
    main = taking.take("main", wanted["main"], sparing, tiers=0) or taking.take("main", wanted["main"], sparing)
    one: dict[Block, int] = {"cool_down": min(wanted["cool_down"], 1)}
    warm_up = taking.take("warm_up", wanted["warm_up"], one) or taking.take("warm_up", wanted["warm_up"])
    cool_down = taking.take("cool_down", wanted["cool_down"])
    while len(main) < wanted["main"] and not _fill([*warm_up, *main, *cool_down], parameters):
        further = taking.next_best("main")
        if further is None:
            break
        main.append(further)
    return arranged({"warm_up": warm_up, "main": main, "cool_down": cool_down}, parameters)


def placed(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that may be taken: around main nothing that is there for want of better, where there is better. Where nothing is for main,
    what is for its ends is what the routine is about."""
    blocks = {each.block for each in candidates}
    if len(blocks) == 1:
        return [replace(each, block="main") for each in candidates]
    if "main" not in blocks:
        candidates = [*candidates, *(replace(each, block="main", tier=each.tier + ELSEWHERE) for each in candidates)]
    better = {each.block for each in candidates if each.tier < LAST_RESORT.get(each.block, 0)}
    return [each for each in candidates if each.block not in better or each.tier < LAST_RESORT[each.block]]


def _is_gentle(candidates: Iterable[Candidate]) -> bool:
    """Whether stretches are what it is about."""
    return any(each.block == "main" and each.known.role == "stretch" and each.tier <= ELSEWHERE for each in candidates)


def _fill(chosen: Sequence[Candidate], parameters: Parameters) -> bool:
    """Whether these can be made to last, by longer intervals and further sets."""
    made = timeline.doses([each.block for each in chosen], parameters.target_duration, parameters.intensity_level)
    return keeps_time(length(made), parameters.target_duration)


def arranged(chosen: Chosen, parameters: Parameters, *, written_by: str = "rules") -> Selection:
    """What was chosen in order and in time, with notes on what it lacks."""
    main = chosen.get("main", ())
    order = alternated([each.known.group for each in main], [each.known.muscles for each in main])
    line = [(block, each) for block in BLOCKS for each in (chosen.get(block, ()) if block != "main" else [main[at] for at in order])]
    made = timeline.doses([block for block, _ in line], parameters.target_duration, parameters.intensity_level)
    places = tuple(Place(candidate, dose, span) for (_, candidate), dose, span in zip(line, made, timeline.spans(made), strict=True))
    return Selection(places, tuple(_notes(places, parameters)), written_by=written_by)


def another(candidates: Sequence[Candidate], block: Block, story: int, kept: Sequence[Candidate], seed: str) -> Candidate | None:
    """For one place of a routine of which the others stay: of its own story, else of any."""
    taking = _Taking(candidates, seed, kept)
    return taking.best(block, story) or next(iter(taking.take(block, 1)), None)


class _Taking:
    """Candidates while they are being taken. `_taken` are the exercises of the whole routine, `_like` how like the likest of them each
    candidate is."""

    def __init__(self, candidates: Sequence[Candidate], seed: str, kept: Iterable[Candidate] = ()) -> None:
        self._candidates, self._seed = candidates, seed
        self._taken, self._served = set[str](), Counter[int]()
        self._like = {each.slug: 0.0 for each in candidates}
        for each in kept:
            self._add(each)

    def take(self, block: Block, count: int, sparing: Mapping[Block, int] | None = None, *, tiers: int = NEVER) -> list[Candidate]:
        """Up to so many, of tiers up to `tiers`, stories in turns; of the blocks of `sparing` so many are left."""
        there = {each.story for each in self._candidates if each.block == block}
        stories = sorted(there, key=lambda story: (self._served[story], story))
        taken: list[Candidate] = []
        while len(taken) < count:
            before = len(taken)
            for story in stories:
                if len(taken) < count and (best := self.best(block, story, self._spared(sparing or {}), tiers)):
                    self._add(best)
                    taken.append(best)
            if len(taken) == before:
                break
        return taken

    def next_best(self, block: Block) -> Candidate | None:
        """One of the lowest tier there is, for the story that has the fewest."""
        taken = (self.take(block, 1, tiers=tier) for tier in sorted({each.tier for each in self._candidates if each.block == block}))
        return next((one for found in taken for one in found), None)

    def _add(self, taken: Candidate) -> None:
        self._taken.add(taken.slug)
        self._served[taken.story] += 1
        for each in {each.slug: each for each in self._candidates}.values():
            self._like[each.slug] = max(self._like[each.slug], likeness(each, taken))

    def _spared(self, sparing: Mapping[Block, int]) -> frozenset[str]:
        """Exercises of which a block has no more than it needs."""
        left = {block: {each.slug for each in self._candidates if each.block == block} - self._taken for block in sparing}
        return frozenset[str]().union(*(slugs for block, slugs in left.items() if len(slugs) <= sparing[block]))

    def best(self, block: Block, story: int, without: Collection[str] = (), tiers: int = NEVER) -> Candidate | None:
        of_story = [each for each in self._candidates if (each.block, each.story) == (block, story) and each.tier <= tiers]
        free = [each for each in of_story if each.slug not in self._taken and each.slug not in without]
        if not free:
            return None
        first = min(each.tier for each in free)
        most = max(abs(each.rank) for each in self._candidates if each.story == story) or 1.0
        return max((each for each in free if each.tier == first), key=lambda each: self._worth(each, most))

    def _worth(self, candidate: Candidate, most: float) -> tuple[float, str, str]:
        """Equal ones fall by the seed."""
        worth = (1 - DIVERSITY) * candidate.rank / most - DIVERSITY * self._like[candidate.slug]
        return round(worth, 6), content_hash(self._seed, candidate.slug), candidate.slug


def likeness(one: Candidate, other: Candidate) -> float:
    """Of two exercises, in [0, 1]: what they are about, and which muscles they are for."""
    cosine = max(0.0, float(one.vector @ other.vector)) if one.vector.shape == other.vector.shape else 0.0
    either = one.known.muscles | other.known.muscles
    overlap = len(one.known.muscles & other.known.muscles) / len(either) if either else 0.0
    return _BY_VECTOR * cosine + _BY_MUSCLES * overlap


def _there(candidates: Iterable[Candidate]) -> dict[Block, int]:
    """How many exercises each block could have."""
    slugs: dict[Block, set[str]] = {block: set() for block in BLOCKS}
    for each in candidates:
        slugs[each.block].add(each.slug)
    return {block: len(found) for block, found in slugs.items()}


def _notes(places: Sequence[Place], parameters: Parameters) -> Iterator[str]:
    seconds, target = length([place.dose for place in places]), parameters.target_duration
    if places and not keeps_time(seconds, target):
        few = f"only {len(places)} exercises fit and answer what was asked for"
        yield f"duration: {seconds} of {target} seconds, as {few}, and each is done once, at most 6 sets of it"
