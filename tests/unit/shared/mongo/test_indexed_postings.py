"""What indexes are told of a stored posting."""

from shared.mongo.postings import as_indexed


def test_a_posting_of_a_database_to_be_migrated_is_none_yet() -> None:
    indexed = as_indexed({"greenhouse_id": 4001, "title": "Welder", "active": True}, "an-embedder")
    assert (indexed.greenhouse_id, indexed.active) == ("4001", False)
