"""PURE: exercises as catalogues tell them, in the shape of free-exercise-db or in ours."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from services.backend.catalogue.clip_fields import EXERCISE_WORDS, MAX_SLUG, MAX_TEXT, Locale
from services.backend.catalogue.rows import invalid
from shared.fingerprint import content_hash
from shared.schemas.base import problems
from shared.schemas.clips import Level
from shared.schemas.exercises import Exercise, Force, Mechanic
from shared.text import one_line

_EXPERT = {"expert": "advanced"}
_MAY_BE_NONE = {"equipment", "force", "mechanic"}
_NO_EQUIPMENT = frozenset({"", "body only", "bodyweight", "body weight", "none", "no equipment"})


def exercise_slug(name: str) -> str:
    """Letters and digits of any script, what lies between them as single hyphens; "" for a name without any.

    The same for what looks the same (NFKC, case folded); an apostrophe joins: "Child's Pose" is "childs-pose".
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    kept = "".join(c if _is_letter(c) else "" if c in "'’ʼ" else " " for c in folded)
    return "-".join(word for word in kept.split() if any(map(str.isalnum, word)))


def _is_letter(c: str) -> bool:
    """Or a mark: with it the letters of many scripts make syllables."""
    return c.isalnum() or unicodedata.category(c).startswith("M")


def _as_list(value: object) -> object:
    """One name or text, several, none; a text of several lines is a list of them."""
    if value is None:
        return ()
    return value.splitlines() if isinstance(value, str) else value


def as_text(value: object) -> object:
    if value is None:
        return ""
    return "; ".join(value) if isinstance(value, list) and all(isinstance(each, str) for each in value) else value


def folded(value: object) -> object:
    return value.strip().casefold() if isinstance(value, str) else value


def level(value: object) -> object:
    name = folded(value)
    return _EXPERT.get(name, name) if isinstance(name, str) else name


AnyLevel = Annotated[Level, BeforeValidator(level)]
"""A level by our name or another's."""
Lines = Annotated[tuple[Annotated[str, Field(max_length=MAX_TEXT)], ...], BeforeValidator(_as_list), Field(max_length=100)]
Words = Annotated[tuple[Annotated[str, Field(max_length=60)], ...], BeforeValidator(_as_list), Field(max_length=20)]


class ExerciseEntry(BaseModel):
    """One exercise of a file, its texts clean. What a catalogue has beside (pictures, ids) is left aside."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = Field(min_length=1, max_length=MAX_SLUG)
    slug: str = Field(default="", max_length=MAX_SLUG, validate_default=True)
    level: AnyLevel | None = None
    equipment: str | None = Field(default=None, max_length=100)
    category: str | None = Field(default=None, max_length=60)
    force: Annotated[Force | None, BeforeValidator(folded)] = None
    mechanic: Annotated[Mechanic | None, BeforeValidator(folded)] = None
    muscles: Words = Field(default=(), validation_alias=AliasChoices("muscles", "primaryMuscles", "primary_muscles"))
    secondary_muscles: Words = Field(default=(), validation_alias=AliasChoices("secondary_muscles", "secondaryMuscles"))
    instructions: Lines = ()
    mistakes: Lines = ()
    benefits: Annotated[str, BeforeValidator(as_text), Field(max_length=MAX_TEXT)] = ""
    counteracts: Words = ()
    locale: Locale = Field(default="en", validation_alias=AliasChoices("locale", "language"))
    active: bool | None = None

    @field_validator("name", "benefits")
    @classmethod
    def _clean(cls, text: str) -> str:
        return one_line(text)

    @field_validator("muscles", "secondary_muscles", "instructions", "mistakes", "counteracts")
    @classmethod
    def _all_clean(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(filter(None, map(one_line, texts)))

    @field_validator("equipment", "category")
    @classmethod
    def _word(cls, text: str | None) -> str | None:
        word = one_line(text or "").casefold()
        return None if word in _NO_EQUIPMENT else word

    @field_validator("slug")
    @classmethod
    def _slug(cls, given: str, others: ValidationInfo) -> str:
        if "name" not in others.data:
            return given
        slug = exercise_slug(given or others.data["name"])
        if not slug:
            raise ValueError("the name has neither letter nor digit: give a slug")
        if given not in ("", slug) or len(slug) > MAX_SLUG:
            raise ValueError(f"it has to be written {slug[:MAX_SLUG]}")
        if slug in EXERCISE_WORDS:
            raise ValueError(f"/admin/exercises/{slug} is something else: give it another slug")
        return slug

    @property
    def names_itself(self) -> bool:
        """Whether the slug was given, not made of the name."""
        return "slug" in self.model_fields_set


def read_exercise(row: Mapping[str, Any]) -> ExerciseEntry:
    """Raises InvalidInput naming the first field that is wrong, and telling what is wrong with the others."""
    try:
        return ExerciseEntry.model_validate(row)
    except ValidationError as error:
        raise invalid(problems(error)) from error


def as_exercise(entry: ExerciseEntry, kept: Exercise | None, now: datetime) -> Exercise:
    """What is to be stored; what the file leaves open stays as it is `kept`."""
    told = {name: value for name, value in entry.model_dump(exclude_unset=True).items() if value is not None or name in _MAY_BE_NONE}
    base = kept.model_dump(exclude={"vectors"}) if kept else {"created_at": now, "updated_at": now}
    exercise = Exercise(**{**base, **told, "slug": entry.slug, "content_hash": ""})
    return exercise.model_copy(update={"content_hash": _clip_hash(exercise)})


def _clip_hash(exercise: Exercise) -> str:
    """Of what a clip is made of: a clip made from another is out of date."""
    instructions, muscles = "\n".join(exercise.instructions), "\n".join(exercise.muscles)
    return content_hash(exercise.name, exercise.level, exercise.equipment or "", muscles, instructions, exercise.locale)
