"""Who is asking. Every route that acts for a user takes an `Identity`, so that switching authentication on changes this file only."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends
from pydantic import StringConstraints

from shared.errors import InvalidInput

_PATTERN = r"^[A-Za-z0-9_.:@-]{1,128}$"

UserId = Annotated[str, StringConstraints(pattern=_PATTERN, min_length=1, max_length=128)]
"""A user's id in a body, a query or a path."""


class Caller:
    """The caller while authentication is off: whoever they say they are."""

    def user_id(self, claimed: str) -> str:
        """The id of the user the caller may act for, given the one the request names. Raises InvalidInput."""
        if not re.fullmatch(_PATTERN, claimed, re.ASCII):
            raise InvalidInput("1 to 128 characters of A-Z a-z 0-9 _ . : @ -", field="user_id")
        return claimed


async def identify() -> Caller:
    return Caller()


Identity = Annotated[Caller, Depends(identify)]
