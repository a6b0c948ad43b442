"""What can be done with a request: a command for each step of its life cycle."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import checks, deadlines, life_cycles
from .commands import Command, Input, Transaction, check_person, existing, existing_organization, new_id
from .context import Row
from .errors import bad_input
from .history import log
from .times import minutes_between, ms, show_time
from .working_days import due_after


@dataclass
class Effect:
    """What a step does beyond the change of status: columns, the event's data, a line of history and its column."""

    change: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    line: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


Effects = Callable[[Transaction, Row, Input], Awaitable[Effect]]


async def submit(transaction: Transaction, given: Input) -> Row:
    """Takes a new request."""
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
        id, title, category, channel, place, now, now, due_after(now, category),
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
    usual = request["dueAt"] or due_after(request["submittedAt"], request["category"])
    handler = checks.optional_text("handler", given.get("handler"), 200)
    # A new deadline does not hide that the old one has passed.
    await deadlines.find_overdue(transaction, request)
    return Effect(
        {"desk": handler or request["handler"], "due": due or usual},
        {"value": minutes_between(request["submittedAt"], now)},
    )


async def resolve(transaction: Transaction, request: Row, _given: Input) -> Effect:
    await deadlines.find_overdue(transaction, request)
    now = transaction.now
    return Effect({"resolved": now, "closed": now}, closing_data(transaction, request))


async def reject(transaction: Transaction, request: Row, _given: Input) -> Effect:
    await deadlines.find_overdue(transaction, request)
    return Effect({"closed": transaction.now}, closing_data(transaction, request))


async def add_feedback(_transaction: Transaction, _request: Row, given: Input) -> Effect:
    if given.get("note") is None:
        raise bad_input("`note` is missing: feedback is a text.")
    return Effect()


async def rate(_transaction: Transaction, _request: Row, given: Input) -> Effect:
    rating = given["rating"]
    if not 1 <= rating <= 5:
        raise bad_input(f"`rating: {rating}` is out of range: from 1 to 5.")
    return Effect({"stars": rating}, {"value": rating}, "RATING", {"stars": rating})


async def reopen(transaction: Transaction, request: Row, _given: Input) -> Effect:
    """A new period begins, and with it what the clock has seen."""
    due = due_after(transaction.now, request["category"])
    clock = {"due": due, "found_overdue": None, "reminded": None, "clock_took_up": False}
    times = request["reopenedCount"] + 1
    return Effect({"resolved": None, "closed": None, "stars": None, "times_reopened": times, **clock})


async def supervise(_transaction: Transaction, _request: Row, _given: Input) -> Effect:
    return Effect({"watched": True}, line="SUPERVISION")


async def remind(transaction: Transaction, request: Row, _given: Input) -> Effect:
    return Effect(deadlines.reminder(transaction, request), line="REMINDER")


async def escalate(transaction: Transaction, request: Row, _given: Input) -> Effect:
    change = await deadlines.escalation(transaction, request)
    return Effect(change, line="ESCALATION", more={"level": change["levels_up"]})


# Mutation → its event, and what else it does.
STEPS: Mapping[str, tuple[str, Effects]] = {
    "verifyServiceRequest": ("verified", no_effect),
    "dispatchServiceRequest": ("dispatched", dispatch),
    "acceptServiceRequest": ("accepted", accept),
    "resolveServiceRequest": ("resolved", resolve),
    "rejectServiceRequest": ("rejected", reject),
    "addServiceRequestFeedback": ("feedback", add_feedback),
    "rateServiceRequest": ("rated", rate),
    "reopenServiceRequest": ("reopened", reopen),
    "superviseServiceRequest": ("supervised", supervise),
    "remindServiceRequest": ("reminded", remind),
    "escalateServiceRequest": ("escalated", escalate),
}

# What a worker may do with a request of the worker's own only.
OWN = {"addServiceRequestFeedback", "rateServiceRequest", "reopenServiceRequest", "remindServiceRequest"}


def step(name: str) -> Command:
    """The command of one step."""
    event, effects = STEPS[name]
    to_state = life_cycles.STEPS[name].leads_to

    async def take(transaction: Transaction, given: Input) -> Row:
        request = await existing(transaction, "service_request", "help_request", given["id"])
        id, status = request["id"], request["status"]
        if name in OWN:
            await check_person(transaction, name, "SELECT applicant_ref AS person FROM help_request WHERE id = %s", id)
        life_cycles.check(name, status)
        effect = await effects(transaction, request, given)
        note = checks.optional_text("note", given.get("note"), 2_000)
        change = {**effect.change, "state": to_state or status, "changed": transaction.now}
        columns = ", ".join(f"{column} = %s" for column in change)
        await transaction.do(f"UPDATE help_request SET {columns} WHERE id = %s", *change.values(), id)
        if to_state is not None:
            await log(transaction, id, "STATUS", from_state=status, to_state=to_state)
        if effect.line is not None:
            await log(transaction, id, effect.line, **effect.more)
        if note is not None:
            await log(transaction, id, "FEEDBACK", said=note)
        await transaction.emit(f"onenet.request.{event}", {**deadlines.event_data(request), **effect.data})
        return await existing(transaction, "service_request", "help_request", id)

    return take


def closing_data(transaction: Transaction, request: Row) -> Mapping[str, Any]:
    value = {"value": minutes_between(request["submittedAt"], transaction.now)}
    if request["dueAt"] is None:
        return value
    return {**value, "onTime": ms(transaction.now) <= ms(request["dueAt"])}
