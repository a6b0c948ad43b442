"""QR codes by which workers apply to an organization."""

import io
import secrets

import segno

from . import checks, life_cycles
from .commands import Input, Transaction, existing, new_id
from .context import Info, Row
from .errors import bad_input
from .federation import Type
from .times import ms, show_time

join_code = Type("JoinCode")


async def issue(transaction: Transaction, given: Input) -> Row:
    """A new code: whoever knows its token applies to its organization."""
    checks.this_platform(transaction.platform, given["platform"])
    organization = await existing(transaction, "organization", "union_org", given["organizationId"])
    until, now = given.get("validUntil"), transaction.now
    if until is not None and ms(until) <= ms(now):
        raise bad_input(f"`validUntil: {show_time(until)}` is not after now, {show_time(now)}.")
    id, place = new_id(transaction, "join-code"), organization["placeCode"]
    await transaction.do(
        "INSERT INTO join_code (id, token, state, area_code, org, issued, changed, valid_until)"
        " VALUES (%s, %s, 'VALID', %s, %s, %s, %s, %s)",
        id, secrets.token_urlsafe(16), place, organization["id"], now, now, until,
    )  # fmt: skip
    await transaction.emit("onenet.joincode.issued", {"place": place})
    return await existing(transaction, "join_code", "join_code", id)


async def revoke(transaction: Transaction, given: Input) -> Row:
    """The code is taken from nobody from now on."""
    code = await existing(transaction, "join_code", "join_code", given["id"])
    life_cycles.check("revokeJoinCode", code["status"])
    await transaction.do(
        "UPDATE join_code SET state = 'REVOKED', changed = %s WHERE id = %s", transaction.now, code["id"]
    )
    await transaction.emit("onenet.joincode.revoked", {"place": code["placeCode"]})
    return await existing(transaction, "join_code", "join_code", code["id"])


async def applied_by(transaction: Transaction, given: Input) -> Row | None:
    """The code of an application, which is counted; None when it came without one."""
    token = given.get("joinToken")
    if token is None:
        return None
    if given["channel"] != "QR_CODE":
        raise bad_input(f"`channel: {given['channel']}` does not go with `joinToken`: it is QR_CODE.")
    found = await transaction.row(
        "UPDATE join_code SET applications = applications + 1, changed = %s"
        " WHERE token = %s AND state = 'VALID' AND (valid_until IS NULL OR unix_ms(valid_until) > %s) RETURNING id",
        transaction.now, token.replace("\0", ""), ms(transaction.now),
    )  # fmt: skip
    if found is None:
        raise bad_input("`joinToken` is of no QR code that holds: unknown, revoked or expired. Ask for a new one.")
    code = await existing(transaction, "join_code", "join_code", found["id"])
    if given.get("organizationId") not in (None, code["organizationId"]):
        raise bad_input(f"`organizationId` is not that of the QR code, which is {code['organizationId']}.")
    return code


@join_code.field("content")
def content(code: Row, info: Info) -> str:
    """What the QR code holds: where the platform's front end takes applications."""
    return f"{info.context.platform.front_end}/join?join={code['token']}"


@join_code.field("svg")
def svg(code: Row, info: Info) -> str:
    """The QR code as an image, readable with a quarter of it worn off."""
    image = io.BytesIO()
    segno.make(content(code, info), error="q", micro=False).save(image, kind="svg", scale=4, xmldecl=False, nl=False)
    return image.getvalue().decode()
