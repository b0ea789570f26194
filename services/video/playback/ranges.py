"""What a Range header asks of a file (RFC 9110, 14.2)."""

from __future__ import annotations

import re
from typing import Literal

Verdict = Literal["ignore", "serve", "unsatisfiable"]
_SPEC = re.compile(r"(\d{0,18})-(\d{0,18})", re.ASCII)


def judge(header: str, size: int) -> Verdict:
    """Units other than bytes and malformed ranges are ignored; "unsatisfiable" when none of the ranges has a byte of the file."""
    unit, _, specs = header.partition("=")
    found = [_SPEC.fullmatch(spec.strip()) for spec in specs.split(",")]
    ranges = [(each[1], each[2]) for each in found if each]
    if unit.strip().lower() != "bytes" or len(ranges) < len(found) or not all(_valid(*each) for each in ranges):
        return "ignore"
    return "serve" if any(_has_bytes(*each, size) for each in ranges) else "unsatisfiable"


def _valid(first: str, last: str) -> bool:
    if first and last:
        return int(first) <= int(last)
    return bool(first or last)


def _has_bytes(first: str, last: str, size: int) -> bool:
    """`first-last`, `first-`, or `-n` for the last n bytes."""
    return int(first) < size if first else int(last) > 0 and size > 0
