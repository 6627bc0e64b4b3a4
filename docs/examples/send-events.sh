#!/bin/sh
# Sends a file of events over HTTP, signed with a machine's key: curl and openssl (docs/events.md).
#   DUIZHANG_URL=https://duizhang.example.cn DUIZHANG_KEY_ID=his-h001 DUIZHANG_KEY=<base64> sh send-events.sh events.json
# Ends with 0 when every event was accepted, and the answer was signed with the same key.
set -eu

target=/api/v1/events
hex() { od -An -v -tx1 | tr -d ' \n'; }
sha256() { openssl dgst -sha256 -binary "$1" | hex; }
key=$(printf %s "$DUIZHANG_KEY" | openssl base64 -d -A | hex)
# openssl shows its arguments, the key among them, to whoever may list processes here: on a shared machine use the Python one.
sign() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A; }

body_sha256=$(sha256 "$1")
timestamp=$(date +%s)
nonce=$(openssl rand -hex 16)
signature=$(printf '%s\n' DUIZHANG-HMAC-SHA256-REQUEST POST "$target" "$timestamp" "$nonce" "$body_sha256" | sign)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A nonce passes once: whoever tries again signs again. The same events twice change nothing.
status=$(curl --silent --show-error --max-time 30 \
  --output "$work/answer" --dump-header "$work/headers" --write-out '%{http_code}' \
  --header 'Content-Type: application/json' \
  --header "Duizhang-Body-Sha256: $body_sha256" \
  --header "Authorization: DUIZHANG-HMAC-SHA256 keyId=\"$DUIZHANG_KEY_ID\",timestamp=\"$timestamp\",nonce=\"$nonce\",signature=\"$signature\"" \
  --data-binary "@$1" "$DUIZHANG_URL$target")
cat "$work/answer"

header() { tr -d '\r' < "$work/headers" | sed -n "s/^$1: //Ip"; }
expected=$(printf '%s\n' DUIZHANG-HMAC-SHA256-RESPONSE "$status" "$nonce" "$(header duizhang-timestamp)" "$(sha256 "$work/answer")" '' | sign)
if [ "$(header duizhang-signature)" != "$expected" ]; then
  echo "HTTP $status without a right signature: nothing is known of the events, send them again" >&2
  exit 2
fi
[ "$status" = 200 ] || exit 2
grep -q '"rejected":0[,}]' "$work/answer"
