"""What the sidecar's tables remember of people: the feed's lines name nobody, its outbox and its claims do."""

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection

# How long an event that is being numbered at this moment is waited for.
PATIENCE_SECONDS = 5.0


def keyed(connection: Connection[Any], references: Iterable[str]) -> list[str]:
    """People as claims name them: keyed by the secret that stands in this database alone."""
    connection.execute(
        "INSERT INTO onenet.settings (name, value) VALUES ('person-key', %s) ON CONFLICT DO NOTHING",
        [secrets.token_bytes(32)],
    )
    row = connection.execute("SELECT value FROM onenet.settings WHERE name = 'person-key'").fetchone()
    key = bytes(row["value"]) if row else b""
    digests = (hmac.digest(key, each.encode(), "sha256") for each in references)
    return [urlsafe_b64encode(digest).decode().rstrip("=") for digest in digests]


def forget_in_feed(connection: Connection[Any], references: Sequence[str]) -> None:
    """What counted stays counted. Who comes back is somebody new: a person of whom nothing is known."""
    if not references:
        return
    named = connection.execute(
        "UPDATE onenet.outbox SET person = NULL WHERE person = ANY(%s) RETURNING id", [references]
    ).fetchall()
    connection.execute(
        "UPDATE onenet.feed_quarantine SET entry = entry - 'person' WHERE entry->>'person' = ANY(%s)", [references]
    )
    # One of them may have been read before that: its claims come with its number.
    until = time.monotonic() + PATIENCE_SECONDS
    while named and time.monotonic() < until and waits(connection, [row["id"] for row in named]):
        time.sleep(0.05)
    # A claim's key is `<measure> <period> <keyed person>`.
    connection.execute(
        "DELETE FROM onenet.feed_claims WHERE substring(key FROM '[^ ]+$') = ANY(%s)", [keyed(connection, references)]
    )


def waits(connection: Connection[Any], ids: Sequence[str]) -> bool:
    """Whether one of these events has no number yet."""
    return connection.execute("SELECT FROM onenet.outbox WHERE id = ANY(%s) LIMIT 1", [ids]).rowcount > 0
