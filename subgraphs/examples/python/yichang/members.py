"""Joining and leaving the union, and whom a member's family is."""

import uuid
from collections.abc import Mapping
from typing import Any

from . import checks, join_codes, life_cycles
from .commands import Command, Input, Transaction, check_person, existing, existing_organization, new_id
from .context import Row
from .errors import NetError, bad_input

MOST_RELATIVES = 20

# Mutation → its event.
STEPS: Mapping[str, str] = {
    "acceptMember": "onenet.member.accepted",
    "refuseMember": "onenet.member.refused",
    "leaveUnion": "onenet.member.left",
}


async def apply(transaction: Transaction, given: Input) -> Row:
    """Takes an application; by a QR code it is the code's organization that is applied to."""
    checks.this_platform(transaction.platform, given["platform"])
    place = checks.served_place(transaction.platform, given["placeCode"])
    name = checks.text("name", given["name"], 100)
    phone = checks.optional_phone("phone", given.get("phone"))
    identity = checks.optional_identity_number(given.get("identityNumber"))
    kind, channel = given["kind"], given["channel"]
    size = checks.employer_size(kind, given.get("employerSize"))
    organization = given.get("organizationId")
    code = await join_codes.applied_by(transaction, given)
    if code is not None:
        organization = code["organizationId"]
    elif organization is not None:
        await existing_organization(transaction, organization)
    actor, now, id = transaction.actor, transaction.now, new_id(transaction, "member")
    await transaction.do(
        "INSERT INTO membership (id, applied, changed, state, kind, came_by, area_code, org, simulated, join_code,"
        " firm_size, full_name, tel, identity, person_ref)"
        " VALUES (%s, %s, %s, 'APPLIED', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        id, now, now, kind, channel, place, organization, transaction.simulated, code and code["id"],
        size, name, phone, identity, actor.reference if actor.kind == "WORKER" else None,
    )  # fmt: skip
    await transaction.emit("onenet.member.applied", {"place": place, "category": kind, "channel": channel})
    return await existing(transaction, "member", "membership", id)


def step(name: str) -> Command:
    """The command of one step."""
    event, to_state = STEPS[name], life_cycles.STEPS[name].leads_to

    async def take(transaction: Transaction, given: Input) -> Row:
        note = checks.optional_text("note", given.get("note"), 2_000)
        member = await own_member(transaction, name, given["id"])
        id, now = member["id"], transaction.now
        life_cycles.check(name, member["status"])
        joined = now if to_state == "ACTIVE" else member["joinedAt"]
        await transaction.do(
            "UPDATE membership SET state = %s, changed = %s, joined = %s WHERE id = %s", to_state, now, joined, id
        )
        if note is not None:
            await transaction.do("INSERT INTO membership_note VALUES (%s, %s, %s)", id, now, note)
        await transaction.emit(event, event_data(member))
        return await existing(transaction, "member", "membership", id)

    return take


async def add_family_member(transaction: Transaction, given: Input) -> Row:
    member = await own_member(transaction, "addFamilyMember", given["id"])
    life_cycles.check("addFamilyMember", member["status"])
    found = await transaction.row("SELECT count(*) AS n FROM relative WHERE membership = %s", member["id"])
    if found is not None and found["n"] >= MOST_RELATIVES:
        raise bad_input(f'Member "{member["id"]}" has {found["n"]} of the family: at most {MOST_RELATIVES}.')
    name = checks.text("name", given["name"], 100)
    await transaction.do(
        "INSERT INTO relative (membership, key, relation, full_name) VALUES (%s, %s, %s, %s)",
        member["id"], str(uuid.uuid4()), given["relation"], name,
    )  # fmt: skip
    return await changed(transaction, member)


async def remove_family_member(transaction: Transaction, given: Input) -> Row:
    member = await own_member(transaction, "removeFamilyMember", given["id"])
    life_cycles.check("removeFamilyMember", member["status"])
    key = given["key"].replace("\0", "")
    if not await transaction.do("DELETE FROM relative WHERE membership = %s AND key = %s", member["id"], key):
        raise NetError("NOT_FOUND", f'Member "{member["id"]}" has nobody of the family by that `key`.')
    return await changed(transaction, member)


async def own_member(transaction: Transaction, name: str, id: str) -> Row:
    """The member; refused to another worker."""
    member = await existing(transaction, "member", "membership", id)
    await check_person(transaction, name, "SELECT person_ref AS person FROM membership WHERE id = %s", id)
    return member


async def changed(transaction: Transaction, member: Row) -> Row:
    await transaction.do("UPDATE membership SET changed = %s WHERE id = %s", transaction.now, member["id"])
    return await existing(transaction, "member", "membership", member["id"])


def event_data(member: Row) -> dict[str, Any]:
    return {"place": member["placeCode"], "category": member["kind"], "channel": member["channel"]}
