"""The life cycles of records as one table: what each mutation needs, and where it leads. The contract's @step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .errors import NetError

OPEN = ("SUBMITTED", "VERIFIED", "DISPATCHED", "ACCEPTED")
CLOSED = ("RESOLVED", "REJECTED")
# An organization has it, so there may be one above.
HANDLED = ("DISPATCHED", "ACCEPTED")


@dataclass(frozen=True)
class Step:
    """The type of the record, the statuses in which the step is allowed, the one it leads to (None: no change)."""

    of: str
    came_from: Sequence[str]
    leads_to: str | None


# In the contract's order: so are those that a refusal names.
STEPS: Mapping[str, Step] = {
    "verifyServiceRequest": Step("ServiceRequest", ["SUBMITTED"], "VERIFIED"),
    "dispatchServiceRequest": Step("ServiceRequest", ["VERIFIED"], "DISPATCHED"),
    "acceptServiceRequest": Step("ServiceRequest", ["DISPATCHED"], "ACCEPTED"),
    "resolveServiceRequest": Step("ServiceRequest", ["ACCEPTED"], "RESOLVED"),
    "rejectServiceRequest": Step("ServiceRequest", OPEN, "REJECTED"),
    "addServiceRequestFeedback": Step("ServiceRequest", [*OPEN, *CLOSED, "RATED"], None),
    "rateServiceRequest": Step("ServiceRequest", CLOSED, "RATED"),
    "reopenServiceRequest": Step("ServiceRequest", [*CLOSED, "RATED"], "ACCEPTED"),
    "superviseServiceRequest": Step("ServiceRequest", OPEN, None),
    "remindServiceRequest": Step("ServiceRequest", OPEN, None),
    "escalateServiceRequest": Step("ServiceRequest", HANDLED, None),
    "acceptMember": Step("Member", ["APPLIED"], "ACTIVE"),
    "refuseMember": Step("Member", ["APPLIED"], "REFUSED"),
    "leaveUnion": Step("Member", ["ACTIVE"], "LEFT"),
    "addFamilyMember": Step("Member", ["ACTIVE"], None),
    "removeFamilyMember": Step("Member", ["ACTIVE"], None),
    "revokeJoinCode": Step("JoinCode", ["VALID"], "REVOKED"),
}

# What a refusal calls a record.
WORDS = {"ServiceRequest": "request", "Member": "member", "JoinCode": "QR code"}


def check(name: str, status: str) -> None:
    """Refuses a step that the status does not allow."""
    if status not in STEPS[name].came_from:
        raise wrong_state(name, STEPS[name].of, status)


def wrong_state(name: str, of: str, status: str) -> NetError:
    """A step that is not possible: the status, and what is possible from there."""
    allowed = [each for each, step in STEPS.items() if step.of == of and status in step.came_from]
    hint = f"From there: {', '.join(allowed)}." if allowed else "Nothing is, from there."
    return NetError(
        "WRONG_STATE",
        f"{name} is not possible: the {WORDS[of]} is {status}. {hint}",
        status=status,
        allowed=allowed,
    )
