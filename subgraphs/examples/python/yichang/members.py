"""Joining and leaving the union."""

from collections.abc import Mapping

from . import checks
from .commands import Command, Input, Transaction, existing, existing_organization, new_id
from .context import Row
from .errors import NetError

# Mutation → the status in which it is allowed, the one that it leads to, its event.
STEPS: Mapping[str, tuple[str, str, str]] = {
    "acceptMember": ("APPLIED", "ACTIVE", "onenet.member.accepted"),
    "refuseMember": ("APPLIED", "REFUSED", "onenet.member.refused"),
    "leaveUnion": ("ACTIVE", "LEFT", "onenet.member.left"),
}


async def apply(transaction: Transaction, given: Input) -> Row:
    checks.this_platform(transaction.platform, given["platform"])
    place = checks.served_place(transaction.platform, given["placeCode"])
    name = checks.text("name", given["name"], 100)
    phone = checks.optional_phone("phone", given.get("phone"))
    organization = given.get("organizationId")
    if organization is not None:
        await existing_organization(transaction, organization)
    actor, now = transaction.actor, transaction.now
    id, kind, channel = new_id(transaction, "member"), given["kind"], given["channel"]
    await transaction.do(
        "INSERT INTO membership (id, applied, changed, state, kind, came_by, area_code, org, simulated,"
        " full_name, tel, person_ref) VALUES (%s, %s, %s, 'APPLIED', %s, %s, %s, %s, %s, %s, %s, %s)",
        id, now, now, kind, channel, place, organization, transaction.simulated,
        name, phone, actor.reference if actor.kind == "WORKER" else None,
    )  # fmt: skip
    await transaction.emit("onenet.member.applied", {"place": place, "category": kind, "channel": channel})
    return await existing(transaction, "member", "membership", id)


def step(name: str) -> Command:
    """The command of one step."""
    allowed, to_state, event = STEPS[name]

    async def take(transaction: Transaction, given: Input) -> Row:
        note = checks.optional_text("note", given.get("note"), 2_000)
        member = await existing(transaction, "member", "membership", given["id"])
        id, status, now = member["id"], member["status"], transaction.now
        if status != allowed:
            raise NetError(
                "WRONG_STATE",
                f"{name} is not possible: the member is {status}, and would have to be {allowed}.",
                status=status,
            )
        joined = now if to_state == "ACTIVE" else member["joinedAt"]
        await transaction.do(
            "UPDATE membership SET state = %s, changed = %s, joined = %s WHERE id = %s", to_state, now, joined, id
        )
        if note is not None:
            await transaction.do("INSERT INTO membership_note VALUES (%s, %s, %s)", id, now, note)
        await transaction.emit(
            event, {"place": member["placeCode"], "category": member["kind"], "channel": member["channel"]}
        )
        return await existing(transaction, "member", "membership", id)

    return take
