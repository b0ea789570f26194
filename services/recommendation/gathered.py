"""Everybody's events, gathered into interactions to learn from. PURE."""

from __future__ import annotations

from array import array

import numpy as np

from services.recommendation.models.interactions import Log
from services.recommendation.taste import WORTH, is_taken
from shared.mongo.watched import Watched

_KINDS = {kind: number for number, kind in enumerate(WORTH)}
_WORTHS = np.array(list(WORTH.values()), np.float32)


class Gathered:
    """17 bytes an event, and each user and subject once."""

    def __init__(self) -> None:
        self._users: dict[str, int] = {}
        self._subjects: dict[str, int] = {}
        self._columns = (array("i"), array("i"), array("b"), array("d"))

    def __len__(self) -> int:
        return len(self._columns[0])

    def add(self, event: Watched) -> None:
        users, subjects, kinds, times = self._columns
        users.append(self._users.setdefault(event.user_id, len(self._users)))
        subjects.append(self._subjects.setdefault(event.subject_key, len(self._subjects)))
        kinds.append(_KINDS[event.type])
        times.append(event.at.timestamp())

    @property
    def subjects(self) -> tuple[str, ...]:
        """By number."""
        return tuple(self._subjects)

    def log(self) -> Log:
        """What was liked: of each pair every kind of event counts once, as in `taste`; what comes to nothing is left out."""
        users, subjects, kinds, times = (np.asarray(column) for column in self._columns)
        pairs = users.astype(np.int64) * max(len(self._subjects), 1) + subjects
        which, of_which = np.unique(pairs, return_inverse=True)
        met = np.zeros((len(which), len(_KINDS)), np.bool_)
        met[of_which, kinds] = True
        liked = is_taken(met @ _WORTHS)[of_which]
        return Log.of(users[liked], subjects[liked], times[liked], len(self._users), len(self._subjects))
