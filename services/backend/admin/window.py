"""A span of time in a query: "90", "90s", "15m", "1h", "7d". PURE."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Query
from pydantic import Field

LONGEST = timedelta(days=7)
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def parse(text: str) -> timedelta:
    """The span, LONGEST at most. The text matches the pattern of `Window`."""
    number, unit = (text[:-1], text[-1]) if text[-1] in _UNIT_S else (text, "s")
    return min(timedelta(seconds=int(number) * _UNIT_S[unit]), LONGEST)


WindowText = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,6}[smhd]?$")]
Window = Annotated[WindowText, Query(description="seconds, or 90s, 15m, 1h, 7d; a week at most", examples=["15m"])]
