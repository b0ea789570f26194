"""Companies, places and departments as numbers: a filter compares a column of them."""

from __future__ import annotations

from collections.abc import Iterable


class Vocabulary:
    """Words and their codes, in the order they came."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words = list(words)
        self._codes = {word: code for code, word in enumerate(self.words)}

    def code(self, word: str) -> int:
        """Its code, -1 for an unknown one."""
        return self._codes.get(word, -1)

    def learn(self, word: str) -> int:
        code = self._codes.setdefault(word, len(self.words))
        if code == len(self.words):
            self.words.append(word)
        return code


class Vocabularies:
    """Of companies, places and departments."""

    def __init__(self, company: Iterable[str] = (), place: Iterable[str] = (), department: Iterable[str] = ()) -> None:
        self.company, self.place, self.department = Vocabulary(company), Vocabulary(place), Vocabulary(department)

    def as_json(self) -> dict[str, list[str]]:
        return {"company": self.company.words, "place": self.place.words, "department": self.department.words}
