"""The contract's mutations: each is a command, and a payload with one field."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from . import content, members, requests
from .commands import Command, run
from .context import Info, Row
from .federation import Type

# Mutation → the field of its payload, its command.
MUTATIONS: Mapping[str, tuple[str, Command]] = {
    "submitServiceRequest": ("serviceRequest", requests.submit),
    **{name: ("serviceRequest", requests.step(name)) for name in requests.STEPS},
    "applyForMembership": ("member", members.apply),
    **{name: ("member", members.step(name)) for name in members.STEPS},
    "publishArticle": ("article", content.publish),
    "recordArticleRead": ("article", content.record_read),
    "shareArticle": ("article", content.share),
    "likeArticle": ("article", content.like),
    "commentOnArticle": ("article", content.comment),
    "followChannel": ("mediaChannel", content.follow),
}

mutation = Type("Mutation")


async def mutate(name: str, _root: None, info: Info, input: Mapping[str, Any]) -> Mapping[str, Row]:
    field, command = MUTATIONS[name]
    return {field: await run(info.context, name, command, input)}


for name in MUTATIONS:
    mutation.set_field(name, partial(mutate, name))
