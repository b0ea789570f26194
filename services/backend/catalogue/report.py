"""What an import of a catalogue did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

Change = Literal["new", "changed", "unchanged"]
Tell = Callable[[int], Awaitable[None]]
"""Is told how many rows are about to be stored."""

_TOLD = 50


async def nobody(_: int) -> None: ...


@dataclass
class Report:
    """Counts of rows, and of reels asked for anew (`remade`). `reasons` name the first rejected ones and why, `notes` what was taken
    otherwise than it stands in the file, `replaced` which exercise took which one's place, `unread` the columns that nothing reads and in
    how many rows they stand."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    embedded: int = 0
    remade: int = 0
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unread: dict[str, int] = field(default_factory=dict)

    def reject(self, where: str, why: str) -> None:
        self.rejected += 1
        if len(self.reasons) < _TOLD:
            self.reasons.append(f"{where}: {why}")

    def note(self, where: str, what: str) -> None:
        if len(self.notes) < _TOLD:
            self.notes.append(f"{where}: {what}")

    def replace(self, what: str) -> None:
        if len(self.replaced) < _TOLD:
            self.replaced.append(what)

    def count_unread(self, columns: Iterable[str]) -> None:
        for column in columns:
            if column in self.unread or len(self.unread) < _TOLD:
                self.unread[column] = self.unread.get(column, 0) + 1

    def count(self, change: Change) -> None:
        setattr(self, change, getattr(self, change) + 1)

    @property
    def counts(self) -> dict[str, int]:
        return {name: value for name, value in vars(self).items() if isinstance(value, int)}
