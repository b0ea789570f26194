"""PURE: whether what claims to be a plan is one, and one that may be followed here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NoReturn

from pydantic import BaseModel, ValidationError

from services.backend.plans.orders import Limits, unfit
from shared.errors import InvalidInput
from shared.injuries import excluded_by_name
from shared.schemas.base import miscounted
from shared.schemas.exercises import Exercise
from shared.schemas.plans import PlannedDay, PlannedExercise, PlannedWeek, WorkoutPlan
from shared.settings import Plans
from shared.text import clean_line

Path = tuple[str | int, ...]
Allowed = Mapping[str, Exercise] | Collection[str]
"""Exercises by their slugs, which are then held against the limits too; or their slugs alone."""

DEFAULT_MAX_BYTES: int = Plans().plan_max_bytes
_FENCED = re.compile(r"```\w*[ \t]*\r?\n(.*?)```", re.DOTALL)
_MOST_TOLD, _MOST_SHOWN, _MOST_DIGITS = 20, 60, 100
_MOST_SECONDS_A_DAY = 4 * 3600
_SECONDS_A_REPETITION = 3
_LINK = re.compile(r"https?:|www\.|[<>]", re.IGNORECASE)


@dataclass(frozen=True)
class PlanProblem:
    path: Path
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"

    @property
    def field(self) -> str:
        """E.g. "weeks.0.days.1.exercises.2.slug"; "plan" for the whole."""
        return ".".join(map(str, self.path)) or "plan"

    @property
    def label(self) -> str:
        """`field` for a counter: numbers as *, and one word for all that no plan has."""
        general = ".".join("*" if isinstance(part, int) else part for part in self.path) or "plan"
        return general if general in FIELDS else "other"


class PlanInvalid(InvalidInput):
    """`problems` are all that was found; `told` and the message have the first 20, each with the path of its field."""

    code = "plan_invalid"
    title = "The workout plan is not valid"

    def __init__(self, problems: Sequence[PlanProblem]) -> None:
        more = [f"… and {len(problems) - _MOST_TOLD} more"] if len(problems) > _MOST_TOLD else []
        self.problems = tuple(problems)
        self.told = [*map(str, problems[:_MOST_TOLD]), *more]
        super().__init__("; ".join(self.told), field=problems[0].field)


def validate_ai_plan_response(
    text: str | bytes,
    allowed: Allowed | None = None,
    *,
    limits: Limits | None = None,
    weeks: int | Collection[int] | None = None,
    days_per_week: int | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> WorkoutPlan:
    """The plan in a model's answer: JSON, be it in a ``` fence. Raises PlanInvalid, and nothing else whatever `text` is.

    What is None is not checked: without `allowed` any slug will do. `limits` hold for the exercises of `allowed`, and what is to be avoided
    also for slugs nothing is known of; `weeks` are the lengths that will do, or the one.
    """
    plan = read_plan(text, max_bytes)
    weeks = (weeks,) if isinstance(weeks, int) else weeks
    found = problems(plan, allowed, limits=limits, weeks=weeks, days_per_week=days_per_week)
    if found:
        raise PlanInvalid(found)
    return plan


def read_plan(text: str | bytes, max_bytes: int = DEFAULT_MAX_BYTES) -> WorkoutPlan:
    """What has the shape of a plan. Raises PlanInvalid."""
    if not isinstance(text, str | bytes):  # callers without types hand over what a model's client gave them
        raise _whole(f"it is no text but {type(text).__name__}")
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(raw) > max_bytes:
        raise _whole(f"it has {len(raw)} bytes, {max_bytes} at most are read")
    bare = _unfenced(_decoded(raw))
    _parsed(bare)
    try:
        return WorkoutPlan.model_validate_json(bare, strict=True)
    except ValidationError as error:
        raise PlanInvalid(shape_problems(error)) from None


def problems(
    plan: WorkoutPlan,
    allowed: Allowed | None = None,
    *,
    limits: Limits | None = None,
    weeks: Collection[int] | None = None,
    days_per_week: int | None = None,
) -> list[PlanProblem]:
    """All that is wrong with something that has the shape of a plan."""
    slug_problem = _slug_check(allowed, limits)
    return list(
        chain(
            _texts(plan),
            _lengths(plan, weeks),
            _each_once(("weeks",), "week", [week.week for week in plan.weeks]),
            chain.from_iterable(_week(("weeks", at), week, days_per_week, slug_problem) for at, week in enumerate(plan.weeks)),
        )
    )


def without(plan: WorkoutPlan, refuses: Callable[[str], object]) -> WorkoutPlan:
    """The plan without the exercises whose slugs are refused. Raises PlanInvalid where a day would have none left."""
    weeks = []
    for at, week in enumerate(plan.weeks):
        kept = [tuple(each for each in day.exercises if not refuses(each.slug)) for day in week.days]
        empty = [PlanProblem(("weeks", at, "days", n), "nothing in it may be done") for n, each in enumerate(kept) if not each]
        if empty:
            raise PlanInvalid(empty)
        days = tuple(day.model_copy(update={"exercises": each}) for day, each in zip(week.days, kept, strict=True))
        weeks.append(week.model_copy(update={"days": days}))
    return plan.model_copy(update={"weeks": tuple(weeks)})


def shape_problems(error: ValidationError) -> list[PlanProblem]:
    """A list is called too short also when what is in it is wrong: only the latter is told."""
    told = error.errors(include_url=False, include_input=False)
    holding = {each["loc"][:length] for each in told for length in range(len(each["loc"]))}
    return [
        PlanProblem(each["loc"], _readable(each["type"], each["msg"], each.get("ctx", {})))
        for each in told
        if not (each["type"] == "too_short" and each["loc"] in holding)
    ]


def _readable(kind: str, message: str, context: Mapping[str, Any]) -> str:
    if counted := miscounted(kind, context):
        return counted
    said = {"missing": "it is missing", "extra_forbidden": "a plan has no such field"}
    return said.get(kind, message.removeprefix("Value error, "))


def _whole(message: str) -> PlanInvalid:
    return PlanInvalid([PlanProblem((), message)])


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _whole(f"it is not UTF-8 (byte {error.start})") from None


def _unfenced(text: str) -> str:
    """What stands in the first fence, unless the text is JSON from its beginning."""
    fenced = None if text.lstrip().startswith(("{", "[")) else _FENCED.search(text)
    return (fenced[1] if fenced else text).strip()


def _parsed(text: str) -> object:
    """JSON as Pydantic reads it too, but a name that comes twice and NaN are told. Raises PlanInvalid."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number, parse_int=_integer)
    except RecursionError:
        raise _whole("it is nested too deep") from None
    except json.JSONDecodeError as error:
        raise _whole(f"it is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except ValueError as error:
        raise _whole(f"it is not JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'the name "{_shown(twice)}" comes twice in one object')
    return made


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number has {len(digits)} digits")
    return int(digits)


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def _texts(plan: WorkoutPlan) -> Iterator[PlanProblem]:
    """Words of a plan are shown on screens: one line each, and but for the goal, which is the user's own, without markup and links."""
    yield from _text(("plan_name",), plan.plan_name)
    yield from _text(("goal",), plan.goal, links=True)
    for at, week in enumerate(plan.weeks):
        yield from _text(("weeks", at, "focus"), week.focus, needed=False)
        for n, day in enumerate(week.days):
            yield from _text(("weeks", at, "days", n, "name"), day.name)


def _text(path: Path, text: str, *, needed: bool = True, links: bool = False) -> Iterator[PlanProblem]:
    if needed and not clean_line(text):
        yield PlanProblem(path, "it is empty")
    elif clean_line(text) != text:
        yield PlanProblem(path, "it is not one clean line: no line breaks, control characters or spaces around it")
    elif not links and _LINK.search(text):
        yield PlanProblem(path, "it has a link or markup in it")


def _lengths(plan: WorkoutPlan, weeks: Collection[int] | None) -> Iterator[PlanProblem]:
    if len(plan.weeks) != plan.duration_weeks:
        yield PlanProblem(("weeks",), f"there are {len(plan.weeks)}, but duration_weeks is {plan.duration_weeks}")
    if weeks is not None and plan.duration_weeks not in weeks:
        yield PlanProblem(("duration_weeks",), f"it is {plan.duration_weeks}, asked for were {' or '.join(map(str, weeks))}")
    for at, week in enumerate(plan.weeks):
        if week.week > len(plan.weeks):
            yield PlanProblem(("weeks", at, "week"), f"it is {week.week}, but the weeks are 1 to {len(plan.weeks)}")


def _each_once(path: Path, name: str, numbers: Iterable[int]) -> Iterator[PlanProblem]:
    seen: set[int] = set()
    for at, number in enumerate(numbers):
        if number in seen:
            yield PlanProblem((*path, at, name), f"{number} is there already")
        seen.add(number)


def _week(path: Path, week: PlannedWeek, days: int | None, slug_problem: Callable[[str], str | None]) -> Iterator[PlanProblem]:
    if days is not None and len(week.days) != days:
        yield PlanProblem((*path, "days"), f"there are {len(week.days)}, asked for were {days} a week")
    yield from _each_once((*path, "days"), "day", [day.day for day in week.days])
    for at, day in enumerate(week.days):
        yield from _day((*path, "days", at), day, slug_problem)


def _day(path: Path, day: PlannedDay, slug_problem: Callable[[str], str | None]) -> Iterator[PlanProblem]:
    for at, exercise in enumerate(day.exercises):
        place = (*path, "exercises", at)
        if wrong := slug_problem(exercise.slug):
            yield PlanProblem((*place, "slug"), wrong)
        if (exercise.reps is None) == (exercise.seconds is None):
            yield PlanProblem((*place, "reps"), "either reps or seconds, one of the two")
    if all(exercise.block != "main" for exercise in day.exercises):
        yield PlanProblem((*path, "exercises"), 'none of them is in the block "main"')
    length = sum(map(_seconds, day.exercises))
    if length > _MOST_SECONDS_A_DAY:
        yield PlanProblem((*path, "exercises"), f"they take about {length // 60} minutes, {_MOST_SECONDS_A_DAY // 60} at most")


def _seconds(exercise: PlannedExercise) -> int:
    work = exercise.seconds if exercise.seconds is not None else (exercise.reps or 0) * _SECONDS_A_REPETITION
    return exercise.sets * (work + exercise.rest_seconds)


def _slug_check(allowed: Allowed | None, limits: Limits | None) -> Callable[[str], str | None]:
    """What is wrong with a slug, looked at once for each."""
    told: dict[str, str | None] = {}

    def check(slug: str) -> str | None:
        if slug not in told:
            told[slug] = _slug_problem(slug, allowed, limits)
        return told[slug]

    return check


def _slug_problem(slug: str, allowed: Allowed | None, limits: Limits | None) -> str | None:
    if allowed is not None and slug not in allowed:
        return f'"{_shown(slug)}" is not an exercise that can be played'
    if limits is None:
        return None
    known = allowed.get(slug) if isinstance(allowed, Mapping) else None
    if known is not None:
        wrong = unfit(known, limits)
        return f'"{_shown(slug)}" {wrong}' if wrong else None
    reason = excluded_by_name(slug, limits.avoid)
    return f'"{_shown(slug)}" is left out because of what to avoid: {reason}' if reason else None


def _shown(text: str) -> str:
    return clean_line(text)[:_MOST_SHOWN]


def _fields(model: type[BaseModel], path: Path, lists: Mapping[str, type[BaseModel]]) -> Iterator[str]:
    for name in model.model_fields:
        yield ".".join((*map(str, path), name))
        if name in lists:
            yield ".".join((*map(str, path), name, "*"))
            yield from _fields(lists[name], (*path, name, "*"), lists)


FIELDS = frozenset(
    {"plan", *_fields(WorkoutPlan, (), {"weeks": PlannedWeek, "days": PlannedDay, "exercises": PlannedExercise})},
)
"""All fields of a plan, numbers as *."""
