"""What can be done with a request: its life cycle as one table, and a command for each step."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from . import checks
from .commands import Command, Input, Transaction, existing, existing_organization, new_id
from .context import Row
from .errors import NetError, bad_input
from .times import minutes_between, ms, show_time

OPEN = ["SUBMITTED", "VERIFIED", "DISPATCHED", "ACCEPTED"]
CLOSED = ["RESOLVED", "REJECTED"]

# A category's own period, in days: by when it is to be resolved, from its submission.
PERIOD_DAYS = {
    "WAGES": 15,
    "CONTRACT": 15,
    "SAFETY": 7,
    "INSURANCE": 20,
    "MEDICAL": 15,
    "HARDSHIP": 20,
    "EMPLOYMENT": 30,
    "LEGAL": 30,
    "SERVICE": 7,
    "OTHER": 15,
}


@dataclass
class Effect:
    """What a step does beyond the change of status."""

    change: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    rating: int | None = None
    supervision: bool = False


Effects = Callable[[Transaction, Row, Input], Awaitable[Effect]]


async def submit(transaction: Transaction, given: Input) -> Row:
    checks.this_platform(transaction.platform, given["platform"])
    place = checks.served_place(transaction.platform, given["placeCode"])
    name = checks.optional_text("applicantName", given.get("applicantName"), 100)
    phone = checks.optional_phone("applicantPhone", given.get("applicantPhone"))
    title = checks.text("title", given["title"], 200)
    description = checks.optional_text("description", given.get("description"), 5_000)
    actor, now = transaction.actor, transaction.now
    id, category, channel = new_id(transaction, "request"), given["category"], given["channel"]
    await transaction.do(
        "INSERT INTO help_request (id, subject, category, came_by, state, area_code, filed, changed, due,"
        " simulated, applicant, applicant_tel, details, applicant_ref)"
        " VALUES (%s, %s, %s, %s, 'SUBMITTED', %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        id, title, category, channel, place, now, now, now + timedelta(days=PERIOD_DAYS[category]),
        transaction.simulated, name, phone, description, actor.reference if actor.kind == "WORKER" else None,
    )  # fmt: skip
    await log(transaction, id, "STATUS", to_state="SUBMITTED")
    await transaction.emit_person(
        "onenet.request.submitted", {"place": place, "category": category, "channel": channel}
    )
    return await existing(transaction, "service_request", "help_request", id)


async def no_effect(_transaction: Transaction, _request: Row, _given: Input) -> Effect:
    return Effect()


async def dispatch(transaction: Transaction, _request: Row, given: Input) -> Effect:
    return Effect({"handled_by": await existing_organization(transaction, given["organizationId"])})


async def accept(transaction: Transaction, request: Row, given: Input) -> Effect:
    due, now = given.get("dueAt"), transaction.now
    if due is not None and ms(due) <= ms(now):
        raise bad_input(f"`dueAt: {show_time(due)}` is not after now, {show_time(now)}.")
    usual = request["submittedAt"] + timedelta(days=PERIOD_DAYS[request["category"]])
    handler = checks.optional_text("handler", given.get("handler"), 200)
    return Effect(
        {"desk": handler or request["handler"], "due": due or request["dueAt"] or usual},
        {"value": minutes_between(request["submittedAt"], now)},
    )


async def resolve(transaction: Transaction, request: Row, _given: Input) -> Effect:
    now = transaction.now
    return Effect({"resolved": now, "closed": now}, closing_data(transaction, request))


async def reject(transaction: Transaction, request: Row, _given: Input) -> Effect:
    return Effect({"closed": transaction.now}, closing_data(transaction, request))


async def add_feedback(_transaction: Transaction, _request: Row, given: Input) -> Effect:
    if given.get("note") is None:
        raise bad_input("`note` is missing: feedback is a text.")
    return Effect()


async def rate(_transaction: Transaction, _request: Row, given: Input) -> Effect:
    rating = given["rating"]
    if not 1 <= rating <= 5:
        raise bad_input(f"`rating: {rating}` is out of range: from 1 to 5.")
    return Effect({"stars": rating}, {"value": rating}, rating=rating)


async def reopen(_transaction: Transaction, request: Row, _given: Input) -> Effect:
    times = request["reopenedCount"] + 1
    return Effect({"resolved": None, "closed": None, "stars": None, "times_reopened": times})


async def supervise(_transaction: Transaction, _request: Row, _given: Input) -> Effect:
    return Effect({"watched": True}, supervision=True)


# Mutation → the statuses in which it is allowed, the one that it leads to (None: no change), its
# event, and what else it does.
STEPS: Mapping[str, tuple[list[str], str | None, str, Effects]] = {
    "verifyServiceRequest": (["SUBMITTED"], "VERIFIED", "verified", no_effect),
    "dispatchServiceRequest": (["VERIFIED"], "DISPATCHED", "dispatched", dispatch),
    "acceptServiceRequest": (["DISPATCHED"], "ACCEPTED", "accepted", accept),
    "resolveServiceRequest": (["ACCEPTED"], "RESOLVED", "resolved", resolve),
    "rejectServiceRequest": (OPEN, "REJECTED", "rejected", reject),
    "rateServiceRequest": (CLOSED, "RATED", "rated", rate),
    "reopenServiceRequest": ([*CLOSED, "RATED"], "ACCEPTED", "reopened", reopen),
    "superviseServiceRequest": (OPEN, None, "supervised", supervise),
    "addServiceRequestFeedback": ([*OPEN, *CLOSED, "RATED"], None, "feedback", add_feedback),
}


def step(name: str) -> Command:
    """The command of one step."""
    allowed, to_state, event, effects = STEPS[name]

    async def take(transaction: Transaction, given: Input) -> Row:
        request = await existing(transaction, "service_request", "help_request", given["id"])
        id, status = request["id"], request["status"]
        if status not in allowed:
            raise NetError(
                "WRONG_STATE",
                f"{name} is not possible: the request is {status}, and would have to be {' or '.join(allowed)}.",
                status=status,
            )
        effect = await effects(transaction, request, given)
        note = checks.optional_text("note", given.get("note"), 2_000)
        change = {**effect.change, "state": to_state or status, "changed": transaction.now}
        columns = ", ".join(f"{column} = %s" for column in change)
        await transaction.do(f"UPDATE help_request SET {columns} WHERE id = %s", *change.values(), id)
        if to_state is not None:
            await log(transaction, id, "STATUS", from_state=status, to_state=to_state)
        if effect.rating is not None:
            await log(transaction, id, "RATING", stars=effect.rating)
        if effect.supervision:
            await log(transaction, id, "SUPERVISION")
        if note is not None:
            await log(transaction, id, "FEEDBACK", said=note)
        data = {"place": request["placeCode"], "category": request["category"], "channel": request["channel"]}
        await transaction.emit(f"onenet.request.{event}", {**data, **effect.data})
        return await existing(transaction, "service_request", "help_request", id)

    return take


def closing_data(transaction: Transaction, request: Row) -> Mapping[str, Any]:
    value = {"value": minutes_between(request["submittedAt"], transaction.now)}
    if request["dueAt"] is None:
        return value
    return {**value, "onTime": ms(transaction.now) <= ms(request["dueAt"])}


async def log(
    transaction: Transaction,
    request: str,
    what: str,
    *,
    from_state: str | None = None,
    to_state: str | None = None,
    stars: int | None = None,
    said: str | None = None,
) -> None:
    await transaction.do(
        "INSERT INTO help_request_log (request, what, happened, actor_kind, from_state, to_state, stars, said)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        request, what, transaction.now, transaction.actor.kind, from_state, to_state, stars, said,
    )  # fmt: skip
