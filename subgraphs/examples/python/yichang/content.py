"""Publishing, and what readers do with it."""

from . import checks
from .commands import Command, Input, Transaction, existing, existing_organization, new_id
from .context import Row


async def publish(transaction: Transaction, given: Input) -> Row:
    checks.this_platform(transaction.platform, given["platform"])
    place = checks.served_place(transaction.platform, given["placeCode"])
    organization = given.get("organizationId")
    if organization is not None:
        await existing_organization(transaction, organization)
    title = checks.text("title", given["title"], 200)
    column = checks.label("column", given["column"], 50)
    summary = checks.optional_text("summary", given.get("summary"), 1_000)
    id, now = new_id(transaction, "article"), transaction.now
    await transaction.do(
        "INSERT INTO news (id, headline, section, lead_text, area_code, org, published, changed, simulated)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        id, title, column, summary, place, organization, now, now, transaction.simulated,
    )  # fmt: skip
    await transaction.emit("onenet.article.published", {"place": place, "category": column})
    return await existing(transaction, "article", "news", id)


def engage(counter: str, event: str) -> Command:
    """Counts what a reader does with an article."""

    async def count(transaction: Transaction, given: Input) -> Row:
        article = await existing(transaction, "article", "news", given["id"])
        await transaction.do(f"UPDATE news SET {counter} = {counter} + 1 WHERE id = %s", article["id"])
        data = {"place": article["placeCode"], "category": article["column"], "channel": given["channel"]}
        await transaction.emit_person(event, data)
        return await existing(transaction, "article", "news", article["id"])

    return count


record_read = engage("reads", "onenet.article.read")
share = engage("shares", "onenet.article.shared")


async def like(transaction: Transaction, given: Input) -> Row:
    """Once a worker: a second like changes nothing."""
    article = await existing(transaction, "article", "news", given["id"])
    first = await transaction.do(
        "INSERT INTO news_like VALUES (%s, %s) ON CONFLICT DO NOTHING", article["id"], transaction.actor.reference
    )
    return await engage("likes", "onenet.article.liked")(transaction, given) if first else article


async def comment(transaction: Transaction, given: Input) -> Row:
    said = checks.text("text", given["text"], 1_000)
    article = await engage("remarks", "onenet.article.commented")(transaction, given)
    await transaction.do(
        "INSERT INTO news_remark (id, news, written, said) VALUES (%s, %s, %s, %s)",
        new_id(transaction, "comment"), article["id"], transaction.now, said,
    )  # fmt: skip
    return article


async def follow(transaction: Transaction, given: Input) -> Row:
    """A reader begins to follow one of our channels; a second time changes nothing."""
    checks.this_platform(transaction.platform, given["platform"])
    channel = await existing(transaction, "media_channel", "account", given["mediaChannelId"])
    id, actor = channel["id"], transaction.actor
    # A system (a WeChat callback, say) speaks of a new follower each time.
    if actor.kind == "WORKER" and not await transaction.do(
        "INSERT INTO account_follower VALUES (%s, %s) ON CONFLICT DO NOTHING", id, actor.reference
    ):
        return channel
    await transaction.do("UPDATE account SET followers = followers + 1 WHERE id = %s", id)
    # A channel is the platform's: it lies where the platform does.
    data = {"place": transaction.platform.serves[0], "channel": channel["channel"]}
    await transaction.emit("onenet.channel.followed", data)
    return await existing(transaction, "media_channel", "account", id)
