"""Reading interactions: headers, times in many units, lines that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.recommendation.interactions_file import read_events, seconds
from shared.errors import InvalidInput


def written(folder: Path, text: str) -> Path:
    path = folder / "events.csv"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1600000000", 1_600_000_000.0),
        ("1600000000.5", 1_600_000_000.5),
        ("1600000000000", 1_600_000_000.0),
        ("1600000000000000", 1_600_000_000.0),
        ("17", 17.0),
        ("2020-09-13T12:26:40Z", 1_600_000_000.0),
        ("2020-09-13T14:26:40+02:00", 1_600_000_000.0),
        ("2020-09-13 12:26:40", 1_600_000_000.0),
        ("2020-09-13", 1_599_955_200.0),
    ],
)
def test_times(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "2020-13-01", "12/31/2020"])
def test_no_times(text: str) -> None:
    with pytest.raises(ValueError, match="time"):
        seconds(text)


@pytest.mark.parametrize(
    "text",
    [
        "user,item,time\na,x,1\nb,y,2\n",
        "\ufeffuser,item,time\r\na,x,1\r\nb,y,2\r\n",
        "userId\tmovieId\trating\ttimestamp\na\tx\t4.0\t1\nb\ty\t1\t2",
        "time;value;item;user\n1;;x;a\n2;3;y;b\n",
        'time,"item",user\n1,"x",a\n\n2,"y",b\n',
    ],
)
def test_headers_in_any_order_and_spelling(tmp_path: Path, text: str) -> None:
    events = read_events(written(tmp_path, text))
    assert (events.users.tolist(), events.items.tolist(), events.times.tolist()) == ([0, 1], [0, 1], [1.0, 2.0])
    assert (events.n_users, events.n_items, events.n_bad, events.unwanted) == (2, 2, 0, 0)


def test_bad_lines_are_told_by_number_and_the_rest_is_read(tmp_path: Path) -> None:
    events = read_events(written(tmp_path, "user,item,time,value\na,x,1,5\n,x,1,1\na\na,x,later,1\na,x,2,much\na,y,3,-1\na,z,4,nan\n"))
    assert events.bad == (
        "line 3: the user is empty",
        "line 4: it has 1 fields",
        "line 5: the time 'later' is neither a number nor ISO 8601",
        "line 6: the value 'much' is not a number",
        "line 8: the value is not a number",
    )
    assert (len(events.users), events.n_bad, events.unwanted) == (1, 5, 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: the header must name user, item and time; user is missing"),
        ("user,item\na,x\n", "time is missing"),
        ("user,item,time\n", "no row can be used"),
        ("user,item,time\na,x,never\n", "no row can be used: line 2"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        read_events(written(tmp_path, text))


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_events(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"user,item,time\n\xff\xfe,1,1\n")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_events(tmp_path / "bytes.csv")
