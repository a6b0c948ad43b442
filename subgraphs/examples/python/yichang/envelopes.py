"""What moves with a transfer: a record as it is sealed, made from what was sealed, and erased once it has moved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from . import checks
from .commands import Input, Transaction, existing_organization, new_id
from .context import Context, Row
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
MOST_LINES = 10_000
LINES = ("STATUS", "FEEDBACK", "RATING", "SUPERVISION", "REMINDER", "OVERDUE", "ESCALATION", "TRANSFER")

# What is read, in the record's names, in our tables.
MEMBER = """
SELECT applied AS "appliedAt", joined AS "joinedAt", kind, came_by AS channel, area_code AS "placeCode",
  full_name AS name, tel AS phone, identity AS "identityNumber", firm_size AS "employerSize", simulated
FROM membership WHERE id = %s AND state = 'IN_TRANSFER'"""
FAMILY = "SELECT key, relation, full_name AS name FROM relative WHERE membership = %s ORDER BY line"
REQUEST = """
SELECT subject AS title, category, came_by AS channel, area_code AS "placeCode", filed AS "submittedAt",
  due AS "dueAt", watched AS supervised, times_reopened AS "reopenedCount", times_reminded AS "remindedCount",
  applicant AS "applicantName", applicant_tel AS "applicantPhone", details AS description, simulated
FROM help_request WHERE id = %s AND state = 'IN_TRANSFER'"""
HISTORY = """
SELECT what AS step, happened AS at, actor_kind AS "actorKind", from_state AS "from", to_state AS "to",
  stars AS rating, level, came_from AS "fromPlatform", said AS text
FROM help_request_log WHERE request = %s ORDER BY line"""


async def contents(context: Context, kind: str, id: str, status: str) -> Row | None:
    """The record as it is sealed, as long as it is offered; `status` is what it was before."""
    if kind == "MEMBER":
        found = await context.rows(MEMBER, [id])
        return {**as_json(found[0]), "family": await context.rows(FAMILY, [id])} if found else None
    found = await context.rows(REQUEST, [id])
    history = [
        {name: value for name, value in as_json(each).items() if value is not None}
        for each in await context.rows(HISTORY, [id])
    ]
    return {**as_json(found[0]), "status": status, "history": history} if found else None


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
    platform, field, place = transaction.platform, Fields(record), given.get("placeCode")
    organization = given.get("organizationId")
    if organization is not None:
        await existing_organization(transaction, organization)
    if place is None:
        lay = field.text("placeCode", 12)
        place = lay if checks.serves(platform, lay) else platform.serves[0]
    checks.served_place(platform, place)
    if kind == "MEMBER":
        return await make_member(transaction, field, place, organization)
    return await make_request(transaction, field, place, given["from"])


async def make_member(transaction: Transaction, field: Fields, place: str, organization: str | None) -> str:
    id, family = new_id(transaction, "member"), field.many("family", 20)
    await insert(transaction, "membership", {
        "id": id, "state": "ACTIVE", "changed": transaction.now, "area_code": place, "org": organization,
        "applied": field.time("appliedAt"), "joined": field.maybe_time("joinedAt") or transaction.now,
        "kind": field.one_of("kind", MEMBER_KINDS), "came_by": field.one_of("channel", CHANNELS),
        "firm_size": field.maybe_number("employerSize", 1_000_000), "simulated": field.flag("simulated"),
        "full_name": field.maybe_text("name", 100), "tel": field.checked("phone", checks.optional_phone, "phone"),
        "identity": field.checked("identityNumber", checks.optional_identity_number),
    })  # fmt: skip
    if len({each.text("key", 100) for each in family}) < len(family):
        raise bad_input("`sealed` holds a record whose `family` has one key twice.")
    for each in family:
        await insert(transaction, "relative", {
            "membership": id, "key": each.text("key", 100), "relation": each.one_of("relation", RELATIONS),
            "full_name": each.text("name", 100),
        })  # fmt: skip
    return id


async def make_request(transaction: Transaction, field: Fields, place: str, source: str) -> str:
    id = new_id(transaction, "request")
    lines = [line(each) for each in field.many("history", MOST_LINES)]
    await insert(transaction, "help_request", {
        "id": id, "state": "SUBMITTED" if field.one_of("status", OPEN) == "SUBMITTED" else "VERIFIED",
        "changed": transaction.now, "area_code": place,
        "subject": field.text("title", 200), "category": field.one_of("category", tuple(PERIODS)),
        "came_by": field.one_of("channel", CHANNELS), "filed": field.time("submittedAt"),
        "due": field.maybe_time("dueAt"), "watched": field.flag("supervised"),
        "times_reopened": field.number("reopenedCount", MOST_LINES),
        "times_reminded": field.number("remindedCount", MOST_LINES), "simulated": field.flag("simulated"),
        "applicant": field.maybe_text("applicantName", 100),
        "applicant_tel": field.checked("applicantPhone", checks.optional_phone, "applicantPhone"),
        "details": field.maybe_text("description", 5_000), **clock_of(lines),
    })  # fmt: skip
    came = {"what": "TRANSFER", "happened": transaction.now, "actor_kind": transaction.actor.kind, "came_from": source}
    for each in [*lines, came]:
        await insert(transaction, "help_request_log", {"request": id, **each})
    return id


def line(field: Fields) -> Row:
    """A line of history, in our names, with what its kind has and nothing else."""
    what = field.one_of("step", LINES)
    row = {"what": what, "happened": field.time("at"), "actor_kind": field.one_of("actorKind", ACTORS)}
    match what:
        case "STATUS":
            came = {"from_state": field.maybe_one_of("from", STATUSES)}
            return {**row, **came, "to_state": field.one_of("to", STATUSES)}
        case "FEEDBACK":
            return {**row, "said": field.text("text", 5_000)}
        case "RATING":
            return {**row, "stars": field.number("rating", 5)}
        case "ESCALATION":
            return {**row, "level": field.number("level", MOST_LINES)}
        case "TRANSFER":
            return {**row, "came_from": field.text("fromPlatform", 32)}
    return row


def clock_of(lines: Sequence[Row]) -> Row:
    """What the clock has done by its history, so that it does not do it again here."""
    opened: Row = {"found_overdue": None, "reminded": None, "clock_took_up": False}
    clock: Row = {**opened, "levels_up": 0}
    for each in lines:
        match each["what"]:
            case "STATUS" if each["from_state"] in (*CLOSED, "RATED"):
                clock |= opened
            case "OVERDUE":
                clock["found_overdue"] = each["happened"]
            case "REMINDER":
                clock["reminded"] = each["happened"]
            case "ESCALATION":
                clock["levels_up"] = each["level"]
                if each["actor_kind"] == "SYSTEM" and clock["found_overdue"] is not None:
                    clock["clock_took_up"] = True
    return clock


# What of a record goes when it has moved: its tombstone has its id, where it went, and what the contract demands.
GONE = {
    "MEMBER": "full_name = NULL, tel = NULL, identity = NULL, person_ref = NULL, org = NULL, joined = NULL,"
    " join_code = NULL, firm_size = NULL",
    "SERVICE_REQUEST": "applicant = NULL, applicant_tel = NULL, details = NULL, applicant_ref = NULL,"
    " handled_by = NULL, due = NULL, resolved = NULL, closed = NULL, desk = NULL, watched = false, times_reopened = 0,"
    " stars = NULL, found_overdue = NULL, reminded = NULL, times_reminded = 0, levels_up = 0, clock_took_up = false",
}


async def erase(transaction: Transaction, kind: str, id: str) -> None:
    """What is personal of a record, and its history; its tombstone stays."""
    if kind == "MEMBER":
        await transaction.do("DELETE FROM relative WHERE membership = %s", id)
        await transaction.do("DELETE FROM membership_note WHERE membership = %s", id)
    else:
        await transaction.do("DELETE FROM help_request_log WHERE request = %s", id)
    table = "membership" if kind == "MEMBER" else "help_request"
    await transaction.do(f"UPDATE {table} SET {GONE[kind]} WHERE id = %s", id)


async def insert(transaction: Transaction, table: str, row: Mapping[str, Any]) -> None:
    places = ", ".join(["%s"] * len(row))
    await transaction.do(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())


def as_json(row: Row) -> Row:
    return {name: show_time(value) if isinstance(value, datetime) else value for name, value in row.items()}
