"""The schema: the contract's text as it is, and beside it what Apollo Federation asks of every subgraph."""

from pathlib import Path
from typing import Any

from ariadne import ObjectType, UnionType, make_executable_schema
from ariadne.types import SchemaBindable
from graphql import GraphQLObjectType, GraphQLSchema

from .context import Context, Info
from .errors import bad_input

CONTRACT = (Path(__file__).parent.parent / "contract.graphql").read_text(encoding="utf-8")

# What the contract's text uses and Federation's libraries would define.
MACHINERY = """
directive @link(url: String!, import: [String!]) repeatable on SCHEMA
directive @key(fields: String!) repeatable on OBJECT | INTERFACE
directive @shareable on OBJECT | FIELD_DEFINITION
directive @tag(name: String!) repeatable on FIELD_DEFINITION
directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION

scalar _Any
type _Service { sdl: String! }
extend type Query {
  _service: _Service!
  _entities(representations: [_Any!]!): [_Entity]!
}
"""

# Type → the view that holds its records.
RECORDS = {
    "Organization": "organization",
    "Station": "station",
    "ServiceRequest": "service_request",
    "Member": "member",
    "JoinCode": "join_code",
    "Article": "article",
}

# Resolvers of modules that the contract's text does not have.
LEFT_OUT: list[str] = []


class Type(ObjectType):
    """The resolvers of a type, as far as the contract's text has their fields."""

    def bind_to_schema(self, schema: GraphQLSchema) -> None:
        found = schema.type_map.get(self.name)
        fields = found.fields if isinstance(found, GraphQLObjectType) else {}
        LEFT_OUT.extend(f"{self.name}.{name}" for name in self._resolvers if name not in fields)
        self._resolvers = {name: resolver for name, resolver in self._resolvers.items() if name in fields}
        if fields:
            super().bind_to_schema(schema)


query = Type("Query")
entity = UnionType("_Entity", lambda found, *_: found["__typename"])


@query.field("_service")
def service(_root: None, _info: Info) -> dict[str, str]:
    return {"sdl": CONTRACT}


@query.field("_entities")
def entities(_root: None, info: Info, representations: list[dict[str, Any]]) -> list[Any]:
    return [find(info.context, each) for each in representations]


async def find(context: Context, representation: dict[str, Any]) -> dict[str, Any] | None:
    """One entity by its key; null when it is not ours."""
    typename = representation.get("__typename")
    if typename in RECORDS:
        found = await context.records(RECORDS[typename]).get(str(representation.get("id")))
        return found and {**found, "__typename": typename}
    code = str(representation.get("code"))
    if typename == "Platform":
        # Another platform's lists are that platform's to answer.
        return {"__typename": typename, "code": code} if code == context.platform.code else None
    if typename == "Division":
        return {"__typename": typename, "code": code} if code in context.platform.divisions else None
    raise bad_input(f"`_entities`: there is no entity {typename!r}.")


def make_schema(*bindables: SchemaBindable) -> GraphQLSchema:
    records = [name for name in RECORDS if f"type {name} " in CONTRACT]
    entities_text = f"union _Entity = {' | '.join(['Platform', 'Division', *records])}"
    return make_executable_schema([CONTRACT, MACHINERY, entities_text], query, entity, *bindables)
