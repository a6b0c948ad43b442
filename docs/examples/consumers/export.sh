#!/usr/bin/env bash
# A whole list as a file, one row a line, with curl alone. Broken off, it goes on behind the last row that it has.
# Needs ONENET_URL, ONENET_CLIENT and ONENET_SECRET.
set -euo pipefail
file=${1:-unions.ndjson}

token() {
  curl -sSf -u "$ONENET_CLIENT:$ONENET_SECRET" -d grant_type=client_credentials \
    "$ONENET_URL/oauth/token" | sed -E 's/.*"access_token" *: *"([^"]+)".*/\1/'
}

# The address of an export is told once, and is the key to it: keep it like the rows themselves.
if [ ! -s "$file.address" ]; then
  curl -sSf "$ONENET_URL/exports" -D "$file.headers" -o /dev/null \
    -H "authorization: Bearer $(token)" -H 'content-type: application/json' --data-binary @- <<'ORDER'
{
  "query": "query Unions($place: ID) { organizations(filter: {place: $place, kinds: [UNION]}) { edges { node { id name platformCode } } } }",
  "variables": { "place": "420000" },
  "format": "ndjson"
}
ORDER
  tr -d '\r' < "$file.headers" | sed -n 's/^[Ll]ocation: //p' > "$file.address"
  rm "$file.headers"
fi

touch "$file"
# What is read goes to the file alone; how many lines that are, for whoever watches.
progress() {
  awk '{ print } NR % 1000 == 0 { print NR " lines …" > "/dev/stderr" }
    END { print NR " lines read" > "/dev/stderr" }'
}
for attempt in 1 2 3 4 5; do
  # The last line is either no row, or one that may be half: it is asked for again.
  sed '$d' "$file" > "$file.kept"
  mv "$file.kept" "$file"
  after=$(tail -n 1 "$file" | sed -nE 's/^\{"cursor":"([^"]+)".*/\1/p')
  # A new token each time: one of ten minutes may end before the rows do.
  curl -sSf "$ONENET_URL$(cat "$file.address")/rows${after:+?after=$after}" \
    -H "authorization: Bearer $(token)" | progress >> "$file" || echo "attempt $attempt broke off" >&2
  case $(tail -n 1 "$file") in '{"end":{"state":"DONE"'*) break ;; esac
  sleep "$attempt"
done
grep -c '^{"cursor"' "$file"
tail -n 1 "$file"
