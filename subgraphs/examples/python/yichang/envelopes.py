"""What moves with a transfer: a record as it is sealed, made from what was sealed, and erased once it has moved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from . import checks
from .commands import Input, Transaction, existing_organization, new_id
from .context import Row
from .errors import bad_input
from .fields import Fields
from .life_cycles import CLOSED, OPEN
from .times import show_time
from .working_days import PERIODS

CHANNELS = ("WEBSITE", "WECHAT", "APP", "HOTLINE", "STATION", "QR_CODE", "MINI_PROGRAM")
MEMBER_KINDS = ("EMPLOYEE", "MICRO_ENTERPRISE", "FLEXIBLE", "MIGRANT")
RELATIONS = ("SPOUSE", "CHILD", "PARENT", "OTHER")
STATUSES = (*OPEN, *CLOSED, "RATED")
ACTORS = ("WORKER", "OFFICER", "SYSTEM")
LINES = ("STATUS", "FEEDBACK", "RATING", "SUPERVISION", "REMINDER", "OVERDUE", "ESCALATION", "TRANSFER")

# What is read, in the record's names, in our tables.
MEMBER = """
SELECT applied AS "appliedAt", joined AS "joinedAt", kind, came_by AS channel, area_code AS "placeCode",
  full_name AS name, tel AS phone, identity AS "identityNumber", firm_size AS "employerSize", simulated
FROM membership WHERE id = %s"""
FAMILY = "SELECT key, relation, full_name AS name FROM relative WHERE membership = %s ORDER BY line"
REQUEST = """
SELECT subject AS title, category, came_by AS channel, area_code AS "placeCode", filed AS "submittedAt",
  due AS "dueAt", watched AS supervised, times_reopened AS "reopenedCount", times_reminded AS "remindedCount",
  applicant AS "applicantName", applicant_tel AS "applicantPhone", details AS description, simulated
FROM help_request WHERE id = %s"""
HISTORY = """
SELECT what AS step, happened AS at, actor_kind AS "actorKind", from_state AS "from", to_state AS "to",
  stars AS rating, level, came_from AS "fromPlatform", said AS text
FROM help_request_log WHERE request = %s ORDER BY line"""


async def contents(transaction: Transaction, kind: str, id: str, status: str) -> Row:
    """The record as it is sealed; `status` is what it was before the offer."""
    if kind == "MEMBER":
        family = await rows(transaction, FAMILY, id)
        return {**as_json((await rows(transaction, MEMBER, id))[0]), "family": family}
    history = [
        {name: value for name, value in as_json(line).items() if value is not None}
        for line in await rows(transaction, HISTORY, id)
    ]
    return {**as_json((await rows(transaction, REQUEST, id))[0]), "status": status, "history": history}


def unpacked(envelope: Any, given: Input) -> tuple[str, Mapping[str, Any]]:
    """Kind and record of what was opened, which is of this transfer and no other."""
    match envelope:
        case {"v": 1, "transferId": transfer, "from": source, "to": target, "kind": str(kind), "record": dict(record)}:
            named = (transfer, source, target) == (given["transferId"], given["from"], given["platform"])
            if named and kind in ("MEMBER", "SERVICE_REQUEST"):
                return kind, record
    raise bad_input("`sealed` is not of this transfer: its version, kind, `transferId`, `from` or `to` is another one.")


async def make(transaction: Transaction, kind: str, record: Mapping[str, Any], given: Input) -> str:
    """The record, as a new one of ours; its id."""
    platform, place, lay = transaction.platform, given.get("placeCode"), str(record.get("placeCode"))
    if place is None:
        place = lay if checks.serves(platform, lay) else platform.serves[0]
    checks.served_place(platform, place)
    organization = given.get("organizationId")
    if organization is not None:
        await existing_organization(transaction, organization)
    if kind == "MEMBER":
        return await make_member(transaction, record, place, organization)
    return await make_request(transaction, record, place, given["from"])


async def make_member(transaction: Transaction, record: Mapping[str, Any], place: str, organization: str | None) -> str:
    id, field = new_id(transaction, "member"), Fields(record)
    await insert(transaction, "membership", {
        "id": id, "state": "ACTIVE", "changed": transaction.now, "area_code": place, "org": organization,
        "applied": field.time("appliedAt"), "joined": field.maybe_time("joinedAt") or transaction.now,
        "kind": field.one_of("kind", MEMBER_KINDS), "came_by": field.one_of("channel", CHANNELS),
        "firm_size": field.maybe_number("employerSize"), "simulated": field.flag("simulated"),
        "full_name": field.maybe_text("name", 100), "tel": field.maybe_text("phone", 50),
        "identity": field.maybe_text("identityNumber", 18),
    })  # fmt: skip
    for each in field.many("family"):
        await insert(transaction, "relative", {
            "membership": id, "key": each.text("key", 100), "relation": each.one_of("relation", RELATIONS),
            "full_name": each.text("name", 100),
        })  # fmt: skip
    return id


async def make_request(transaction: Transaction, record: Mapping[str, Any], place: str, source: str) -> str:
    id, field = new_id(transaction, "request"), Fields(record)
    state = "SUBMITTED" if field.one_of("status", OPEN) == "SUBMITTED" else "VERIFIED"
    lines = [line(each) for each in field.many("history")]
    await insert(transaction, "help_request", {
        "id": id, "state": state, "changed": transaction.now, "area_code": place,
        "subject": field.text("title", 200), "category": field.one_of("category", tuple(PERIODS)),
        "came_by": field.one_of("channel", CHANNELS), "filed": field.time("submittedAt"),
        "due": field.maybe_time("dueAt"), "watched": field.flag("supervised"),
        "times_reopened": field.number("reopenedCount"), "times_reminded": field.number("remindedCount"),
        "simulated": field.flag("simulated"), "applicant": field.maybe_text("applicantName", 100),
        "applicant_tel": field.maybe_text("applicantPhone", 50), "details": field.maybe_text("description", 5_000),
        **clock_of(lines),
    })  # fmt: skip
    came = {"what": "TRANSFER", "happened": transaction.now, "actor_kind": transaction.actor.kind, "came_from": source}
    for each in [*lines, came]:
        await insert(transaction, "help_request_log", {"request": id, **each})
    return id


def line(field: Fields) -> Row:
    """A line of history, in our names."""
    return {
        "what": field.one_of("step", LINES), "happened": field.time("at"),
        "actor_kind": field.one_of("actorKind", ACTORS), "from_state": field.maybe_one_of("from", STATUSES),
        "to_state": field.maybe_one_of("to", STATUSES), "stars": field.maybe_number("rating"),
        "level": field.maybe_number("level"), "came_from": field.maybe_text("fromPlatform", 32),
        "said": field.maybe_text("text", 5_000),
    }  # fmt: skip


def clock_of(lines: list[Row]) -> Row:
    """What the clock has done by its history, so that it does not do it again here."""
    clock: Row = {"found_overdue": None, "reminded": None, "levels_up": 0, "clock_took_up": False}
    for each in lines:
        match each["what"]:
            case "STATUS" if each["from_state"] in (*CLOSED, "RATED"):
                clock |= {"found_overdue": None, "reminded": None, "clock_took_up": False}
            case "OVERDUE":
                clock["found_overdue"] = each["happened"]
            case "REMINDER":
                clock["reminded"] = each["happened"]
            case "ESCALATION":
                by_clock = each["actor_kind"] == "SYSTEM" and clock["found_overdue"] is not None
                clock |= {"levels_up": each["level"] or clock["levels_up"] + 1}
                clock["clock_took_up"] = clock["clock_took_up"] or by_clock
    return clock


async def erase(transaction: Transaction, kind: str, id: str) -> None:
    """What is personal of a record, and its history; its tombstone stays."""
    if kind == "MEMBER":
        await transaction.do("DELETE FROM relative WHERE membership = %s", id)
        await transaction.do("DELETE FROM membership_note WHERE membership = %s", id)
        personal = "full_name = NULL, tel = NULL, identity = NULL, person_ref = NULL"
        await transaction.do(f"UPDATE membership SET {personal} WHERE id = %s", id)
        return
    await transaction.do("DELETE FROM help_request_log WHERE request = %s", id)
    personal = "applicant = NULL, applicant_tel = NULL, details = NULL, applicant_ref = NULL"
    await transaction.do(f"UPDATE help_request SET {personal} WHERE id = %s", id)


async def rows(transaction: Transaction, query: str, id: str) -> list[Row]:
    found: list[Row] = await (await transaction.connection.execute(query, [id])).fetchall()
    return found


async def insert(transaction: Transaction, table: str, row: Mapping[str, Any]) -> None:
    places = ", ".join(["%s"] * len(row))
    await transaction.do(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())


def as_json(row: Row) -> Row:
    return {name: show_time(value) if isinstance(value, datetime) else value for name, value in row.items()}
