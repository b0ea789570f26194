"""The index of words and letters: scores by hand, changes, files, and searches beside them."""

from __future__ import annotations

import math
import random
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from shared.lexical.index import LexicalIndex
from shared.lexical.query import K1, B
from shared.lexical.segment import MAX_ROWS


@dataclass(frozen=True)
class Posting:
    greenhouse_id: str
    title: str = ""
    text: str = ""
    company_name: str = ""
    active: bool = True
    company_slug: str = "acme"

    @property
    def subject_key(self) -> str:
        return f"{self.company_slug}:{self.greenhouse_id}"


def index_of(*postings: Posting) -> LexicalIndex:
    index = LexicalIndex()
    index.update(postings)
    return index


def found(index: LexicalIndex, query: str, k: int = 10) -> list[str]:
    return [hit.greenhouse_id for hit in index.ask(query).best(k)]


def test_bm25_is_the_share_of_the_most_there_could_be() -> None:
    index = index_of(Posting("1", "Nurse"), Posting("2", "Cook", "nurse nurse meals"), Posting("3", "Welder"))
    hits = index.ask("nurse").score(["1", "2", "3", "no such"])
    mean = (2 + 5 + 2) / 3  # a word of the title counts twice
    assert hits["1"].bm25 == pytest.approx(2 / (2 + K1 * (1 - B + B * 2 / mean)), rel=1e-5)
    assert hits["2"].bm25 == pytest.approx(2 / (2 + K1 * (1 - B + B * 5 / mean)), rel=1e-5)
    assert hits["3"].bm25 == 0
    assert set(hits) == {"1", "2", "3"}


def test_rare_words_count_more() -> None:
    index = index_of(*(Posting(str(i), "night nurse" if i else "night cook") for i in range(4)))
    night, cook = (math.log(1 + (4 - having + 0.5) / (having + 0.5)) for having in (4, 1))
    hits = index.ask("night cook").score(["0", "1"])
    assert hits["1"].bm25 / hits["0"].bm25 == pytest.approx(night / (night + cook), rel=1e-5)


def test_trigrams_are_the_share_of_the_query_that_the_title_has() -> None:
    index = index_of(Posting("1", "nurse"), Posting("2", "purse"), Posting("3", "welder", "nurse"))
    hits = index.ask("nurse").score(["1", "2", "3"])
    rare, common = math.log(1 + 3 / 1), math.log(1 + 3 / 2)  # " nu", "nur" in one title, "urs", "rse", "se " in two
    assert hits["1"].trigram == pytest.approx(1 / 3)  # English
    assert hits["2"].trigram == pytest.approx(3 * common / (2 * rare + 3 * common) / 3, rel=1e-5)
    assert hits["3"].trigram == 0
    assert index_of(Posting("1", "Köchin")).ask("Köchin").score(["1"])["1"].trigram == pytest.approx(1)


def test_search_finds_by_word_by_letters_and_across_languages() -> None:
    index = index_of(
        Posting("1", "Krankenschwester"), Posting("2", "Registered Nurse"), Posting("3", "Welder"), Posting("4", "Nursing home cook")
    )
    assert set(found(index, "enfermera")[:2]) == {"1", "2"}
    assert found(index, "nurs")[0] in ("2", "4")
    assert found(index, "weldr")[0] == "3"
    assert found(index, "qqq") == []
    assert found(index, "") == []


def test_k_bounds_what_is_found() -> None:
    index = index_of(*(Posting(str(i), "nurse " * (i + 1)) for i in range(30)))
    assert [len(found(index, "nurse", k)) for k in (0, 1, 7, 99)] == [0, 1, 7, 30]


def test_names_of_companies_are_rare_words() -> None:
    index = index_of(*(Posting(str(i), "Nurse", company_name="Acme" if i == 700 else "Globex") for i in range(3_000)))
    assert [hit.greenhouse_id for hit in index.ask("acme nurse").rare(5)] == ["700"]
    assert index.ask("nurse globex").rare(5) == []
    assert index.ask("").rare(5) == []


def test_a_hit_says_whose_it_is() -> None:
    hit = index_of(Posting("1", "Nurse", company_slug="globex")).ask("nurse").best(1)[0]
    assert (hit.subject_key, hit.company) == ("globex:1", "globex")


def test_changed_postings_are_found_by_what_they_are_now() -> None:
    index = index_of(Posting("1", "Nurse"), Posting("2", "Cook"))
    index.update([Posting("1", "Welder"), Posting("2", active=False), Posting("3", "Nurse", active=False)])
    assert len(index) == 1
    assert found(index, "welder") == ["1"]
    assert found(index, "nurse") == []
    assert index.ask("cook").score(["2"]) == {}


def test_of_one_posting_twice_at_once_the_last_counts() -> None:
    index = index_of(Posting("1", "Nurse"), Posting("1", "Cook"))
    assert (len(index), found(index, "cook"), found(index, "nurse")) == (1, ["1"], [])


def test_however_it_came_together_it_answers_the_same() -> None:
    """Segments are merged as they come; none of it shows, but for what the dead still weigh in how rare a word is."""
    rng = random.Random(3)
    words = "nurse cook welder night senior data engineer nursing".split()
    postings = [Posting(str(i), " ".join(rng.sample(words, 3)), " ".join(rng.choices(words, k=9))) for i in range(700)]
    bit_by_bit, at_once = LexicalIndex(), index_of(*postings)
    order = rng.sample(postings, len(postings))
    for start in range(0, len(order), 13):
        bit_by_bit.update(order[start : start + 13])
    assert len(bit_by_bit) == len(at_once) == 700
    for query in ("night nurse", "senior data engineer", "enginer"):
        ids = [posting.greenhouse_id for posting in postings]
        one, other = bit_by_bit.ask(query).score(ids), at_once.ask(query).score(ids)
        assert one.keys() == other.keys()
        for name in one:
            assert (one[name].bm25, one[name].trigram) == pytest.approx((other[name].bm25, other[name].trigram), rel=1e-4)
        assert [hit.bm25 + hit.trigram for hit in bit_by_bit.ask(query).best(50)] == pytest.approx(
            [hit.bm25 + hit.trigram for hit in at_once.ask(query).best(50)], rel=1e-4
        )


def test_search_and_score_agree() -> None:
    index = index_of(*(Posting(str(i), f"{'nurse' if i % 3 else 'cook'} {i}", "night shift" * (i % 5)) for i in range(200)))
    for hit in index.ask("night nurse").best(200):
        scored = index.ask("night nurse").score([hit.greenhouse_id])[hit.greenhouse_id]
        assert scored[1:3] == pytest.approx(hit[1:3], rel=1e-5)
        assert scored[3:] == hit[3:]


def test_saved_and_loaded_it_is_the_same(tmp_path: Path) -> None:
    index = index_of(*(Posting(f"{i}-ü", f"Nurse {i}") for i in range(3_000)))
    index.update([Posting("7-ü", active=False)])
    before = index.ask("nurse 12").best(20)
    index.save(tmp_path / "one")
    other = LexicalIndex()
    assert other.load(tmp_path / "one")
    assert index.ask("nurse 12").best(20) == other.ask("nurse 12").best(20)
    assert [hit.greenhouse_id for hit in before] == [hit.greenhouse_id for hit in other.ask("nurse 12").best(20)]
    assert len(other) == len(index) == 2_999
    assert other.mended("nurze", ()) == "nurse"
    other.update([Posting("7-ü", "Welder"), Posting("8-ü", "Welder")])
    assert sorted(found(other, "welder")) == ["7-ü", "8-ü"]
    assert len(other) == 3_000


def test_an_empty_one_is_saved_too(tmp_path: Path) -> None:
    LexicalIndex().save(tmp_path / "none")
    index = index_of(Posting("1", "Nurse"))
    assert index.load(tmp_path / "none")
    assert (len(index), found(index, "nurse")) == (0, [])


def test_a_damaged_one_is_not_taken(tmp_path: Path) -> None:
    def damaged(name: str, content: bytes | None) -> bool:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        index_of(*(Posting(str(i), f"Nurse {i}") for i in range(50))).save(folder)
        if content is None:
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(content)
        index = index_of(Posting("kept", "Cook"))
        taken = index.load(folder)
        assert taken or found(index, "cook") == ["kept"]
        return taken

    whole = tmp_path / "whole"
    index_of(*(Posting(str(i), f"Nurse {i}") for i in range(50))).save(whole)
    entries = np.load(whole / "entries.npy")
    for name in (
        "entries.npy",
        "lengths.npy",
        "letters.npy",
        "letter_ends.npy",
        "ids.npy",
        "subjects.npy",
        "companies.npy",
        "lexical.json",
    ):
        assert not damaged(name, None)
        assert not damaged(name, b"")
        assert not damaged(name, b"{}")
    for wrong in (entries[::-1], entries | np.uint64((MAX_ROWS - 1) << 8), entries.astype(np.int64)):
        np.save(tmp_path / "wrong.npy", np.sort(wrong) if wrong.dtype == np.uint64 and wrong[0] < wrong[-1] else wrong)
        assert not damaged("entries.npy", (tmp_path / "wrong.npy").read_bytes())
    assert damaged("extra", b"")


def test_of_other_word_lists_it_is_not_taken(tmp_path: Path) -> None:
    index_of(Posting("1", "Nurse")).save(tmp_path / "old")
    told = tmp_path / "old" / "lexical.json"
    told.write_text(told.read_text().replace('"word_lists": "', '"word_lists": "0'))
    assert not LexicalIndex().load(tmp_path / "old")


def test_searches_beside_updates_see_one_state_or_the_next() -> None:
    index = index_of(*(Posting(str(i), "Nurse") for i in range(400)))
    done, seen = threading.Event(), []

    def search() -> None:
        while not done.is_set():
            seen.append((len(index.ask("nurse").best(10_000)), len(index.ask("nurse").score(["1", "399", "x"]))))

    thread = threading.Thread(target=search)
    thread.start()
    try:
        for number in range(300):
            index.update([Posting(str(number), "Nurse"), Posting(f"x{number}", "Nurse")])
    finally:
        done.set()
        thread.join(30)
    assert seen
    assert all(400 <= count <= 700 and scored == 2 for count, scored in seen)
