"""The rows as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from tests.benchmarks.row import Row, shown

_COLUMNS = ("ours", "unit", "against", "theirs", "ratio", "goal", "holds")
_HOLDS = {True: "[green]yes", False: "[red]no", None: ""}


def table(rows: Sequence[Row], machine: str) -> Table:
    """`machine` says what it ran on. Notes stand below, each once, in the order of the rows."""
    notes = list(dict.fromkeys(row.note for row in rows if row.note))
    caption = "\n".join([machine, *notes])
    drawn = Table("benchmark", *_COLUMNS, caption=caption, caption_justify="left", box=None, header_style="bold")
    for name in ("ours", "theirs", "ratio"):
        drawn.columns[1 + _COLUMNS.index(name)].justify = "right"
    for row in rows:
        ratio = f"{shown(row.ratio)}×" if row.ratio is not None else ""
        drawn.add_row(row.name, shown(row.ours), row.unit, row.against, shown(row.theirs), ratio, row.goal_in_words, _HOLDS[row.holds])
    return drawn
