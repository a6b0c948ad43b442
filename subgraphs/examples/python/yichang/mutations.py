"""The contract's mutations: each is a command, and a payload with one field."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from . import content, join_codes, members, requests, transfers
from .commands import Command, run
from .context import Info, Row
from .federation import Type

# Mutation → the field of its payload, its command.
MUTATIONS: Mapping[str, tuple[str, Command]] = {
    "submitServiceRequest": ("serviceRequest", requests.submit),
    **{name: ("serviceRequest", requests.step(name)) for name in requests.STEPS},
    "applyForMembership": ("member", members.apply),
    **{name: ("member", members.step(name)) for name in members.STEPS},
    "addFamilyMember": ("member", members.add_family_member),
    "removeFamilyMember": ("member", members.remove_family_member),
    "issueJoinCode": ("joinCode", join_codes.issue),
    "revokeJoinCode": ("joinCode", join_codes.revoke),
    "publishArticle": ("article", content.publish),
    "recordArticleRead": ("article", content.record_read),
    "shareArticle": ("article", content.share),
    "likeArticle": ("article", content.like),
    "commentOnArticle": ("article", content.comment),
    "followChannel": ("mediaChannel", content.follow),
    "offerTransfer": ("transfer", transfers.offer),
    "acceptTransfer": ("transfer", transfers.accept),
    "declineTransfer": ("transfer", transfers.decline),
    "completeTransfer": ("transfer", transfers.complete),
    "withdrawTransfer": ("transfer", transfers.withdraw),
}

mutation = Type("Mutation")


async def mutate(name: str, _root: None, info: Info, input: Mapping[str, Any]) -> Mapping[str, Row]:
    field, command = MUTATIONS[name]
    return {field: await run(info.context, name, command, input)}


for name in MUTATIONS:
    mutation.set_field(name, partial(mutate, name))
