"""How far a mongod that was just started has come: it listens, it takes writes."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure

from shared.mongo.mongod import REPLICA_SET

NOT_YET = {23, 93, 94}
"""AlreadyInitialized, InvalidReplicaSetConfig, NotYetInitialized: another look in a moment tells more."""


def listening(socket_path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(socket_path)) == 0


def is_primary(client: MongoClient[dict[str, Any]], host: str) -> bool:
    """Whether it takes writes; if it has no replica set yet, or had it at another path, give it one and look again later."""
    hello = client.admin.command("hello")
    if hello.get("isWritablePrimary"):
        return True
    if not str(hello.get("info", "")).startswith("Does not have a valid"):
        return False
    members = [{"_id": 0, "host": host}]
    config = client.local["system.replset"].find_one()
    try:
        if config is None:
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        elif config["members"] != members:
            client.admin.command("replSetReconfig", {**config, "version": config["version"] + 1, "members": members}, force=True)
    except OperationFailure as error:
        if error.code not in NOT_YET:
            raise
    return False
