"""What happened to a request: the lines of its history."""

from .commands import Transaction


async def log(
    transaction: Transaction,
    request: str,
    what: str,
    *,
    from_state: str | None = None,
    to_state: str | None = None,
    stars: int | None = None,
    level: int | None = None,
    came_from: str | None = None,
    said: str | None = None,
) -> None:
    """A line of now, by the transaction's actor."""
    await transaction.do(
        "INSERT INTO help_request_log (request, what, happened, actor_kind, from_state, to_state, stars, level,"
        " came_from, said) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        request, what, transaction.now, transaction.actor.kind, from_state, to_state, stars, level, came_from, said,
    )  # fmt: skip
