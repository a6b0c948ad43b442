"""Every union of a place, over all owners, to the last page. Needs ONENET_URL, ONENET_CLIENT and ONENET_SECRET."""

import base64
import json
import os
import urllib.parse
import urllib.request

URL = os.environ["ONENET_URL"]

QUERY = """query Unions($place: ID, $after: String) {
  organizations(filter: {place: $place, kinds: [UNION]}, first: 100, after: $after) {
    edges { node { id name platformCode } }
    pageInfo { hasNextPage endCursor }
    completeness { notAsked { platform reason } missing { platform reason } resume }
  }
}"""


def post(path: str, body: bytes, headers: dict[str, str]) -> dict:
    request = urllib.request.Request(URL + path, data=body, headers=headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def access_token() -> str:
    pair = f"{os.environ['ONENET_CLIENT']}:{os.environ['ONENET_SECRET']}"
    body = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
    basic = base64.b64encode(pair.encode()).decode()
    headers = {
        "authorization": f"Basic {basic}",
        "content-type": "application/x-www-form-urlencoded",
    }
    return post("/oauth/token", body, headers)["access_token"]


def page(token: str, after: str | None) -> dict:
    body = json.dumps({"query": QUERY, "variables": {"place": "420000", "after": after}})
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    answer = post("/graphql", body.encode(), headers)
    if not (answer.get("data") or {}).get("organizations"):
        raise RuntimeError(answer["errors"][0]["message"])
    return answer["data"]["organizations"]


def main() -> None:
    token = access_token()
    unions: dict[str, str] = {}
    after = None
    while True:
        last = page(token, after)
        unions.update((edge["node"]["id"], edge["node"]["name"]) for edge in last["edges"])
        # Who failed on the way is asked again by `resume`, each from where it stopped: nothing is lost.
        info, completeness = last["pageInfo"], last["completeness"]
        after = info["endCursor"] if info["hasNextPage"] else completeness["resume"]
        if after is None:
            break
    print(f"{len(unions)} unions")
    for absence in completeness["notAsked"]:
        print(absence["platform"], absence["reason"])


main()
