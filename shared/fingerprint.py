"""Digests that name a wish or a text: the query fingerprint of the seed, and content hashes."""

from __future__ import annotations

import hashlib
import re
import unicodedata


def compute_query_fingerprint(query: str) -> str:
    """16 hex digits that are equal for queries with the same words in any order, case or punctuation.

    Equals the digest of the seed's section 3 for ASCII without "+", "#" and "." (punctuation is removed, not replaced).
    """
    text = unicodedata.normalize("NFKC", query).casefold()
    words = sorted(filter(None, (_canonical_word(word) for word in text.split())))
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


def _canonical_word(word: str) -> str:
    """Letters and digits, with "+" and "#" after one and "." before one kept: "C++", "C#", ".NET" and "C" stay four wishes."""
    kept = "".join(c for c in word if c.isalnum() or c in "+#." or unicodedata.category(c).startswith("M"))
    kept = re.sub(r"\.+(?![^\W_])", "", kept)
    return re.sub(r"^[+#]+", "", kept)


def content_hash(*parts: str) -> str:
    """32 hex digits over the parts in order; a boundary between parts counts, so ("ab", "c") differs from ("a", "bc")."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:32]
