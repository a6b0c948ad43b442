"""A mutation as one transaction: who may, whether it was done before, what changes, what it says in the feed."""

import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from .context import Actor, Context, Platform, Row
from .errors import NetError, bad_input
from .ids import parse_id
from .times import parse_time, show_time

Input = Mapping[str, Any]

# Mutation → the kinds of actor that may call it: the contract's @actors.
ACTORS: Mapping[str, str] = {
    "submitServiceRequest": "WORKER OFFICER SYSTEM",
    "verifyServiceRequest": "OFFICER",
    "dispatchServiceRequest": "OFFICER",
    "acceptServiceRequest": "OFFICER",
    "resolveServiceRequest": "OFFICER",
    "rejectServiceRequest": "OFFICER",
    "addServiceRequestFeedback": "WORKER OFFICER",
    "rateServiceRequest": "WORKER",
    "reopenServiceRequest": "WORKER OFFICER",
    "superviseServiceRequest": "OFFICER SYSTEM",
    "remindServiceRequest": "WORKER OFFICER SYSTEM",
    "escalateServiceRequest": "OFFICER SYSTEM",
    "applyForMembership": "WORKER OFFICER SYSTEM",
    "acceptMember": "OFFICER",
    "refuseMember": "OFFICER",
    "leaveUnion": "WORKER OFFICER",
    "addFamilyMember": "WORKER OFFICER",
    "removeFamilyMember": "WORKER OFFICER",
    "issueJoinCode": "OFFICER",
    "revokeJoinCode": "OFFICER",
    "publishArticle": "OFFICER",
    "recordArticleRead": "WORKER SYSTEM",
    "shareArticle": "WORKER",
    "likeArticle": "WORKER",
    "commentOnArticle": "WORKER",
    "followChannel": "WORKER SYSTEM",
    "offerTransfer": "OFFICER SYSTEM",
    "acceptTransfer": "OFFICER SYSTEM",
    "declineTransfer": "OFFICER SYSTEM",
    "completeTransfer": "OFFICER SYSTEM",
    "withdrawTransfer": "OFFICER SYSTEM",
}
KEY_DAYS = 7


@dataclass(frozen=True)
class Transaction:
    """What a command works with."""

    platform: Platform
    connection: AsyncConnection[Any]
    actor: Actor
    now: datetime
    simulated: bool

    async def row(self, query: str, *values: Any) -> Row | None:
        """The first row of a statement, or None."""
        cursor = await self.connection.execute(query, values)
        found: Row | None = await cursor.fetchone()
        return found

    async def do(self, query: str, *values: Any) -> int:
        """Executes a statement; the number of rows that it changed."""
        return (await self.connection.execute(query, values)).rowcount

    async def emit(self, type: str, data: Mapping[str, Any], person: str | None = None) -> None:
        """The one insert: what happened and its event are written together. The sidecar does the rest."""
        marked = {**data, "simulated": True} if self.simulated else data
        await self.connection.execute(
            "INSERT INTO onenet.outbox (id, type, time, data, person) VALUES (%s, %s, %s, %s, %s)",
            [str(uuid.uuid4()), type, self.now, Jsonb(marked), person],
        )

    async def emit_person(self, type: str, data: Mapping[str, Any]) -> None:
        """An event of a kind whose people are counted: the sidecar counts the worker, and names nobody."""
        await self.emit(type, data, self.actor.reference if self.actor.kind == "WORKER" else None)


Command = Callable[[Transaction, Input], Awaitable[Row]]


async def run(context: Context, name: str, command: Command, given: Input) -> Row:
    """Runs a command once: the same key and input give the same answer again."""
    actor = allowed_actor(name, context.actor)
    key = given.get("idempotencyKey")
    if key is not None and not 1 <= len(key) <= 200:
        raise bad_input(f"`idempotencyKey` has {len(key)} characters: from 1 to 200.")
    async with context.platform.pool.connection() as connection, connection.transaction():
        transaction = Transaction(context.platform, connection, actor, context.now, context.simulated)
        if key is None:
            # The simulation never repeats itself.
            return await command(transaction, given)
        # Hashed, so that it names nobody.
        claim = sha256(f"{actor.kind}:{actor.reference} {key}".replace("\0", "\\0"))
        earlier = await claim_key(transaction, claim, hash_of(name, given))
        if earlier is not None:
            return earlier
        answer = await command(transaction, given)
        await transaction.do("UPDATE done_command SET answer = %s WHERE key = %s", stored(answer), claim)
        return answer


async def forget_done(platform: Platform) -> None:
    """Forgets what was answered to keys that are no longer remembered."""
    async with platform.pool.connection() as connection:
        await connection.execute("DELETE FROM done_command WHERE done < now() - %s * interval '1 day'", [KEY_DAYS])


async def change_answers(transaction: Transaction, record: Row) -> None:
    """What was answered about a record is what is left of it: an old key gives nothing of who has gone."""
    await transaction.do("UPDATE done_command SET answer = %s WHERE answer->>'id' = %s", stored(record), record["id"])


async def claim_key(transaction: Transaction, claim: str, hash: str) -> Row | None:
    """Takes the key, or gives the answer of whoever took it; waits for one that is under way."""
    await transaction.do(
        "DELETE FROM done_command WHERE key = %s AND done < now() - %s * interval '1 day'", claim, KEY_DAYS
    )
    taken = await transaction.do(
        "INSERT INTO done_command (key, hash) VALUES (%s, %s) ON CONFLICT DO NOTHING", claim, hash
    )
    if taken:
        return None
    done = await transaction.row("SELECT hash, answer FROM done_command WHERE key = %s", claim)
    if done is None or done["hash"] != hash:
        raise NetError(
            "IDEMPOTENCY_CONFLICT",
            "The idempotency key was used with another mutation or input: take a new key.",
        )
    return {
        name: parse_time(value) if name.endswith("At") and value is not None else value
        for name, value in done["answer"].items()
    }


def stored(answer: Row) -> Jsonb:
    return Jsonb({name: show_time(value) if isinstance(value, datetime) else value for name, value in answer.items()})


def hash_of(name: str, given: Input) -> str:
    """The same for what GraphQL takes for the same input: key order and nulls do not count."""
    rest = {field: value for field, value in given.items() if field != "idempotencyKey" and value is not None}
    text = json.dumps(rest, sort_keys=True, default=show_time)
    return sha256(f"{name} {text}")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def allowed_actor(name: str, actor: Actor | None) -> Actor:
    if actor is None:
        raise NetError("ACTOR_REQUIRED", f"{name} needs an actor, and none is asserted.")
    kinds = ACTORS[name].split()
    if actor.kind not in kinds:
        raise NetError("ACTOR_NOT_ALLOWED", f"{name} is not for {actor.kind}: it is for {', '.join(kinds)}.")
    return actor


async def existing(transaction: Transaction, view: str, table: str, id: str) -> Row:
    """One of our records, locked until the transaction ends; anything else is NOT_FOUND."""
    if parse_id(id) == transaction.platform.code and "\0" not in id:
        await transaction.row(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", id)
        found = await transaction.row(f"SELECT * FROM contract.{view} WHERE id = %s", id)
        if found is not None:
            return found
    raise NetError("NOT_FOUND", f'Platform {transaction.platform.code} has no record "{id}".')


async def check_person(transaction: Transaction, name: str, query: str, id: str) -> None:
    """Refuses a worker whose record it is not, where it is known whose it is."""
    found = await transaction.row(query, id)
    if transaction.actor.kind == "WORKER" and found and found["person"] not in (None, transaction.actor.reference):
        raise NetError("ACTOR_NOT_ALLOWED", f"{name} is for the worker whose record it is.")


async def existing_organization(transaction: Transaction, id: str) -> str:
    """The id of one of our organizations."""
    return str((await existing(transaction, "organization", "union_org", id))["id"])


def new_id(transaction: Transaction, kind: str) -> str:
    return f"{transaction.platform.code}:{kind}-{uuid.uuid4()}"
