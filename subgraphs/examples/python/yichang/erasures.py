"""
What was erased, in a file outside the database: a backup from before brings people back, and by this they
are erased again. It has ids of records, which say nothing once these are erased, and references keyed by
the platform's own secret; keep it beside the database, and not in its backups.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg import Connection

from .erase import Person, find_person
from .feed_memory import keyed
from .times import show_time


def enter(file: Path, code: str, connection: Connection[Any], person: Person) -> None:
    """Written before anything is erased: an erasure that breaks off is finished by what the file says."""
    line = {
        "at": show_time(datetime.now(UTC)),
        "platform": code,
        "records": sorted(person.records),
        "people": keyed(connection, sorted(person.references)),
    }
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as out:
        out.write(json.dumps(line) + "\n")
        out.flush()
        os.fsync(out.fileno())


def entered(file: Path, code: str, connection: Connection[Any]) -> Person:
    """All that the file says was erased here; who left nothing but a reference is found by its key."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    own = [line for line in lines if line["platform"] == code]
    people = {each for line in own for each in line["people"]}
    known = [
        row["reference"]
        for row in connection.execute(
            "SELECT reader AS reference FROM news_like UNION SELECT reader FROM account_follower"
            " UNION SELECT person FROM onenet.outbox WHERE person IS NOT NULL"
        ).fetchall()
    ]
    references = [each for each, key in zip(known, keyed(connection, known), strict=True) if key in people]
    return find_person(connection, references, records=[each for line in own for each in line["records"]])
