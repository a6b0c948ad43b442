"""The contract's fields: most are columns of the same name, so only the others stand here."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from ariadne import InterfaceType, ScalarType

from . import join_codes, sealing, transfers
from .context import Context, Info, Row
from .errors import NetError
from .federation import RECORDS, Type, query
from .ids import parse_id
from .lists import list_of
from .times import ms, parse_time, show_time

date_time = ScalarType("DateTime", serializer=show_time, value_parser=parse_time)
platform = Type("Platform")
division = Type("Division")
organization = Type("Organization")
request = Type("ServiceRequest")
feedback = Type("RequestFeedbackStep")
member = Type("Member")
family_member = Type("FamilyMember")
article = Type("Article")
step = InterfaceType(
    "RequestStep",
    lambda row, *_: {
        "STATUS": "RequestStatusStep",
        "FEEDBACK": "RequestFeedbackStep",
        "RATING": "RequestRatingStep",
        "SUPERVISION": "RequestSupervisionStep",
        "REMINDER": "RequestReminderStep",
        "OVERDUE": "RequestOverdueStep",
        "ESCALATION": "RequestEscalationStep",
        "TRANSFER": "RequestTransferStep",
    }[row["step"]],
)


def root_list(name: str, _root: Any, info: Info, **arguments: Any) -> Any:
    return list_of(info.context, name, arguments)


def division_list(name: str, place: Row, info: Info, **arguments: Any) -> Any:
    return list_of(info.context, name, arguments, within=place["code"])


def organization_list(name: str, parent: Row, info: Info, **arguments: Any) -> Any:
    return list_of(info.context, name, arguments, owner=("organizationId", parent["id"]))


async def record(view: str, _root: Any, info: Info, id: str) -> Row | None:
    parse_id(id)
    found: Row | None = await info.context.records(view).get(id)
    return found


for name in ("organizations", "stations", "serviceRequests", "members", "joinCodes", "articles"):
    query.set_field(name, partial(root_list, name))
    platform.set_field(name, partial(root_list, name))
    division.set_field(name, partial(division_list, name))
for name in ("stations", "serviceRequests", "members"):
    organization.set_field(name, partial(organization_list, name))
for typename, view in RECORDS.items():
    query.set_field(typename[0].lower() + typename[1:], partial(record, view))


@platform.field("eventTotals")
async def event_totals(_platform: Row, info: Info) -> Sequence[Row]:
    """What the sidecar has numbered of our events."""
    return await info.context.rows(
        'SELECT type, events, count, through_sequence AS "throughSequence"'
        ' FROM onenet.event_totals ORDER BY type COLLATE "C"'
    )


@platform.field("sealingKey")
async def sealing_key(_platform: Row, info: Info) -> str:
    # Read each time: it may be replaced while we run.
    async with info.context.platform.pool.connection() as connection:
        return sealing.public_text((await sealing.own_keys(connection))[0])


@platform.field("mediaChannels")
async def media_channels(_platform: Row, info: Info) -> Sequence[Row]:
    return await info.context.rows("SELECT * FROM contract.media_channel ORDER BY id")


@request.field("overdue")
def overdue(row: Row, info: Info) -> bool | None:
    """Not resolved at its deadline, or resolved after it."""
    if row["dueAt"] is None or row["status"] == "TRANSFERRED":
        return None
    return ms(row["closedAt"] or info.context.now) > ms(row["dueAt"])


@request.field("history")
async def history(row: Row, info: Info, newest: int | None = None) -> Sequence[Row]:
    """Oldest first; with `newest` the last ones only."""
    if newest is not None and not 1 <= newest <= 100:
        raise NetError("BAD_INPUT", f"`newest: {newest}` is out of range: from 1 to 100.")
    steps = await steps_of(info.context, row["id"])
    return steps if newest is None else steps[-newest:]


@request.field("feedbackCount")
async def feedback_count(row: Row, info: Info) -> int:
    return sum(each["step"] == "FEEDBACK" for each in await steps_of(info.context, row["id"]))


async def steps_of(context: Context, id: str) -> Sequence[Row]:
    return await lines_of(context, "request_step", "request", id)


async def lines_of(context: Context, view: str, owner: str, id: str) -> Sequence[Row]:
    """What hangs on a record, oldest first."""

    async def load(ids: Sequence[str]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for each in await context.rows(f"SELECT * FROM contract.{view} WHERE {owner} = ANY(%s) ORDER BY line", [ids]):
            found.setdefault(each[owner], []).append(each)
        return found

    return await context.batch(view, load).get(id) or []


@member.field("family")
async def family(row: Row, info: Info) -> Sequence[Row]:
    return await lines_of(info.context, "family_member", "membership", row["id"])


@member.field("checks")
def department_checks(_row: Row, _info: Info) -> Sequence[Row]:
    """We ask no departments."""
    return []


@article.field("comments")
def comments(row: Row, info: Info, **arguments: Any) -> Any:
    return list_of(info.context, "comments", arguments, owner=("articleId", row["id"]))


# Personal fields are in no view: table, column of the key, column, scope.
PERSONAL = {
    (request, "applicantName"): ("help_request", "id", "applicant", "requests:personal"),
    (request, "applicantPhone"): ("help_request", "id", "applicant_tel", "requests:personal"),
    (request, "description"): ("help_request", "id", "details", "requests:personal"),
    (feedback, "text"): ("help_request_log", "line", "said", "requests:personal"),
    (member, "name"): ("membership", "id", "full_name", "members:personal"),
    (member, "phone"): ("membership", "id", "tel", "members:personal"),
    (member, "identityNumber"): ("membership", "id", "identity", "members:personal"),
    (family_member, "name"): ("relative", "line", "full_name", "members:personal"),
}


async def personal(source: tuple[str, str, str, str], row: Row, info: Info) -> str | None:
    """A personal field: refused without its scope, read only with it."""
    table, key, column, scope = source
    if scope not in info.context.scopes:
        raise NetError("SCOPE_REQUIRED", f"The field needs the scope {scope}.", scope=scope)
    found = await info.context.rows(f"SELECT {column} AS value FROM {table} WHERE {key} = %s", [row[key]])
    return found[0]["value"] if found else None


for (bound, field), source in PERSONAL.items():
    bound.set_field(field, partial(personal, source))

BINDABLES = [
    *[date_time, platform, division, organization, request, feedback, step, member, family_member, article],
    join_codes.join_code,
    transfers.transfer_part,
]
