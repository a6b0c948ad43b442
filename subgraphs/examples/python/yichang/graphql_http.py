"""GraphQL over HTTP, by its specification: what is asked, how it is answered, with which status."""

import json
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    execute,
    get_operation_ast,
    get_variable_values,
    parse,
    validate,
)
from starlette.requests import Request
from starlette.responses import Response

from .context import Context
from .errors import shown

MAX_BYTES = 1_000_000
RESPONSE_TYPE = "application/graphql-response+json"

MakeContext = Callable[[Request], Context]


class Refused(Exception):
    """The request is no GraphQL request."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def endpoint(schema: GraphQLSchema, make_context: MakeContext) -> Callable[[Request], Awaitable[Response]]:
    """Answers GET (queries) and POST."""

    @lru_cache(maxsize=1_000)
    def prepare(query: str) -> DocumentNode | list[GraphQLError]:
        """A document that is valid, or what is wrong with it; the same ones come again and again."""
        try:
            document = parse(query)
        except GraphQLError as error:
            return [error]
        return validate(schema, document) or document

    async def handle(request: Request) -> Response:
        media_type = answer_type(request.headers.get("accept"))
        try:
            if media_type is None:
                raise Refused(406, f"Accept {RESPONSE_TYPE} or application/json.")
            given = await parameters(request)
            document = prepare(given["query"])
            if isinstance(document, list):
                return answer(failed(document), request_error(media_type), media_type)
            operation = get_operation_ast(document, given["operationName"])
            if request.method == "GET" and operation and operation.operation is not OperationType.QUERY:
                raise Refused(405, "A GET asks queries only.")
        except Refused as refused:
            error = {"message": str(refused), "extensions": {"code": "BAD_REQUEST"}}
            return answer({"errors": [error]}, refused.status, media_type or "application/json")
        result = await executed(schema, document, given, make_context(request))
        # Without data, even null, it was not executed: a variable was wrong, say.
        status = 200 if "data" in result else request_error(media_type)
        return answer(result, status, media_type)

    return handle


async def executed(
    schema: GraphQLSchema, document: DocumentNode, given: dict[str, Any], context: Context
) -> dict[str, Any]:
    """The answer; without `data` when the request itself was wrong, so that nothing was executed."""
    variables, name = given["variables"] or {}, given["operationName"]
    operation = get_operation_ast(document, name)
    if operation is None:
        named = "`operationName` is missing" if name is None else f"There is no operation {name!r}"
        return failed([GraphQLError(f"{named}: name one of the document's.")])
    checked = get_variable_values(schema, operation.variable_definitions or (), variables)
    if isinstance(checked, list):
        return failed(checked)
    running = execute(schema, document, context_value=context, variable_values=variables, operation_name=name)
    result = await running if isinstance(running, Awaitable) else running
    errors = {"errors": [shown(error) for error in result.errors]} if result.errors else {}
    return {**errors, "data": result.data}


def failed(errors: list[GraphQLError]) -> dict[str, Any]:
    return {"errors": [shown(error) for error in errors]}


async def parameters(request: Request) -> dict[str, Any]:
    """`query`, `operationName`, `variables`, each of its type."""
    if request.method == "GET":
        given: Any = dict(request.query_params)
        for name in ("variables", "extensions"):
            if name in given:
                given[name] = read_json(given[name], f"`{name}`")
    else:
        given = read_json(await body(request), "The body")
    if not isinstance(given, dict):
        raise Refused(400, "The body is no JSON object.")
    if not isinstance(given.get("query"), str):
        raise Refused(400, "`query` is missing: send the document as a text.")
    for name, type in (("operationName", str), ("variables", dict), ("extensions", dict)):
        if not isinstance(given.get(name), type | None):
            raise Refused(400, f"`{name}` is of another type.")
    return {"variables": None, "operationName": None, **given}


async def body(request: Request) -> str:
    media_type, _, options = request.headers.get("content-type", "").lower().partition(";")
    charset = options.partition("charset=")[2].strip(' "') or "utf-8"
    if media_type.strip() != "application/json" or charset not in ("utf-8", "utf8"):
        raise Refused(415, "Send application/json in UTF-8.")
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BYTES:
            raise Refused(413, f"The body is over {MAX_BYTES} bytes.")
        chunks.append(chunk)
    try:
        return b"".join(chunks).decode()
    except UnicodeDecodeError:
        raise Refused(400, "The body is not UTF-8.") from None


def read_json(text: str, what: str) -> Any:
    try:
        # Half a surrogate pair, which JSON can escape, is no character that could be stored.
        return json.loads(text) if "\\ud" not in text.lower() else json.loads(json_text(text))
    except (ValueError, RecursionError):
        raise Refused(400, f"{what} is no JSON.") from None


def json_text(text: str) -> str:
    parsed = json.dumps(json.loads(text), ensure_ascii=False)
    return parsed.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def answer_type(accept: str | None) -> str | None:
    """What the client takes: the specification's own type where it is named, JSON where nothing is."""
    named = [part.partition(";")[0].strip().lower() for part in (accept or "*/*").split(",")]
    if RESPONSE_TYPE in named:
        return RESPONSE_TYPE
    return "application/json" if {"application/json", "application/*", "*/*"} & set(named) else None


def request_error(media_type: str) -> int:
    """Clients of plain JSON take any other status for a fault of something between."""
    return 400 if media_type == RESPONSE_TYPE else 200


def answer(content: dict[str, Any], status: int, media_type: str) -> Response:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    headers = {"content-type": f"{media_type}; charset=utf-8"}
    if status == 405:
        headers["allow"] = "POST"
    return Response(text.encode("utf-8", "replace"), status, headers)
