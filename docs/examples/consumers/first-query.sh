#!/usr/bin/env bash
# From a credential to the first union query, with curl alone.
# Needs ONENET_URL, ONENET_CLIENT and ONENET_SECRET.
set -euo pipefail

# An access token: good for ten minutes, so ask for one when the last is about to end, not for each query.
token=$(curl -sSf -u "$ONENET_CLIENT:$ONENET_SECRET" -d grant_type=client_credentials \
  "$ONENET_URL/oauth/token" | sed -E 's/.*"access_token" *: *"([^"]+)".*/\1/')

curl -sSf "$ONENET_URL/graphql" \
  -H "authorization: Bearer $token" -H 'content-type: application/json' --data-binary @- <<'QUERY'
{
  "query": "query Unions($place: ID) { organizations(filter: {place: $place, kinds: [UNION]}, first: 5) { edges { node { name platformCode } } totalCount completeness { asked answered notAsked { platform reason } missing { platform reason } resume } } }",
  "variables": { "place": "420000" }
}
QUERY
echo
