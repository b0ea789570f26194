"""PURE: what vendors' boards have in common once they are read: rows of the Greenhouse form, and whether they are all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.errors import Unavailable


@dataclass(frozen=True)
class Listing:
    """What a board lists: rows of the Greenhouse form (or whatever stood in a row's place). `problem` says why they are not all of it;
    "" means they are."""

    rows: list[Any]
    problem: str = ""


def listed(body: Any, name: str) -> list[Any]:
    """The list under `name`. Raises Unavailable: whatever answered was no board."""
    rows = body.get(name) if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise malformed(name)
    return rows


def malformed(what: str) -> Unavailable:
    return Unavailable(f"the answer is no board: it has no list of {what}", code="upstream_malformed")


def is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def text(value: object) -> str:
    """A vendor's field as text; "" for what is none."""
    return value.strip() if isinstance(value, str) else ""


def names(*values: object) -> list[dict[str, str]]:
    """Greenhouse's departments by these names, those that say something, each once."""
    return [{"name": name} for name in dict.fromkeys(filter(None, map(text, values)))]


def pay_range(low: object, high: object, currency: object, period: str) -> list[dict[str, Any]]:
    """Greenhouse's `pay_input_ranges` of one range in whole units; empty where it is not fully stated. `period` becomes its title."""
    if not (_is_amount(low) and _is_amount(high) and text(currency)):
        return []
    cents = [round(float(amount) * 100) for amount in (low, high)]  # type: ignore[arg-type]
    return [{"min_cents": cents[0], "max_cents": cents[1], "currency_type": text(currency), "title": period}]


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e12
