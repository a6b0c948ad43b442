"""Simulated activity: keeps the platform moving, through the same commands as mutations."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from .commands import Input, run
from .context import Actor, Context, Platform
from .errors import NetError
from .ids import division_prefix
from .mutations import MUTATIONS

log = logging.getLogger("yichang.simulate")

PEOPLE = 4_000
REQUESTS = [
    ("WAGES", "演示：咨询上月工资发放时间"),
    ("CONTRACT", "演示：劳动合同到期续签问题"),
    ("SAFETY", "演示：高温天气作业防护"),
    ("INSURANCE", "演示：异地工作的社保转移"),
    ("HARDSHIP", "演示：申请困难职工帮扶"),
    ("EMPLOYMENT", "演示：报名技能培训班"),
    ("SERVICE", "演示：工会会员卡办理"),
]
ARTICLES = [("演示：职工之家开放日", "活动"), ("演示：劳动竞赛报名开始", "通知"), ("演示：夏送清凉走进工地", "要闻")]
COMMENTS = ["演示：很实用", "演示：点赞", "演示：请问在哪里报名"]

# How lively an hour is in Hubei (UTC+8); the mean is about 1.
HOURS = [
    0.25, 0.15, 0.1, 0.1, 0.15, 0.3, 0.7, 1.1, 1.5, 1.7, 1.7, 1.5,
    1.4, 1.2, 1.4, 1.5, 1.5, 1.4, 1.3, 1.5, 1.6, 1.3, 0.9, 0.5,
]  # fmt: skip
MEAN = sum(HOURS) / len(HOURS)


@asynccontextmanager
async def simulate(platform: Platform, per_second: float) -> AsyncIterator[None]:
    """Simulates as long as the block runs, at a mean rate in events a second; 0 is none."""
    task = asyncio.create_task(Site(platform).go_on(per_second)) if per_second > 0 else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


class Site:
    """The platform, and people and places to choose from. References begin with `sim-`: they are nobody's."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        prefixes = tuple(division_prefix(code) for code in platform.serves)
        self._places = sorted(code for code in platform.divisions if code.startswith(prefixes) and len(code) >= 9)

    async def go_on(self, per_second: float) -> None:
        actions, weights = zip(*ACTIVITIES, strict=True)
        while True:
            rate = per_second * HOURS[(datetime.now(UTC).hour + 8) % 24] / MEAN
            await asyncio.sleep(random.expovariate(rate))
            [action] = random.choices(actions, weights)
            try:
                await action(self)
            except NetError:
                pass  # somebody else was faster with the same record, as among people
            except Exception:
                log.exception("simulated activity failed")

    async def act(self, name: str, kind: str, given: Input, whose: str | None = None) -> None:
        anybody = f"sim-{random.randrange(PEOPLE)}" if kind == "WORKER" else f"sim-{kind.lower()}"
        reference = whose or anybody
        context = self._context(Actor(kind, reference))
        _field, command = MUTATIONS[name]
        await run(context, name, command, given)

    async def recent(self, view: str, where: str, order: str) -> str | None:
        """One of the first simulated records, the earlier ones rather than the later."""
        rows = await self._context(None).rows(
            f"SELECT id FROM contract.{view} WHERE simulated AND {where} ORDER BY {order} LIMIT 40"
        )
        return self.early([row["id"] for row in rows])

    async def whose(self, table: str, column: str, id: str) -> str | None:
        """The reference of the worker whose record it is: nobody else may speak for it."""
        rows = await self._context(None).rows(f"SELECT {column} AS person FROM {table} WHERE id = %s", [id])
        return rows[0]["person"] if rows else None

    async def one_of(self, query: str) -> str | None:
        rows = await self._context(None).rows(query)
        return random.choice(rows)["id"] if rows else None

    def early(self, values: Sequence[str]) -> str | None:
        return values[int(len(values) * random.random() ** 3)] if values else None

    def place(self) -> str:
        return random.choice(self._places) if self._places else self._platform.serves[0]

    @property
    def code(self) -> str:
        return self._platform.code

    @property
    def home(self) -> str:
        return self._platform.serves[0]

    def _context(self, actor: Actor | None) -> Context:
        return Context(self._platform, frozenset(), actor, datetime.now(UTC), simulated=True)


async def submit(site: Site) -> None:
    category, title = random.choice(REQUESTS)
    given = {"platform": site.code, "title": title, "category": category, "placeCode": site.place()}
    channel = random.choice(["WECHAT", "WECHAT", "WEBSITE", "APP", "HOTLINE", "STATION"])
    name = f"演示{random.randrange(10_000)}"
    await site.act("submitServiceRequest", "WORKER", {**given, "channel": channel, "applicantName": name})


# Status → what may come next to a request, by how often.
NEXT: list[tuple[float, str, str, str, dict[str, Any]]] = [
    (1, "SUBMITTED", "verifyServiceRequest", "OFFICER", {}),
    (1, "VERIFIED", "dispatchServiceRequest", "OFFICER", {}),
    (1, "DISPATCHED", "acceptServiceRequest", "OFFICER", {"handler": "演示窗口"}),
    (0.95, "ACCEPTED", "resolveServiceRequest", "OFFICER", {}),
    (0.05, "ACCEPTED", "rejectServiceRequest", "OFFICER", {}),
    (0.2, "ACCEPTED", "addServiceRequestFeedback", "OFFICER", {"note": "演示：已与本人联系"}),
    (0.03, "ACCEPTED", "superviseServiceRequest", "OFFICER", {}),
    (0.6, "RESOLVED", "rateServiceRequest", "WORKER", {}),
    (0.02, "RESOLVED", "reopenServiceRequest", "WORKER", {}),
    (0.03, "DISPATCHED", "remindServiceRequest", "WORKER", {}),
]


async def advance(site: Site) -> None:
    """A request takes its next step, or, where none waits for it, a new one comes."""
    [(_weight, status, name, kind, more)] = random.choices(NEXT, [weight for weight, *_ in NEXT])
    id = await site.recent("service_request", f"status = '{status}'", '"submittedMs", id')
    if id is None:
        return await submit(site)
    given = {"id": id, **more}
    if name == "dispatchServiceRequest":
        union = await site.one_of(
            "SELECT id FROM contract.organization WHERE kind = 'UNION' ORDER BY name, id LIMIT 100"
        )
        if union is None:
            return None
        given["organizationId"] = union
    if name == "rateServiceRequest":
        given["rating"] = random.choice([5, 5, 5, 5, 4, 4, 4, 3, 2, 1])
    whose = await site.whose("help_request", "applicant_ref", id) if kind == "WORKER" else None
    return await site.act(name, kind, given, whose)


async def apply(site: Site) -> None:
    kind = random.choice(["EMPLOYEE", "EMPLOYEE", "MICRO_ENTERPRISE", "FLEXIBLE", "MIGRANT"])
    channel = random.choice(["QR_CODE", "QR_CODE", "WECHAT", "WEBSITE", "STATION"])
    given = {"platform": site.code, "name": f"演示{random.randrange(10_000)}", "placeCode": site.place()}
    size = {"employerSize": random.randint(1, 24)} if kind == "MICRO_ENTERPRISE" else {}
    await site.act("applyForMembership", "WORKER", {**given, **size, "kind": kind, "channel": channel})


async def decide(site: Site) -> None:
    id = await site.recent("member", "status = 'APPLIED'", '"appliedMs", id')
    if id is None:
        return await apply(site)
    name = "acceptMember" if random.random() < 0.93 else "refuseMember"
    return await site.act(name, "OFFICER", {"id": id})


async def leave(site: Site) -> None:
    id = await site.recent("member", "status = 'ACTIVE'", '"appliedMs", id')
    if id is not None:
        await site.act("leaveUnion", "WORKER", {"id": id}, await site.whose("membership", "person_ref", id))


async def publish(site: Site) -> None:
    title, column = random.choice(ARTICLES)
    given = {"platform": site.code, "title": title, "column": column, "placeCode": site.home}
    await site.act("publishArticle", "OFFICER", given)


def engage(name: str) -> Callable[[Site], Awaitable[None]]:
    """New articles are read most. Only simulated ones: the others' counters are published figures."""

    async def act(site: Site) -> None:
        id = await site.recent("article", "true", '"publishedMs" DESC, id DESC')
        if id is None:
            return await publish(site)
        given = {"id": id, "channel": random.choice(["WECHAT", "WECHAT", "WECHAT", "APP", "WEBSITE"])}
        more = {"text": random.choice(COMMENTS)} if name == "commentOnArticle" else {}
        return await site.act(name, "WORKER", {**given, **more})

    return act


async def follow(site: Site) -> None:
    id = await site.one_of("SELECT id FROM contract.media_channel")
    if id is not None:
        await site.act("followChannel", "SYSTEM", {"platform": site.code, "mediaChannelId": id})


# What happens, by how often; each is about one event.
ACTIVITIES: list[tuple[Callable[[Site], Awaitable[None]], float]] = [
    (engage("recordArticleRead"), 40),
    (engage("shareArticle"), 5),
    (engage("likeArticle"), 6),
    (engage("commentOnArticle"), 3),
    (follow, 4),
    (publish, 0.3),
    (apply, 8),
    (decide, 8),
    (leave, 0.4),
    (submit, 5),
    (advance, 24),
]
