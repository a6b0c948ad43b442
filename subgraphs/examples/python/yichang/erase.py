"""
Erases a person: finds all that is theirs, from an account, an identity number or a record; leaves of each
record what is not personal, so that every figure stays as it was; and forgets who counted, who liked, and
what was answered. Safe to repeat.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from .errors import NetError
from .feed_memory import forget_in_feed

# Stands where a text must be.
ERASED = "（已删除）"


@dataclass(frozen=True)
class Plan:
    """What of a table is a person's: the columns by which it is found, the states that end it, what is left."""

    table: str
    left: str
    state: str = "NULL"
    person: str = "NULL"
    number: str = "NULL"
    # In any other state it must be ended first, by its own steps, which count it.
    ended: Sequence[str | None] = (None,)
    gone: Sequence[str] = ()

    @property
    def find(self) -> str:
        return (
            f"SELECT id, {self.state} AS state, {self.person} AS person, {self.number} AS number FROM {self.table}"
            f" WHERE id = ANY(%(records)s) OR {self.person} = ANY(%(references)s) OR {self.number} = ANY(%(numbers)s)"
        )


PLANS = (
    Plan(
        "membership",
        "full_name = NULL, tel = NULL, identity = NULL, person_ref = NULL, changed = now()",
        "state", "person_ref", "identity", ("REFUSED", "LEFT", "TRANSFERRED"),
        (
            "DELETE FROM relative WHERE membership = ANY(%s)",
            "DELETE FROM membership_note WHERE membership = ANY(%s)",
        ),
    ),
    # What people wrote is gone, the title too.
    Plan(
        "help_request",
        f"subject = '{ERASED}', applicant = NULL, applicant_tel = NULL, details = NULL, applicant_ref = NULL,"
        " changed = now()",
        "state", "applicant_ref", ended=("RESOLVED", "REJECTED", "RATED", "TRANSFERRED"),
        gone=("DELETE FROM help_request_log WHERE request = ANY(%s) AND what = 'FEEDBACK'",),
    ),
    # A remark names nobody, and is found by its own id.
    Plan("news_remark", f"said = '{ERASED}', author = NULL"),
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Whom it is about: all that is known of them here, and their records with their states."""

    references: set[str]
    numbers: set[str]
    records: set[str]
    found: dict[str, str | None] = field(default_factory=dict)

    def size(self) -> int:
        return sum(len(each) for each in (self.references, self.numbers, self.records, self.found))

    def asked(self) -> dict[str, list[str]]:
        return {name: sorted(getattr(self, name)) for name in ("references", "numbers", "records")}


def find_person(
    connection: Connection[Any],
    references: Iterable[str] = (),
    numbers: Iterable[str] = (),
    records: Iterable[str] = (),
) -> Person:
    """What of the platform is the person's; nothing is changed."""
    person, known = Person(set(references), set(numbers), set(records)), -1
    # What is found leads to more: a request to the account, the account to its member.
    while known < person.size():
        known = person.size()
        for plan in PLANS:
            for row in connection.execute(plan.find, person.asked()).fetchall():
                person.found[row["id"]] = row["state"]
                person.records.add(row["id"])
                person.references.update(filter(None, [row["person"]]))
                person.numbers.update(filter(None, [row["number"]]))
    return person


def erase_person(connection: Connection[Any], person: Person) -> None:
    """Erases what `find_person` found; `WRONG_STATE`, and nothing is changed, while something is under way."""
    references, ids = sorted(person.references), sorted(person.records)
    with connection.transaction():
        # Locked first: a step that was taken meanwhile stands.
        under_way = [each for plan in PLANS for each in still_open(connection, plan, ids)]
        if under_way:
            raise NetError(
                "WRONG_STATE",
                f"Nothing was erased: {'; '.join(under_way)}. End it first by its own steps (the member leaves,"
                " the request is rejected or resolved), so that it is counted.",
            )
        for plan in PLANS:
            for statement in plan.gone:
                connection.execute(statement, [ids])
            connection.execute(f"UPDATE {plan.table} SET {plan.left} WHERE id = ANY(%s)", [ids])
        # The counts stay: somebody did like it.
        for table in ("news_like", "account_follower"):
            connection.execute(f"DELETE FROM {table} WHERE reader = ANY(%s)", [references])
    # After it: what is answered from now on has nothing personal.
    forget_answers(connection, ids)
    forget_in_feed(connection, references)


def still_open(connection: Connection[Any], plan: Plan, ids: Sequence[str]) -> list[str]:
    rows = connection.execute(
        f"SELECT id, {plan.state} AS state FROM {plan.table} WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids]
    ).fetchall()
    return [f"{row['id']} is {row['state']}" for row in rows if row["state"] not in plan.ended]


def forget_answers(connection: Connection[Any], ids: Sequence[str]) -> None:
    """What was answered about the records; the keys stay, so that what comes again is refused, not carried out anew."""
    connection.execute(
        "UPDATE done_command SET hash = '', answer = '{}' WHERE EXISTS ("
        " SELECT FROM unnest(%s::text[]) AS id WHERE strpos(answer::text, to_jsonb(id)::text) > 0)",
        [ids],
    )
