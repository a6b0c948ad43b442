"""What time alone brings about: requests are reminded of, found overdue, and taken a level up. Each once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

from .commands import Transaction, forget_done
from .context import Actor, Platform, Row
from .errors import what_failed
from .history import log
from .life_cycles import HANDLED, OPEN
from .times import ms
from .working_days import working_days_after, working_days_before

logger = logging.getLogger("yichang.deadlines")

CLOCK = Actor("SYSTEM", "clock")
# Working days: from a reminder to the deadline, and from the deadline to the level above.
REMIND_BEFORE = 1
ESCALATE_AFTER = 3
# No holidays are longer: a deadline that is farther away needs no reminder yet.
LONGEST_BREAK = timedelta(days=14)
# Requests of one transaction.
AT_ONCE = 100


async def find_overdue(transaction: Transaction, request: Row) -> None:
    """Marks a request of ours, which is open and locked, if its deadline has passed and nobody has marked it."""
    due = request["dueAt"]
    if due is None or request["overdueAt"] is not None or ms(due) >= ms(transaction.now):
        return
    id, now = request["id"], transaction.now
    await transaction.do("UPDATE help_request SET found_overdue = %s, changed = %s WHERE id = %s", now, now, id)
    await log(replace(transaction, actor=CLOCK), id, "OVERDUE")
    await transaction.emit("onenet.request.overdue", event_data(request))


def reminder(transaction: Transaction, request: Row) -> dict[str, Any]:
    """The columns that a reminder changes."""
    return {"reminded": transaction.now, "times_reminded": request["remindedCount"] + 1}


async def escalation(transaction: Transaction, request: Row) -> dict[str, Any]:
    """The columns that a level up changes: the organization becomes the one above it, if that is ours too."""
    above = await transaction.row(
        "SELECT above.id FROM union_org JOIN union_org AS above ON above.id = union_org.belongs_to"
        " WHERE union_org.id = %s",
        request["organizationId"],
    )
    handled_by = above["id"] if above else request["organizationId"]
    return {"levels_up": request["escalationLevel"] + 1, "handled_by": handled_by}


def event_data(request: Row) -> dict[str, Any]:
    return {"place": request["placeCode"], "category": request["category"], "channel": request["channel"]}


async def remind(transaction: Transaction, request: Row) -> None:
    await change(transaction, request, reminder(transaction, request))
    await log(transaction, request["id"], "REMINDER")
    await transaction.emit("onenet.request.reminded", event_data(request))


async def escalate(transaction: Transaction, request: Row) -> None:
    columns = await escalation(transaction, request)
    await change(transaction, request, {**columns, "clock_took_up": True})
    await log(transaction, request["id"], "ESCALATION", level=columns["levels_up"])
    await transaction.emit("onenet.request.escalated", event_data(request))


async def change(transaction: Transaction, request: Row, columns: dict[str, Any]) -> None:
    values = {**columns, "changed": transaction.now}
    names = ", ".join(f"{column} = %s" for column in values)
    await transaction.do(f"UPDATE help_request SET {names} WHERE id = %s", *values.values(), request["id"])


@dataclass(frozen=True)
class Watch:
    """What is waited for: which requests may be concerned, whether its time has come, and what then happens."""

    # In SQL over help_request. It holds no longer once it has happened: that makes it happen once.
    pending: str
    has_come: Callable[[Row, datetime], bool]
    act: Callable[[Transaction, Row], Awaitable[None]]


WATCHES = (
    Watch(
        "found_overdue IS NULL AND reminded IS NULL AND unix_ms(due) >= %(now)s AND unix_ms(due) < %(soon)s",
        lambda request, now: ms(working_days_before(request["due"], REMIND_BEFORE)) <= ms(now),
        remind,
    ),
    Watch(
        "found_overdue IS NULL AND unix_ms(due) < %(now)s",
        lambda _request, _now: True,
        find_overdue,
    ),
    Watch(
        f"found_overdue IS NOT NULL AND NOT clock_took_up AND state IN {HANDLED}",
        lambda request, now: ms(working_days_after(request["found_overdue"], ESCALATE_AFTER)) <= ms(now),
        escalate,
    ),
)  # fmt: skip


async def sweep(platform: Platform, now: datetime) -> None:
    """Brings about what is due at `now`. Several servers may do so at once: each request is one server's."""
    await forget_done(platform)
    for watch in WATCHES:
        async with platform.pool.connection() as connection:
            ids = await due_ids(connection, watch, now)
        for start in range(0, len(ids), AT_ONCE):
            async with platform.pool.connection() as connection, connection.transaction():
                # What somebody else has locked is passed over: it is theirs, or the next sweep's.
                some = ids[start : start + AT_ONCE]
                taken = await due_ids(connection, watch, now, "AND id = ANY(%(ids)s)", "FOR UPDATE SKIP LOCKED", some)
                query = "SELECT * FROM contract.service_request WHERE id = ANY(%s) ORDER BY id"
                for request in await (await connection.execute(query, [taken])).fetchall():
                    await watch.act(Transaction(platform, connection, CLOCK, now, request["simulated"]), request)


async def due_ids(
    connection: AsyncConnection[Any],
    watch: Watch,
    now: datetime,
    narrower: str = "",
    locked: str = "",
    ids: Sequence[str] = (),
) -> list[str]:
    """The requests whose time has come."""
    found = await connection.execute(
        # A tuple of Python's reads as a list of SQL's.
        f"SELECT id, due, found_overdue FROM help_request WHERE state IN {OPEN} AND {watch.pending} {narrower}"
        f" ORDER BY id {locked}",
        {"now": ms(now), "soon": ms(now + LONGEST_BREAK), "ids": list(ids)},
    )
    return [row["id"] for row in await found.fetchall() if watch.has_come(row, now)]


@asynccontextmanager
async def sweeping(platform: Platform, every_seconds: float) -> AsyncIterator[None]:
    """Sweeps by the clock as long as the block runs; 0 is never."""
    task = asyncio.create_task(sweep_on(platform, every_seconds)) if every_seconds > 0 else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def sweep_on(platform: Platform, every_seconds: float) -> None:
    while True:
        try:
            await sweep(platform, datetime.now(UTC))
        except Exception as error:
            logger.error("the sweep failed, and is done again in %s s: %s", every_seconds, what_failed(error))
        await asyncio.sleep(every_seconds)
