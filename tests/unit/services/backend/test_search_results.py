"""What a result tells of a role with siblings, and in what order later pages have what was found."""

from __future__ import annotations

from typing import get_args

from services.backend.search.results import summary
from services.backend.search.service import page_order
from shared.schemas.feeds import Ranked, Reason
from shared.schemas.postings import BoardPosting, Subject, read_posting


def role(*places: str) -> Subject:
    rows = [BoardPosting(id=f"p{n}", title="Baker", company_name="Oven & Co", location=place) for n, place in enumerate(places)]
    return Subject.of([read_posting(row) for row in rows])


def test_a_role_is_remote_if_one_can_do_it_from_afar_and_names_every_place() -> None:
    told = summary(role("Ghent", "Remote - EU"), "p0")
    assert (told.greenhouse_id, told.places, told.remote) == ("p0", ("Ghent", "Remote - EU"), True)
    assert not summary(role("Ghent", "Bruges"), "p0").remote


def test_matches_come_first_and_what_was_seen_last() -> None:
    found = [
        Ranked(subject_key=f"{reason} {seen}", greenhouse_id="", reason=reason, seen=seen)
        for seen in (True, False)
        for reason in get_args(Reason)
    ]
    ordered = [one.subject_key for one in sorted(found, key=page_order)]
    assert ordered[0] == "match False"
    assert ordered[len(ordered) // 2 :][0] == "match True"
