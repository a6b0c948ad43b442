"""Our sides of transfers: of records that leave us for another platform, and of records that come from one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import checks, deadlines, envelopes
from .commands import Input, Transaction, change_answers, existing
from .context import Info, Platform, Row
from .errors import NetError, bad_input
from .federation import CONTRACT, Type
from .ids import is_platform_code, parse_id
from .life_cycles import OPEN, wrong_state
from .sealing import open_sealed, own_keys, public_key, seal
from .times import ms, show_time


@dataclass(frozen=True)
class Kind:
    """What can be transferred: its type, view, table; what its events call it and count it by; when it is offered."""

    of: str
    view: str
    table: str
    word: str
    category: str
    offered_from: Sequence[str]


KINDS: Mapping[str, Kind] = {
    "MEMBER": Kind("Member", "member", "membership", "member", "kind", ["ACTIVE"]),
    "SERVICE_REQUEST": Kind("ServiceRequest", "service_request", "help_request", "request", "category", OPEN),
}

OFFERED_KINDS = {name: kind for name, kind in KINDS.items() if f"type {kind.of} " in CONTRACT}

transfer_part = Type("TransferPart")


async def offer(transaction: Transaction, given: Input) -> Row:
    """At the source: the record leaves its lists, and is sealed to whom it is offered."""
    kind, record = await own_record(transaction, given["id"])
    id, status = record["id"], record["status"]
    target, due = given["to"], given["dueAt"]
    part = await part_of(transaction, given, "SOURCE", id)
    if part is None:
        other_platform(transaction.platform, "to", target)
        public_key(given["sealingKey"])
        if ms(due) <= ms(transaction.now):
            raise bad_input(f"`dueAt: {show_time(due)}` is not after now, {show_time(transaction.now)}.")
        if status not in KINDS[kind].offered_from:
            raise wrong_state("offerTransfer", KINDS[kind].of, status)
        if kind == "SERVICE_REQUEST":
            await deadlines.find_overdue(transaction, record)
        await set_state(transaction, kind, id, "IN_TRANSFER")
        part = await new_part(transaction, given, "SOURCE", "OFFERED", kind, id, target, status)
        if part is None:
            raise conflict(given, "is of another record")
        await emit(transaction, kind, record, "offered")
    if part["state"] == "OFFERED" and part["goes_to"] != target:
        raise conflict(given, f"is offered to {part['goes_to']}")
    return {**answer(part), "sealingKey": given["sealingKey"]}


@transfer_part.field("sealed")
async def sealed(part: Row, info: Info) -> str | None:
    """An offer's record, sealed. It is kept nowhere: it is made for whoever asks, as long as it is offered."""
    context = info.context
    found = await context.rows("SELECT * FROM transfer WHERE id = %s AND side = 'SOURCE'", [part["id"]])
    if "sealingKey" not in part or not found or found[0]["state"] != "OFFERED":
        return None
    kind, id = found[0]["kind"], found[0]["record"]
    contents = await envelopes.contents(context, kind, id, found[0]["state_before"])
    if contents is None:
        return None
    envelope = {"v": 1, "transferId": part["id"], "kind": kind, "from": context.platform.code}
    return seal(part["sealingKey"], {**envelope, "to": found[0]["goes_to"], "recordId": id, "record": contents})


async def accept(transaction: Transaction, given: Input) -> Row:
    """At the target: makes the record, once for a transfer, whoever asks how often."""
    checks.this_platform(transaction.platform, given["platform"])
    # The mark first: who comes at the same time waits for it, and finds what was made.
    part = await new_part(transaction, given, "TARGET", "ACCEPTED")
    if part is None:
        earlier = await part_of(transaction, given, "TARGET")
        if earlier is None or earlier["state"] != "ACCEPTED":
            raise refused("acceptTransfer", earlier)
        return answer(earlier)
    if ms(transaction.now) >= ms(given["acceptBy"]):
        raise refused("acceptTransfer", None, f" after {show_time(given['acceptBy'])}")
    other_platform(transaction.platform, "from", given["from"])
    keys = await own_keys(transaction.connection)
    kind, record = envelopes.unpacked(open_sealed(keys, given["sealed"]), given)
    if kind not in OFFERED_KINDS:
        raise NetError("NOT_OFFERED", f"Platform {transaction.platform.code} takes no {kind}.")
    id = await envelopes.make(transaction, kind, record, given)
    await transaction.do(
        "UPDATE transfer SET kind = %s, record = %s WHERE id = %s AND side = 'TARGET'", kind, id, part["id"]
    )
    await emit(transaction, kind, await existing(transaction, KINDS[kind].view, KINDS[kind].table, id), "received")
    return answer({**part, "kind": kind, "record": id})


async def decline(transaction: Transaction, given: Input) -> Row:
    """At the target: never accepted from now on, unless it was."""
    checks.this_platform(transaction.platform, given["platform"])
    part = await new_part(transaction, given, "TARGET", "DECLINED") or await part_of(transaction, given, "TARGET")
    return answer(part or {})


async def complete(transaction: Transaction, given: Input) -> Row:
    """At the source: a tombstone stays, which leads to the new record. What is personal is erased."""
    kind, record = await own_record(transaction, given["id"])
    id, target = record["id"], given["transferredToId"]
    part = await part_of(transaction, given, "SOURCE", id)
    if part is not None and part["state"] == "COMPLETED" and record["transferredToId"] == target:
        return answer(part)
    if part is None or part["state"] != "OFFERED":
        raise refused("completeTransfer", part)
    if parse_id(target) != part["goes_to"]:
        raise bad_input(f'`transferredToId: "{target}"` is no record of {part["goes_to"]}, to which it was offered.')
    await set_state(transaction, kind, id, "TRANSFERRED", target)
    await envelopes.erase(transaction, kind, id)
    await change_answers(transaction, await existing(transaction, KINDS[kind].view, KINDS[kind].table, id))
    await set_part(transaction, part, "COMPLETED")
    await emit(transaction, kind, record, "departed")
    return answer({**part, "state": "COMPLETED"})


async def withdraw(transaction: Transaction, given: Input) -> Row:
    """At the source: the record is what it was. An offer that never came is not taken any more, should it come late."""
    kind, record = await own_record(transaction, given["id"])
    id = record["id"]
    part = await part_of(transaction, given, "SOURCE", id)
    if part is None:
        part = await new_part(transaction, given, "SOURCE", "WITHDRAWN", kind, id)
    elif part["state"] == "OFFERED":
        await set_state(transaction, kind, id, part["state_before"])
        await set_part(transaction, part, "WITHDRAWN")
        await emit(transaction, kind, record, "returned")
    elif part["state"] != "WITHDRAWN":
        raise refused("withdrawTransfer", part)
    return answer({**(part or {}), "state": "WITHDRAWN"})


async def own_record(transaction: Transaction, id: str) -> tuple[str, Row]:
    """A member or a request of ours, and which of the two it is; locked until the transaction ends."""
    if parse_id(id) == transaction.platform.code and "\0" not in id:
        for kind, each in OFFERED_KINDS.items():
            if await transaction.row(f"SELECT 1 FROM {each.table} WHERE id = %s", id):
                return kind, await existing(transaction, each.view, each.table, id)
    raise NetError("NOT_FOUND", f'Platform {transaction.platform.code} has no member or request "{id}".')


async def part_of(transaction: Transaction, given: Input, side: str, record: str | None = None) -> Row | None:
    """What we know of the transfer; at the source it is of this record or of none."""
    part = await transaction.row("SELECT * FROM transfer WHERE id = %s AND side = %s", transfer_id(given), side)
    if part is not None and record is not None and part["record"] != record:
        raise conflict(given, "is of another record")
    return part


async def new_part(
    transaction: Transaction,
    given: Input,
    side: str,
    state: str,
    kind: str | None = None,
    record: str | None = None,
    goes_to: str | None = None,
    state_before: str | None = None,
) -> Row | None:
    """Keeps our part, unless there is one; then None. Waits for one that is under way."""
    return await transaction.row(
        "INSERT INTO transfer (id, side, state, kind, record, goes_to, state_before)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING *",
        transfer_id(given), side, state, kind, record, goes_to, state_before,
    )  # fmt: skip


def conflict(given: Input, what: str) -> NetError:
    return NetError("CONFLICT", f'The transfer "{transfer_id(given)}" {what}: take a new id.')


async def set_part(transaction: Transaction, part: Row, state: str) -> None:
    await transaction.do("UPDATE transfer SET state = %s WHERE id = %s AND side = %s", state, part["id"], part["side"])


async def set_state(transaction: Transaction, kind: str, id: str, state: str, moved_to: str | None = None) -> None:
    await transaction.do(
        f"UPDATE {KINDS[kind].table} SET state = %s, changed = %s, moved_to = %s WHERE id = %s",
        state, transaction.now, moved_to, id,
    )  # fmt: skip


async def emit(transaction: Transaction, kind: str, record: Row, what: str) -> None:
    data = {"place": record["placeCode"], "category": record[KINDS[kind].category], "channel": record["channel"]}
    # What the simulation made stays apart, at every platform.
    told = replace(transaction, simulated=transaction.simulated or record["simulated"])
    await told.emit(f"onenet.{KINDS[kind].word}.{what}", data)


def transfer_id(given: Input) -> str:
    if re.fullmatch(r"[A-Za-z0-9_.:-]{1,200}", given["transferId"]) is None:
        raise bad_input("`transferId` is 1 to 200 letters, digits, `_`, `.`, `:` and `-`.")
    return str(given["transferId"])


def other_platform(platform: Platform, field: str, code: str) -> None:
    """The platform on the other side: never this one."""
    if not is_platform_code(code) or code == platform.code:
        raise bad_input(f'`{field}: "{code}"` is no other platform\'s code.')


def refused(name: str, part: Row | None, why: str = "") -> NetError:
    """A step that the transfer is past, or not at yet."""
    status = part["state"] if part else None
    known = f": the transfer is {status} here" if status else why or ": it was not offered here"
    return NetError("WRONG_STATE", f"{name} is not possible{known}.", status=status, allowed=[])


def answer(part: Mapping[str, Any]) -> Row:
    """Our part, in the contract's names."""
    return {**{name: part[name] for name in ("id", "state", "kind")}, "recordId": part["record"]}
