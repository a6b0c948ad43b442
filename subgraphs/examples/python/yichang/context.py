"""What every resolver is given: who asks, one moment for the whole request, the database, and loaders."""

import asyncio
import base64
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graphql import GraphQLResolveInfo
from psycopg_pool import AsyncConnectionPool

Row = dict[str, Any]

_ACTOR = re.compile(r"(WORKER|OFFICER|SYSTEM):([A-Za-z0-9_.-]{1,64})", re.IGNORECASE)


@dataclass(frozen=True)
class Platform:
    """This platform: its code, what it serves, where it keeps its data, where its front end is."""

    code: str
    serves: Sequence[str]
    divisions: frozenset[str]
    pool: AsyncConnectionPool[Any]
    front_end: str


@dataclass(frozen=True)
class Actor:
    """Who performs a mutation: verified by the sidecar, never an argument."""

    kind: str
    reference: str


@dataclass
class Context:
    """A GraphQL request's context."""

    platform: Platform
    scopes: frozenset[str]
    actor: Actor | None
    now: datetime
    simulated: bool = False
    batches: dict[str, "Batch"] = field(default_factory=dict)

    async def rows(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        """The rows of one read."""
        async with self.platform.pool.connection() as connection:
            cursor = await connection.execute(query, values)
            found: list[Row] = await cursor.fetchall()
            return found

    def batch(self, name: str, load: "Load") -> "Batch":
        """A loader that is made once per request and name."""
        return self.batches.setdefault(name, Batch(load))

    def records(self, view: str) -> "Batch":
        """Loads records of a view by id, tombstones included."""

        async def load(ids: Sequence[str]) -> dict[str, Row]:
            found = await self.rows(f"SELECT * FROM contract.{view} WHERE id = ANY(%s)", [ids])
            return {row["id"]: row for row in found}

        return self.batch(f"record {view}", load)


Info = GraphQLResolveInfo[Context]
Load = Callable[[Sequence[str]], Awaitable[Mapping[str, Any]]]


class Batch:
    """Loads many in one query: what is asked for in one turn of the event loop is fetched together."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._futures: dict[str, asyncio.Future[Any]] = {}
        self._waiting: list[str] = []

    def get(self, key: str) -> asyncio.Future[Any]:
        """The value of a key, or None."""
        loop = asyncio.get_running_loop()
        if key not in self._futures:
            self._futures[key] = loop.create_future()
            if not self._waiting:
                # Resolvers of the same depth run before this does.
                loop.call_soon(lambda: loop.create_task(self._run()))
            self._waiting.append(key)
        return self._futures[key]

    async def _run(self) -> None:
        keys, self._waiting = self._waiting, []
        try:
            # Such a text cannot be stored, so nothing is found by it.
            found = await self._load([key for key in keys if "\0" not in key])
            for key in keys:
                self._futures[key].set_result(found.get(key))
        except Exception as error:  # each of those who wait is told
            for key in keys:
                self._futures[key].set_exception(error)


def scopes_of(header: str | None) -> frozenset[str]:
    """The scopes of the caller, from the sidecar's header `onenet-caller` (base64url JSON)."""
    try:
        caller = json.loads(base64.urlsafe_b64decode((header or "") + "==="))
        return frozenset(str(scope) for scope in caller["scopes"])
    except (ValueError, KeyError, TypeError):
        return frozenset()


def actor_of(header: str | None) -> Actor | None:
    """The actor, from the sidecar's header `onenet-actor` (`<kind>:<reference>`)."""
    match = _ACTOR.fullmatch(header or "")
    return Actor(match[1].upper(), match[2]) if match else None
